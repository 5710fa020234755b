#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Writes of the manager to a module that judges them, value by value or all at once. At the start it
# writes all that the module accepts; in place of another configuration all or nothing.

# shellcheck disable=SC2154,SC2317 # set by daemon.sh; called by name
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/daemon.sh
. "$TESTS/daemon.sh"

DAEMON=$TOOLS_BUILD/tests/oom-embeddedd

# fresh: a module that takes one value at a time, or one that has staged/, by $way
fresh()
{
	make_tree "$tmp/tree"
	[[ $way != staged ]] || fake_staged
	set_meminfo 150000
	set_pressure 0.00 0.00
	: >"$log"
}

# write_conf LINE...: the base, and these lines
write_conf()
{
	daemon_section >"$CONF"
	printf '%s\n' "$@" >>"$CONF"
}

# The files that a configuration is about.
settings_text()
{
	(
		cd "$OOM_EMBEDDED_SYSFS" || exit
		head -n 1 rank_threshold grace_ms levels/*_kb groups/*/{rank,comm,uid} limits/*/max_kb cgroups/*/{cgroup,*_percent}
	) 2>&1
}

settings_are()
{
	[[ $(settings_text) == "$1" ]]
}

# reload PATTERN: and wait until the log says so
reload()
{
	: >"$log"
	kill -HUP "$daemon"
	until_true grep -qE -- "$1" "$log"
}

watch_text()
{
	(cd "$OOM_EMBEDDED_SYSFS/cgroups/$1" && head -qn 1 cgroup warning_percent critical_percent imminent_oom_percent) |
		paste -sd' '
}

FIRST=('[policy]' 'rank_threshold = 50' 'grace_ms = 200' '[group batch]' 'rank = 800'
	'[group spare]' 'rank = 700' 'comm = spare*' '[limit 1001]' 'max_kb = 32M'
	'[cgroup web]' 'cgroup = /web' 'warning_percent = 40' 'critical_percent = 30'
	'[levels]' 'warning_kb = 60M' 'critical_kb = 30M' '[mode normal]'
	'[mode degraded]' 'rank_threshold = 200' 'enter = level critical' 'leave_after = never')

test_start()
{
	write_conf "${FIRST[@]}" 'grace_ms = 300'
	start
	becomes "a start writes the configuration" rank_threshold 50
	same "with its groups" 'spare*' "$(first_line groups/spare/comm)"
	same "and its limits" 32768 "$(first_line limits/1001/max_kb)"
	same "and its watched cgroups" '/web 40 30 4' "$(watch_text web)"
	same "values that depend on each other in the order that works" '61440 30720' \
		"$(first_line levels/warning_kb) $(first_line levels/critical_kb)"
}

# refused_reload DESCRIPTION PATTERN LINE...: all is as before
refused_reload()
{
	local description=$1
	local pattern=$2
	local before

	shift 2
	before=$(settings_text)
	write_conf "$@"
	reload 'the one in force stays|was read again'
	says "$description: said" "$pattern"
	says "$description: the configuration in force stays" \
		'the module refused the new configuration: the one in force stays'
	check "$description: and so do its settings" until_true settings_are "$before"
	same "$description: all of them" "$before" "$(settings_text)"
}

test_refused()
{
	refused_reload "the last of several settings is refused" 'conf:[0-9]+: critical_kb: 70M .* is not below warning_kb' \
		'[policy]' 'rank_threshold = 70' 'grace_ms = 900' '[group batch]' 'rank = 810' \
		'[group new]' 'rank = 1' '[levels]' 'critical_kb = 70M'
	refused_reload "groups and limits that were removed come back" 'critical_kb' \
		'[policy]' 'rank_threshold = 70' '[levels]' 'critical_kb = 70M'
	echo 300 >"$OOM_EMBEDDED_SYSFS/groups/batch/pids"
	echo 200 >>"$OOM_EMBEDDED_SYSFS/groups/batch/pids"
	refused_reload "watched cgroups that are as before, changed and new" 'critical_kb' '[cgroup new]' 'cgroup = /new' \
		'[cgroup web]' 'cgroup = /other' '[levels]' 'critical_kb = 70M'
	refused_reload "a group that was removed takes its members in again" 'critical_kb' \
		'[policy]' 'rank_threshold = 70' '[levels]' 'critical_kb = 70M'
	same "each by its pid" '200 300' "$(sort "$OOM_EMBEDDED_SYSFS/groups/batch/pids" | paste -sd' ')"
	refused_reload "a signal that this module does not know" 'cannot write "WINCH" to .*groups/new/signal' \
		'[policy]' 'rank_threshold = 70' '[group new]' 'rank = 1' 'signal = WINCH'
	command_is 'mode degraded'
	becomes "in a mode" rank_threshold 200
	refused_reload "in a mode" 'critical_kb' '[policy]' 'rank_threshold = 70' '[mode normal]' \
		'[mode degraded]' 'rank_threshold = 300' '[levels]' 'critical_kb = 70M'
	same "in a mode: its threshold" 200 "$(first_line rank_threshold)"
	command_is 'mode normal'
	becomes "and afterwards that of no mode" rank_threshold 50
}

test_accepted()
{
	"$TOOLS_BUILD/tests/oom-embedded" cgroup add hand cgroup=/hand
	write_conf "${FIRST[@]/critical_percent = 30/imminent_oom_percent = 2}"
	reload 'was read again'
	same "a watermark that is not said any more is the module's" '/web 40 8 2' "$(watch_text web)"
	write_conf '[policy]' 'rank_threshold = 70' '[group new]' 'rank = 1'
	reload 'was read again'
	says "a configuration that the module accepts is in force" 'was read again'
	same "with its settings and groups" '70 1' "$(first_line rank_threshold) $(first_line groups/new/rank)"
	check "without the groups of the one before" test ! -e "$OOM_EMBEDDED_SYSFS/groups/spare"
	check "and without its limits" test ! -e "$OOM_EMBEDDED_SYSFS/limits/1001"
	check "and without its watched cgroups" test ! -e "$OOM_EMBEDDED_SYSFS/cgroups/web"
	same "but with the one that was made by hand" '/hand 15 8 4' "$(watch_text hand)"
	write_conf '[policy]' 'rank_threshold = 70' '[group new]' 'comm = new'
	reload 'was read again'
	same "a ranking that is not said any more is the module's" '500 new' \
		"$(first_line groups/new/rank) $(first_line groups/new/comm)"
	rm -r "$OOM_EMBEDDED_SYSFS/groups/new"
	write_conf '[policy]' 'rank_threshold = 70'
	reload 'was read again|stays'
	says "a group that somebody else has removed is no reason to refuse" 'was read again'
	write_conf '[policy]' 'rank_threshold = 70' '[group one]' 'rank = 1' '[group two]' 'rank = 2' \
		'[group three]' 'rank = 3' '[group four]' 'rank = 4' '[group five]' 'rank = 5' \
		'[group six]' 'rank = 6' '[group seven]' 'rank = 7'
	reload 'was read again|stays'
	says "groups make room for as many others" 'was read again'
	end_well "it ends in order"
}

# Each line of the configuration is a line of the file; a fault is reported with its line.
test_rules()
{
	make_tree "$tmp/tree"
	: >"$log"
	write_conf '[group new]' 'rank = 50' 'rule = exe=/bin/sh  cgroup=/new/*' 'trust = name' \
		'rule = comm=new* uid=7-9'
	start
	same "rules: one a line" $'exe=/bin/sh  cgroup=/new/*\ncomm=new* uid=7-9' \
		"$(tr -s '\n' <"$OOM_EMBEDDED_SYSFS/groups/new/rules")"
	same "rules: whom they trust" name "$(first_line groups/new/trust)"
	write_conf '[group new]' 'rank = 50' 'rule = comm=new colour=red'
	reload 'stays|read again'
	says "rules: no such condition: said with its line" "conf:[0-9]+: .*'colour=?.*' is none of exe=PATH"
	check "rules: those in force stay" grep -qx 'comm=new\* uid=7-9' "$OOM_EMBEDDED_SYSFS/groups/new/rules"
	write_conf '[group new]' 'rank = 50' 'rule = comm=other'
	reload 'was read again'
	same "rules: others take their place" 'comm=other' "$(tr -s '\n' <"$OOM_EMBEDDED_SYSFS/groups/new/rules")"
	write_conf '[group new]' 'rank = 50'
	reload 'was read again'
	same "rules: none are left" '' "$(tr -d '\n' <"$OOM_EMBEDDED_SYSFS/groups/new/rules")"
	same "rules: trust is the module's own" root "$(first_line groups/new/trust)"
	end_well "rules: it ends in order"
}

# Nothing was there before to go back to.
test_refused_start()
{
	fresh
	write_conf '[policy]' 'rank_threshold = 70' '[levels]' 'critical_kb = 70M' '[group new]' 'rank = 1'
	start
	says "a start without one setting: said" 'conf:[0-9]+: critical_kb: 70M .* is not below warning_kb'
	says "counted" '1 settings were refused'
	same "the others are in force" '70 1' "$(first_line rank_threshold) $(first_line groups/new/rank)"
	end_well "and it ends in order"
}

test_refused_mode()
{
	fresh
	write_conf "${FIRST[@]}"
	FAKE_ERRORS='rank_threshold!22' start
	command_is 'mode degraded'
	says "a mode's value that is refused: said" "cannot write '200' to .*rank_threshold: Invalid argument"
	command_is 'mode normal'
	end_well "and it ends in order"
}

for way in single staged; do
	fresh
	test_start
	test_refused
	test_accepted
	test_rules
	test_refused_start
	test_refused_mode
done
finish
