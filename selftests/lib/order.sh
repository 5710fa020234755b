# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# The three promises in one run, for one kind of OOM: userspace hears first, protected
# processes live, and `candidates` names who dies. The caller supplies
#
#	order_setup	the surroundings; sets $member_options (leak options of every
#			process that takes part) and $members (file that lists their
#			pids, or empty for all) and $shield_kb
#	order_round	lets two processes die; calls order_announce before
#
# OOMS (default 20) OOMs are made; an odd number is rounded up.

# shellcheck source=lib/oom.sh
. "$SELFTESTS_LIB/oom.sh"

OOMS=${OOMS:-20}
KIND=
member_options=
members=
shield_kb=0

# Writes down who is to die next, in order: the next N of `candidates`.
order_announce()
{
	# shellcheck disable=SC2086 # $members may be absent
	predicted_first "$1" $members >>"$tmp/predicted"
}

# fodder NAME KB RANK [LEAK OPTION...]: a process that is there to die; sets $pid.
fodder()
{
	# shellcheck disable=SC2086 # a list of options
	spawn "$@" $member_options
}

# expect_killed PID: note it if it was not SIGKILL that ended it. Waits without forking,
# and so only as long as the harness lets us: an allocation of ours in the middle of the
# OOM could ask for one more victim.
expect_killed()
{
	wait "$1"
	rc=$?
	reaped="$reaped $1"
	[ "$rc" = 137 ] || comment "process $1 ended with $rc" | tee -a "$tmp/not_killed"
}

# Two deaths: a small process of the highest ranking, then the leaker itself.
leak_round()
{
	fodder batch "$(sized 6144)" 900
	batch=$pid
	fodder leaker 512 600 -g -l 0
	leaker=$pid
	order_announce 2
	echo "$batch $leaker " | tr -d '\n' >>"$tmp/intended"
	kill -USR1 "$leaker"
	expect_killed "$batch"
	expect_killed "$leaker"
}

order_run()
{
	plan 13
	load_module selection_order=rank rank_threshold=100 "$@"
	check "coverage names what this run relies on" \
		grep -qw "$KIND" "$OE/coverage"
	trace_start oe_order counter
	trace_start oe_time mono
	order_setup

	fodder shield "$shield_kb" 50
	shield=$pid
	fodder zero 1024 0
	zero=$pid
	fodder bystander 1024 -
	bystander=$pid
	fodder immortal 1024 1000 -a -1000
	immortal=$pid
	equal "the stock kernel would kill the protected one: it is the biggest" \
		"$shield" "$(biggest_by_oom_score)"

	watch_oom oe_order "$TRACING/instances/oe_time/trace_marker"
	first=$(get reconfigure_wanted)
	counted=$(get "stats/oom_$STAT")
	spared=$(get stats/avoided)
	: >"$tmp/not_killed"
	: >"$tmp/predicted"
	: >"$tmp/intended"
	rounds=$(((OOMS + 1) / 2))
	for round in $(seq "$rounds"); do
		order_round "$round"
	done
	ooms=$((rounds * 2))

	cat "$TRACING/instances/oe_time/trace" >"$tmp/time"
	lead_times.sh "$tmp/time"

	check "before each of $ooms victims there was a poll wake-up and a uevent" \
		told_before oe_order "$first" "$ooms"
	# A victim's memory may have come back a moment after the next process had asked.
	spared=$(($(get stats/avoided) - spared))
	comment "$spared OOMs more needed no victim"
	equal "reconfigure_wanted counted each OOM once" \
		$((first + ooms + spared)) "$(get reconfigure_wanted)"
	equal "stats/oom_$STAT counted each OOM once" \
		$((counted + ooms + spared)) "$(get "stats/oom_$STAT")"
	equal "candidates named who died, each time" \
		"$(cat "$tmp/predicted")" "$(marked_victims oe_order)"
	equal "and these were the highest ranked" \
		"$(cat "$tmp/intended")" "$(marked_victims oe_order)"
	equal "SIGKILL ended each of them" "" "$(cat "$tmp/not_killed")"
	check "the biggest process lives: ranked below the threshold" alive "$shield"
	check "the process of ranking 0 lives" alive "$zero"
	check "the process of oom_score_adj -1000 lives" alive "$immortal"
	check "a process of lower ranking than the victims lives" alive "$bystander"
	equal "no splat" 0 "$(splat_taint)"
	finish
}
