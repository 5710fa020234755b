#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# In an emergency the manager does nothing that may need memory. From the first emergency
# on a seccomp filter kills it for every system call but those that work on what is open; its page
# faults are counted. And what it does for systemd meanwhile: the watchdog hears of a manager that
# works, whatever holds up its log.

# shellcheck disable=SC2154 # set by daemon.sh
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/daemon.sh
. "$TESTS/daemon.sh"

DAEMON=$TOOLS_BUILD/tests/oom-embeddedd-sealed
set_meminfo 150000
set_pressure 0.00 0.00
put_file proc/loadavg '0.10 0.1 0.1 1/1 1'
wanted=3

daemon_section 100ms >"$tmp/head.conf"
cat >"$tmp/helper" <<-HELPER
	#!/bin/sh
	while read -r line; do
		echo "\$line" >>$tmp/helped
		echo done
	done
HELPER
cat >"$tmp/command" <<-COMMAND
	#!/bin/sh
	echo "\$*" >>$tmp/commands
COMMAND
chmod +x "$tmp"/{helper,command}

still_conf()
{
	cat "$tmp/head.conf" - >"$CONF" <<-CONF
		[policy]
		rank_threshold = 50
		[rankings]
		other = 700
		[mode normal]
		[mode degraded]
		enter = level critical
		enter = load 50
		enter = biggest 90%
		enter = commit_left 4k
		rank_threshold = 200
		[mode barebones]
		enter = oom
		leave_after = never
		rank_threshold = 500
		service = saver
		step = kill next
		step = run 2s $tmp/command one two
		step = helper 1s helper
		[service saver]
		comm = saver
		step = term
		step = wait 50ms
		step = kill
		step = wait 500ms
		step = restart
		restart = $tmp/command restarted
		[helper helper]
		command = $tmp/helper
	CONF
}

faults()
{
	sed 's/.*) //' "/proc/$daemon/stat" | awk '{ print $8 + $10 }'
}

one_emergency()
{
	wanted=$((wanted + 1))
	emergency_is "$wanted"
	until_true reads reconfigure_done "$wanted"
}

start_still()
{
	: >"$log"
	rm -f "$tmp"/{helped,commands}
	"${with_us[@]}" sleep 1000 &
	saver=$!
	disown
	fake_process "$saver" 0 saver 1 0 0 /
	start
	until_true saver_is_known
}

saver_is_known()
{
	kill -USR1 "$daemon"
	sleep 0.05
	grep -q 'service saver: 1 processes' "$log"
}

# A helper, the worker and the scribe have ended and been replaced, which is a fork each.
make_it_fork()
{
	local child
	local old

	for child in oom-worker oom-scribe; do
		old=$(pgrep -P "$daemon" "$child")
		kill -KILL "$old"
		until_true is_another "$child" "$old"
	done
	# Locked pages become its own again in the turn that forked: two more turns, however slow.
	a_turn
	a_turn
}

# Another configuration, in which it has an argument.
change_helper()
{
	sed -i "s|^command = .*|& again|" "$CONF"
	kill -HUP "$daemon"
	until_true grep -q 'configuration was read again' "$log"
	until_true pgrep -P "$daemon" -f "$tmp/helper again"
	a_turn
	a_turn
}

# is_another NAME PID: a child of that name, and not the one that has just died
is_another()
{
	pgrep -P "$daemon" "$1" | grep -qvx "$2"
}

# The manager answers at the end of a turn of its loop.
a_turn()
{
	local count

	count=$(grep -c 'module loaded, mode' "$log")
	kill -USR1 "$daemon"
	until_true has_answered "$count"
}

has_answered()
{
	[[ $(grep -c 'module loaded, mode' "$log") -gt $1 ]]
}

# In place: the manager has mapped the file.
put_byte()
{
	printf '%s' "$1" 1<>"$SEAL"
}

test_sealed()
{
	local before
	local status

	still_conf
	put_file proc/sys/vm/overcommit_memory 2
	: >"$OOM_EMBEDDED_SYSFS/relieve"
	export SEAL=$tmp/seal
	echo 0 >"$SEAL"
	start_still
	make_it_fork
	change_helper
	before=$(faults)
	one_emergency
	becomes "sealed: a mode is entered" rank_threshold 500
	set_file levels/level critical
	until_true grep -q 'level critical' "$log"
	set_file levels/level oom
	until_true grep -q 'level oom' "$log"
	command_is 'mode degraded'
	becomes "sealed: a command is obeyed" rank_threshold 200
	command_is auto
	one_emergency
	check "sealed: a service is ended" until_true no_saver
	same "sealed: and the emergency acknowledged" "$wanted" "$(first_line reconfigure_done)"
	check "sealed: a command is run" until_true grep -q 'one two' "$tmp/commands"
	check "sealed: the module is asked for a victim" until_true grep -q 1 "$OOM_EMBEDDED_SYSFS/relieve"
	check "sealed: a helper works" until_true grep -q 'go barebones' "$tmp/helped"
	kill -HUP "$daemon"
	kill -KILL "$(pgrep -P "$daemon" oom-worker)"
	one_emergency
	sleep 0.2
	check "sealed: no system call may have needed memory" kill -0 "$daemon"
	same "sealed: no page was missed" "$before" "$(faults)"
	# At leisure it opens files again: the filter does kill.
	# The shell says what it ended of, here or before it waits.
	{
		put_byte 1
		wait "$daemon"
		status=$?
	} 2>/dev/null
	same "the filter is in force" 159 "$status"
	unset SEAL
}

no_saver()
{
	! kill -0 "$saver"
}

# Put off until there is memory: a fork, and the new configuration.
test_later()
{
	still_conf
	start_still
	one_emergency
	sed -i 's/^rank_threshold = 500/rank_threshold = 600/' "$CONF"
	kill -HUP "$daemon"
	kill -KILL "$(pgrep -P "$daemon" oom-worker)"
	says "a worker that died in the emergency is missed" 'the worker had ended'
	becomes "what was asked for meanwhile is done afterwards: the configuration" rank_threshold 600
	check "and the worker" until_true pgrep -P "$daemon" oom-worker
	end_well "it ends in order"
}

# Neither locked memory nor a real-time priority, at the start and at a reload.
test_no_rights()
{
	# shellcheck disable=SC2016 # for the inner shell
	local with_us=("${with_us[@]}" bash -c 'ulimit -l 0; exec "$@"' -)

	[[ $EUID -ne 0 ]] || with_us+=(setpriv "--bounding-set=-sys_nice,-ipc_lock")
	still_conf
	sed -i 's/^realtime = 0/realtime = 10/' "$CONF"
	: >"$log"
	start
	says "no rights: memory is not locked" 'error: cannot lock my memory \('
	says "no rights: no real-time priority" 'warning: no real-time priority \('
	: >"$log"
	kill -HUP "$daemon"
	says "no rights: a reload says so, too" 'warning: cannot lock the configuration: '
	says "no rights: and is done" 'configuration was read again'
	end_well "no rights: it ends in order"
}

# --- for systemd ----------------------------------------------------------------

hear_states()
{
	rm -f "$tmp/notify"
	: >"$tmp/states"
	"${with_us[@]}" "$TOOLS_BUILD/tests/hear_states" "$tmp/notify" >>"$tmp/states" &
	listener=$!
	until_true test -S "$tmp/notify"
}

fed()
{
	[[ $(grep -c WATCHDOG=1 "$tmp/states") -gt $1 ]]
}

# For longer than the watchdog waits.
fed_no_more()
{
	local count

	count=$(grep -c WATCHDOG=1 "$tmp/states")
	sleep 1.2
	! fed "$count"
}

# fed_again DESCRIPTION: the watchdog is fed, and fed on, within its time
fed_again()
{
	local count

	count=$(grep -c WATCHDOG=1 "$tmp/states")
	check "$1" until_true fed $((count + 4))
}

test_watchdog()
{
	DAEMON=$TOOLS_BUILD/oom-embeddedd
	sed 's/^sample = .*/sample = 60s/' "$tmp/head.conf" >"$CONF"
	printf '[mode normal]\n' >>"$CONF"
	hear_states
	: >"$log"
	export NOTIFY_SOCKET=$tmp/notify WATCHDOG_USEC=1000000
	start
	until_true grep -q READY=1 "$tmp/states"
	fed_again "the watchdog is fed, however seldom memory is looked at"
	kill -STOP "$(pgrep -P "$daemon" oom-scribe)"
	fed_again "and whatever holds up the log"
	kill -CONT "$(pgrep -P "$daemon" oom-scribe)"
	kill -KILL "$(pgrep -P "$daemon" oom-herald)"
	fed_again "and after the process that does it was replaced"
	kill -STOP "$daemon"
	check "but not for a manager that hangs" until_true fed_no_more
	kill -CONT "$daemon"
	fed_again "and again when it goes on"
	end_well "it ends in order, with a watchdog"
	same "and says so" STOPPING=1 "$(grep -v WATCHDOG=1 "$tmp/states" | tail -n 1)"
}

# Variables from the service manager are not for the commands that the manager runs.
test_environment()
{
	printf '#!/bin/sh\nenv >%s/environment\nls /proc/self/fd >%s/descriptors\n' "$tmp" "$tmp" >"$tmp/command"
	printf '#!/bin/sh\nenv >%s/helpers\nexec cat\n' "$tmp" >"$tmp/helper"
	cat "$tmp/head.conf" - >"$CONF" <<-CONF
		[mode normal]
		[mode barebones]
		enter = oom
		leave_after = never
		step = run 2s $tmp/command
		[helper helper]
		command = $tmp/helper
	CONF
	: >"$log"
	export LISTEN_FDS=1 LISTEN_FDNAMES=x LISTEN_PID=1
	start 9<"$CONF"
	one_emergency
	until_true test -s "$tmp/descriptors"
	for file in environment helpers; do
		same "what systemd tells the manager is not in the $file" '' \
			"$(grep -E '^(NOTIFY_SOCKET|WATCHDOG_|LISTEN_)' "$tmp/$file")"
		check "the rest is" grep -q ^PATH= "$tmp/$file"
	done
	# 3 is the directory that ls reads.
	same "nor are descriptors" '0 1 2 3 ' "$(tr '\n' ' ' <"$tmp/descriptors")"
	end_well "it ends in order after that"
	kill "$listener"
}

# Under systemd a command would end with the manager, and cannot do more than it may.
test_restart_note()
{
	cat "$tmp/head.conf" - >"$CONF" <<-CONF
		[mode normal]
		[service one]
		comm = one
		step = restart
		restart = /etc/init.d/one start
		[service two]
		comm = two
		step = restart
		restart = /usr/bin/systemctl start two
	CONF
	"$DAEMON" --check -f "$CONF" -d '' >"$log" 2>&1
	same "--check: not under systemd" 'the configuration is in order' "$(cat "$log")"
	put_file proc/1/comm systemd
	"$DAEMON" --check -f "$CONF" -d '' >"$log" 2>&1
	same "--check: under systemd a note is no error" 0 $?
	says "--check: with file and line" "daemon.conf:10: note: service one: /etc/init.d/one runs in the sandbox"
	same "--check: only where it matters" 1 "$(grep -c note: "$log")"
}

test_sealed
test_later
test_no_rights
test_watchdog
test_environment
test_restart_note
finish
