#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The manager on a module made of plain files: modes and what leads to them, steps, reload,
# what it missed. Signals, real emergencies and locked memory are for the guest.

# shellcheck disable=SC2317 # conditions are called by name
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/daemon.sh
. "$TESTS/daemon.sh"

# --- configuration ------------------------------------------------------------

daemon_section >"$CONF"
cat >>"$CONF" <<-CONF
	[policy]
	rank_threshold = 50
	grace_ms = 200
	[group batch]
	rank = 800
	[mode normal]
	[mode degraded]
	rank_threshold = 200
	rank.batch = 900
	enter = level critical
	enter = psi some 20 and available 50%
	enter = forecast 5s
	enter = load 50
	enter = biggest 90%
	leave_after = 300ms
	[mode barebones]
	rank_threshold = 500
	enter = oom
	enter = available 5%
	leave_after = 3s
	service = saver
	step = run 2s $tmp/command one two
	step = helper 1s helper
	[mode shutdown]
	enter = oom 4 in 60s
	leave_after = never
	rank_threshold = 700
	[service saver]
	pidfile = $tmp/saver.pid
	time_limit = 5s
	step = signal USR1
	step = wait 500ms
	step = term
	step = wait 500ms
	step = kill
	step = restart
	restart = $tmp/command restarted
	[helper helper]
	command = $tmp/helper
CONF
mkdir "$tmp/conf.d"
cat >"$tmp/command" <<-COMMAND
	#!/bin/sh
	echo "\$*" >>$tmp/commands
COMMAND
cat >"$tmp/helper" <<-HELPER
	#!/bin/sh
	while read -r line; do
		echo "\$line" >>$tmp/helped
		[ "\$line" != "go die" ] || exit 1
		echo done
	done
HELPER
cat >"$tmp/saver" <<-SAVER
	#!/usr/bin/env bash
	trap 'echo saved >>$tmp/saved' USR1
	trap 'echo asked >>$tmp/saved' TERM
	echo \$\$ >$tmp/saver.pid
	while :; do sleep 0.05; done
SAVER
chmod +x "$tmp"/{command,helper,saver}
set_meminfo 150000
set_pressure 0.00 0.00
put_file proc/loadavg '0.10 0.1 0.1 1/1 1'

test_check()
{
	check "--check takes a good configuration" "$DAEMON" --check -f "$CONF" -d '' -l stderr
	"$DAEMON" --help >"$log" 2>&1
	same "--help: status 0" 0 $?
	for option in -b --background -c --check -f --file -d --directory -l --log -p --pidfile -V --version; do
		grep -q -- "$option\b" "$log" || fail "--help tells of $option" "$(cat "$log")"
	done
	for wrong in --nonsense '-l nowhere' word; do
		# shellcheck disable=SC2086 # one word or two
		"$DAEMON" --check -f "$CONF" -d '' $wrong >"$log" 2>&1
		same "$wrong: status 2, and the usage" "2 1" "$? $(grep -c '^usage: ' "$log")"
	done
	printf '[mode a]\n[mode b]\nenter = nonsense\n' >"$tmp/bad.conf"
	"$DAEMON" --check -f "$tmp/bad.conf" -d '' >"$log" 2>&1
	same "--check: status 2 for a bad one" 2 $?
	says "with file and line" "bad.conf:3: 'nonsense' is no condition"
	"$DAEMON" --check -f "$tmp/none.conf" -d '' >"$log" 2>&1
	same "status 2 if there is none" 2 $?
	OOM_EMBEDDED_SYSFS=$tmp/nowhere "$DAEMON" -f "$CONF" -d '' >"$log" 2>&1
	same "status 3 without the module" 3 $?
	says "which it says" 'module is not loaded'
	: >"$log"
	for file in "$TESTS"/../examples/*.conf "$TESTS"/../../packaging/oom-embedded.conf; do
		check "--check: ${file##*/}" "$DAEMON" --check -f "$file" -d ''
	done
	sed -n '/^\.SH EXAMPLE/,/^\.EE/p' "$TESTS/../man/oom-embedded.conf.5" | sed '/^\.EX/,/^\.EE/!d; /^\./d' \
		>"$tmp/manual.conf"
	check "--check: the manual's example" "$DAEMON" --check -f "$tmp/manual.conf" -d ''
	same "which is not empty" 4 "$(grep -c '^step = .*wait\|^enter = oom' "$tmp/manual.conf")"
}

test_start()
{
	emergency_is 3
	set_file reconfigure_done 1
	"${with_us[@]}" "$tmp/saver" &
	saver=$!
	until_true test -s "$tmp/saver.pid"
	start
	says "the dry run passes" 'dry run passed'
	says "it says what it has missed" '2 emergencies were missed, the last was 3'
	becomes "it catches up" reconfigure_done 3
	says "and acts on it" 'mode barebones'
	becomes "the mode's threshold" rank_threshold 500
	same "the policy's settings" 200 "$(first_line grace_ms)"
}

test_steps()
{
	until_true grep -q asked "$tmp/saved"
	same "the service is asked to save, then to end" 'saved asked ' "$(tr '\n' ' ' <"$tmp/saved")"
	wait "$saver" 2>/dev/null
	same "and then killed" 137 $?
	says "the mode's own command has run" 'barebones: runs'
	until_true grep -q restarted "$tmp/commands"
	same "commands, restart last" 'one two restarted ' "$(tr '\n' ' ' <"$tmp/commands")"
	same "the helper was tried, and did its work" 'try go barebones ' \
		"$(tr '\n' ' ' <"$tmp/helped")"
}

# In the mode already, and the service has been started again.
test_further_emergency()
{
	set_meminfo 4000
	rm -f "$tmp/saver.pid" "$tmp/saved"
	"${with_us[@]}" "$tmp/saver" &
	saver=$!
	until_true test -s "$tmp/saver.pid"
	# Processes are not looked for while an emergency is fresh.
	sleep 2.5
	becomes "still in the mode" rank_threshold 500
	emergency_is 4
	becomes "a further emergency" reconfigure_done 4
	same "is the service's, too" 'saved asked ' "$(tr '\n' ' ' <"$tmp/saved")"
	wait "$saver" 2>/dev/null
	set_meminfo 150000
}

test_modes()
{
	becomes "back, one mode at a time, to the policy's threshold" rank_threshold 50
	set_file levels/level critical
	becomes "a level leads to a mode" rank_threshold 200
	same "with another ranking for a group" 900 "$(first_line groups/batch/rank)"
	set_file levels/level normal
	becomes "and back when memory is fine" rank_threshold 50
	same "the group too" 800 "$(first_line groups/batch/rank)"

	set_pressure 30.00 0.00
	sleep 0.2
	same "one of two factors is not enough" 50 "$(first_line rank_threshold)"
	set_meminfo 90000
	becomes "both are" rank_threshold 200
	set_pressure 0.00 0.00
	becomes "and back" rank_threshold 50
	set_file levels/oom_forecast_ms 3000
	becomes "a forecast does it" rank_threshold 200
	set_file levels/oom_forecast_ms -1
	becomes "and back" rank_threshold 50
	put_file proc/loadavg '99999.00 0 0 1/1 1'
	becomes "CPU load does it" rank_threshold 200
	put_file proc/loadavg '0.10 0.1 0.1 1/1 1'
	becomes "and back" rank_threshold 50
	fake_candidate 1 200 800 group:batch 190000 next batch >"$OOM_EMBEDDED_SYSFS/candidates"
	becomes "the biggest candidate does it" rank_threshold 200
	fake_candidate 1 200 800 group:batch 1000 next batch >"$OOM_EMBEDDED_SYSFS/candidates"
	becomes "and back" rank_threshold 50
	set_meminfo 4000
	becomes "the most severe of two modes counts" rank_threshold 500
	set_meminfo 150000
	becomes "and back" rank_threshold 50
}

test_operator()
{
	command_is 'mode degraded'
	becomes "the operator's mode" rank_threshold 200
	sleep 0.6
	same "stays" 200 "$(first_line rank_threshold)"
	command_is auto
	becomes "until further notice" rank_threshold 50
	command_is 'mode elsewhere'
	says "there is no such mode" 'there is no mode elsewhere'
	command_is $'mo\x1bde'
	says "nonsense is named, and made harmless" "'mo.de' is no command"
	command_is status
	says "status" 'module loaded, mode normal, emergencies 4'
}

test_reload()
{
	cp "$CONF" "$tmp/good.conf"
	printf '[policy]\nrank_threshold = 9999\n' >"$tmp/conf.d/bad.conf"
	kill -HUP "$daemon"
	says "an invalid file is refused with its line" 'bad.conf:2: rank_threshold: .9999. is not'
	says "which leaves all as it is" 'the one in force stays'
	same "really" 50 "$(first_line rank_threshold)"
	set_file levels/level critical
	becomes "and at work" rank_threshold 200
	set_file levels/level normal
	becomes "as before" rank_threshold 50
	printf '[policy]\nrank_threshold = 70\n[mode degraded]\nselection_order = badness\n' \
		>"$tmp/conf.d/bad.conf"
	kill -HUP "$daemon"
	becomes "a valid one is in force" rank_threshold 70
	rm "$tmp/conf.d/bad.conf"
	sed -i '/^.group batch/,/^rank = /d; /^rank.batch/d' "$CONF"
	kill -HUP "$daemon"
	becomes "the old one again" rank_threshold 50
	same "a group that is no longer there is removed" batch "$(first_line groups/remove)"
	cp "$tmp/good.conf" "$CONF"
	kill -HUP "$daemon"
	says "reloaded" 'was read again'
}

test_kill_and_catch_up()
{
	kill -KILL "$daemon"
	wait "$daemon" 2>/dev/null
	: >"$log"
	emergency_is 8
	start
	says "killed and started again, it says what it missed" '4 emergencies were missed, the last was 8'
	becomes "and catches up" reconfigure_done 8
	becomes "missed emergencies lead to a mode, whenever they were" rank_threshold 500
	for i in 9 10 11 12; do
		emergency_is "$i"
		until_true reads reconfigure_done "$i"
	done
	becomes "repeated ones lead further" rank_threshold 700
	sleep 0.6
	same "from where there is no way back" 700 "$(first_line rank_threshold)"
	command_is 'mode normal'
	becomes "but by the operator" rank_threshold 50
	command_is auto
	becomes "who lets go" rank_threshold 700
	emergency_is 13
	becomes "one more is acknowledged" reconfigure_done 13
	set_file stats/oom_global 0
	set_file reconfigure_wanted 0
	sleep 0.2
	emergency_is 1
	says "a counter that begins anew is no hindrance" 'out of memory, emergency 1$'
}

test_poor_module()
{
	end_well "it ends in order"
	rm -rf "$OOM_EMBEDDED_SYSFS"/{groups,levels,grace_ms}
	: >"$log"
	start
	says "an older module: one message for the configuration" \
		'this module has no grace_ms, groups: such settings of the configuration'
	says "and one a file for modes" 'this module has no groups/batch/rank: such settings of modes'
	emergency_is 9
	becomes "it works all the same" reconfigure_done 9
	kill -STOP "$(pgrep -P "$daemon" oom-scribe)"
	for ((i = 10; i < 110; i++)); do
		emergency_is "$i"
		sleep 0.01
	done
	becomes "a log that nobody reads holds up nothing" reconfigure_done 109
	kill -CONT "$(pgrep -P "$daemon" oom-scribe)"
	sleep 0.2
	kill -KILL "$(pgrep -P "$daemon" oom-worker)"
	says "a worker that died is missed" 'the worker had ended'
	check "and replaced" until_true pgrep -P "$daemon" oom-worker
	end_well "it ends in order again"
	check "and takes its processes with it" until_true nobody_left
}

nobody_left()
{
	! pgrep -f "$tmp/helper"
}

# The manager's and its children's: all of their CPU time, in ticks; how often one has slept.
all_ticks()
{
	local pid

	for pid in "$daemon" $(pgrep -P "$daemon"); do
		awk '{ print $14 + $15 }' "/proc/$pid/stat"
	done 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'
}

sleeps_of()
{
	awk '/^voluntary_ctxt_switches/ { print $2 }' "/proc/$1/status"
}

sleeps_again()
{
	[[ $(sleeps_of "$1") -gt $2 ]]
}

is_quiet()
{
	local before

	before=$(all_ticks)
	sleep 1
	[[ $(($(all_ticks) - before)) -lt 50 ]] && until_true sleeps_again "$daemon" $(($(sleeps_of "$daemon") + 5))
}

# An aborted test leaves this to the manager: no module's files, no /proc, no commands, no configuration.
test_nothing_left()
{
	: >"$log"
	start
	rm -rf "$OOM_EMBEDDED_SYSFS" "$OOM_EMBEDDED_PROC"
	check "all its files are gone: it does not spin" is_quiet
	rm -f "$tmp"/{command,helper,saver}
	pkill -KILL -P "$daemon"
	says "nor when its children are" 'the worker had ended'
	check "which it has anew" is_quiet
	mv "$CONF" "$tmp/gone.conf"
	kill -HUP "$daemon"
	says "nor when there is no configuration" 'the one in force stays'
	check "it stays as it was" is_quiet
	end_well "it ends in order for all that"
	mv "$tmp/gone.conf" "$CONF"
}

# Each file of the manager calls those after it in DAEMON_SRCS only: "FILE calls FILE" otherwise.
calls_upwards()
{
	local above=()
	local file
	local source

	while read -r source; do
		file=$TOOLS_BUILD/${source%.c}.o
		[[ -e $file ]] || echo "$file is missing"
		nm --undefined-only "$file" | awk '{ print $2 }' | sort >"$tmp/wanted"
		for other in "${above[@]}"; do
			nm --defined-only --extern-only "$other" | awk '{ print $3 }' | sort |
				comm -12 - "$tmp/wanted" | sed "s|^|${file##*/} calls ${other##*/}: |"
		done
		above+=("$file")
	done < <(sed -n '/^DAEMON_SRCS/,/[^\\]$/p' "$TESTS/../daemon/build.mk" | grep -o 'daemon/[a-z]*\.c')
}

test_layers()
{
	same "calls go down only" '' "$(calls_upwards)"
}

test_check
# The shell says of each job that it was killed; here that is what is wanted.
{
	test_start
	test_steps
	test_further_emergency
} 2>/dev/null
test_modes
test_operator
test_reload
test_kill_and_catch_up
test_poor_module
test_nothing_left
test_layers
finish
