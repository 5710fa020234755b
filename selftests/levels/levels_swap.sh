#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Leaks beside free swap that cannot save them: each passes through all levels, in order, before
# the OOM. Swap on a disk that locked memory may not use; zram with data that does not compress, and
# with data that does. A leak that the watcher cannot foresee, because its cgroup may not swap: the
# levels come in order all the same. Zram that is half full when the module is loaded does no harm by
# itself. Reading more of a disk than there is memory for changes no level.
# CHURN: for how many seconds the disk is read (default 60).
# RATE: of the leaks, KiB/s.
#
# set: swapping
# needs: swap modprobe

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/levels.sh
. "$SELFTESTS/lib/levels.sh"

CHURN=${CHURN:-60}
RATE=${RATE:-8192}
DISK=/dev/vda
ZRAM=/dev/zram0

# Memory that is left for the leak, and the swap.
ROOM_KB=65536
SWAP_KB=98304

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

# swap_to DEVICE
swap_to()
{
	mkswap "$1" "$SWAP_KB" >/dev/null || bail_out "cannot make $1 swap"
	swapon "$1" || bail_out "cannot swap to $1"
}

# The contents of zram decide what swap is worth, also that of a disk.
drop_zram()
{
	[ -b "$ZRAM" ] || return 0
	swapoff "$ZRAM" 2>/dev/null
	echo 1 >/sys/block/zram0/reset
}

use_zram()
{
	modprobe zram || bail_out "no zram"
	echo $(((SWAP_KB + 64) * 1024)) >/sys/block/zram0/disksize
	swap_to "$ZRAM"
}

from_report()
{
	awk -v key="$1:" '$1 == key { print $2; exit }' "$OE/report"
}

# An OOM that was avoided may come before the one with a victim, which then finds the level oom.
is_first_report()
{
	[ "$(get reconfigure_wanted)" = $((told + 1)) ]
}

leak_unforeseen()
{
	make_cgroup noswap 1G
	told=$(get reconfigure_wanted)
	echo 0 >"$cgroup/memory.swap.max"
	leak_once "unforeseen" -C "$cgroup"
	equal "a cgroup that may not swap: the OOM enters all levels, in order" \
		"| warning critical imminent_oom oom" "$(paths unforeseen | sed 's/ x / /; s/ normal.*//')"
	was=normal
	is_first_report || was=oom
	equal "and its report says that nothing was foreseen" "oom oom $was" \
		"$(from_report ReportReason) $(from_report Level) $(from_report LevelWas)"
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
plan 8
load_module
short_percpu_lists
watch_levels
watcher=$pid
swapoff "$DISK" 2>/dev/null
drop_zram

mark_levels churn
read_disk
equal "reading a disk larger than memory changes no level" "" "$(entered_levels churn)"

fill_memory
swap_to "$DISK"
leak_unforeseen
leak_beside "locked memory beside free swap" -L
sysctl -qw vm.swappiness=0
leak_beside "swappiness 0"
sysctl -qw vm.swappiness=60
swapoff "$DISK"
use_zram
leak_into_zram "zram, incompressible" -x
leak_into_zram "zram, compressible"
load_beside_zram
drop_zram
finish
