#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A caller that holds what others wait for, as a file system does in the middle of a transaction,
# opens no window when its cgroup is out of memory, and ends that of another member.
#
# set: rest
# needs: memcg events

# shellcheck source=../lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
OUTSIDE=/lib/oom-embedded/oom_embedded_outside.ko
PARAMETERS=/sys/module/oom_embedded_outside/parameters
GRACE=10000
LIMIT=16M
HOG_KB=12288

has_moved()
{
	[ "$(get "$1")" -gt "$2" ]
}

uptime_ms()
{
	awk '{ print int($1 * 1000) }' /proc/uptime
}

# of_last KEY: of the last record.
of_last()
{
	tail -n 1 "$OE/events" | tr ' ' '\n' | sed -n "s/^$1=//p"
}

# out_of_memory COMMAND...: in the cgroup; sets $told to whether userspace was told.
out_of_memory()
{
	seq=$(get reconfigure_wanted)
	spawn hog "$HOG_KB" 900 -C "$cgroup"
	hog=$pid
	# shellcheck disable=SC2016 # the inner shell's $$
	ranked 50 sh -c 'echo "$$" >"$0/cgroup.procs"; exec "$@"' "$cgroup" "$@" \
		>"$tmp/asker.out" &
	asker=$!
	started="$started $asker"
	poll_until "$PATIENCE" has_moved reconfigure_wanted "$seq"
}

needs memcg
[ -e "$OUTSIDE" ] || skip_all "no $OUTSIDE"
needs events
plan 10
insmod "$OUTSIDE" || bail_out "no $OUTSIDE"
trap 'rmmod oom_embedded_outside; clean_up' EXIT
load_module selection_order=rank rank_threshold=100 grace_ms="$GRACE"
make_cgroup oe_holder "$LIMIT"

out_of_memory sh -c "echo 8192 >$PARAMETERS/charge_kb"
began=$(uptime_ms)
cat "$PARAMETERS/balloon_kb" >"$tmp/read"
waited=$(($(uptime_ms) - began))
killed "the expendable process dies" "$hog"
poll_until "$PATIENCE" has_moved stats/victims 0
reap "$asker"
equal "the caller gets its memory" 0 "$rc"
equal "it had no window" 0 "$(of_last grace_ms)"
check "who waits for what it holds does not wait for one: $waited of $GRACE ms" \
	[ "$waited" -lt $((GRACE / 2)) ]

out_of_memory leak -c leaker -l 8192
set_to reconfigure_done "$(get reconfigure_wanted)"
killed "a caller that holds nothing: the expendable process dies" "$hog"
poll_until "$PATIENCE" has_moved stats/victims 1
check "it had a window: $(of_last grace_ms) ms" [ "$(of_last grace_ms)" -gt 0 ]
stop_process "$asker"

out_of_memory leak -c leaker -l 8192
# The file is open before: in the full cgroup a new one would have to wait.
# shellcheck disable=SC2016 # the inner shell's $$
ranked 50 sh -c 'exec 3>"$1/charge_kb"; echo "$$" >"$0/cgroup.procs"; echo 1024 >&3' "$cgroup" "$PARAMETERS" &
holder=$!
started="$started $holder"
killed "a holder comes into its window: the expendable process dies" "$hog"
poll_until "$PATIENCE" has_moved stats/victims 2
used=$(of_last grace_used_ms)
check "long before the window's end: after $used of $(of_last grace_ms) ms" [ "$used" -lt $((GRACE / 2)) ]
reap "$holder"
equal "the holder gets its memory" 0 "$rc"
stop_process "$asker"
equal "no splat" 0 "$(splat_taint)"
rmmod oom_embedded_outside
finish
