#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A process without rights cannot keep the module loaded, read the records of other processes,
# make an OOM wait, or end the wait of another process.
# ROUNDS: OOMs of each kind (default 3).
#
# set: once debug
# needs: events

# shellcheck source=../lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
ROUNDS=${ROUNDS:-3}

# The time in ms that the last OOM took until userspace had been told.
announced_ms()
{
	tail -n 1 "$OE/events" | tr ' ' '\n' |
		awk -F = '$1 == "announce_ns" { print int($2 / 1000000) }'
}

# A follower reads the counter once and never again; the wait for it is 200 ms.
# shortest_wait READER...: the shortest of some announcements; a busy host makes each longer.
shortest_wait()
{
	shortest=100000
	round=0
	while [ "$round" -lt "$ROUNDS" ]; do
		round=$((round + 1))
		"$@" cat "$OE/reconfigure_wanted" >"$tmp/read"
		spawn "victim" 1024 900
		echo f >/proc/sysrq-trigger
		reap "$pid"
		took=$(announced_ms)
		[ "$took" -ge "$shortest" ] || shortest=$took
	done
}

needs events
plan 9
load_module selection_order=rank rank_threshold=100

shortest_wait as_user -u 1000
check "an unprivileged reader is not waited for ($shortest ms)" [ "$shortest" -lt 200 ]
shortest_wait env
check "a privileged one is ($shortest ms)" [ "$shortest" -ge 190 ]

as_user -u 1000 cat "$OE/events" >"$tmp/read" 2>/dev/null
equal "events is not for everybody" "1 0" "$? $(wc -c <"$tmp/read")"
as_user -u 1000 cat "$OE/candidates" >"$tmp/read" 2>/dev/null
equal "nor is candidates" "1 0" "$? $(wc -c <"$tmp/read")"
check "the level is" as_user -u 1000 cat /proc/oom_embedded/pressure

as_user -u 1000 sleep 1000 </proc/oom_embedded/pressure &
started="$started $!"
: >"$tmp/marker"
export MEMORY_PRESSURE_WATCH=/proc/oom_embedded/pressure
start watcher level_watch "$tmp/marker"
watcher=$pid
check "the module unloads while its file is open and polled" rmmod oom_embedded
check "the poller is alive" alive "$watcher"
stop_process "$watcher"
load_module
check "and the module loads again" as_user -u 1000 cat /proc/oom_embedded/pressure
equal "no splat" 0 "$(splat_taint)"
finish
