#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Steps that go wrong: commands that fail, die or are late, helpers that do not answer or end, a worker
# that dies meanwhile; restarts that are under way while something else happens.

# shellcheck disable=SC2016,SC2154,SC2317 # for the inner shell; set by daemon.sh; called by name
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/daemon.sh
. "$TESTS/daemon.sh"

DAEMON=$TOOLS_BUILD/tests/oom-embeddedd
wanted=3
set_meminfo 150000
set_pressure 0.00 0.00
: >"$OOM_EMBEDDED_SYSFS/relieve"

# script NAME LINE...: a command of that name
script()
{
	printf '%s\n' '#!/bin/sh' "${@:2}" >"$tmp/$1"
	chmod +x "$tmp/$1"
}

script fails 'exit 3'
script dies 'kill -TERM $$'
script slow "echo \$\$ >>$tmp/pids" 'echo "$0 $*" >>'"$tmp/commands" 'exec sleep 1000'
script silent 'read -r line' 'echo done' 'exec sleep 1000'
script deaf 'read -r line' 'echo done' 'exec sleep 1000 <&-'

write_conf()
{
	daemon_section
	cat <<-CONF
		[mode normal]
		[mode results]
		leave_after = never
		step = run 9s $tmp/fails
		step = run 9s $tmp/dies
		step = run 9s /no/such/command
		[mode late]
		leave_after = never
		step = run 200ms $tmp/slow late
		step = helper 100ms silent
		step = helper 100ms silent
		step = helper 9s deaf
		[mode long]
		leave_after = never
		service = gone
		step = run 60s $tmp/slow long
		step = kill next
		step = run 9s $tmp/fails
		[mode timed]
		leave_after = never
		service = timed
		[mode barebones]
		rank_threshold = 500
		enter = oom
		enter = available 5%
		leave_after = 300ms
		service = web
		[service timed]
		comm = timed
		time_limit = 200ms
		step = sleep 60s
		step = run 9s $tmp/fails
		[service gone]
		comm = gone
		step = run 60s $tmp/slow gone
		step = kill
		[service web]
		comm = web
		step = kill
		step = restart
		restart = $tmp/slow web
		[helper silent]
		command = $tmp/silent $1
		[helper deaf]
		command = $tmp/deaf
	CONF
}

ran()
{
	[[ $(grep -c "slow $1$" "$tmp/commands") == "$2" ]]
}

test_results()
{
	command_is 'mode results'
	says "a command that fails" "results: $tmp/fails ended with status 3"
	says "one that a signal ends" "results: $tmp/dies was ended by signal 15"
	says "one that is not there" 'results: /no/such/command ended with status 127'
	command_is 'mode late'
	# On a busy machine its end may come before the look at the clock.
	says "one that is late" 'late: (a command is late|.*/slow was ended by signal 9)'
	says "a helper that is late" 'late: helper silent is late'
	says "which is asked nothing more" 'late: silent failed: (Device or resource|Resource) busy'
	says "a helper that has closed its input" 'late: deaf failed: Broken pipe'
	command_is 'mode timed'
	says "a service whose time is over" 'timed: its time is over, what only waits or runs is left out'
	says "is through" 'timed: through'
	same "and has run nothing" 0 "$(grep -c 'timed: runs' "$log")"
}

# sleeper SERVICE: its process, which the manager knows
sleeper()
{
	"${with_us[@]}" sleep 999 &
	sleeper=$!
	disown
	rm -rf "$OOM_EMBEDDED_PROC"/[0-9]*
	fake_process "$sleeper" 0 "$1" 1 0 0 /
	until_true is_known "$1"
}

is_known()
{
	: >"$log"
	kill -USR1 "$daemon"
	sleep 0.1
	grep -q "service $1: 1 processes" "$log"
}

has_died()
{
	! kill -0 "$sleeper" 2>/dev/null
}

test_worker()
{
	sleeper gone
	command_is 'mode normal'
	command_is 'mode long'
	until_true ran long 1
	until_true ran gone 1
	pkill -KILL -P "$daemon" oom-worker
	says "the worker dies: its command has failed" "long: $tmp/slow failed: No child process"
	says "nobody can be killed meanwhile" 'long: kill next failed: No such process'
	says "and no command be run" "long: $tmp/fails failed: No such process"
	check "but processes are killed" until_true has_died
	check "the worker is replaced" until_true pgrep -P "$daemon" oom-worker
	command_is 'mode normal'
}

test_helpers()
{
	: >"$log"
	write_conf again >"$CONF"
	command_is reload
	says "a command reads the configuration again" 'the configuration was read again'
	check "other helpers take the place of those before, and are tried" until_true helpers_were_tried
	kill -KILL "$(pgrep -P "$daemon" -x sleep | head -n 1)"
	says "a helper that has ended is started again, some seconds later" 'warning: helper (silent|deaf) had ended: started again'
	check "a helper that was started again is tried" until_true helpers_were_tried
}

# They have answered the first line, and sleep. Those of before are gone.
helpers_were_tried()
{
	[[ $(pgrep -cP "$daemon" -x sleep) == 2 && $(pgrep -cP "$daemon" -f "^/bin/sh $tmp") == 0 ]]
}

# unload_and_load: with the processes that procfs knows
unload_and_load()
{
	: >"$log"
	cp -a "$OOM_EMBEDDED_SYSFS" "$tmp/again"
	rm -r "$OOM_EMBEDDED_SYSFS"
	says "$1: the module is unloaded" 'the module has gone'
	mv "$tmp/again" "$OOM_EMBEDDED_SYSFS"
	says "$1: it is loaded again" 'the module is there again'
}

ranked_zero()
{
	awk -v pid="$1" '$1 == pid && $2 == 0 { found = 1 } END { exit !found }' "$OOM_EMBEDDED_SYSFS/oom_ranking"
}

test_protection()
{
	local helpers

	mapfile -t helpers < <(pgrep -P "$daemon" -x sleep)
	for pid in "${helpers[@]}"; do
		fake_process "$pid" 0 helper 1 0 0 /
	done
	: >"$OOM_EMBEDDED_PROC/${helpers[1]}/full"
	unload_and_load "protection"
	check "protection: helpers have it again" until_true ranked_zero "${helpers[0]}"
	says "protection: one that cannot have it" "cannot rank process ${helpers[1]}: (Cannot allocate|Out of) memory"
	rm "$OOM_EMBEDDED_SYSFS/oom_ranking"
	unload_and_load "without rankings"
	command_is status
	says "without rankings: it works" 'module loaded, mode'
}

end_web()
{
	sleeper web
	wanted=$((wanted + 1))
	emergency_is "$wanted"
	until_true has_died
}

test_restarts()
{
	: >"$tmp/commands"
	command_is auto
	end_web
	check "a restart begins" until_true ran web 1
	kill -HUP "$daemon"
	says "a restart under way: the configuration is read again" 'the configuration was read again'
	sleep 0.3
	check "a restart under way: no other one begins" ran web 1
	end_web
	check "a restart under way: a further emergency ends the service" has_died
	check "and it is restarted anew" until_true ran web 2
	set_meminfo 4000
	end_web
	until_true grep -q 'web: signal 9' "$log"
	sleeper web
	kill -KILL "$daemon"
	wait "$daemon" 2>/dev/null
	: >"$log"
	start
	says "a manager that is started again" 'service web still waits for its restart'
	until_true is_known web
	set_meminfo 150000
	says "finds that somebody else has restarted it" 'web: runs already'
	check "and does not" ran web 2
}

write_conf >"$CONF" ''
start
{
	test_results
	test_worker
	test_helpers
	test_protection
	test_restarts
} 2>/dev/null
end_well "it ends in order"
# Commands outlive the worker.
xargs kill -KILL <"$tmp/pids" 2>/dev/null
kill -KILL "$sleeper" 2>/dev/null
finish
