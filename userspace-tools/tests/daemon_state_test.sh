#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The manager's state outlives a SIGHUP and the manager itself: the mode, the operator's mode,
# services that wait for their restart, the values from before there were modes. Also the
# mode that each emergency leads to.

# shellcheck disable=SC2154 # set by daemon.sh
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/daemon.sh
. "$TESTS/daemon.sh"

set_meminfo 150000
set_pressure 0.00 0.00
put_file proc/loadavg '0.10 0.1 0.1 1/1 1'
printf '#!/bin/sh\necho "$*" >>%s/commands\n' "$tmp" >"$tmp/command"
chmod +x "$tmp/command"
wanted=3

# No threshold in [policy]: without a mode the module decides it.
write_conf()
{
	daemon_section >"$CONF"
	cat >>"$CONF" <<-CONF
		[mode normal]
		[mode degraded]
		rank_threshold = 200
		enter = level critical
		leave_after = 300ms
		[mode barebones]
		rank_threshold = 500
		enter = oom
		enter = available 5%
		leave_after = 3s
		service = saver
		[service saver]
		comm = saver
		step = term
		step = wait 200ms
		step = kill
		step = wait 500ms
		step = restart
		restart = $tmp/command restarted
	CONF
}

start_anew()
{
	: >"$log"
	start
}

one_emergency()
{
	wanted=$((wanted + 1))
	emergency_is "$wanted" "$@"
	until_true reads reconfigure_done "$wanted"
}

new_saver()
{
	"${with_us[@]}" sleep 1000 &
	saver=$!
	disown
	rm -rf "$OOM_EMBEDDED_PROC"/[0-9]*
	fake_process "$saver" 0 saver 1 0 0 /
}

saver_is_known()
{
	: >"$log"
	kill -USR1 "$daemon"
	until_true grep -q 'service saver: ' "$log"
	grep -q 'service saver: 1 processes' "$log"
}

is_gone()
{
	! kill -0 "$saver"
}

was_restarted()
{
	[[ $(grep -c restarted "$tmp/commands") == "$1" ]]
}

kill_daemon()
{
	kill -KILL "$daemon"
	wait "$daemon" 2>/dev/null
	: >"$log"
}

# An emergency ends the service; memory is not back, so that it waits for its restart.
end_saver()
{
	: >"$tmp/commands"
	new_saver
	until_true saver_is_known
	set_meminfo 4000
	one_emergency
	until_true is_gone
	until_true reads rank_threshold 500
}

test_reload_keeps_service()
{
	end_saver
	: >"$log"
	kill -HUP "$daemon"
	says "SIGHUP in an emergency: later" 'read again after this emergency'
	says "then" 'the configuration was read again'
	set_meminfo 150000
	check "a service that waited for its restart meanwhile is started" until_true was_restarted 1
	becomes "the threshold is what it was before modes" rank_threshold 100
	end_saver
	: >"$log"
	sed -i '/^\[service saver\]/,$d; /^service = saver/d' "$CONF"
	kill -HUP "$daemon"
	says "a configuration that does not know it: said" \
		'service saver waits for its restart, and the new configuration has no command for it'
	set_meminfo 150000
	write_conf
	kill -HUP "$daemon"
	becomes "back again" rank_threshold 100
}

test_reload_keeps_pin()
{
	command_is 'mode degraded'
	becomes "the operator's mode" rank_threshold 200
	fake_process 600 0 oom-embeddedd 1000 1000 0 /system
	OOM_EMBEDDED_STATE=$tmp/state gives "status: has it" 0 \
		"^manager +oom-embeddedd/600 runs in mode degraded \(the operator's\); it has" status
	if has_namespaces; then
		mkdir -p "$tmp/etc"
		cp "$CONF" "$tmp/etc/oom-embedded.conf"
		unset OOM_EMBEDDED_STATE
		ETC=$tmp/etc gives "status: the configuration says where it is" 0 \
			'^manager +oom-embeddedd/600 runs in mode degraded' status
		export OOM_EMBEDDED_STATE=$tmp/no-state
	else
		skip "status: the configuration says where it is" "no right to make a mount namespace"
	fi
	cp "$tmp/state" "$tmp/state.others"
	chmod g+w "$tmp/state.others"
	OOM_EMBEDDED_STATE=$tmp/state.others gives "status: not from a file that others may write to" 0 \
		'^manager +oom-embeddedd/600 runs; it has' status
	rm -r "$OOM_EMBEDDED_PROC/600"
	: >"$log"
	kill -HUP "$daemon"
	says "a SIGHUP" 'the configuration was read again'
	sleep 1
	same "does not end it" 200 "$(first_line rank_threshold)"
	command_is auto
	becomes "its end does" rank_threshold 100
	sed -i "s|^control = .*|control = $tmp/elsewhere|" "$CONF"
	kill -HUP "$daemon"
	check "another FIFO for commands" until_true test -p "$tmp/elsewhere"
	echo 'mode degraded' >"$tmp/elsewhere"
	becomes "is listened to" rank_threshold 200
	check "the one before is gone" test ! -e "$tmp/control"
	write_conf
	kill -HUP "$daemon"
	check "and back" until_true test -p "$tmp/control"
	command_is auto
	becomes "with its commands" rank_threshold 100
}

test_restart()
{
	end_saver
	kill_daemon
	start_anew
	says "a manager that is started again is in the mode of the one before" 'mode barebones goes on'
	same "and of the same threshold" 500 "$(first_line rank_threshold)"
	check "nothing is started as long as there is no memory" was_restarted 0
	set_meminfo 150000
	check "a service that waited for its restart is started" until_true was_restarted 1
	becomes "the normal threshold is not the mode's" rank_threshold 100
	same "once" 1 "$(grep -c restarted "$tmp/commands")"

	command_is 'mode degraded'
	becomes "the operator's mode" rank_threshold 200
	kill_daemon
	start_anew
	sleep 1
	same "outlives the manager, too" 200 "$(first_line rank_threshold)"
	end_well "it ends in order"
	start_anew
	command_is auto
	becomes "until the operator ends it" rank_threshold 100
	set_file levels/level critical
	becomes "a mode" rank_threshold 200
	end_well "it ends in order in a mode"
	set_file rank_threshold 300
	set_file levels/level normal
	start_anew
	until_true grep -q 'mode degraded' "$log"
	becomes "what somebody else has set meanwhile is the normal one" rank_threshold 300
	end_well "it ends in order in the normal mode"
	set_file rank_threshold 100
}

# other_thresholds VALUE: that were written, and are another one
other_thresholds()
{
	grep '^rank_threshold ' "$FAKE_LOG" | grep -vx "rank_threshold $1"
}

# In a mode an OOM must never meet the value from outside of modes, not even for an instant.
test_mode_is_kept()
{
	local DAEMON=$TOOLS_BUILD/tests/oom-embeddedd

	export FAKE_LOG=$tmp/writes
	printf '[policy]\nrank_threshold = 150\n' >>"$CONF"
	start_anew
	command_is 'mode degraded'
	becomes "a mode, and a policy with another value" rank_threshold 200
	check "writes are noted" grep -qx 'rank_threshold 200' "$FAKE_LOG"
	: >"$FAKE_LOG"
	: >"$log"
	kill -HUP "$daemon"
	says "a SIGHUP in it" 'the configuration was read again'
	same "writes the mode's value only" '' "$(other_thresholds 200)"
	kill_daemon
	start_anew
	says "a new manager in it" 'mode degraded'
	same "writes the mode's value only, too" '' "$(other_thresholds 200)"
	sed -i '/^rank_threshold = 200/d' "$CONF"
	kill -HUP "$daemon"
	becomes "a mode that says nothing of it any more" rank_threshold 150
	write_conf
	kill -HUP "$daemon"
	becomes "a mode that does again" rank_threshold 200
	command_is auto
	becomes "and its end" rank_threshold 150
	end_well "it ends in order, in no mode"
	unset FAKE_LOG
	set_file rank_threshold 100
}

# comes_up DESCRIPTION: with such a state file as with none
comes_up()
{
	start_anew
	same "$1" 1 "$(grep -c 'module loaded, mode normal' "$log")"
	end_well "$1: it ends in order"
}

test_garbage()
{
	local bytes

	rm -f "$tmp/state"
	comes_up "no state"
	cp "$tmp/state" "$tmp/whole"
	for bytes in 1 100 5000; do
		rm -f "$tmp/state"
		head -c "$bytes" /dev/urandom >"$tmp/state"
		comes_up "a state of $bytes random bytes"
	done
	head -c "$(stat -c %s "$tmp/whole")" /dev/urandom >"$tmp/state"
	comes_up "random bytes of the right size"
	head -c "$(stat -c %s "$tmp/whole")" /dev/zero >"$tmp/state"
	comes_up "zeros"
	: >"$tmp/state"
	comes_up "an empty state"
	rm -f "$tmp/state"
	ln -s "$tmp/whole" "$tmp/state"
	comes_up "a symbolic link"
	says "which is not followed" 'cannot use .*/state'
	rm -f "$tmp/state"
	mkfifo "$tmp/state"
	comes_up "a FIFO"
	rm -f "$tmp/state"
	mkdir "$tmp/state"
	comes_up "a directory"
	rmdir "$tmp/state"
}

# Each byte of it may be another one: either as it was, or as without a state.
test_damaged()
{
	local i
	local size
	local bad=0

	rm -f "$tmp/state"
	start_anew
	command_is 'mode degraded'
	becomes "a state to be damaged" rank_threshold 200
	kill_daemon
	cp "$tmp/state" "$tmp/whole"
	size=$(stat -c %s "$tmp/whole")
	for ((i = 0; i < 12; i++)); do
		cp "$tmp/whole" "$tmp/state"
		printf '\xff\xff\xff' | dd of="$tmp/state" bs=1 seek=$((i * 71 % (size / 2))) conv=notrunc 2>/dev/null
		printf '\xff\xff\xff' | dd of="$tmp/state" bs=1 seek=$((size / 2 + i * 71 % (size / 2))) conv=notrunc 2>/dev/null
		start_anew
		grep -qE 'module loaded, mode (normal|degraded)' "$log" || bad=$((bad + 1))
		kill -TERM "$daemon"
		wait "$daemon" || bad=$((bad + 1))
	done
	same "a damaged state does no harm" 0 "$bad"
	rm -f "$tmp/state"
	set_file rank_threshold 100
}

test_kinds()
{
	cat >>"$CONF" <<-CONF
		[mode cgroups]
		rank_threshold = 600
		enter = oom memcg 2 in 60s
		leave_after = never
		[mode all]
		rank_threshold = 700
		enter = oom any 5 in 60s
		leave_after = never
	CONF
	sed -i '/^enter = available/d; s/^leave_after = 3s/leave_after = never/' "$CONF"
	start_anew
	one_emergency memcg
	same "a cgroup's emergency is acknowledged" "$wanted" "$(first_line reconfigure_done)"
	sleep 0.2
	same "and is not the machine's" 100 "$(first_line rank_threshold)"
	one_emergency memcg
	becomes "cgroups' emergencies, where they are asked for" rank_threshold 600
	command_is 'mode normal'
	becomes "the operator's mode" rank_threshold 100
	command_is 'mode barebones'
	becomes "another one" rank_threshold 500
	one_emergency sysrq
	one_emergency
	one_emergency
	command_is auto
	becomes "emergencies of all kinds together" rank_threshold 700
	end_well "it ends in order, whoever's emergency it was"

	# While nobody is there.
	rm -f "$tmp/state"
	set_file rank_threshold 100
	write_conf
	start_anew
	end_well "it ends in order before"
	wanted=$((wanted + 1))
	emergency_is "$wanted" memcg
	start_anew
	becomes "a cgroup's emergency that was missed is acknowledged" reconfigure_done "$wanted"
	same "and is not the machine's, either" 100 "$(first_line rank_threshold)"
	end_well "it ends in order at last"
}

# says_wrong DESCRIPTION LINE PATTERN
says_wrong()
{
	printf '[mode normal]\n[mode m]\n%s\n' "$2" >"$tmp/wrong.conf"
	"$DAEMON" --check -f "$tmp/wrong.conf" -d '' >"$log" 2>&1
	same "$1: status" 2 $?
	says "$1" "$3"
}

test_check()
{
	printf '[mode n]\n[mode m]\n' >"$tmp/right.conf"
	for condition in 'oom' 'oom any' 'oom memcg' 'oom memcg /a/b' 'oom memcg /a 64 in 1h and level warning' \
		'oom any 2 in 5s' 'oom and load 2'; do
		echo "enter = $condition" >>"$tmp/right.conf"
	done
	check "--check: conditions" "$DAEMON" --check -f "$tmp/right.conf" -d ''
	says_wrong "--check: more emergencies than are remembered" 'enter = oom 65 in 60s' \
		"wrong.conf:3: '65' is no number of emergencies from 1 to 64"
	says_wrong "--check: nobody's emergency" 'enter = oom everywhere' "wrong.conf:3: 'everywhere' is no number"
	says_wrong "--check: a name that is too long to be one" $'[rankings]\npacemaker-control = 0' \
		"wrong.conf:4: name: 'pacemaker-control' matches no process: .* 15 characters; 'pacemaker-cont\*' would"
	says_wrong "--check: a service of a name that is too long" $'[service s]\ncomm = a[bc]????????????[]x]??' \
		"wrong.conf:4: comm: .* matches no process"
	printf '%s = 1\n' 'x[abc]?456789012345' '*1*2*34567890123*45' 'exactly-fifteen' >"$tmp/short"
	sed -i '1i [rankings]' "$tmp/short"
	check "--check: names that are just short enough" "$DAEMON" --check -f "$tmp/short" -d ''
}

write_conf
start_anew
test_reload_keeps_service
test_reload_keeps_pin
test_restart
test_mode_is_kept
test_garbage
test_damaged
test_kinds
test_check
finish
