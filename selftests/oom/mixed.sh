#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# While cgroups run out of memory in a loop, the machine does, too: every count agrees with the
# kernel's own, each emergency was told once, no protected process dies.
# ROUNDS: OOMs in all (default 1000).
# CGROUPS: how many loop (default 20).
# EVERY: of so many OOMs one is the machine's (default 50).
#
# set: alone
# needs: memcg

PATIENCE=${PATIENCE:-120}
# shellcheck source=../lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
ROUNDS=${ROUNDS:-1000}
CGROUPS=${CGROUPS:-20}
EVERY=${EVERY:-50}
LIMIT=2M

# The sum of a key of memory.events over all cgroups.
events_of_all()
{
	# shellcheck disable=SC2086 # a list
	for one in $looping; do
		cat "$one/memory.events"
	done | awk -v key="$1" '$1 == key { sum += $2 } END { print sum + 0 }'
}

nr_ooms()
{
	echo $(($(get stats/oom_memcg) + $(get stats/oom_global)))
}

has_reached()
{
	[ "$(nr_ooms)" -ge "$1" ]
}

make_cgroups()
{
	looping=
	for i in $(seq "$CGROUPS"); do
		make_cgroup "oe_mixed_$i" "$LIMIT"
		looping="$looping $cgroup"
	done
}

# One process that leaks until it dies; the loops would leave it little of the CPU.
machine_oom()
{
	spawn eater 512 900 -g -P -l 0 -k 4096
	eater=$pid
	kill -USR1 "$eater"
	reap "$eater"
	if [ "$rc" = 137 ]; then
		eaters=$((eaters + 1))
	else
		comment "the eater ended with $rc"
		others=$((others + 1))
	fi
}

# The loops' words when they have ended.
storm_said()
{
	awk -v word="$1" '$1 == "killed" { print word == "killed" ? $2 : $4 }' "$tmp/storm.out"
}

needs memcg
plan 12
load_module selection_order=rank rank_threshold=100 grace_ms=20
quiet_console
make_cgroups
# The rest of the memory is for the loops, and to be eaten each time.
spawn shield $(($(mem_available_kb) - 49152 - CGROUPS * 3072)) 50
shield=$pid
spawn zero 1024 0
zero=$pid
spawn bystander 1024 500
bystander=$pid
kernel_before=$(vmstat oom_kill)
eaters=0
others=0
# shellcheck disable=SC2086 # a list
start storm memcg_storm 800 $looping
storm=$pid
next=0
until has_reached "$ROUNDS"; do
	next=$(($(nr_ooms) + EVERY))
	machine_oom
	poll_until "$PATIENCE" has_reached "$next" || break
done
check "$ROUNDS OOMs, $CGROUPS cgroups and the machine" has_reached "$ROUNDS"
kill -TERM "$storm"
check "the loops end" poll_until "$PATIENCE" dead "$storm"
wait "$storm"
reaped="$reaped $storm"
# The last one is reported when its victim is gone already.
settled() { [ "$(get stats/victims)" = "$(($(vmstat oom_kill) - kernel_before))" ]; }
poll_until 5 settled

comment "memcg $(get stats/oom_memcg), machine $(get stats/oom_global): $(get stats/victims) victims," \
	"$(get stats/avoided) avoided, $(get stats/victim_pending) calls for a pending victim," \
	"$(get stats/domain_overflow) without a domain, $(get stats/uevent_timeouts) uevents late," \
	"$(get stats/uevent_failed) failed, $(get stats/guard_hits) held back by the guard"
killed=$(vmstat oom_kill)
killed=$((killed - kernel_before))
in_loops=$(storm_said killed)
equal "who died was killed by the kernel" $((in_loops + eaters)) "$killed"
equal "no process ended otherwise" "0 0" "$(storm_said ended) $others"
equal "memory.events counts those in cgroups" "$in_loops" "$(events_of_all oom_kill)"
equal "stats/victims counts all" "$killed" "$(get stats/victims)"
equal "each emergency was told once" "$(nr_ooms)" "$(get reconfigure_wanted)"
equal "no emergency without a domain of its own" 0 "$(get stats/domain_overflow)"
check "the biggest process lives: ranked below the threshold" alive "$shield"
check "the process of ranking 0 lives" alive "$zero"
check "a process of lower ranking than the victims lives" alive "$bystander"
equal "no splat" 0 "$(splat_taint)"
finish
