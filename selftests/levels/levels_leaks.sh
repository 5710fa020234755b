#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A steady leak of each RATE passes through all levels, in order, before the OOM, however the machine
# swaps and whatever keeps its memory; also the levels of a memory cgroup that is watched. Under
# strict overcommit the leak is refused, and there is none. A result is a line
# "leak: CASE, KERNEL | RATE | ...".
# CASES: which, see case_ below, with commas (default: those for swap and memory cgroups). cma and
# highmem want a machine that has such memory.
# RATES: KiB/s (default 2048 8192 40960).
# ROOM: KiB that the leak finds (default 49152).
# KERNEL: what the results call it (default: not at all).
#
# set: alone
# needs: icount memcg levels

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/levels.sh
. "$SELFTESTS/lib/levels.sh"

CASES=${CASES:-plain,disk,locked,swappiness_0,zram,zram_random,zram_mixed,zswap,memory_min,memory_low,no_swap_cgroup,strict,cgroup,cgroup_cache,cgroup_swappiness_0}
RATES=${RATES:-"2048 8192 40960"}
ROOM=${ROOM:-49152}
SWAP_KB=49152
PATIENCE=300

filler=
options=

# --- the cases: what is set up; options of the leak in $options -----------------

case_plain()
{
	:
}

case_disk()
{
	swap_to "$DISK" "$SWAP_KB"
}

case_locked()
{
	swap_to "$DISK" "$SWAP_KB"
	options=-L
}

# The module reads it once a second.
never_swap()
{
	sysctl -qw vm.swappiness=0
	sleep 3
}

case_swappiness_0()
{
	swap_to "$DISK" "$SWAP_KB"
	never_swap
}

case_zram()
{
	use_zram "$SWAP_KB"
}

case_zram_random()
{
	use_zram "$SWAP_KB"
	options=-x
}

case_zram_mixed()
{
	use_zram "$SWAP_KB"
	options=-X
}

case_zswap()
{
	for module in zsmalloc zstd lzo; do
		modprobe "$module" 2>/dev/null
	done
	echo zsmalloc >/sys/module/zswap/parameters/zpool 2>/dev/null
	echo 1 >/sys/module/zswap/parameters/enabled || return 1
	comment "zswap: $(cat /sys/module/zswap/parameters/compressor /sys/module/zswap/parameters/zpool 2>/dev/null | tr '\n' ' ')"
	swap_to "$DISK" "$SWAP_KB"
	options=-X
}

# Page cache of a third of the room. Reclaim may not have it, or gives it up before an OOM. A disk's
# goes when nobody has the disk open.
keep_cache()
{
	exec 8<"$DISK"
	make_cgroup kept max
	echo +memory >"$CGROUP/cgroup.subtree_control" || bail_out "no memory controller"
	echo $((ROOM * 1024 / 3)) >"$cgroup/$1" || bail_out "no $1"
	kept=$cgroup
	read_kept
}

read_kept()
{
	sh -c 'echo $$ >"$0/cgroup.procs"; dd if='"$DISK"' of=/dev/null bs=1M count='$((ROOM / 3072)) \
		"$kept" 2>/dev/null
	cached=$(awk '$1 == "file" { print $2 / 1024 }' "$kept/memory.stat")
	[ "${cached%.*}" -ge $((ROOM / 4)) ] || bail_out "only $cached KiB are in the page cache"
}

case_memory_min()
{
	keep_cache memory.min
}

case_memory_low()
{
	keep_cache memory.low
}

case_no_swap_cgroup()
{
	swap_to "$DISK" "$SWAP_KB"
	make_cgroup noswap 1G
	echo 0 >"$cgroup/memory.swap.max" || bail_out "no memory.swap.max"
	options="-C $cgroup"
}

# The levels of a cgroup, whose limit is the room.
case_cgroup()
{
	make_cgroup watched "${ROOM}K"
	[ -d "$OE/cgroups/watched" ] || set_to cgroups/create watched
	set_to cgroups/watched/cgroup "/${cgroup##*/}"
	watched=$cgroup
	options="-C $cgroup"
	poll_until "$PATIENCE" watched_level_is normal
}

# The same at its limit, full of page cache: all that is charged stays the same until the OOM.
case_cgroup_cache()
{
	exec 8<"$DISK"
	case_cgroup
}

# Swap is free, and of no use to the cgroup.
case_cgroup_swappiness_0()
{
	case_swappiness_0
	case_cgroup
}

watched_level_is()
{
	[ "$(cat "$OE/cgroups/watched/level" 2>&1)" = "$1" ]
}

fill_watched()
{
	sh -c 'echo $$ >"$0/cgroup.procs"; dd if='"$DISK"' of=/dev/null bs=1M count='$((ROOM / 1024 + 16)) \
		"$watched" 2>/dev/null
	charged=$(cat "$watched/memory.current")
	[ $((charged / 1024)) -ge $((ROOM * 7 / 8)) ] || bail_out "only $charged bytes are charged"
}

case_strict()
{
	committed=$(awk '/^Committed_AS:/ { print $2 }' /proc/meminfo)
	sysctl -qw vm.overcommit_kbytes=$((committed + ROOM / 4)) vm.overcommit_memory=2
}

# The kernel's memory leaks, and much of the other is free.
case_cma()
{
	[ $(($(level_get available_kb) - $(level_get available_kernel_kb))) -gt 16384 ] ||
		bail_out "the kernel may use all memory"
	options=-K
}

case_highmem()
{
	case_cma
}

# Messages of 3.5 KiB take a page and their heads.
fill_kernel()
{
	start filler leak -c filler -a -1000 -r 0 -K -k 1024 \
		-l $((($(level_get available_kernel_kb) - ROOM) * 4 / 5))
	filler=$pid
	poll_until "$PATIENCE" grep -q eaten "$tmp/filler.out" || bail_out "the kernel takes no messages"
	comment "available: $(level_get available_kb) KiB, to the kernel $(level_get available_kernel_kb) KiB"
}

fill_memory()
{
	spawn filler $(($(level_get available_kb) - ROOM)) 0 -a -1000 -L
	filler=$pid
}

end_case()
{
	sysctl -qw vm.overcommit_memory=0 vm.swappiness=60
	[ -z "$filler" ] || stop_process "$filler"
	filler=
	options=
	swapoff "$DISK" 2>/dev/null
	[ ! -e /sys/module/zswap ] || echo 0 >/sys/module/zswap/parameters/enabled
	drop_zram
	[ -z "$kept" ] || echo 0 | tee "$kept/memory.min" >"$kept/memory.low"
	kept=
	[ -z "$watched" ] || set_to cgroups/remove watched
	watched=
	exec 8<&-
}

# --- one leak ------------------------------------------------------------------

# The memory left when imminent_oom was entered, and the time until the OOM: KiB, percent, ms.
facts()
{
	total=$ROOM
	[ -n "$watched" ] || total=$(mem_total_kb)
	awk -v total="$total" '
		/: oom_embedded_level: / || /: oom_embedded_enter: / {
			for (i = 1; i < NF; i++)
				if ($(i + 1) ~ /^oom_embedded_/)
					now = $i + 0
		}
		/: oom_embedded_level: level=imminent_oom / { sub(/.*available_kb=/, ""); kb = $1; since = now }
		/: oom_embedded_enter: / { oom = now; exit }
		END {
			if (since && oom)
				printf "%d KiB | %.1f %% | %d ms\n", kb, kb * 100 / total, (oom - since) * 1000
			else
				print "- | - | -"
		}' "$tmp/path.$1"
}

# The levels of the cgroup that is watched, in place of the machine's.
of_watched()
{
	sed '/: oom_embedded_level: /d; s/: oom_embedded_cgroup_level: watch=watched /: oom_embedded_level: /'
}

# leak_at CASE RATE
leak_at()
{
	name=$1-$2
	[ -z "$kept" ] || read_kept
	[ "$1" != cgroup_cache ] || fill_watched
	mark_levels "$name"
	# shellcheck disable=SC2086 # a list
	leak -c leaker -a 1000 -k 128 -v "$2" -l 0 $options >"$tmp/leak" 2>&1
	poll_until "$PATIENCE" level_is normal ||
		comment "still $(level_get level), with $(level_get available_kb) KiB"
	poll_until "$PATIENCE" all_announced "$name"
	[ -z "$watched" ] || poll_until "$PATIENCE" watched_level_is normal ||
		comment "still $(cat "$OE/cgroups/watched/level")"
	since_mark "$name" >"$tmp/path.$name"
	[ -z "$watched" ] || since_mark "$name" | of_watched >"$tmp/path.$name"
	echo >"$TRACING/instances/$WATCH/trace"
	comment "$(paths "$name")"
	comment "leak: $1${KERNEL:+, $KERNEL} | $2 | $(facts "$name") | $(paths "$name" | sed 's/ | .*//; s/^| .*/none/')"
}

# No OOM comes: mmap() fails first, and no level tells it. The manager does (commit_left).
judge_strict()
{
	grep -q "ENOMEM" "$tmp/leak" || echo "was not refused: $(cat "$tmp/leak")"
	grep -q ": oom_embedded_enter: " "$tmp/path.$1" && echo "had an OOM"
}

# judge_case CASE MARK
judge_case()
{
	case $1 in
	strict) judge_strict "$2" ;;
	*) judge_steps "$2" ;;
	esac
}

run_case()
{
	case=$1
	case $case in
	cma | highmem) fill_kernel ;;
	cgroup* | memory_*) ;;
	*) fill_memory ;;
	esac
	if ! "case_$case"; then
		check "$case: can be set up" false
		end_case
		return
	fi
	# The memory that a cgroup keeps is no room of the leak.
	[ -z "$kept" ] || fill_memory
	poll_until "$PATIENCE" level_is normal || comment "$case: $(level_get level) to begin with"
	: >"$tmp/judged"
	for rate in $RATES; do
		leak_at "$case" "$rate"
		judge_case "$case" "$case-$rate" >>"$tmp/judged"
	done
	equal "$case: as it should be, at each rate" "" "$(cat "$tmp/judged")"
	end_case
}

# shellcheck disable=SC2046 # a list
set -- $(echo "$CASES" | tr ',' ' ')
needs levels
plan $(($# + 1))
load_module debounce_ms=200
short_percpu_lists
watch_levels
kept=
watched=
[ ! -b "$DISK" ] || swapoff "$DISK" 2>/dev/null
for one; do
	run_case "$one"
done
equal "no splat" 0 "$(splat_taint)"
finish
