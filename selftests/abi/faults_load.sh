#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A load in which the kernel refuses something fails with an errno and leaves nothing, or the module
# is there and does its work, and coverage or the log says what it lacks: each allocation of its init
# fails, one after the other, and so does each call of a function that may fail.
# FIRST: the first allocation that fails (default 1).
# LAST: the last one (default of all).
# ONLY: allocations, or calls (default both).
#
# set: faulty
# needs: faults levels

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/faults.sh
. "$SELFTESTS/lib/faults.sh"

# With all that a parameter may begin.
PARAMETERS="rank_threshold=100 selection_order=rank grace_hold=1 early_kb=1M stall_percent=20
	mirror_oom_score_adj=1 reserve_kb=1M report_to_log=1"

# The functions that the init calls, and that say whether they have done it: what they return if they
# have not, and what the load is refused with.
REFUSABLE="kthread_create_on_node:-12:ENOMEM register_kprobe:-22:EINVAL
	register_ftrace_function:-16:EBUSY ftrace_set_filter_ip:-12:ENOMEM
	tracepoint_probe_register:-12:ENOMEM register_oom_notifier:-17:EEXIST
	register_reboot_notifier:-17:EEXIST proc_mkdir:0:ENOMEM proc_create:0:ENOMEM
	sysfs_create_groups:-12:ENOMEM kernfs_find_and_get_ns:0:ENOENT
	__kmem_cache_create_args:0:ENOMEM shrinker_alloc:0:ENOMEM kern_mount:-12:ENOMEM"

nr_loaded=0

# has_a_word_for_it: of what the load lacks.
has_a_word_for_it()
{
	[ "$(get coverage)" = "$(echo "$FULL_COVERAGE" | tr , ' ')" ] || log_says 'oom_embedded: .*(cannot|no |without)'
}

rank_both()
{
	put oom_ranking "$expendable 900
$second 50"
}

# Without a guard a worker counts the kill.
has_counted()
{
	[ "$(get stats/oom_sysrq) $(get stats/victims)" = "1 1" ]
}

dies_first()
{
	sysrq_oom
	reap "$expendable"
	[ "$rc" = 137 ] || offence "$1: the expendable one: $rc"
	alive "$second" || offence "$1: the protected one is dead"
	poll_until "$PATIENCE" has_counted ||
		offence "$1: OOMs $(get stats/oom_sysrq), victims $(get stats/victims)"
	spawn first 64 -
	expendable=$pid
}

# judge_load WHAT KILL: the module was loaded, although something was refused.
judge_load()
{
	nr_loaded=$((nr_loaded + 1))
	has_a_word_for_it || offence "$1: coverage $(get coverage), and nobody says why"
	rank_both || offence "$1: no ranking can be written"
	[ "$(predicted_first 1)" = "$expendable " ] || offence "$1: candidates: $(predicted_first 1)"
	[ "$2" = 0 ] || dies_first "$1"
	unload_module || offence "$1: cannot be unloaded"
}

# refuse_each WHAT ERRNO FIRST LAST EVERY: until nothing is refused any more; sets $n. Of the loads that
# succeed all the same, every EVERYth has to kill.
refuse_each()
{
	n=$3
	while :; do
		mark_log
		fail_load -e "$2" "$MODULE" "$PARAMETERS" "$n" "$4" >"$tmp/load" || offence "$1"
		sed '$d; s/^\([^#]\)/# \1/' "$tmp/load"
		what=$(tail -n 1 "$tmp/load")
		n=${what#* }
		case $what in
		loaded\ *) judge_load "$1 $n" $((nr_loaded % $5 == 0)) ;;
		done\ *) break ;;
		*) offence "$1: $what"; break ;;
		esac
		n=$((n + 1))
	done
}

fail_allocations()
{
	insmod "$FAULTS_MODULE" || bail_out "no oe_faults"
	refuse_each allocation ENOMEM "${FIRST:-1}" "${LAST:-5000}" 10
	comment "allocations: $((n - ${FIRST:-1})) loads, of them $nr_loaded loaded"
	rmmod oe_faults
}

# fail_calls FUNCTION:RETURNED:ERRNO
fail_calls()
{
	function=${1%%:*}
	returned=${1#*:}
	nr_loaded=0
	insmod "$FAULTS_MODULE" function="$function" error="${returned%:*}" || bail_out "no probe on $function"
	refuse_each "$function" "${1##*:}" 1 100 1
	[ "$n" -gt 1 ] || offence "$function: was not called"
	comment "$function: $((n - 1)) loads, of them $nr_loaded loaded"
	rmmod oe_faults
}

fail_all_calls()
{
	for one in $REFUSABLE; do
		fail_calls "$one"
	done
}

needs levels
needs_faults
plan 5
quiet_console
inject_by_task
spawn first 64 -
expendable=$pid
spawn second 64 -
second=$pid
[ "${ONLY-}" = calls ] || fail_allocations
table "each allocation of the init fails: nothing is left, or all of it works"
[ "${ONLY-}" = allocations ] || fail_all_calls
table "each function that the init calls fails: nothing is left, or all of it works"
load_module rank_threshold=100 selection_order=rank
rank_both
trace_start oe_victims counter
sysrq_kills "the next load lacks nothing" "$expendable"
unload_module
equal "nothing leaks" "" "$(own_leaks)"
equal "no splat" 0 "$(splat_taint)"
finish
