#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Probes of others on the functions that the module redirects come and go in every order, before
# and after it. The kernel warns of nothing, and of the module nothing is left behind: the next OOM
# would run into it.
# KINDS: p for probes at the entry, r for those at the return as well (default p r).
#
# set: rest
# needs: guard

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

KINDS=${KINDS:-p r}
FUNCTIONS="out_of_memory oom_kill_process oom_evaluate_task mem_cgroup_out_of_memory"
PROBE_EVENTS=$TRACING/kprobe_events

# add_probes KIND: p at the entry, r at the entry and the return; on, so that they are armed.
add_probes()
{
	for function in $FUNCTIONS; do
		echo "$1:oe_$function $function" 2>/dev/null >>"$PROBE_EVENTS" &&
			echo 1 >"$TRACING/events/kprobes/oe_$function/enable"
	done
	grep -q . "$PROBE_EVENTS"
}

remove_probes()
{
	for function in $FUNCTIONS; do
		[ -e "$TRACING/events/kprobes/oe_$function" ] || continue
		echo 0 >"$TRACING/events/kprobes/oe_$function/enable"
		echo "-:oe_$function" >>"$PROBE_EVENTS" || return 1
	done
}

add_module()
{
	insmod "$MODULE" selection_order=rank rank_threshold=100
}

# With the module the process of the highest ranking dies; without it somebody does.
one_oom()
{
	if loaded; then
		spawn shield 8192 50
		shield=$pid
		spawn fodder 1024 900
	else
		spawn fodder 8192 - -a 1000
	fi
	fodder=$pid
	sysrq_oom
	reap "$fodder" || return 1
	[ "$rc" = 137 ] || return 1
	loaded || return 0
	alive "$shield" || return 1
	stop_process "$shield"
}

# order KIND STEP...: an OOM after each step, and no report of the kernel.
order()
{
	order_kind=$1
	shift
	for step in "$@"; do
		case $step in
		probes) add_probes "$order_kind" ;;
		no_probes) remove_probes ;;
		module) add_module ;;
		no_module) rmmod oom_embedded && unloaded ;;
		esac || {
			comment "$step failed"
			return 1
		}
		if [ "$(splat_taint)" != 0 ] || ! one_oom; then
			comment "after $step"
			return 1
		fi
	done
	left=$(cat /sys/kernel/debug/kprobes/list "$TRACING/enabled_functions" 2>/dev/null |
		grep -cE 'oom|out_of_memory')
	[ "$left" = 0 ]
}

# orders KIND
orders()
{
	case $1 in
	p) where="probes at the entry" ;;
	r) where="probes at the return" ;;
	*) bail_out "no kind of probe: $1" ;;
	esac
	check "$where: they come first and go first" \
		order "$1" probes module no_probes no_module
	check "$where: they come first and go last" \
		order "$1" probes module no_module no_probes
	check "$where: they come last and go last" \
		order "$1" module probes no_module no_probes
	check "$where: they come last and go first" \
		order "$1" module probes no_probes no_module
}

needs guard
# shellcheck disable=SC2086 # a word a kind
plan "$(set -- $KINDS; echo $((2 + 4 * $#)))"
[ -e "$PROBE_EVENTS" ] || bail_out "no kprobe_events"
unload_module
trap 'remove_probes; clean_up' EXIT
check "there is a function to probe" add_probes p
remove_probes
for kind in $KINDS; do
	orders "$kind"
done
equal "no splat" 0 "$(splat_taint)"
finish
