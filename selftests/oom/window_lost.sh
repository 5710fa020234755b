#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# If the probe on mem_cgroup_out_of_memory() alone is lost, `coverage` says so and tells, OOMs of
# memory cgroups have no window and the right victim; and it comes back by itself.
#
# set: rest
# needs: guard

SELFTESTS_LIB=$(cd "$(dirname "$0")/lib" && pwd)
# shellcheck source=lib/ways.sh
. "$SELFTESTS_LIB/ways.sh"

FOREIGN=/lib/oom-embedded/oe_foreign.ko
STEAL=/sys/module/oe_foreign/parameters/steal
GRACE=1000

# memcg_oom: the leaker dies, the shield lives.
memcg_oom()
{
	leak_beside
	reap "$leaker"
	[ "$rc" = 137 ] && alive "$shield"
}

told()
{
	poll_until "$PATIENCE" covers "$1" && poll_until "$PATIENCE" told_of "$1"
}

needs guard
[ -e "$FOREIGN" ] || skip_all "no $FOREIGN"
insmod "$FOREIGN" what=thief 2>/dev/null || skip_all "the kernel has no such ftrace"
trap 'clean_up; rmmod oe_foreign 2>/dev/null' EXIT
plan 14

ways_load grace_ms="$GRACE"
equal "with an idle callback of another beside it, all is covered" \
	"$(echo "$FULL_COVERAGE" | tr ',' ' ')" "$full"
listen
mark_log
check "an OOM of a memory cgroup has the right victim" memcg_oom
windows=$(get stats/grace_timeouts)
check "and a window" [ "$windows" -ge 1 ]

echo 1 >"$STEAL"
check "the probe is stolen: the victim is right" memcg_oom
equal "and there is no window" "$windows" "$(get stats/grace_timeouts)"
check "coverage says so: poller, uevent, log" told "$full no-window"

echo 0 >"$STEAL"
check "it is given back: the victim is right" memcg_oom
check "all is covered, and told" told "$full"
check "the module can be unloaded" unload_module
check "so can the other" rmmod oe_foreign
stop_process "$shield"

insmod "$FOREIGN" what=redirect || bail_out "no callback that redirects"
ways_load grace_ms="$GRACE"
equal "another redirects it before the module: coverage says so" \
	"$(echo "$FULL_COVERAGE" | tr ',' ' ') no-window" "$full"
check "the victim is right" memcg_oom
rmmod oe_foreign
check "when the other has gone the module takes its place" \
	poll_until "$PATIENCE" covers "$(echo "$FULL_COVERAGE" | tr ',' ' ')"
equal "no splat" 0 "$(splat_taint)"
finish
