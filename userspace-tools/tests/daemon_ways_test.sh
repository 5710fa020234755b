#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The ways to the manager: commands by the FIFO, whatever is written to it; its start in the
# background and by a SysV script; programs for events.

# shellcheck disable=SC2016,SC2153,SC2154 # for other shells; set by daemon.sh
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/daemon.sh
. "$TESTS/daemon.sh"

set_meminfo 150000
PATH=$PATH:/sbin:/usr/sbin

daemon_section >"$CONF"
cat >>"$CONF" <<-CONF
	[mode normal]
	[mode degraded]
	rank_threshold = 200
	leave_after = never
	enter = level critical
CONF

# The output of a command in one write of dd's.
in_one_write()
{
	"$@" >"$tmp/bytes"
	timeout 5 dd if="$tmp/bytes" of="$tmp/control" bs="$(stat -c %s "$tmp/bytes")" conv=notrunc 2>/dev/null
}

many_commands()
{
	local i

	for ((i = 0; i < 30; i++)); do
		echo status
	done
	echo 'mode degraded'
}

# characters COUNT CHARACTER
characters()
{
	head -c "$1" /dev/zero | tr '\0' "$2"
}

test_control()
{
	start
	in_one_write many_commands
	becomes "many commands in one write: the last one is obeyed" rank_threshold 200
	same "and none is cut" '' "$(grep 'is no command' "$log")"
	same "all are" 30 "$(($(grep -c 'module loaded, mode' "$log") - 1))"
	in_one_write printf 'mode normal'
	becomes "a command without a newline" rank_threshold 100
	in_one_write eval 'characters 300 x; echo; echo mode degraded'
	becomes "after a line that is too long the next one is obeyed" rank_threshold 200
	says "what was too long is told" 'a command has less than 128 characters'
	in_one_write eval 'characters 60000 x; echo; echo mode normal'
	becomes "also if it is longer than a FIFO holds" rank_threshold 100
	in_one_write printf 'mode \0\033[31m\rnormal\nmode degraded\n'
	becomes "after bytes that are no text" rank_threshold 200
	same "which nobody sees in the log" '' "$(LC_ALL=C grep '[^[:print:]]' "$log")"
	timeout 20 head -c 2000000 /dev/urandom >"$tmp/control"
	in_one_write printf '\nmode normal\n'
	becomes "after two megabytes of nonsense" rank_threshold 100
	end_well "it ends in order after that"
}

test_background()
{
	local status

	: >"$log"
	timeout 20 "$DAEMON" -b -p "$tmp/pid" -f "$CONF" -d '' >>"$log" 2>&1
	same "in the background: started" 0 $?
	daemon=$(cat "$tmp/pid")
	check "its pid is known" kill -0 "$daemon"
	says "it works" 'module loaded, mode normal'
	kill -TERM "$daemon"
	check "it ends" until_true has_ended
	check "and so does the file" until_true test ! -e "$tmp/pid"
	OOM_EMBEDDED_SYSFS=$tmp/nowhere timeout 20 "$DAEMON" -b -p "$tmp/pid" -f "$CONF" -d '' >"$log" 2>&1
	status=$?
	same "in the background without the module" 3 "$status"
	says "which is told" 'did not start'
}

service()
{
	PATH=$tmp/theirs:$PATH timeout 60 sh "$tmp/service" "$@" >>"$log" 2>&1
}

test_sysv()
{
	if ! command -v start-stop-daemon >/dev/null; then
		skip "the SysV script" "no start-stop-daemon"
		return
	fi
	sed -e "s|^DAEMON=.*|DAEMON=$DAEMON|; s|^PIDFILE=.*|PIDFILE=$tmp/pid|; s|^DEFAULTS=.*|DEFAULTS=$tmp/defaults|" \
		-e "s/modprobe -q/true/; s/^\tulimit.*//; s|/proc/self/oom_score_adj|$tmp/adj|" "$TOOLS_BUILD/packaging/sysv/oom-embeddedd" >"$tmp/service"
	echo "DAEMON_ARGS='--file $CONF --directory $tmp/none'" >"$tmp/defaults"
	: >"$log"
	mkdir "$tmp/theirs"
	printf '#!/bin/sh\necho "$0" >>%s/executed\n' "$tmp" >"$tmp/theirs/readlink"
	chmod +x "$tmp/theirs/readlink"
	for name in modprobe start-stop-daemon sleep; do
		cp "$tmp/theirs/readlink" "$tmp/theirs/$name"
	done
	service status
	same "SysV: status before the start" 3 $?
	OOM_EMBEDDED_SYSFS=$tmp/nowhere service start
	same "SysV: start without the module" 3 $?
	service start
	same "SysV: start" 0 $?
	daemon=$(cat "$tmp/pid")
	same "SysV: the kernel itself shall never choose the manager" -1000 "$(cat "$tmp/adj")"
	service status
	same "SysV: status" 0 $?
	service start
	same "SysV: a second start" 0 $?
	same "SysV: changes nothing" "$daemon" "$(cat "$tmp/pid")"
	service reload
	same "SysV: reload" 0 $?
	service restart
	same "SysV: restart" 0 $?
	check "SysV: is another process" test "$daemon" != "$(cat "$tmp/pid")"
	daemon=$(cat "$tmp/pid")
	echo nonsense >>"$CONF"
	service reload
	same "SysV: reload with errors" 2 $?
	sed -i '$d' "$CONF"
	service stop
	same "SysV: stop" 0 $?
	check "SysV: really" until_true has_ended
	echo "$$" >"$tmp/pid"
	service status
	same "SysV: a pid of another program is none of ours" 3 $?
	service stop
	same "SysV: and is left alone" 0 $?
	check "SysV: nothing is taken from the caller's PATH" test ! -e "$tmp/executed"
}

test_on_event()
{
	local name

	mkdir "$tmp/events"
	for name in 10-first second.sh third 'not~' not.dpkg-old not.dpkg-dist 'not$(touch x)' 'not;x' .not not.sh.bak '#not#'; do
		printf '#!/bin/sh\necho "${0##*/}" >>%s/ran\n' "$tmp" >"$tmp/events/$name"
		chmod +x "$tmp/events/$name"
	done
	chmod -x "$tmp/events/third"
	(cd "$tmp" && OOM_EMBEDDED_EVENTS=$tmp/events sh "$TOOLS_BUILD/packaging/on-event")
	same "on-event runs programs, not what lies beside them" '10-first second.sh ' "$(tr '\n' ' ' <"$tmp/ran")"
	check "and expands no name" test ! -e "$tmp/x"
}

# on_event_runs DESCRIPTION EXPECTED: the programs that it runs; $tmp/events may be changed by nobody else
on_event_runs()
{
	: >"$tmp/ran"
	(cd "$tmp" && PATH=$tmp/loggers:$PATH OOM_EMBEDDED_EVENTS=$tmp/events sh "$TOOLS_BUILD/packaging/on-event" 2>"$tmp/told")
	same "$1" "$2" "$(tr '\n' ' ' <"$tmp/ran")"
}

# It is root, and others must not say what it does: by files, nor by names of processes.
test_on_event_of_others()
{
	local program=$tmp/events/10-first

	rm -f "$tmp/events/"*
	mkdir -p "$tmp/loggers"
	printf '#!/bin/sh\n' >"$tmp/loggers/logger"
	chmod +x "$tmp/loggers/logger"
	printf '#!/bin/sh\nprintf "%%s|" "$OOM_VICTIM_COMM" "$OOM_MEMCG" >>%s/ran\n' "$tmp" >"$program"
	chmod 0755 "$program" "$tmp/events"
	OOM_VICTIM_COMM='$(touch x)' OOM_MEMCG=$'`touch x`;\\x20&\n*"' \
		on_event_runs "on-event: the text of names reaches the program as it is" '$(touch x)|`touch x`;\x20& *"|'
	check "on-event: and is not expanded" test ! -e "$tmp/x"
	chmod 0775 "$program"
	on_event_runs "on-event: a program that a group can change" ''
	check "on-event: is told" grep -q 'events/10-first is not run: another user can change it' "$tmp/told"
	chmod 0757 "$program"
	on_event_runs "on-event: a program that everybody can change" ''
	chmod 0755 "$program"
	chmod 1777 "$tmp/events"
	on_event_runs "on-event: a directory that everybody can change" ''
	chmod 0755 "$tmp/events"
	on_event_runs "on-event: and again, when nobody else can" '||'
	if [[ $EUID -eq 0 ]]; then
		chown 65534 "$program"
		on_event_runs "on-event: a program of another user" ''
	else
		skip "on-event: a program of another user" "needs root"
	fi
	OOM_EMBEDDED_EVENTS=$tmp/nowhere sh "$TOOLS_BUILD/packaging/on-event" >"$tmp/told" 2>&1
	same "on-event: without a directory nothing is said" 0: "$?:$(cat "$tmp/told")"
}

# permitted SET...: system calls of a SystemCallFilter= line, sets of systemd written out
permitted()
{
	local word

	for word; do
		if [[ $word == @* ]]; then
			# shellcheck disable=SC2046 # words
			permitted $(systemd-analyze syscall-filter "$word" | sed -n 's/^ \{4\}\([^ #]\)/\1/p')
		else
			echo "$word"
		fi
	done
}

# System calls for which libc has no function, from the sources, and privileged ones. A call that the filter
# does not know fails with EPERM, and nobody would see it.
test_filter()
{
	local filter

	filter=$(sed -n 's/^SystemCallFilter=//p' "$1")
	{
		grep -rhoE '\bSYS_[a-z0-9_]+' "$TESTS"/../{common,daemon,lib} | sed 's/SYS_//'
		printf '%s\n' kill mlockall reboot sched_setscheduler signalfd4
	} | sort -u >"$tmp/calls"
	check "there are system calls to look for" grep -qx pidfd_send_signal "$tmp/calls"
	# shellcheck disable=SC2086 # words
	permitted $filter | sort -u >"$tmp/permitted"
	same "the unit permits all system calls of the manager" '' "$(comm -23 "$tmp/calls" "$tmp/permitted")"
}

test_unit()
{
	local unit=$TOOLS_BUILD/packaging/systemd/oom-embeddedd.service

	same "the unit starts before sysinit.target, of which it is a part" 3 \
		"$(grep -cE '^(DefaultDependencies=no|Before=.*sysinit.target.*|WantedBy=sysinit.target)$' "$unit")"
	if ! command -v systemd-analyze >/dev/null; then
		skip "the unit is one" "no systemd-analyze"
		return
	fi
	sed "s|/[^ =]*/oom-embeddedd|$DAEMON|; s|^Documentation=.*||" "$unit" >"$tmp/oom-embeddedd.service"
	same "systemd finds nothing wrong with the unit" '' "$(systemd-analyze verify --man=no "$tmp/oom-embeddedd.service" 2>&1 |
		grep oom-embeddedd)"
	test_filter "$unit"
}

test_control
test_background
test_sysv
test_on_event
test_on_event_of_others
test_unit
finish
