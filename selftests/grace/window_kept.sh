#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A member of a memory cgroup that comes while an earlier victim is dying, and has to wait until that
# has ended, has its window: userspace is given its time for the next victim.
#
# set: graceful
# needs: memcg guard events

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

usage()
{
	cat "$cgroup/memory.current"
}

# has_shrunk: the memory of the victim that cannot end has been reaped.
has_shrunk()
{
	[ "$(usage)" -lt $((12 * 1048576 / 2)) ]
}

# window_of PID: granted to the emergency of which it was the victim
window_of()
{
	grep " kind=memcg .*victim_pid=$1 " "$OE/events" | tr ' ' '\n' | sed -n 's/^grace_ms=//p'
}

needs events
plan 6
load_module selection_order=rank rank_threshold=100
make_cgroup oe_tight 12M
spawn next 1024 300 -C "$cgroup" -g -l 0
next=$pid
spawn bystander 1024 900
bystander=$pid
# shellcheck disable=SC2016 # expanded by that shell
in_background sh -c 'echo $$ >"$0/cgroup.procs"; echo "$$ 400" >"$1/oom_ranking"; exec undying once' "$cgroup" "$OE"
# The victim is dying for two seconds, until its memory is reaped. If this script is slower than that, the
# next one has its window by the usual way.
until grep -q '^oom_kill 1' "$cgroup/memory.events"; do
	:
done
# oom_lock is held in the window of SysRq.
set_to grace_ms 6000
echo f >/proc/sysrq-trigger
kill -USR1 "$next"
check "a victim that cannot end has no memory any more" poll_until "$PATIENCE" has_shrunk
check "nobody has died since" alive "$bystander"
# The next one finds the cgroup full, and no victim that is dying.
usage >"$cgroup/memory.max"
killed "SysRq: the first in order is killed" "$bystander"
killed "then the one of the memory cgroup" "$next"
window=$(window_of "$next")
check "and its emergency had a window: ${window:-0} ms" [ "${window:-0}" -gt 0 ]
equal "no splat" 0 "$(splat_taint)"
finish
