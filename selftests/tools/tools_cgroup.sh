#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A memory cgroup that the configuration names is watched, and "oom-embedded wait" tells its service
# before the cgroup's own OOM; also when the service was started again and has a new cgroup.
#
# set: tools
# needs: tools memcg

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/levels.sh
. "$SELFTESTS/lib/levels.sh"

LIMIT_KB=24576

# The service: when it is told, it notes how many OOMs of cgroups there were until then.
serve()
{
	oom-embedded wait -t 120 cgroup=box:critical >"$tmp/told" 2>&1
	echo "$? $(get stats/oom_memcg)" >"$tmp/served"
}

box_level_is()
{
	[ "$(cat "$OE/cgroups/box/level" 2>&1)" = "$1" ]
}

# leak_is_told WHEN
leak_is_told()
{
	poll_until "$PATIENCE" box_level_is normal || comment "$1: $(cat "$OE/cgroups/box/level" 2>&1)"
	before=$(get stats/oom_memcg)
	rm -f "$tmp/served"
	serve &
	service=$!
	leak -c leaker -a 1000 -C "$cgroup" -l 0 -k 64 -v 4096 >/dev/null 2>&1
	poll_until "$PATIENCE" [ -s "$tmp/served" ]
	wait "$service"
	equal "$1: the service is told before the OOM" "0 $before" "$(cat "$tmp/served")"
	check "$1: of which cgroup, and what is left" grep -q "^OOM_LIMIT_KB=$LIMIT_KB" "$tmp/told"
	check "$1: and then the OOM came" [ "$(get stats/oom_memcg)" -gt "$before" ]
}

plan 8
load_module debounce_ms=200
short_percpu_lists
make_cgroup box "${LIMIT_KB}K"
printf '%s\n' '[cgroup box]' 'cgroup = /box' 'warning_percent = 40' 'critical_percent = 25' >"$tmp/conf"
check "the configuration is put in force" oom-embedded apply "$tmp/conf"
leak_is_told "a leak"
rmdir "$cgroup" || bail_out "the cgroup is not empty"
make_cgroup box "${LIMIT_KB}K"
leak_is_told "started again"
unload_module
equal "no splat" 0 "$(splat_taint)"
finish
