#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# With vm.oom_kill_allocating_task=1 the kernel does not select, and a protected process that asks
# for memory is exchanged for the module's victim. An eligible one is left to the kernel, because
# the administrator asked for that.
#
# set: oom matrix
# needs: guard

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

VICTIM_KB=$(sized 49152)

kill_allocating_task()
{
	echo "$1" >/proc/sys/vm/oom_kill_allocating_task
}

# in_the_background NAME RANK KB: eats that much. Nobody else may ask for memory
# meanwhile, so the script starts nothing and waits by the shell's own wait.
in_the_background()
{
	leak -c "$1" -r "$2" -k 1024 -l "$3" >"$tmp/$1.out" 2>&1 &
	pid=$!
	started="$started $pid"
}

needs guard
plan 7
load_module selection_order=rank rank_threshold=100
trace_start oe_victims counter
trap 'kill_allocating_task 0; clean_up' EXIT
kill_allocating_task 1

spawn batch "$VICTIM_KB" 900
batch=$pid
spawn other 1024 200
other=$pid
mark_log
# More than there is, less than with what the victim will give back.
in_the_background eater 50 $(($(mem_and_swap_kb) + VICTIM_KB / 2))
eater=$pid
wait "$batch"
rc=$?
reaped="$reaped $batch"
equal "the one who asked is protected: our victim dies in its place" \
	"$batch 137" "$(marked_after 0) $rc"
equal "the guard says so" 1 "$(get stats/guard_hits)"
check "the record names the victim that died" \
	log_says "oom_embedded: seq=.* victim=batch/$batch .*outcome=killed"
check "the protected one lives" alive "$eater"
stop_process "$eater"
stop_process "$other"

before=$(nr_marked oe_victims)
hits=$(get stats/guard_hits)
spawn idle 1024 900
idle=$pid
in_the_background glutton 500 0
wait "$pid"
rc=$?
reaped="$reaped $pid"
equal "the one who asked is eligible: the kernel has its way" \
	"$pid 137" "$(marked_after "$before") $rc"
equal "without the guard" "$hits" "$(get stats/guard_hits)"
check "and nobody else" alive "$idle"
kill_allocating_task 0
finish
