#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Leaks beside free swap that cannot save them: each passes through all levels, in order, before
# the OOM. Swap on a disk that locked memory may not use; zram with data that does not compress, and
# with data that does. A leak that the watcher cannot foresee, because its cgroup may not swap: the
# levels come in order all the same. Page cache that memory.min or memory.low keeps is not available.
# Zram that is half full when the module is loaded does no harm by itself. Reading more of a disk than
# there is memory for changes no level. Swap that swappiness 0 makes useless does not count.
# CHURN: for how many seconds the disk is read (default 60).
# RATE: of the leaks, KiB/s.
#
# set: swapping
# needs: swap modprobe report levels

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/levels.sh
. "$SELFTESTS/lib/levels.sh"

CHURN=${CHURN:-60}
RATE=${RATE:-8192}

# Memory that is left for the leak, and the swap.
ROOM_KB=65536
SWAP_KB=98304
KEPT_KB=24576

LRU_GEN=/sys/kernel/mm/lru_gen/enabled

PATIENCE=180

# leak_once MARK LEAK OPTION...: with all but some memory in use, so that it does not take long.
leak_once()
{
	name=$1
	shift
	mark_levels "$name"
	leak -c leaker -a 1000 -k 128 -v "$RATE" -l 0 "$@" >/dev/null 2>&1
	poll_until "$PATIENCE" level_is normal ||
		comment "still $(level_get level), with $(level_get available_kb) KiB"
	poll_until "$PATIENCE" all_announced "$name"
	since_mark "$name" >"$tmp/path.$name"
	echo >"$TRACING/instances/$WATCH/trace"
	awk '/: oom_embedded_level: / { sub(/.*: level=/, ""); print "#", $0 }' "$tmp/path.$name"
}

leak_beside()
{
	leak_once "$@"
	equal "$name: warning, critical, imminent_oom, and only then the OOM" "" \
		"$(judge "$name")"
}

leak_into_zram()
{
	leak_once "$@"
	equal "$name: each level in order, and imminent_oom before the OOM" "" "$(judge_steps "$name")"
}

fill_memory()
{
	spawn filler $(($(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo) - ROOM_KB)) 0 \
		-a -1000 -L
}

from_report()
{
	awk -v key="$1:" '$1 == key { print $2; exit }' "$OE/report"
}

# Of page cache MemAvailable counts half at least, see sysfs-kernel-oom_embedded.
is_less()
{
	less=$((were - $(level_get available_kb)))
	[ "$less" -ge $((KEPT_KB / 2)) ] && [ "$less" -le $((KEPT_KB * 5 / 4)) ]
}

is_back()
{
	less=$((were - $(level_get available_kb)))
	[ "$less" -le $((KEPT_KB / 4)) ]
}

# The kernel gives up memory.low before an OOM, but then a promise is broken. The page cache of a disk
# goes when nobody has the disk open.
kept_cache()
{
	exec 8<"$DISK"
	make_cgroup kept max
	echo +memory >"$CGROUP/cgroup.subtree_control" || bail_out "no memory controller"
	sh -c 'echo $$ >"$0/cgroup.procs"; exec dd if="$1" of=/dev/null bs=1024 count="$2"' \
		"$cgroup" "$DISK" "$KEPT_KB" 2>/dev/null
	for file in memory.min memory.low; do
		were=$(level_get available_kb)
		echo $((KEPT_KB * 1024)) >"$cgroup/$file"
		check "page cache that $file keeps is not available" poll_until 5 is_less
		comment "$file: $less KiB less"
		echo 0 >"$cgroup/$file"
		check "without $file it is" poll_until 5 is_back
	done
	exec 8<&-
}

# A service that may not, in a slice that may.
leak_without_swap()
{
	make_cgroup slice 1G
	echo 1G >"$cgroup/memory.swap.max"
	echo +memory >"$cgroup/cgroup.subtree_control" || bail_out "no memory controller in the slice"
	make_cgroup slice/noswap 1G
	echo 0 >"$cgroup/memory.swap.max"
	leak_beside "a cgroup that may not swap" -C "$cgroup"
}

# An OOM that was avoided may come before the one with a victim, which then finds the level oom.
is_first_report()
{
	[ "$(get reconfigure_wanted)" = $((told + 1)) ]
}

# Its policy is SCHED_FIFO.
is_real_time()
{
	[ "$(sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 39)" = 1 ]
}

# Nobody foresees it, because the watcher does not get the CPU: a real-time process of the same
# priority has it.
leak_unforeseen()
{
	told=$(get reconfigure_wanted)
	rt_runtime=$(sysctl -n kernel.sched_rt_runtime_us)
	sysctl -qw kernel.sched_rt_runtime_us=-1
	taskset -p 1 "$(watcher_thread)" >/dev/null || bail_out "cannot move the watcher"
	taskset 1 leak -P -B -c hog -a -1000 >/dev/null 2>&1 &
	started="$started $!"
	hog=$!
	poll_until "$PATIENCE" is_real_time "$hog" || bail_out "the hog does not run"
	mark_levels unforeseen
	taskset 2 leak -c leaker -a 1000 -k 1024 -L -l 0 >/dev/null 2>&1
	since_mark unforeseen >"$tmp/path.unforeseen"
	stop_process "$hog"
	taskset -p 3 "$(watcher_thread)" >/dev/null
	sysctl -qw kernel.sched_rt_runtime_us="$rt_runtime"
	equal "an OOM that nobody foresees enters all levels, in order" \
		"| warning critical imminent_oom oom" "$(paths unforeseen | sed 's/ x / /; s/ $//')"
	was=normal
	is_first_report || was=oom
	equal "and its report says that nothing was foreseen" "oom oom $was" \
		"$(from_report ReportReason) $(from_report Level) $(from_report LevelWas)"
	poll_until "$PATIENCE" level_is normal || comment "still $(level_get level)"
}

not_normal()
{
	! level_is normal
}

# With more in use than there is memory for, all of it at rest.
load_beside_zram()
{
	stop_process "$watcher"
	unload_module || bail_out "cannot unload"
	spawn resting $((ROOM_KB + SWAP_KB / 3)) - -a 1000
	resting=$pid
	load_module
	poll_until 5 not_normal
	comment "$(grep -E "^(MemAvailable|SwapFree)" /proc/meminfo | tr -s ' \n' ' ')"
	comment "available: $(level_get available_kb) KiB, warning below $(level_get warning_kb)"
	equal "zram in use and at rest when the module is loaded: the level stays normal" normal \
		"$(level_get level)"
	stop_process "$resting"
}

holds_anon()
{
	[ "$(awk '/^Active\(anon\):|^Inactive\(anon\):/ { kb += $2 } END { print kb }' /proc/meminfo)" -gt "$1" ]
}

counts_no_swap()
{
	[ "$(level_get available_kb)" -lt $((with_swap - SWAP_KB / 4)) ]
}

# With swappiness 0 the multi-gen LRU never swaps. The module reads the value once a second.
without_use()
{
	echo y >"$LRU_GEN" || bail_out "no multi-gen LRU"
	sysctl -qw vm.swappiness=60
	sleep 3
	spawn anonymous $((SWAP_KB / 2)) - -a -1000
	poll_until "$PATIENCE" holds_anon $((SWAP_KB / 2)) || bail_out "no anonymous memory"
	with_swap=$(level_get available_kb)
	sysctl -qw vm.swappiness=0
	check "swappiness 0 and the multi-gen LRU: swap does not count" \
		poll_until "$PATIENCE" counts_no_swap
	stop_process "$pid"
	poll_until "$PATIENCE" level_is normal
	leak_beside "swappiness 0 and the multi-gen LRU"
	echo n >"$LRU_GEN"
}

read_disk()
{
	read_uptime
	until=$((uptime_s + CHURN))
	while [ "$uptime_s" -lt "$until" ]; do
		dd if="$DISK" of=/dev/null bs=1M count=400 2>/dev/null
		read_uptime
	done
}

[ -b "$DISK" ] || skip_all "no disk to swap to"
needs report
needs levels
plan 16
load_module
short_percpu_lists
watch_levels
watcher=$pid
swapoff "$DISK" 2>/dev/null
drop_zram

mark_levels churn
read_disk
equal "reading a disk larger than memory changes no level" "" "$(entered_levels churn)"

kept_cache
fill_memory
leak_unforeseen
swap_to "$DISK" "$SWAP_KB"
leak_without_swap
leak_beside "locked memory beside free swap" -L
sysctl -qw vm.swappiness=0
leak_beside "swappiness 0"
without_use
sysctl -qw vm.swappiness=60
swapoff "$DISK"
use_zram "$SWAP_KB"
leak_into_zram "zram, incompressible" -x
leak_into_zram "zram, compressible"
load_beside_zram
drop_zram
mkswap "$DISK" >/dev/null
check "the whole disk is swap again" swapon "$DISK"
finish
