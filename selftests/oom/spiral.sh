#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A machine that spends its time on swapping in what it has just swapped out, to zram or to a disk, is
# relieved of the first in order, and only of that one. Cold pages that go to zram, and a program that comes
# back from there, are no stall.
# A share of time is judged, so the guest's clock has to count instructions: on a busy host zram is so slow that
# harmless work is a stall. It is decided within stall_ms, and afterwards no round of a protected loop of 10 ms is
# later than 100 ms.
# CASES: where it swaps to (default zram,disk).
#
# set: swapping_timed
# needs: swap modprobe guard icount events levels

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/levels.sh
. "$SELFTESTS/lib/levels.sh"
# shellcheck source=lib/stall.sh
. "$SELFTESTS/lib/stall.sh"

PATIENCE=${PATIENCE:-180}
CASES=${CASES:-zram,disk}
PERCENT=20
STALL_MS=2000

# A process in locked memory, which is first in order, leaves so much.
ROOM_MB=56
# Of a program that was not needed for a while. Under emulation zram is some 30 times slower.
ASLEEP_MB=2
# More than there is room for.
COLD_MB=88
NEEDED_MB=76
ZRAM_MB=128

uname=$(uname -r)

leave_room()
{
	spawn hog $(($(mem_available_kb) - ROOM_MB * 1024)) 900 -L
	hog=$pid
}

# no_stall DESCRIPTION: all the time from its start to now and a window more
no_stall()
{
	doze $((STALL_MS / 1000 + 1))
	equal "$1 is no stall" 0 "$(get stats/victims)"
	comment "$1: $(vmstat pswpout) pages out, $(vmstat pswpin) in, $(vmstat workingset_refault_anon) of them soon"
}

# A program that slept until it was swapped out.
put_to_sleep()
{
	make_cgroup asleep 1G
	# shellcheck disable=SC2016 # for the shell that is started
	start asleep sh -c 'echo $$ >"$0/cgroup.procs" && exec retouch - "$1"' "$cgroup" "$ASLEEP_MB"
	asleep=$pid
	kill -STOP "$asleep"
	poll_until "$PATIENCE" is_state T "$asleep"
	# It says EAGAIN if it is a page short of all.
	echo ${ASLEEP_MB}M 2>/dev/null >"$cgroup/memory.reclaim" || comment "not all is swapped out"
}

harmless()
{
	put_to_sleep
	spawn cold $((COLD_MB * 1024)) 800 -X
	cold=$pid
	no_stall "cold memory that is swapped out"
	was_in=$(vmstat pswpin)
	kill -CONT "$asleep"
	no_stall "a program that comes back"
	check "it was swapped out" [ $(($(vmstat pswpin) - was_in)) -gt $((ASLEEP_MB * 256 / 2)) ]
	stop_process "$cold"
	stop_process "$asleep"
}

is_full()
{
	has_line full "$tmp/needy.out"
}

spiral()
{
	victims=$(get stats/victims)
	: >"$tmp/needy.out"
	retouch - "$NEEDED_MB" >"$tmp/needy.out" 2>&1 &
	needy=$!
	started="$started $needy"
	echo "$needy 60" >"$OE/oom_ranking"
	poll_until "$PATIENCE" is_full
	began_ms=$(now_ms)
	check "$1: a victim is chosen" poll_until "$PATIENCE" has_victims $((victims + 1))
	took_ms=$(($(now_ms) - began_ms))
	killed "$1: it is the first in order" "$hog"
	before=$(beats)
	equal "$1: the record says what it was" "early killed hog" \
		"$(recorded kind) $(recorded outcome) $(recorded victim_comm)"
	check "$1: and the share of time" [ "$(recorded stall_percent)" -gt "$PERCENT" ]
	# As long as the first one took to come, and half of that again.
	sleep 3
	after=$(beats)
	equal "$1: with memory back there is no second one" $((victims + 1)) "$(get stats/victims)"
	check "$1: who needs its memory lives" alive "$needy"
	comment "spiral: $uname | $1 | $(recorded stall_percent) % | $took_ms ms | $before | $after"
	judge_beats "$1" "$took_ms" "$after"
	stop_process "$needy"
}

with_zram()
{
	use_zram $((ZRAM_MB * 1024))
	leave_room
	harmless
	spiral zram
	swapoff "$ZRAM" || bail_out "swapoff $ZRAM"
	echo 1 >/sys/block/zram0/reset
}

with_disk()
{
	swap_to "$DISK" $((ZRAM_MB * 1024))
	leave_room
	spiral disk
	swapoff "$DISK"
	mkswap "$DISK" >/dev/null
}

is_case()
{
	case ,$CASES, in
	*",$1,"*) return 0 ;;
	esac
	return 1
}

nr=3
! is_case zram || nr=$((nr + 3 + 8))
! is_case disk || nr=$((nr + 8))
needs events
needs levels
plan "$nr"
swapoff "$DISK" || bail_out "swapoff $DISK"
drop_zram
load_module selection_order=rank rank_threshold=100 stall_percent=$PERCENT stall_ms=$STALL_MS
start_beat
! is_case zram || with_zram
! is_case disk || with_disk
check "the module can be unloaded while it measures" unload_module
check "the disk is swap again" swapon "$DISK"
equal "no splat" 0 "$(splat_taint)"
finish
