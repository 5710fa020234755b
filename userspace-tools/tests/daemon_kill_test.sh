#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The step "kill next": when the manager asks the module for a victim, when not, what it says of the
# answer, and that it does not wait for it.

# shellcheck disable=SC2154,SC2317 # set by daemon.sh; called by name
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/daemon.sh
. "$TESTS/daemon.sh"

# With a module that can refuse.
DAEMON=$TOOLS_BUILD/tests/oom-embeddedd
set_meminfo 150000
set_pressure 0.00 0.00

# write_conf [INTERVAL]
write_conf()
{
	daemon_section
	echo "kill_interval = ${1:-1h}"
	cat <<-CONF
		[mode normal]
		[mode tight]
		rank_threshold = 200
		leave_after = never
		step = kill next
		[mode worse]
		rank_threshold = 300
		leave_after = never
		step = kill next
		[mode worst]
		rank_threshold = 400
		leave_after = never
		step = kill next in apps
		[group apps]
		comm = app
	CONF
}

# restart [ERROR]: with a module that has relieve, which answers with this errno
restart()
{
	: >"$log"
	rm -f "$tmp"/state*
	set_file rank_threshold 100
	: >"$OOM_EMBEDDED_SYSFS/relieve"
	FAKE_ERRORS=${1:+relieve!$1} start
}

# mode_is NAME THRESHOLD: by the operator
mode_is()
{
	command_is "mode $1"
	until_true reads rank_threshold "$2"
}

# again [MODE THRESHOLD]: out of the mode and into it
again()
{
	mode_is normal 100
	mode_is "${1:-tight}" "${2:-200}"
}

# said PATTERN COUNT
said()
{
	[[ $(grep -cE -- "$1" "$log") == "$2" ]]
}

# becomes_said DESCRIPTION PATTERN COUNT
becomes_said()
{
	until_true said "$2" "$3"
	same "$1" "$3" "$(grep -cE -- "$2" "$log")"
}

test_language()
{
	local line

	for line in '[mode b]|step = kill|3|steps of a service, not of a mode' \
		'[mode b]|step = kill all|3|kill all. is no step' \
		'[mode b]|step = kill next now|3|.now. does not belong to the step' \
		'[mode b]|step = kill next in|3|.. is no name of a group' \
		'[mode b]|step = kill next in X|3|.X. is no name of a group' \
		'[mode b]|step = kill next in ../x|3|.../x. is no name of a group' \
		'[mode b]|step = kill next in x|3|there is no .group x.' \
		'[mode b]|step = kill next in apps now|3|.now. does not belong to the step' \
		$'[mode b]|step = kill \e[2J|3|kill .\[2J. is no step' \
		'[service b]|step = kill next|3|a step of a mode, not of a service' \
		'[daemon]|kill_interval = 100ms|3|kill_interval' \
		'[daemon]|kill_interval = 2d|3|kill_interval'; do
		IFS='|' read -r section step at pattern <<<"$line"
		printf '[mode a]\n%s\n%s\n' "$section" "$step" >"$tmp/bad.conf"
		[[ $section != *service* ]] || echo 'comm = x' >>"$tmp/bad.conf"
		"$DAEMON" --check -f "$tmp/bad.conf" -d '' >"$log" 2>&1
		same "refused: $section ${step//[^ -~]/?}" 2 "$?"
		says "with its line: $section ${step//[^ -~]/?}" "bad.conf:$at: .*$pattern"
	done
	gives "check FILE: a module without relieve" 8 'no relieve' check "$CONF"
	: >"$OOM_EMBEDDED_SYSFS/relieve"
	run check "$CONF"
	same "check FILE: one that has it" 0 "$(grep -c relieve <<<"$out")"
}

# From now on the configuration in force says one hour.
test_interval()
{
	restart
	same "nobody is killed at the start" '' "$(first_line relieve)"
	mode_is tight 200
	becomes "the module is asked for a victim" relieve 1
	says "which the log says" '^.*kill next: the first in order was killed'
	set_file relieve ''
	again
	says "too early: left out" 'tight: kill next is left out: the last one was less than 3600000 ms ago'
	again worse 300
	says "in another mode as well" 'worse: kill next is left out'
	kill -HUP "$daemon"
	says "after a reload" 'configuration was read again'
	again
	becomes_said "as well" 'tight: kill next is left out' 2
	same "the module was asked once" '' "$(first_line relieve)"
	write_conf 500ms >"$CONF"
	: >"$log"
	kill -HUP "$daemon"
	says "a shorter time" 'configuration was read again'
	sleep 0.6
	again
	becomes "after which it is asked again" relieve 1
	end_well "it ends in order"
}

test_group()
{
	write_conf 500ms >"$CONF"
	restart
	mode_is worst 400
	becomes "with a group, a member is asked for" relieve group:apps
	says "which the log says, too" 'worst: kill next in apps$'
	end_well "it ends in order"
	restart 22
	mode_is worst 400
	says "an older module" 'kill next: this version of the module knows no groups there'
	end_well "which is no reason to end"
}

# refusal DESCRIPTION ERRNO PATTERN HOW_OFTEN: of two times
refusal()
{
	restart "$2"
	mode_is tight 200
	says "$1" "kill next: $3"
	again
	until_true said 'tight: kill next$' 2
	same "$1: it was nobody's kill, the next time it is asked again" 2 "$(grep -c 'tight: kill next$' "$log")"
	mode_is worse 300
	until_true said 'worse: kill next' 1
	becomes_said "$1: said so often" "kill next: $3" "$4"
	end_well "$1: it ends in order"
}

test_refusals()
{
	refusal "busy" 16 'later: an emergency is under way' 3
	refusal "nobody" 3 'nobody may be killed' 3
	set_file mode observe
	refusal "observe" 16 'the module only observes' 1
	set_file mode off
	refusal "off" 95 'the module is off' 1
	set_file mode enforce
}

# The module answers when the emergency that it opens was acknowledged: a FIFO without a reader.
test_waits_for_nobody()
{
	restart
	rm "$OOM_EMBEDDED_SYSFS/relieve"
	mkfifo "$OOM_EMBEDDED_SYSFS/relieve"
	mode_is tight 200
	says "asked" 'tight: kill next$'
	emergency_is $(($(first_line reconfigure_wanted) + 1))
	becomes "the emergency meanwhile is acknowledged" reconfigure_done "$(first_line reconfigure_wanted)"
	again
	says "a second victim is not asked for meanwhile" 'tight: kill next is left out: the last one goes on'
	same "no answer yet" 0 "$(grep -c 'kill next: \|kill next failed' "$log")"
	timeout 20 cat "$OOM_EMBEDDED_SYSFS/relieve" >/dev/null
	says "until the module answers" 'kill next: the first in order was killed'
	again
	says "which counts from then on" 'left out: the last one was less than'
	rm "$OOM_EMBEDDED_SYSFS/relieve"
	end_well "it ends in order"
	restart
	rm "$OOM_EMBEDDED_SYSFS/relieve"
	mode_is tight 200
	says "a module without it" 'this version of the module has no relieve'
	end_well "which is no reason to end"
}

# The process that asks, and the worker, whose child it is.
test_killed()
{
	write_conf 500ms >"$CONF"
	restart
	rm "$OOM_EMBEDDED_SYSFS/relieve"
	mkfifo "$OOM_EMBEDDED_SYSFS/relieve"
	mode_is tight 200
	check "a child asks" until_true pgrep -P "$(pgrep -P "$daemon" oom-worker)"
	pkill -KILL -P "$(pgrep -P "$daemon" oom-worker)"
	says "it is killed: the outcome is not known" 'error: kill next failed: (Connection|Operation) timed out'
	again
	says "which counts as a kill" 'tight: kill next is left out: the last one was less than 500 ms ago'
	sleep 0.6
	again
	check "a child asks again" until_true pgrep -P "$(pgrep -P "$daemon" oom-worker)"
	pkill -KILL -P "$daemon" oom-worker
	says "the worker is killed" 'error: kill next failed: No child process'
	rm "$OOM_EMBEDDED_SYSFS/relieve"
	end_well "which is no reason to end"
}

write_conf >"$CONF"
test_language
test_interval
test_group
write_conf >"$CONF"
test_refusals
test_waits_for_nobody
test_killed
finish
