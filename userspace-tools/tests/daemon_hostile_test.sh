#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Things that others choose and the manager, as root, meets: paths that they can change, files that they
# have put there before, names of processes, the environment. It writes to no file but its own, and works.

# shellcheck disable=SC2016,SC2153,SC2154 # names that are not expanded; set by daemon.sh
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/daemon.sh
. "$TESTS/daemon.sh"

set_meminfo 150000
# Directories of others: one that everybody can change, with a link in it that leads to one of ours.
mkdir -p "$tmp"/{open,ours,private}
chmod 0755 "$tmp" "$tmp/ours"
chmod 0777 "$tmp/open"
ln -s "$tmp/ours" "$tmp/open/link"

# conf CONTROL STATE
conf()
{
	cat >"$CONF" <<-CONF
		[daemon]
		sample = 30ms
		scan = 60ms
		realtime = 0
		log_level = debug
		log_rate = 0
		control = $1
		state = $2
		[mode normal]
		[service all]
		comm = *
		step = signal URG
	CONF
	: >"$log"
}

# hostile DESCRIPTION CONTROL STATE PATTERN: refused, which is told; works all the same
hostile()
{
	conf "$2" "$3"
	start
	says "$1: told" "$4"
	end_well "$1: works, and ends in order"
	same "$1: nothing was made there" 'open/link' "$(cd "$tmp" && find open ours -mindepth 1)"
}

# As root only: directories of others.
test_others()
{
	mkdir -p "$tmp/theirs/others"
	chown 1000 "$tmp/theirs"
	hostile "state in another user's directory" "$tmp/control" "$tmp/theirs/state" \
		'cannot use .*/theirs/state \(somebody else can change its path\)'
	chown 1001 "$tmp/theirs/others"
	hostile "state in that of a second one in it" "$tmp/control" "$tmp/theirs/others/state" \
		'cannot use .*/others/state \(two users can change its path\)'
	PATH="$tmp/theirs/bin:$PATH" hostile "commands from another user's directory" "$tmp/control" "$tmp/state" \
		'PATH of commands is without .*/theirs/bin \(somebody else can change its path\)'
}

test_paths()
{
	hostile "state where everybody can write" "$tmp/control" "$tmp/open/state" \
		'cannot use .*/open/state \(others can write to its directory\)'
	hostile "state behind a link that others can replace" "$tmp/control" "$tmp/open/link/state" \
		'cannot use .*/open/link/state \(others can write'
	hostile "commands from where everybody can write" "$tmp/open/control" "$tmp/state" \
		'no .*/open/control for commands: others can write'
	hostile "commands from behind a link that others can replace" "$tmp/open/link/control" "$tmp/state" \
		'no .*/open/link/control for commands: others can write'
	: >"$tmp/private/plain"
	hostile "state below a file" "$tmp/control" "$tmp/private/plain/state" 'cannot use .*/plain/state \(Not a directory\)'
	for ((i = 1; i <= 9; i++)); do
		ln -s "$tmp/private/ring$((i + 1))" "$tmp/private/ring$i"
	done
	mkdir "$tmp/private/ring10"
	hostile "state behind nine links" "$tmp/control" "$tmp/private/ring1/state" \
		'cannot use .*/state \(it is behind too many symbolic links\)'
	ln -s "$(printf './%.0s' {1..254})" "$tmp/private/winding"
	hostile "state behind a link of 508 characters" "$tmp/control" "$tmp/private/winding/state" \
		'cannot use .*/winding/state \(File ?name too long\)'
	ln -s "$(printf '%0300d' 1)" "$tmp/private/wide"
	hostile "state behind a name that no file can have" "$tmp/control" "$tmp/private/wide/state" \
		'cannot use .*/wide/state \(Invalid argument\)'
	[[ $EUID -ne 0 ]] || test_others
	conf "$tmp/new/control" "$tmp/new/state"
	start
	becomes_file "a directory of our own is made" "$tmp/new/state"
	same "commands are for its owner only" 600 "$(stat -c %a "$tmp/new/control")"
	end_well "it ends in order with it"
}

becomes_file()
{
	check "$1" until_true test -f "$2"
}

# pidfile_is DESCRIPTION FILE: in the background with that pidfile
pidfile_is()
{
	conf "$tmp/control" "$tmp/state"
	# With a name of its own, to be found without the file.
	timeout 60 "${with_us[@]}" "$DAEMON" -b -p "$2" -f "$CONF" -d '' >>"$log" 2>&1
	same "$1: starts" 0 $?
	says "$1: told" "cannot write $2"
	kill -TERM "$(logged_pid)" && until_true gone "$(logged_pid)"
}

# pidfile_is_refused DESCRIPTION FILE: it does not start
pidfile_is_refused()
{
	conf "$tmp/control" "$tmp/state"
	timeout 60 "$DAEMON" -p "$2" -f "$CONF" -d '' >"$tmp/refusal" 2>&1
	same "$1: does not start" 2 $?
	check "$1: told" grep -q -- '--pidfile .*: it has to be a whole path' "$tmp/refusal"
}

logged_pid()
{
	pgrep -f -- "-f $CONF" | head -n 1
}

gone()
{
	[[ -z $1 ]]
}

test_pidfiles()
{
	echo precious >"$tmp/private/file"
	mkfifo "$tmp/private/fifo"
	ln -s "$tmp/private/file" "$tmp/private/link"
	ln "$tmp/private/file" "$tmp/private/hard"
	pidfile_is "a pidfile that is a FIFO" "$tmp/private/fifo"
	pidfile_is "a pidfile that has another name, too" "$tmp/private/hard"
	pidfile_is "a pidfile where everybody can write" "$tmp/open/pid"
	pidfile_is "a pidfile behind a link that others can replace" "$tmp/open/link/pid"
	pidfile_is_refused "a pidfile without its whole path" relative/pid
	pidfile_is_refused "a pidfile with too long a path" "/$(printf 'd/%.0s' {1..300})pid"
	same "what was there is as it was" precious "$(cat "$tmp/private/file")"
	same "and nothing was made there" 'open/link' "$(cd "$tmp" && find open ours -mindepth 1)"
}

# Real processes, whose names stand in the procfs of the test. No mode uses the service.
test_names()
{
	local name
	local pids=()

	conf "$tmp/control" "$tmp/state"
	rm -rf "$OOM_EMBEDDED_PROC"/[0-9]*
	for name in '%s%n%n%n' $'\e[2J' $'a\nUid:\t0' ') S 1 1' '' $'\xff\x9b2J' '$(id)' '700 0' '-1 0'; do
		"${with_us[@]}" sleep 1000 &
		pids+=("$!")
		fake_process "$!" 1000 "$name" 1 0 0 $'/x\e[2J"\n0::/y'
		printf '%d (%s) S 1 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0' "$!" "$name" >"$OOM_EMBEDDED_PROC/$!/stat"
	done
	start
	check "names that are meant to hurt: each process is found" until_true all_are_found
	end_well "names that are meant to hurt: it ends in order"
	same "names that are meant to hurt: none reaches the log raw" '' "$(LC_ALL=C grep -a '[^[:print:]]' "$log")"
	kill "${pids[@]}"
}

all_are_found()
{
	kill -USR1 "$daemon"
	sleep 0.1
	grep -q 'service all: 9 processes' "$log"
}

# environment_is DESCRIPTION NAME=VALUE...
environment_is()
{
	local what=$1

	shift
	conf "$tmp/control" "$tmp/state"
	env "$@" "${with_us[@]}" "$DAEMON" -f "$CONF" -d '' >>"$log" 2>&1 &
	daemon=$!
	says "$what: works" 'module loaded, mode'
	end_well "$what: ends in order"
}

test_environment()
{
	environment_is "a notification socket that is not there" NOTIFY_SOCKET=/nonexistent/x WATCHDOG_USEC=1
	environment_is "one with a name that is too long" "NOTIFY_SOCKET=/$(printf '%0300d' 1)" WATCHDOG_USEC=99999999999999999999
	environment_is "an abstract one" NOTIFY_SOCKET=@oom-embedded-test WATCHDOG_USEC=-1 WATCHDOG_PID=x
	environment_is "odd locales, zones, terminals, descriptors" LC_ALL=../../tmp/x LOCPATH="$tmp/open" LANGUAGE=xx \
		TZ=:/dev/zero TERM=$'\e' COLUMNS=-1 LISTEN_FDS=99999999 LISTEN_PID=1 JOURNAL_STREAM=x
}

# Variables that an operator's shell has kept of a user's, or of a sudo or su, must not decide what the
# commands and helpers execute.
test_environment_of_commands()
{
	local file

	printf '#!/bin/sh\nenv >%s/environment.new\nmv %s/environment.new %s/environment\n' "$tmp" "$tmp" "$tmp" >"$tmp/ours/command"
	printf '#!/bin/sh\nenv >%s/helpers\nexec cat\n' "$tmp" >"$tmp/ours/helper"
	chmod 0755 "$tmp/ours/"*
	conf "$tmp/control" "$tmp/state"
	cat >>"$CONF" <<-CONF
		[mode barebones]
		enter = oom
		leave_after = never
		step = run 10s $tmp/ours/command
		[helper helper]
		command = $tmp/ours/helper
	CONF
	set_file reconfigure_wanted 3
	env PATH="$tmp/open:.:relative:$tmp/ours:$tmp/open/link::/nonexistent/bin:$PATH" \
		LD_PRELOAD="$tmp/open/evil.so evil.so" LD_LIBRARY_PATH="$tmp/open:" LD_AUDIT="$tmp/open/evil.so" \
		BASH_ENV="$tmp/open/rc" ENV=rc 'BASH_FUNC_mv%%=() { echo evil; }' SHELLOPTS=xtrace PS4='$(echo evil)' PERL5OPT=-Mevil \
		PYTHONPATH="$tmp/ours:$tmp/open" KEPT=kept "${with_us[@]}" "$DAEMON" -f "$CONF" -d '' >>"$log" 2>&1 &
	daemon=$!
	says "an environment of others: works" 'module loaded, mode'
	emergency_is 4
	check "an environment of others: the command has run" until_true test -s "$tmp/environment"
	check "and the helper" until_true grep -q ^PATH= "$tmp/helpers"
	for file in environment helpers; do
		same "$file: a folder that others can change is not searched" "$tmp/ours:/nonexistent/bin" \
			"$(sed -n 's/^PATH=//p' "$tmp/$file" | tr : '\n' | grep -E "^$tmp|^/nonexistent|^[^/]|^$" | paste -sd :)"
		same "$file: nor is code taken from there" "PYTHONPATH=$tmp/ours" \
			"$(grep -E '^(LD_|BASH_|ENV=|SHELLOPTS|PS4|PERL|PYTHONPATH)' "$tmp/$file" | grep -v vgpreload)"
		check "$file: a variable that steers nothing is kept" grep -qx KEPT=kept "$tmp/$file"
	done
	says "what is left out is told" "PATH of commands is without $tmp/open \\(somebody else can change it\\)"
	end_well "an environment of others: ends in order"
}

counts_three()
{
	kill -USR1 "$daemon"
	grep -q 'emergencies 3$' "$log"
}

# Numbers that are none, in all files that it reads while it works.
test_numbers()
{
	local value
	local file

	make_tree "$tmp/tree"
	set_meminfo 150000
	set_pressure 0.00 0.00
	put_file proc/loadavg '0.10 0.10 0.10 1/100 1000'
	cp -a "$tmp/tree" "$tmp/right"
	conf "$tmp/control" "$tmp/state"
	cat >>"$CONF" <<-CONF
		[mode lean]
		enter = oom
		enter = available 20%
		enter = rate 500M
		enter = load 20
		enter = biggest 200G
		enter = psi full 90
		enter = forecast 10ms
		leave_after = 100ms
		rank_threshold = 200
	CONF
	start
	for value in -1 -9223372036854775808 -9223372036854775809 9223372036854775807 18446744073709551616 "$(printf '9%.0s' {1..400})" 0x10 '' - '%s%n' \
		$'\xff\xfe5' $'\e[2J5'; do
		for file in levels/available_kb levels/oom_forecast_ms levels/level candidates reconfigure_wanted \
			stats/oom_global stats/oom_memcg rank_threshold mode; do
			printf '%s' "$value" >"$OOM_EMBEDDED_SYSFS/$file"
		done
		printf 'MemTotal: %s kB\nMemAvailable: %s kB' "$value" "$value" >"$OOM_EMBEDDED_PROC/meminfo"
		printf 'some avg10=%s\nfull avg10=%s' "$value" "$value" >"$OOM_EMBEDDED_PROC/pressure/memory"
		printf '%s\0 %s' "$value" "$value" >"$OOM_EMBEDDED_PROC/loadavg"
		# It has seen them: the answer to a command comes after a look.
		: >"$log"
		kill -USR1 "$daemon"
		says "number '$(printf %s "${value:0:22}" | tr -c ' -~' '?')': the manager works" 'mode '
	done
	(cd "$tmp/right" && find . -type f -exec sh -c 'cat "$1" >"$2/$1"' - {} "$tmp/tree" \;)
	check "numbers that are right again: the manager has read them" until_true counts_three
	emergency_is 4
	says "numbers that are right again: the manager hears" 'out of memory, emergency 4$'
	becomes "numbers that are right again: the manager acts" reconfigure_done 4
	# Counts of which the difference is not one.
	printf %s -9223372036854775808 | tee "$OOM_EMBEDDED_SYSFS"/stats/oom_{global,memcg,sysrq} >/dev/null
	set_file reconfigure_wanted 5
	becomes "counts that are none: the manager acts" reconfigure_done 5
	(cd "$OOM_EMBEDDED_SYSFS/stats" && for i in oom_*; do put_file "sysfs/stats/$i" 9; done)
	set_file reconfigure_wanted 6
	becomes "counts that are right again: the manager acts" reconfigure_done 6
	end_well "numbers that are none: it ends in order"
	same "numbers that are none: none reaches the log raw" '' "$(LC_ALL=C grep -a '[^[:print:]]' "$log")"
}

test_paths
test_pidfiles
test_names
test_environment
test_environment_of_commands
test_numbers
finish
