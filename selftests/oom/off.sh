#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# With mode=off the stock kernel's victim dies, and nothing is counted, sent or logged.
#
# set: once

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

all_stats()
{
	# The number of ranked processes is not a count of what happened.
	grep -rs . "$OE/stats" | grep -v '/ranked:' | sort
}

nr_heard()
{
	grep -Ec 'oe (poll|uevent reconfigure)' "$TRACING/instances/oe_victims/trace"
}

plan 8
load_module mode=off selection_order=rank rank_threshold=100
trace_start oe_victims counter

spawn shield 16384 50
shield=$pid
spawn batch 1024 900
batch=$pid
watch_oom oe_victims
equal "the stock kernel's choice is the protected process" \
	"$shield" "$(biggest_by_oom_score)"
all_stats >"$tmp/stats_before"
check "there are counters" [ -s "$tmp/stats_before" ]
wanted=$(get reconfigure_wanted)

mark_log
sysrq_oom
reap "$shield"
equal "the stock kernel's choice dies" "$shield 137" "$(marked_after 0) $rc"
check "ours lives" alive "$batch"

# With the mode back, the same OOM is announced: so silence above was not deafness.
heard_when_off=$(nr_heard)
all_stats >"$tmp/stats_after"
logged_when_off=$(log_since_mark | grep -c '^.*oom_embedded: seq=')
wanted_when_off=$(get reconfigure_wanted)
set_to mode enforce
sysrq_oom
reap "$batch"
poll_until "$PATIENCE" log_says 'oom_embedded: seq='
poll_until 5 has_settled oe_victims
equal "off: no wake-up, no uevent; enforce: one each" "0 2" \
	"$heard_when_off $(nr_heard)"
equal "off: no record; enforce: one" "0 1" \
	"$logged_when_off $(log_since_mark | grep -c '^.*oom_embedded: seq=')"
equal "off: reconfigure_wanted stands still; enforce: it moves" \
	"$wanted $((wanted + 1))" "$wanted_when_off $(get reconfigure_wanted)"
equal "off: no counter moved" "" "$(diff "$tmp/stats_before" "$tmp/stats_after")"
finish
