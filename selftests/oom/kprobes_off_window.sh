#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# An OOM that waits for userspace comes to its end when kprobes and ftrace are switched off
# meanwhile. The kernel does not panic, no allocation fails, no process waits for ever.
#
# set: rest
# needs: memcg

SELFTESTS_LIB=$(cd "$(dirname "$0")/lib" && pwd)
# shellcheck source=lib/ways.sh
. "$SELFTESTS_LIB/ways.sh"

SWITCHES="/proc/sys/kernel/ftrace_enabled /sys/kernel/debug/kprobes/enabled"

switch_all()
{
	for switch in $SWITCHES; do
		[ ! -e "$switch" ] || echo "$1" 2>/dev/null >"$switch"
	done
}

has_told_more_than()
{
	[ "$(get reconfigure_wanted)" -gt "$1" ]
}

is_decided()
{
	[ "$(($(get stats/victims) + $(get stats/not_killed) + $(get stats/avoided)))" -gt "$1" ]
}

# The leaker ends by SIGKILL; its neighbour lives if that was covered.
ends_as_covered()
{
	reap "$leaker"
	comment "coverage: $words, the leaker ended with $rc"
	[ "$rc" = 137 ] || return 1
	case " $words " in
	*" memcg "*) alive "$shield" ;;
	esac
}

needs memcg
plan 9
trap 'switch_all 1; clean_up' EXIT
ways_load grace_ms=3000

told=$(get reconfigure_wanted)
leak_beside
check "an OOM of a memory cgroup waits for userspace" \
	poll_until "$PATIENCE" has_told_more_than "$told"
switch_all 0
words=$(get coverage)
check "switched off meanwhile: it comes to its end" ends_as_covered
switch_all 1
check "switched on: all is covered" poll_until "$PATIENCE" covers "$full"

told=$(get reconfigure_wanted)
ended=$(($(get stats/victims) + $(get stats/not_killed) + $(get stats/avoided)))
spawn fodder 1024 900
fodder=$pid
sysrq_oom
check "an OOM by SysRq waits for userspace" poll_until "$PATIENCE" has_told_more_than "$told"
switch_all 0
check "switched off meanwhile: it comes to its end" poll_until "$PATIENCE" is_decided "$ended"
switch_all 1
check "switched on: all is covered" poll_until "$PATIENCE" covers "$full"
if alive "$fodder"; then
	sysrq_oom
fi
killed "the next one kills the process of the highest ranking" "$fodder"
check "the module can be unloaded" unload_module
equal "no splat" 0 "$(splat_taint)"
finish
