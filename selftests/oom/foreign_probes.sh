#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Probes of others on the functions that the module redirects come and go in every order, before
# and after it: from kprobe_events, perf, another module, a livepatch. After each step an OOM is
# taken right, or `coverage` says that it is not. The kernel warns of nothing, and of the module
# nothing is left behind: the next OOM would run into it.
# KINDS: p for probes at the entry, r for those at the return as well, f for perf's, m for another
# module's, l for livepatches; with commas between (default p,r,f,m,l, as far as they can be had).
#
# set: rest
# needs: guard

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

KINDS=$(echo "${KINDS:-p,r,f,m,l}" | tr , ' ')
FUNCTIONS="out_of_memory oom_kill_process oom_evaluate_task mem_cgroup_out_of_memory"
PROBE_EVENTS=$TRACING/kprobe_events

FOREIGN=/lib/oom-embedded/oe_foreign.ko
LIVEPATCH=/lib/oom-embedded/oe_livepatch.ko
KLP=/sys/kernel/livepatch/oe_livepatch

# add_events KIND: p at the entry, r at the entry and the return; on, so that they are armed.
add_events()
{
	for function in $FUNCTIONS; do
		echo "$1:oe_$function $function" 2>/dev/null >>"$PROBE_EVENTS" &&
			echo 1 >"$TRACING/events/kprobes/oe_$function/enable"
	done
	grep -q . "$PROBE_EVENTS"
}

remove_events()
{
	for function in $FUNCTIONS; do
		[ -e "$TRACING/events/kprobes/oe_$function" ] || continue
		echo 0 >"$TRACING/events/kprobes/oe_$function/enable"
		echo "-:oe_$function" >>"$PROBE_EVENTS" || return 1
	done
}

# perf's are gone with the process that has opened them.
add_perf()
{
	# shellcheck disable=SC2086 # a list
	start perf perf_probe $FUNCTIONS
	perf=$pid
	# shellcheck disable=SC2086 # a list
	start perf_return perf_probe -r $FUNCTIONS
	perf_return=$pid
}

remove_perf()
{
	stop_process "$perf"
	stop_process "$perf_return"
}

# add_probes KIND: p, r from kprobe_events; f from perf; m from another module
add_probes()
{
	case $1 in
	p|r) add_events "$1" ;;
	f) add_perf ;;
	m) insmod "$FOREIGN" what=kprobe ;;
	esac
}

remove_probes()
{
	case $1 in
	p|r) remove_events ;;
	f) remove_perf ;;
	m) rmmod oe_foreign ;;
	esac
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
		no_probes) remove_probes "$order_kind" ;;
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

name_of()
{
	case $1 in
	p) echo "probes at the entry" ;;
	r) echo "probes at the return" ;;
	f) echo "perf's probes" ;;
	m) echo "probes of another module" ;;
	esac
}

orders()
{
	check "$2: they come first and go first" \
		order "$1" probes module no_probes no_module
	check "$2: they come first and go last" \
		order "$1" probes module no_module no_probes
	check "$2: they come last and go last" \
		order "$1" module probes no_module no_probes
	check "$2: they come last and go first" \
		order "$1" module probes no_probes no_module
}

# A livepatch is in force, or gone, when every task has been seen outside of the function.
has_settled()
{
	[ "$(cat "$KLP/transition")" = 0 ]
}

is_gone()
{
	[ ! -e "$KLP" ]
}

add_livepatch()
{
	insmod "$LIVEPATCH" function="$1" && poll_until "$PATIENCE" has_settled
}

remove_livepatch()
{
	echo 0 >"$KLP/enabled" && poll_until "$PATIENCE" is_gone && rmmod oe_livepatch
}

is_refused()
{
	! insmod "$LIVEPATCH" function="$1" 2>/dev/null
}

covers()
{
	[ "$(get coverage)" = "$1" ]
}

all_words()
{
	echo "$FULL_COVERAGE" | tr ',' ' '
}

# livepatch_first FUNCTION WORDS: the module does without WORDS until the livepatch has gone
livepatch_first()
{
	add_livepatch "$1" && add_module && one_or_uncovered "$2" &&
		remove_livepatch && poll_until "$PATIENCE" covers "$(all_words)" && one_oom &&
		rmmod oom_embedded && unloaded && one_oom
}

# With the words that are left: "global" is the notifier's.
one_or_uncovered()
{
	comment "coverage: $(get coverage)"
	covers "$1" && one_oom
}

livepatch_second()
{
	add_module && is_refused "$1" && covers "$(all_words)" && one_oom &&
		rmmod oom_embedded && unloaded && add_livepatch "$1" && one_oom && remove_livepatch &&
		one_oom
}

livepatches()
{
	check "a livepatch of out_of_memory() comes first: the notifier is left" \
		livepatch_first out_of_memory global
	check "a livepatch of oom_kill_process() comes first: there is no guard" \
		livepatch_first oom_kill_process "global memcg"
	check "a livepatch comes second: it is refused, until the module has gone" \
		livepatch_second out_of_memory
}

# can_be_had KIND
can_be_had()
{
	case $1 in
	p|r) return 0 ;;
	f) [ -e /sys/bus/event_source/devices/kprobe ] ;;
	m) [ -e "$FOREIGN" ] ;;
	l) [ -e "$LIVEPATCH" ] ;;
	*) bail_out "no kind of probe: $1" ;;
	esac
}

# Sets $kinds, and $planned, the results that they bring.
choose_kinds()
{
	kinds=
	planned=0
	for kind in $KINDS; do
		can_be_had "$kind" || continue
		kinds="$kinds $kind"
		case $kind in
		l) planned=$((planned + 3)) ;;
		*) planned=$((planned + 4)) ;;
		esac
	done
}

needs guard
[ -e "$PROBE_EVENTS" ] || bail_out "no kprobe_events"
choose_kinds
plan $((planned + 2))
unload_module
trap 'remove_events; clean_up' EXIT
check "there is a function to probe" add_events p
remove_events
for kind in $kinds; do
	case $kind in
	l) livepatches ;;
	*) orders "$kind" "$(name_of "$kind")" ;;
	esac
done
equal "no splat" 0 "$(splat_taint)"
finish
