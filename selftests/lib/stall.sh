# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# For tests of stalls: a protected loop, and what it says after a victim was chosen. Needs lib/oom.sh, and
# $STALL_MS for the judgement.

has_victims()
{
	[ "$(get stats/victims)" -ge "$1" ]
}

# most_in FILE SECONDS: the highest value of a file of the module in that time
most_in()
{
	most=0
	looks=$(($2 * 5))
	while [ "$looks" -gt 0 ]; do
		now=$(get "$1")
		[ "$now" -le "$most" ] || most=$now
		looks=$((looks - 1))
		doze 0.2
	done
	echo "$most"
}

now_ms()
{
	awk '{ print int($1 * 1000) }' /proc/uptime
}

# start_beat: sets $beat
start_beat()
{
	start beat beat
	beat=$pid
	echo "$beat 10" >"$OE/oom_ranking"
}

# The loop's rounds since the last time: "rounds N late N worst MS"
beats()
{
	nr_beats=$(grep -c rounds "$tmp/beat.out")
	kill -USR1 "$beat"
	poll_until "$PATIENCE" has_beats $((nr_beats + 1)) || bail_out "the loop says nothing"
	tail -n 1 "$tmp/beat.out"
}

has_beats()
{
	[ "$(grep -c rounds "$tmp/beat.out")" -ge "$1" ]
}

# judge_beats DESCRIPTION TOOK_MS AFTERWARDS: two tests; a share of time takes a window to be measured
judge_beats()
{
	late=${3#*late }
	equal "$1: afterwards no round is late" 0 "${late%% *}"
	check "$1: it was decided within stall_ms" [ "$2" -le $((STALL_MS * 5 / 4)) ]
}
