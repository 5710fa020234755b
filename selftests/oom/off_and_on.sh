#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A call that mode=off has let by, and that waits for the kernel's lock while the mode is switched
# back, is no reason to report a lost window.
#
# set: once
# needs: memcg

# shellcheck source=../lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
OUTSIDE=/lib/oom-embedded/oom_embedded_outside.ko
# The kernel's lock is held so long.
HELD_MS=3000
LIMIT=8M

# The kernel counts a failure before its function for memory cgroups is called.
is_waiting()
{
	grep -q '^max [1-9]' "$cgroup/memory.events" && is_state D "$member"
}

was_seen()
{
	[ "$(get stats/oom_memcg)" -ge 1 ]
}

not_told()
{
	! log_says "$1"
}

needs memcg
[ -e "$OUTSIDE" ] || skip_all "no $OUTSIDE"
plan 6
insmod "$OUTSIDE" slow_ms="$HELD_MS" || bail_out "no $OUTSIDE"
trap 'rmmod oom_embedded_outside; clean_up' EXIT
load_module mode=off selection_order=rank rank_threshold=100
full=$(get coverage)
make_cgroup oe_off_and_on "$LIMIT"
spawn first 24576 900
first=$pid
mark_log
echo f >/proc/sysrq-trigger
leak -c member -C "$cgroup" -R 800 -h 512 -l 65536 >/dev/null 2>&1 &
member=$!
started="$started $member"
check "a member waits for the lock" poll_until "$PATIENCE" is_waiting
set_to mode enforce
check "and is still alive with the mode back" alive "$member"
killed "it dies" "$member"
check "the module saw only its call for a victim" poll_until "$PATIENCE" was_seen
equal "coverage is what it was" "$full" "$(get coverage)"
check "nor was anything else told" not_told "coverage was"
stop_process "$first"
rmmod oom_embedded_outside
finish
