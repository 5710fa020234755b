#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A memory cgroup that the configuration names is watched, and "oom-embedded wait" tells its service
# before the cgroup's own OOM; also when the service was started again and has a new cgroup. The
# manager enters a mode by it, also when the watch was made anew, and does not wait for its next look.
#
# set: tools
# needs: tools memcg

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/levels.sh
. "$SELFTESTS/lib/levels.sh"
# shellcheck source=lib/manager.sh
. "$SELFTESTS/lib/manager.sh"

LIMIT_KB=24576

# The service: when it is told, it notes how many OOMs of cgroups there were until then.
serve()
{
	oom-embedded wait -t 120 cgroup=box:critical >"$tmp/told" 2>&1
	echo "$? $(get stats/oom_memcg)" >"$tmp/served"
}

# write_conf SAMPLE
write_conf()
{
	cat >"$tmp/conf" <<-CONF
		[daemon]
		sample = $1
		scan = 60s
		[mode normal]
		[mode short]
		enter = cgroup box critical
		leave_after = 1s
		[cgroup box]
		cgroup = /box
		warning_percent = 40
		critical_percent = 25
	CONF
}

has_entered()
{
	[ "$(grep -c 'mode short: cgroup box critical' "$tmp/log")" -ge "$1" ]
}

log_has()
{
	grep -q "$1" "$tmp/log"
}

box_level_is()
{
	[ "$(cat "$OE/cgroups/box/level" 2>&1)" = "$1" ]
}

# The file that the manager has open is that of a watch that has gone.
remake_watch()
{
	sleep 1
	oom-embedded cgroup rm box &&
		oom-embedded cgroup add box cgroup=/box warning_percent=40 critical_percent=25
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

plan 11
load_module debounce_ms=200
short_percpu_lists
make_cgroup box "${LIMIT_KB}K"
write_conf 200ms
check "the configuration is put in force" oom-embedded apply "$tmp/conf"
start_manager "$tmp/conf" "$tmp/log"
check "the watch is made anew while the manager runs" remake_watch
leak_is_told "a leak"
check "the manager enters the mode by the new one" poll_until "$PATIENCE" has_entered 1
poll_until "$PATIENCE" log_has 'mode normal: memory has been fine' || comment "$(tail -n 3 "$tmp/log")"
rmdir "$cgroup" || bail_out "the cgroup is not empty"
make_cgroup box "${LIMIT_KB}K"
write_conf 60s
kill -HUP "$manager"
poll_until "$PATIENCE" log_has 'the configuration was read again' || bail_out "$(cat "$tmp/log")"
leak_is_told "started again"
check "the manager does not wait for its next look" poll_until 15 has_entered 2
stop_process "$manager"
unload_module
equal "no splat" 0 "$(splat_taint)"
finish
