#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# If not even the reserves have memory for the uevent, the OOM goes on: the counter has moved,
# pollers are awake, the failure is counted, the victim dies.
#
# set: debug
# needs: faults

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

FAULTS=/sys/kernel/debug

[ -e "$FAULTS/failslab/times" ] || skip_all "this kernel cannot inject faults"

uevent_thread()
{
	for dir in /proc/[0-9]*; do
		read -r comm 2>/dev/null <"$dir/comm" || continue
		[ "$comm" != oom_embedded ] || echo "${dir#/proc/}"
	done
}

# inject PROBABILITY: only the uevent thread's allocations, each of them.
inject()
{
	for faults in "$FAULTS/failslab" "$FAULTS/fail_page_alloc"; do
		echo Y >"$faults/task-filter"
		echo -1 >"$faults/times"
		echo 0 >"$faults/verbose"
		echo N >"$faults/ignore-gfp-wait"
		echo "$1" >"$faults/probability"
	done
	echo 0 >"$FAULTS/fail_page_alloc/min-order"
}

plan 6
load_module selection_order=rank rank_threshold=100
thread=$(uevent_thread | head -n 1)
[ -n "$thread" ] || bail_out "no uevent thread"
trace_start oe_victims counter
watch_oom oe_victims

spawn first 1024 900
first=$pid
echo 1 >"/proc/$thread/make-it-fail" || bail_out "no make-it-fail"
inject 100
sysrq_oom
poll_until "$PATIENCE" has_marked_more_than 0
inject 0
echo 0 >"/proc/$thread/make-it-fail"
reap "$first"
equal "the victim dies" "$first 137" "$(marked_after 0) $rc"
check "the failure is counted" [ "$(get stats/uevent_failed)" -ge 1 ]
equal "the counter has moved" 1 "$(get reconfigure_wanted)"
check "a poller was woken" grep -q ': oe poll 1' "$TRACING/instances/oe_victims/trace"

# And it is over when it is over.
failed=$(get stats/uevent_failed)
spawn second 1024 900
second=$pid
sysrq_oom
reap "$second"
poll_until 5 has_settled oe_victims
check "the next uevent arrives" \
	grep -q ': oe uevent reconfigure 2' "$TRACING/instances/oe_victims/trace"
equal "and nothing more has failed" "$failed" "$(get stats/uevent_failed)"
finish
