#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A machine that spends its time on reading again what it has just dropped is relieved of the first in order, before
# memory runs out, and only of that one: within stall_ms, and afterwards no round of a protected loop of 10 ms is later
# than 100 ms. A program that starts, and a disk that is read over and over, are no stall. A share of time is judged: the
# guest's clock has to count instructions, and its disk to be a slow one, boot.sh --iops 300.
# SECONDS_BUSY: how long these two go on (default 4).
#
# set: swapping_timed
# needs: swap guard icount events levels

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/stall.sh
. "$SELFTESTS/lib/stall.sh"

SECONDS_BUSY=${SECONDS_BUSY:-4}
PERCENT=20
STALL_MS=2000
PATIENCE=${PATIENCE:-90}

# Only its disk is wanted.
disk=$(awk 'NR == 2 { print $1 }' /proc/swaps)
[ -n "$disk" ] || skip_all "no swap"
needs guard

# A working set, and how much of it has room beside the hog.
NEEDED_MB=24
ROOM_MB=12

# All of it is in memory before the hog comes, so that what is read afterwards was there before.
start_needy()
{
	retouch "$disk" "$NEEDED_MB" >"$tmp/needy.out" 2>&1 &
	needy=$!
	started="$started $needy"
	echo "$needy 60" >"$OE/oom_ranking"
	head -c $((NEEDED_MB << 20)) "$disk" >/dev/null
	poll_until "$PATIENCE" has_line ready "$tmp/needy.out" || bail_out "the needy one does not come round"
}

harmless()
{
	(while :; do cat "$disk"; done >/dev/null) &
	reader=$!
	retouch "$disk" 40 >"$tmp/program.out" 2>&1 &
	program=$!
	started="$started $reader $program"
	most=$(most_in levels/stall_percent "$SECONDS_BUSY")
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
	start_needy
	spawn hog $(($(mem_available_kb) - ROOM_MB * 1024)) 900
	hog=$pid
	began_ms=$(now_ms)
	check "a stall: a victim is chosen" poll_until "$PATIENCE" has_victims 1
	took_ms=$(($(now_ms) - began_ms))
	before=$(beats)
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
	after=$(beats)
	comment "stall: $(uname -r) | $(recorded stall_percent) % | $took_ms ms | $before | $after"
	judge_beats "a stall" "$took_ms" "$after"
	equal "with memory back there is no second one" 1 "$(get stats/victims)"
	check "others live" alive "$needy"
	stop_process "$needy"
	stop_process "$poller"
}

needs events
needs levels
plan 16
swapoff "$disk" || bail_out "swapoff $disk"
load_module selection_order=rank rank_threshold=100 stall_percent=$PERCENT stall_ms=$STALL_MS
start_beat
harmless
stalled
check "the module can be unloaded while it measures" unload_module
check "the disk is swap again" swapon "$disk"
equal "no splat" 0 "$(splat_taint)"
finish
