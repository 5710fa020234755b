#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# With reserve and hold a protected handler saves its data while expendable processes leak at full
# speed; the processes that the module stopped, and no other, run again.
# ROUNDS: how many times (default 2).
#
# set: graceful

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

ROUNDS=${ROUNDS:-2}
GRACE=2000
SAVE=4096
LEAKERS="1 2 3 4"

# All leakers together use what there is; one OOM or more, until all are dead.
leak_together()
{
	leaking=
	for i in $LEAKERS; do
		spawn "leaker$i" 256 900 -g -l 0
		leaking="$leaking $pid"
	done
	# shellcheck disable=SC2086 # a list
	kill -USR1 $leaking
	for one in $leaking; do
		reap "$one"
	done
}

# saves DESCRIPTION: how many of the handler's savings were done within the window; sets
# $saved and $asked
saves()
{
	start handler handler -s "$SAVE" save
	handler=$pid
	for _ in $(seq "$ROUNDS"); do
		# The reserve is filled, the budget is full: this is an emergency of its own.
		poll_until "$PATIENCE" reserve_is_full
		sleep 2.1
		first=$(get reconfigure_wanted)
		leak_together
		echo $((first + 1)) >>"$tmp/firsts"
	done
	kill -TERM "$handler"
	wait "$handler"
	reaped="$reaped $handler"
	# Only the first OOM of an emergency has the reserve and the whole window.
	asked=$(grep -c . "$tmp/firsts")
	saved=$(awk -v grace="$GRACE" 'NR == FNR { first[$1]; next }
		$1 in first && $2 >= 0 && $2 <= grace { n++ }
		END { print n + 0 }' "$tmp/firsts" "$tmp/handler.out")
	comment "$1: saved in time $saved of $asked; took, in ms: $(awk 'NR == FNR { first[$1]; next }
		$1 in first { printf "%s ", $2 }' "$tmp/firsts" "$tmp/handler.out")"
	: >"$tmp/firsts"
}

reserve_is_full()
{
	[ "$(get reserve_available_kb)" = "$(get reserve_kb)" ]
}

# Starts three processes: one that may be stopped, one that another has stopped, a protected one.
watch_states()
{
	spawn expendable 1024 500
	expendable=$pid
	spawn stopped 1024 500
	stopped=$pid
	kill -STOP "$stopped"
	spawn guarded 1024 50
	guarded=$pid
	start sharing odd_process share
	sharing=$pid
	read -r _ _ child <"$tmp/sharing.out"
	echo 0 >"/proc/$sharing/oom_score_adj"
	set_to oom_ranking "$sharing 500
$child 50"
	poll_until "$PATIENCE" is_state T "$stopped"
}

# during DESCRIPTION: the states within a window, made by SysRq
during_window()
{
	spawn victim 1024 1000
	victim=$pid
	sysrq_oom &
	trigger=$!
	started="$started $trigger"
	poll_until 5 is_state T "$expendable"
	equal "$1: within the window the expendable is stopped, not the protected, nor who dies with one" \
		"T T S S" "$(state "$expendable") $(state "$stopped") $(state "$guarded") $(state "$sharing")"
}

# The states after the window.
after_window()
{
	poll_until 5 is_state S "$expendable"
	equal "$1: then it runs again, and one stopped by another does not" \
		"S T S" "$(state "$expendable") $(state "$stopped") $(state "$guarded")"
}

windows()
{
	watch_states
	during_window timeout
	reap "$victim"
	after_window timeout

	sleep 8.1
	during_window acknowledged
	equal "a request within it is refused, and not after it" "Device or resource busy T" \
		"$(relieve) $(state "$expendable")"
	set_to reconfigure_done "$(get reconfigure_wanted)"
	reap "$victim"
	after_window acknowledged

	sleep 2.1
	during_window unload
	rmmod oom_embedded
	reap "$victim"
	after_window unload
}

memcg()
{
	load_module selection_order=rank rank_threshold=100 grace_ms="$GRACE" grace_hold=1
	make_cgroup oe_hold 32M
	spawn inside 1024 500 -C "$cgroup"
	inside=$pid
	start handler handler -C "$cgroup" -k 16384 drop
	handler=$pid
	spawn leaker 256 900 -C "$cgroup" -g -l 24576
	leaker=$pid
	mkdir "$TRACING/instances/oe_stops" || bail_out "no trace instance"
	instances="$instances $TRACING/instances/oe_stops"
	echo 1 >"$TRACING/instances/oe_stops/events/signal/signal_generate/enable"
	kill -USR1 "$leaker"
	poll_until "$PATIENCE" grep -q eaten "$tmp/leaker.out"
	equal "avoided: all inside run again" "S S" "$(state "$inside") $(state "$leaker")"
	stops=$(sed -n 's/.*signal_generate: sig=\(1[89]\) .* pid=\([0-9]*\) .*/\2 \1/p' \
		"$TRACING/instances/oe_stops/trace" | sort | uniq -c | awk '{ print $2, $3 }' |
		tr '\n' ' ')
	equal "memcg: the eligible inside were stopped and continued, nobody outside was" \
		"$(printf '%s\n' "$inside 18" "$inside 19" "$leaker 18" "$leaker 19" | sort | tr '\n' ' ')" \
		"$stops"
}

plan 13
load_module selection_order=rank rank_threshold=100
trace_start oe_victims counter
: >"$tmp/firsts"
set_to grace_ms "$GRACE"
saves "no reserve, no hold"
check "without both: how often is said above; it was asked" [ "$asked" -ge 1 ]
set_to reserve_kb 6144
set_to grace_hold 1
saves "reserve_kb=6144, grace_hold=1"
equal "with both it saves its data in the window, each time" "$ROUNDS of $ROUNDS" "$saved of $asked"
check "it lives" [ "$(grep -c . "$tmp/handler.out")" -ge "$ROUNDS" ]
set_to reserve_kb 0
windows
memcg
equal "nobody is held any more, no splat" 0 "$(splat_taint)"
finish
