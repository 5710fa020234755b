#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Work that is not short of memory changes no level, of the machine or of a memory cgroup: page cache that
# comes and goes, many short processes of some megabytes as in a compilation, zram that is half full and at
# rest. And the module's threads together take less than 0.1 % of a CPU at rest, with everything on that they
# can watch. A result is a line "quiet: KERNEL | ..." or "cost: KERNEL | ...".
# EACH: for how many seconds of the guest's clock (default 600).
# COST_S: over how many seconds the cost is taken (default 60).
# CGROUPS: how many may not swap (default 500).
#
# set: alone
# needs: swap modprobe icount memcg levels

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/levels.sh
. "$SELFTESTS/lib/levels.sh"

EACH=${EACH:-600}
COST_S=${COST_S:-60}
CGROUPS=${CGROUPS:-500}
SWAP_KB=98304
PATIENCE=300

uname=$(uname -r)
kernel=${uname%%-*}
kernel=${kernel%.*}

# --- no false alarm ----------------------------------------------------------------

# More than there is memory for, read and written; also by a cgroup of its own, beyond its limit.
churn()
{
	dd if="$DISK" of=/dev/null bs=1M count=300 2>/dev/null
	dd if=/dev/zero of="$DISK" bs=1M count=100 conv=fsync 2>/dev/null
	sh -c 'echo $$ >"$0/cgroup.procs" && dd if='"$DISK"' of=/dev/null bs=1M count=64 skip=300' "$cgroup" 2>/dev/null
	doze 2
}

# Four compilers of 4 to 16 MB, their sources and what they write.
compile()
{
	for kb in 4096 8192 12288 16384; do
		leak -c cc1 -h "$kb" -t 1 >/dev/null 2>&1 &
	done
	dd if="$DISK" of=/dev/null bs=64k count=64 skip=$((rounds * 64 % 6000)) 2>/dev/null
	dd if=/dev/zero of="$tmp/object" bs=64k count=32 2>/dev/null
	doze 1
	rm -f "$tmp/object"
}

rest()
{
	doze 5
}

entered_by_cgroups()
{
	since_mark "$1" | sed -n 's/.*: oom_embedded_cgroup_level: \([^ ]* [^ ]*\) .*/\1 /p'
}

# quiet NAME LOAD: the load over and over
quiet()
{
	mark_levels "$1"
	read_uptime
	until=$((uptime_s + EACH))
	rounds=0
	least=$(level_get available_kb)
	while [ "$uptime_s" -lt "$until" ]; do
		"$2"
		kb=$(level_get available_kb)
		[ "$kb" -ge "$least" ] || least=$kb
		rounds=$((rounds + 1))
		read_uptime
	done
	entered=$(entered_levels "$1")$(entered_by_cgroups "$1")
	comment "quiet: $kernel | $1 | $((uptime_s - until + EACH)) | $rounds | $least KiB | $(level_get warning_kb) KiB | ${entered:-none}"
	equal "$1: no level" "" "$entered"
}

# --- the cost -----------------------------------------------------------------------

# The module's threads and the time that they have used, in ns.
used_ns()
{
	for dir in /proc/[0-9]*; do
		read -r comm 2>/dev/null <"$dir/comm" || continue
		case $comm in
		oom_emb*) echo "${dir#/proc/} $comm $(cut -d ' ' -f 1 "$dir/schedstat")" ;;
		esac
	done
}

# share SECONDS: of a CPU, in percent, of all of them and of each
share()
{
	awk -v ns="$(($1 * 10000000))" '
		NR == FNR { was[$1] = $3; next }
		{ sum += $3 - was[$1]; each = each sprintf(" %s %.4f", $2, ($3 - was[$1]) / ns) }
		END { printf "%.4f %% |%s\n", sum / ns, each }' "$tmp/was" "$tmp/now"
}

# cost NAME
cost()
{
	doze 2
	used_ns >"$tmp/was"
	read_uptime
	began=$uptime_s
	doze "$COST_S"
	used_ns >"$tmp/now"
	read_uptime
	took=$(share $((uptime_s - began)))
	comment "cost: $kernel | $1 | $took"
	check "$1: less than 0.1 % of a CPU" awk -v share="${took%%%*}" 'BEGIN { exit !(share > 0 && share < 0.1) }'
}

# Small ones are looked at most often.
watch_cgroups()
{
	for number in $(seq 16); do
		make_cgroup "box$number" 32M
		set_to cgroups/create "box$number"
		set_to "cgroups/box$number/cgroup" "/${cgroup##*/}"
	done
}

watch_everything()
{
	set_to stall_percent 100
	set_to early_kb 1024
}

forbid_swap()
{
	for number in $(seq "$CGROUPS"); do
		{ mkdir "$CGROUP/noswap$number" && echo 0 >"$CGROUP/noswap$number/memory.swap.max"; } ||
			bail_out "no cgroup $number"
		cgroups="$cgroups $CGROUP/noswap$number"
	done
}

remove_cgroups()
{
	for number in $(seq "$CGROUPS"); do
		rmdir "$CGROUP/noswap$number"
	done
}

# in_kb KEY: of /proc/meminfo
in_kb()
{
	awk -v key="$1:" '$1 == key { print $2 }' /proc/meminfo
}

# The way to half full leads through levels.
half_fill_zram()
{
	set -- "$(level_get warning_kb)" "$(level_get critical_kb)" "$(level_get imminent_oom_kb)"
	levels_off
	set_to early_kb 0
	spawn resting $(($(in_kb MemAvailable) - 16384)) - -a 1000
	until [ "$(in_kb SwapFree)" -le $((SWAP_KB / 2)) ]; do
		spawn more 2048 - -a 1000
	done
	watermarks "$1" "$2" "$3" 0
	poll_until "$PATIENCE" level_is normal || bail_out "still $(level_get level)"
	comment "zram: MemAvailable $(in_kb MemAvailable) SwapFree $(in_kb SwapFree)"
}

needs levels
plan 8
load_module
short_percpu_lists
watch_levels
swapoff "$DISK" 2>/dev/null
cost "the levels of the machine"
watch_cgroups
cost "and 16 memory cgroups"
quiet "page cache that comes and goes" churn
quiet "short processes of 4 to 16 MB" compile
use_zram "$SWAP_KB"
watch_everything
forbid_swap
cost "and the stall, early_kb, and $CGROUPS cgroups that may not swap"
remove_cgroups
half_fill_zram
quiet "zram half full and at rest" rest
cost "the same with zram half full, and none of these $CGROUPS"
equal "no splat" 0 "$(splat_taint)"
finish
