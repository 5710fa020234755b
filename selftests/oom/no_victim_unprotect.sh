#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# With no_victim_action=unprotect and all processes protected, the highest ranked one is given up,
# one an episode, and ranking 0 never. The log says once that everybody is protected. An OOM just after
# a kill gives nobody up, and is no reason to panic, however long it takes.
#
# set: once
# needs: events

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

# How often the log says that the rankings protect too much.
nr_warned()
{
	log_since_mark | grep -c 'every process without a ranking is protected'
}

FOREIGN=/lib/oom-embedded/oe_foreign.ko

needs events
plan 12
mark_log
load_module selection_order=rank rank_threshold=100 default_rank=10 \
	no_victim_action=unprotect
trace_start oe_victims counter
# That nobody may die is found just after a kill, and acted upon when more time has passed.
insmod "$FOREIGN" what=delay function=oe_episode_no_victim delay_ms=600 2>/dev/null ||
	comment "no probe: as fast as it is"

# Sizes of shares of what is available, so that one death is enough for the last leaker.
available=$(mem_available_kb)
spawn zero 4096 0
zero=$pid
spawn shield $((available * 5 / 10)) 40
shield=$pid
spawn batch 6144 80
batch=$pid
spawn leaker 512 60 -g -l 0
leaker=$pid
equal "nobody may be chosen" "" "$(predicted)"
equal "the log has said so, at load" 1 "$(nr_warned)"
no_victim=$(get stats/no_victim)
kill -USR1 "$leaker"
killed "the highest ranked protected process dies first" "$batch"
killed "the next one second" "$leaker"
check "the biggest, ranked lower, lives" alive "$shield"
equal "the threshold is back for the next episode" 100 "$(get rank_threshold)"

# A process of ranking 0 eats the rest and a part of what the shield has.
spawn greedy 512 0 -g -l $((available * 7 / 10))
greedy=$pid
kill -USR1 "$greedy"
killed "the last one above ranking 0 dies" "$shield"
poll_until "$PATIENCE" grep -q eaten "$tmp/greedy.out"
check "the one of ranking 0 that ate its memory lives" alive "$greedy"
check "the other one of ranking 0 lives" alive "$zero"
# A victim's memory may come back a moment after the next OOM began: that one has none, or goes on.
equal "victims, each in an episode of its own" "$batch $leaker $shield 3" \
	"$(marked_after 0) $(sed -n 's/^seq=\([0-9]*\) .* outcome=killed .*/\1/p' "$OE/events" | sort -u | wc -l)"
equal "the records of those given up have rank_threshold as it was" 100 \
	"$(sed -n 's/.* threshold=\([0-9]*\) .* reason=unprotected .*/\1/p' "$OE/events" | sort -u)"
set_to default_rank 11
set_to default_rank 100
set_to rank_threshold 101
equal "and again when it begins again, not at each write" 2 "$(nr_warned)"
rmmod oe_foreign 2>/dev/null
comment "stats/no_victim moved by $(($(get stats/no_victim) - no_victim))"
finish
