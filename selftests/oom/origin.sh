#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# swapoff without room for what is swapped out: swapoff dies, as the kernel wants it, and not
# the services. Needs swap (boot.sh --swap 192).
#
# set: swapping
# needs: swap events

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

swap=$(awk 'NR == 2 { print $1 }' /proc/swaps)
[ -n "$swap" ] || skip_all "no swap"

# A third more than fits into memory.
fill_swap()
{
	services=
	for i in 1 2 3 4; do
		spawn "service$i" $(($(mem_total_kb) / 3)) 500
		services="$services $pid"
	done
}

swap_off()
{
	# shellcheck disable=SC2016 # the inner shell's
	sh -c 'echo 0 >/proc/self/oom_score_adj; echo "$$ $0" >/sys/kernel/oom_embedded/oom_ranking
		exec swapoff "$1"' "$1" "$swap" &
	pid=$!
	started="$started $pid"
}

# says_origin PID: the reason in its line, though it is protected.
says_origin()
{
	awk -v pid="$1" '$2 == pid && $6 == "protected" && $8 == "origin" { found = 1 } END { exit !found }' \
		"$OE/candidates"
}

needs events
plan 8
load_module selection_order=rank rank_threshold=100 no_victim_action=unprotect
fill_swap
victims=$(get stats/victims)
swap_off 100
killed "swapoff dies, though it is the least expendable" "$pid"
equal "and is the only one" $((victims + 1)) "$(get stats/victims)"
equal "the record says why" origin "$(recorded reason)"
nr=0
for one in $services; do
	! alive "$one" || nr=$((nr + 1))
done
equal "the services live" 4 "$nr"

# Protected, it is not chosen; now the services make room.
swap_off 50
check "while it runs, candidates says why it is asked for" poll_until "$PATIENCE" says_origin "$pid"
poll_until "$PATIENCE" dead "$pid"
wait "$pid"
rc=$?
reaped="$reaped $pid"
equal "a protected swapoff gets through" 0 "$rc"
check "the disk is swap again" swapon "$swap"
equal "no splat" 0 "$(splat_taint)"
finish
