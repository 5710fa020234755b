#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# With vm.oom_kill_allocating_task=1 the one that asks may die, but not the process that would die with it:
# memory.oom.group binds both, and a rule about executables protects the other. The module's victim dies.
#
# set: once
# needs: memcg guard groups

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

VICTIM_KB=$(sized 49152)

kill_allocating_task()
{
	echo "$1" >/proc/sys/vm/oom_kill_allocating_task
}

for need in memcg guard groups; do
	needs "$need"
done
plan 5
load_module selection_order=rank rank_threshold=100
trace_start oe_victims counter
trap 'kill_allocating_task 0; clean_up' EXIT
kill_allocating_task 1
make_cgroup oe_asks max
echo +memory >"$CGROUP/cgroup.subtree_control"
echo 1 >"$cgroup/memory.oom.group" || bail_out "no memory.oom.group"
mkdir "$tmp/bin"
cp "$(command -v leak)" "$tmp/bin/leak"
set_to groups/create keepers
set_to groups/keepers/rank 60
set_to groups/keepers/rules "exe=$tmp/bin/leak"
start keeper "$tmp/bin/leak" -c keeper -h 512 -C "$cgroup"
keeper=$pid
spawn batch "$VICTIM_KB" 900
batch=$pid
# More than there is, less than with what the victim will give back.
leak -c asks -r 500 -C "$cgroup" -k 1024 -l $(($(mem_and_swap_kb) + VICTIM_KB / 2)) >"$tmp/asks.out" 2>&1 &
asks=$!
started="$started $asks"
# Nobody else may ask for memory meanwhile: no loop that starts something.
(sleep $((PATIENCE * 4)); kill -KILL "$batch") 2>/dev/null &
started="$started $!"
wait "$batch"
rc=$?
reaped="$reaped $batch"
equal "the one who asked would take a protected process along: our victim dies" "$batch 137" "$(marked_after 0) $rc"
equal "the guard says so" 1 "$(get stats/guard_hits)"
check "the protected one lives" alive "$keeper"
check "so does the one who asked" alive "$asks"
stop_process "$asks"
stop_process "$keeper"
kill_allocating_task 0
equal "no splat" 0 "$(splat_taint)"
finish
