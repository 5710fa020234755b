# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Root can switch off the mechanisms of the way into an OOM. The switch is refused, or
# `coverage` says so and tells: in every case `coverage` tells the truth.

# shellcheck source=lib/oom.sh
. "$SELFTESTS_LIB/oom.sh"

# ways_load [PARAMETER...]: the module, a cgroup, and in it a protected process that the kernel
# would kill first. Sets $shield.
ways_load()
{
	load_module selection_order=rank rank_threshold=100 "$@"
	full=$(get coverage)
	make_cgroup oe_ways 32M
	spawn shield 18432 50 -C "$cgroup"
	shield=$pid
}

# leak_beside [LEAK OPTION...]: a process leaks beside the shield; sets $leaker.
leak_beside()
{
	leak -c leaker -C "$cgroup" -r 900 -k 1024 -l 0 "$@" >"$tmp/leaker.out" 2>&1 &
	leaker=$!
	started="$started $leaker"
}

# If an OOM of a memory cgroup is covered, the shield outlives it. If not, the shield
# outlives one of the machine.
as_coverage_says()
{
	words=$(get coverage)
	comment "coverage: $words"
	case " $words " in
	*" memcg "*)
		leak_beside
		reap "$leaker"
		;;
	*)
		before=$(get reconfigure_wanted)
		spawn fodder 1024 900
		fodder=$pid
		sysrq_oom
		reap "$fodder" || return 1
		[ "$(get reconfigure_wanted)" -gt "$before" ] || return 1
		[ "$(sysfs_write "$OE/relieve" 1)" = EOPNOTSUPP ] || return 1
		;;
	esac
	[ "$rc" = 137 ] && alive "$shield"
}

covers()
{
	[ "$(get coverage)" = "$1" ]
}

# listen: to uevents, and to the pollers' wake-up of `coverage`.
listen()
{
	trace_start oe_ways counter
	start witness witness -m "$TRACING/instances/oe_ways/trace_marker"
	start poller poll_file "$OE/coverage"
}

nr_told()
{
	grep -c 'oe uevent coverage' "$TRACING/instances/oe_ways/trace"
}

# told_of WORDS: the change to these has been told: poller, uevent, log.
told_of()
{
	has_line woken "$tmp/poller.out" && [ "$(nr_told)" -ge 1 ] &&
		log_says "coverage was .* and is \"$1\""
}

# Nothing has changed, or it was told.
told_if_changed()
{
	words=$(get coverage)
	[ "$words" = "$full" ] || poll_until "$PATIENCE" told_of "$words"
}

# ways_run SWITCH: a file in which 0 is off.
ways_run()
{
	switch=$1
	[ -e "$switch" ] || skip_all "there is no $switch"
	needs memcg
	plan 11
	trap 'echo 1 2>/dev/null >"$switch"; clean_up' EXIT
	ways_load
	listen
	mark_log
	{ echo 0 >"$switch" && comment "the write went well"; } 2>/dev/null
	comment "the switch says $(cat "$switch")"
	check "switched off: coverage tells the truth" as_coverage_says
	check "switched off: a change is told" told_if_changed
	echo 1 2>/dev/null >"$switch"
	check "switched on: all is covered" poll_until "$PATIENCE" covers "$full"
	check "switched on: coverage tells the truth" as_coverage_says
	equal "no splat" 0 "$(splat_taint)"
	for one in $started; do
		stop_process "$one"
	done
	check "the module can be unloaded" unload_module
	check "then the switch is free" off_is_off
	ways_load
	hold_off=$full
	check "loaded while off: coverage tells the truth" as_coverage_says
	echo 1 >"$switch"
	check "switched on: all that there is comes to be covered" \
		poll_until "$PATIENCE" covers_more_than "$hold_off"
	check "and what coverage says is what happens" as_coverage_says
	equal "no splat" 0 "$(splat_taint)"
	finish
}

off_is_off()
{
	echo 0 >"$switch" && [ "$(cat "$switch")" = 0 ]
}

# Full coverage while the switch was off may have been all there is.
covers_more_than()
{
	case " $1 " in
	*" memcg "*) covers "$1" ;;
	*) grep -qw memcg "$OE/coverage" ;;
	esac
}
