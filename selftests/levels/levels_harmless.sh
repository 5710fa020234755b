#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Work that keeps a disk or the CPU busy is no stall, and nobody dies of it: streaming reads, cold starts, a
# compilation, a fork storm, an fsync storm, a slow disk; with zram, cold pages that go there, and a program that
# comes back from there. With so little memory left that the module looks for a stall at all. A result is a line
# "harmless: KERNEL | ...".
# EACH: for how many seconds of the guest's clock (default 600).
# LEFT: how much memory is left beside a process at rest, in percent; 100 = no such process (default 12).
# LOADS: which of them (default all).
# PERCENT: stall_percent (default 2: the disk of the emulator is fast; with zram, which is slow there, 20).
# STALL_MS: stall_ms (default 5000).
#
# set: swapping
# needs: swap modprobe guard levels

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/levels.sh
. "$SELFTESTS/lib/levels.sh"

EACH=${EACH:-600}
LEFT=${LEFT:-12}
LOADS=${LOADS:-streaming,cold_start,compile,fork_storm,fsync_storm,slow_disk,cold_pages,comes_back}
PERCENT=${PERCENT:-2}
STALL_MS=${STALL_MS:-5000}

# Where the disk is written, behind all that is read, in MB.
WRITTEN_MB=300
# Operations a second that the slow disk gives.
SLOW_IOPS=20

ZRAM_MB=128
# Of each program in zram.
ASLEEP_MB=1

uname=$(uname -r)
kernel=${uname%%-*}
kernel=${kernel%.*}

# Only its disk is wanted.
disk=$(awk 'NR == 2 { print $1 }' /proc/swaps)
[ -n "$disk" ] || skip_all "no swap"
needs guard

# --- the loads, a round each; $scale is 1 with little memory left, else 4 -------------------

# One file that is bigger than the page cache, over and over: its pages are read again.
streaming()
{
	dd if="$disk" of=/dev/null bs=1M count=8 skip=$((rounds * 8 % 128)) 2>/dev/null
	doze 0.9
}

# starts_cold COMMAND...: a program that is not in the page cache touches each of its pages, and ends.
starts_cold()
{
	echo 1 >/proc/sys/vm/drop_caches
	start program "$@"
	stop_process "$pid"
	doze 1
}

cold_start()
{
	starts_cold retouch "$disk" $((2 * scale))
}

# Four compilers, their sources and what they write.
compile()
{
	for kb in 1024 1024 2048 2048; do
		leak -c cc1 -h $((kb * scale)) -t 1 >/dev/null 2>&1 &
	done
	dd if="$disk" of=/dev/null bs=64k count=16 skip=$((rounds * 16 % 4000)) 2>/dev/null
	dd if=/dev/zero of="$disk" bs=64k count=16 seek=$((WRITTEN_MB * 16 + rounds * 16 % 800)) 2>/dev/null
	doze 1
}

fork_storm()
{
	forkstorm storm 300
	for _ in 1 2 3 4; do
		sh -c 'sh -c :' &
	done
	doze 1.5
}

# writes_and_syncs AT: a page, at so many pages
writes_and_syncs()
{
	dd if=/dev/zero of="$disk" bs=4k count=1 seek=$((WRITTEN_MB * 256 + $1)) conv=fsync 2>/dev/null
}

fsync_storm()
{
	for writer in 0 1 2 3; do
		for page in 0 1; do
			writes_and_syncs $(((rounds * 8 + writer * 2 + page) % 20000))
		done &
		eval "writer$writer=\$!"
	done
	# shellcheck disable=SC2154 # set by eval
	wait "$writer0" "$writer1" "$writer2" "$writer3"
	doze 0.4
}

# A start, reading and writing, on a disk of so few operations a second.
slow_disk()
{
	# shellcheck disable=SC2016 # for the shell that is started
	starts_cold sh -c 'echo $$ >"$0/cgroup.procs" && exec retouch "$1" 1' "$slow" "$disk"
	# shellcheck disable=SC2016 # for the shell that is started
	sh -c 'echo $$ >"$0/cgroup.procs" && exec dd if="$1" of=/dev/null bs=64k count=8 skip="$2"' \
		"$slow" "$disk" $((1000 + rounds * 8 % 3000)) 2>/dev/null
	writes_and_syncs $((rounds % 20000))
}

# New memory that is not needed again pushes out memory at rest, which then ends.
cold_pages()
{
	stop_process "$crowd"
	crowd_in
	leak -c cold -X -h 6144 -a 1000 -t 1 >/dev/null 2>&1
	doze 1
}

# A program that is in zram runs again; then it is put back there.
comes_back()
{
	kill -CONT "$asleep"
	doze 1
	put_back
	doze 1
}

put_back()
{
	kill -STOP "$asleep"
	# It says EAGAIN if it is a page short of all.
	echo ${ASLEEP_MB}M 2>/dev/null >"$CGROUP/asleep/memory.reclaim"
}

begin_zram()
{
	use_zram $((ZRAM_MB * 1024))
	set_to stall_percent 20
	PERCENT=20
	make_cgroup asleep 1G
	# shellcheck disable=SC2016 # for the shell that is started
	start asleep sh -c 'echo $$ >"$0/cgroup.procs" && exec retouch - "$1" 20' "$cgroup" "$ASLEEP_MB"
	asleep=$pid
	put_back
	crowd_kb=$(mem_available_kb)
	crowd_in
}

# So much that nothing is left without zram.
crowd_in()
{
	spawn crowd "$crowd_kb" 800 -X
	crowd=$pid
}

end_zram()
{
	stop_process "$crowd"
	stop_process "$asleep"
	rmdir "$CGROUP/asleep"
	drop_zram
	PERCENT=$disk_percent
	set_to stall_percent "$PERCENT"
}

# --- the verdict -----------------------------------------------------------------------------

# Writes the highest share of time, and the least memory, to files until it is killed.
look_out()
{
	most=0
	least=$(level_get available_kb)
	while :; do
		now=$(level_get stall_percent)
		[ "$now" -le "$most" ] || most=$now
		kb=$(level_get available_kb)
		[ "$kb" -ge "$least" ] || least=$kb
		echo "$most $least" >"$tmp/seen.new"
		mv "$tmp/seen.new" "$tmp/seen"
		doze "$look_s"
	done
}

# Sets $reads and $reads_ms, since the disk is there.
read_reads()
{
	read -r reads _ _ reads_ms _ <"/sys/block/${disk#/dev/}/stat"
}

# Of words: each, and how often.
tally()
{
	tr ' ' '\n' | awk '
		NF && !times[$1]++ { words[++n] = $1 }
		END {
			for (i = 1; i <= n; i++)
				printf "%s%s %d", (i > 1 ? ", " : ""), words[i], times[words[i]]
		}'
}

# harmless NAME LOAD
harmless()
{
	mark_levels "$2.$left"
	kills=$(vmstat oom_kill)
	requests=$(get stats/oom_request)
	were_out=$(vmstat pswpout)
	were_in=$(vmstat pswpin)
	read_reads
	had_reads=$reads
	had_ms=$reads_ms
	rm -f "$tmp/seen"
	look_out &
	looking=$!
	started="$started $looking"
	read_uptime
	until=$((uptime_s + EACH))
	rounds=0
	while [ "$uptime_s" -lt "$until" ]; do
		"$2"
		rounds=$((rounds + 1))
		read_uptime
	done
	took=$((uptime_s - until + EACH))
	poll_until "$PATIENCE" test -s "$tmp/seen"
	stop_process "$looking"
	read -r most least <"$tmp/seen"
	read_reads
	reads=$((reads - had_reads))
	each_us=$(((reads_ms - had_ms) * 1000 / (reads > 0 ? reads : 1)))
	kills=$(($(vmstat oom_kill) - kills))
	requests=$(($(get stats/oom_request) - requests))
	entered=$(entered_levels "$2.$left" | tally)
	comment "harmless: $kernel | $1, $left % left | $took | $rounds | $reads of $each_us us | $most % | $least KiB | ${entered:-none} | $kills"
	out=$(($(vmstat pswpout) - were_out))
	in=$(($(vmstat pswpin) - were_in))
	comment "$1: $out pages out, $in in, MemAvailable $(mem_available_kb) KiB"
	equal "$1, $left % of memory left: nobody dies" "0 0" "$kills $requests"
	check "$1, $left % of memory left: no stall" [ "$most" -le "$PERCENT" ]
	case $2 in
	cold_pages) check "$1, $left % of memory left: they did" [ "$out" -gt 1024 ] ;;
	comes_back) check "$1, $left % of memory left: it did" [ "$in" -gt 256 ] ;;
	esac
}

uses_zram()
{
	[ "$1" = cold_pages ] || [ "$1" = comes_back ]
}

name_of()
{
	case $1 in
	streaming) echo "streaming reads" ;;
	cold_start) echo "cold starts" ;;
	compile) echo "a compilation" ;;
	fork_storm) echo "a fork storm" ;;
	fsync_storm) echo "an fsync storm" ;;
	slow_disk) echo "a disk of $SLOW_IOPS operations a second" ;;
	cold_pages) echo "cold pages that go to zram" ;;
	comes_back) echo "a program that comes back from zram" ;;
	esac
}

# leave PERCENT: of the memory, beside a process that is first in order and at rest.
leave()
{
	left=$1
	scale=4
	[ "$left" -lt 100 ] || return 0
	scale=1
	total_kb=$(mem_total_kb)
	spawn resting $(($(level_get available_kb) - total_kb * left / 100)) 900 -L
	resting=$pid
	poll_until "$PATIENCE" is_left || bail_out "$(level_get available_kb) KiB are left"
}

is_left()
{
	[ "$(level_get available_kb)" -lt $((total_kb * (left + 1) / 100)) ]
}

make_slow()
{
	echo +io >"$CGROUP/cgroup.subtree_control" || bail_out "no io controller"
	make_cgroup slow max
	slow=$cgroup
	echo "$(cat "/sys/block/${disk#/dev/}/dev") riops=$SLOW_IOPS wiops=$SLOW_IOPS" >"$slow/io.max" ||
		bail_out "no io.max"
}

loads=$(echo "$LOADS" | tr , ' ')
# shellcheck disable=SC2086 # words
set -- $loads
nr_checks=0
for load; do
	nr_checks=$((nr_checks + 2))
	! uses_zram "$load" || nr_checks=$((nr_checks + 1))
done
# shellcheck disable=SC2046 # words
set -- $(echo "$LEFT" | tr , ' ')
needs levels
plan $((nr_checks * $# + 3))
disk_percent=$PERCENT
look_s=1
[ "$EACH" -ge 60 ] || look_s=0.2
swapoff "$disk" || bail_out "swapoff $disk"
# The last one that closes a disk drops its page cache.
exec 8<"$disk"
load_module selection_order=rank rank_threshold=100 stall_percent="$PERCENT" stall_ms="$STALL_MS"
short_percpu_lists
make_slow
watch_levels
for percent; do
	leave "$percent"
	for load in $loads; do
		! uses_zram "$load" || begin_zram
		harmless "$(name_of "$load")" "$load"
		! uses_zram "$load" || end_zram
	done
	[ "$left" -eq 100 ] || stop_process "$resting"
done
exec 8<&-
check "the module can be unloaded" unload_module
check "the disk is swap again" swapon "$disk"
equal "no splat" 0 "$(splat_taint)"
finish
