#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A machine that spends its time on reading again what it has just dropped is relieved of the first
# in order, before memory runs out, and only of that one. A program that starts, and a disk that is
# read over and over, are no stall.
# SECONDS_BUSY: how long these two go on (default 4).
#
# set: swapping
# needs: swap guard

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

SECONDS_BUSY=${SECONDS_BUSY:-4}
# The disk of the emulator is fast: most of a fault is not the read. On a busy host 3 % were seen in a
# stall, and once no more than 2; at rest it is 0.
PERCENT=1
PATIENCE=${PATIENCE:-90}

# Only its disk is wanted.
disk=$(awk 'NR == 2 { print $1 }' /proc/swaps)
[ -n "$disk" ] || skip_all "no swap"
needs guard

has_victims()
{
	[ "$(get stats/victims)" -ge "$1" ]
}

# The highest levels/stall_percent in so many seconds.
most_in()
{
	most=0
	looks=$(($1 * 5))
	while [ "$looks" -gt 0 ]; do
		now=$(get levels/stall_percent)
		[ "$now" -le "$most" ] || most=$now
		looks=$((looks - 1))
		doze 0.2
	done
	echo "$most"
}

harmless()
{
	(while :; do cat "$disk"; done >/dev/null) &
	reader=$!
	retouch "$disk" 40 >"$tmp/program.out" 2>&1 &
	program=$!
	started="$started $reader $program"
	most=$(most_in "$SECONDS_BUSY")
	comment "at most $most%"
	check "a program that starts beside a disk that is read is no stall" [ "$most" -le "$PERCENT" ]
	equal "nobody dies of it" 0 "$(get stats/victims)"
	stop_process "$reader"
	stop_process "$program"
}

stalled()
{
	start poller poll_file "$OE/levels/stall_percent"
	poller=$pid
	mark_log
	spawn hog $(($(mem_available_kb) - 24 * 1024)) 900
	hog=$pid
	retouch "$disk" 100 >"$tmp/needy.out" 2>&1 &
	needy=$!
	started="$started $needy"
	echo "$needy 60" >"$OE/oom_ranking"
	check "a stall: a victim is chosen" poll_until "$PATIENCE" has_victims 1
	killed "it is the first in order" "$hog"
	equal "the record says what it was" "early killed hog" \
		"$(recorded kind) $(recorded outcome) $(recorded victim_comm)"
	comment "stall_percent=$(recorded stall_percent)"
	check "and the share of time" [ "$(recorded stall_percent)" -gt "$PERCENT" ]
	check "so does the log" poll_until "$PATIENCE" log_says "kind=early stall=[0-9]+% .*victim=hog/"
	check "who polls levels/stall_percent was woken" poll_until "$PATIENCE" has_line woken "$tmp/poller.out"
	equal "memory had not run out" 0 "$(get stats/oom_global)"
	# As long as the first one took to come, and half of that again.
	sleep 3
	equal "with memory back there is no second one" 1 "$(get stats/victims)"
	check "others live" alive "$needy"
	stop_process "$needy"
	stop_process "$poller"
}

plan 14
swapoff "$disk" || bail_out "swapoff $disk"
load_module selection_order=rank rank_threshold=100 stall_percent=$PERCENT stall_ms=2000
harmless
stalled
check "the module can be unloaded while it measures" unload_module
check "the disk is swap again" swapon "$disk"
equal "no splat" 0 "$(splat_taint)"
finish
