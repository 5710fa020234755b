#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Whose the memory is, in twelve states of a machine: the parts that `oom-embedded report` tells add
# up to MemTotal within 1 %, memory that was put somewhere is in the part that it belongs to, and the
# sentence of verdict names that part. A result is a line "account: STATE | ...".
# MORE: 1 = also those that need a disk and the kernel's own modules (default none).
#
# set: tools
# needs: tools

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

MORE=${MORE:-}
DISK=/dev/vda
ZRAM=/dev/zram0
# Other things of the machine change meanwhile.
SLACK_KB=1024

# The columns: the kind of memory, its holder (hold, or put_ below), its amount in KiB, the part, and the
# verdict. "most" makes it the largest part. "another": the verdict is not
# about memory that can be taken back.
STATES='
nothing|nothing|0|processes|.
anonymous memory|anon|most|processes|^processes hold
locked memory|locked|most|processes|^processes hold
transparent huge pages|thp|most|processes|^processes hold
tmpfs|tmpfs|most|tmpfs|: tmpfs and shared memory;
memfd|memfd|most|tmpfs|: tmpfs and shared memory;
SysV shared memory|sysv|most|tmpfs|: tmpfs and shared memory;
page tables|page_tables|most|page_tables|: page tables;
kernel stacks|kernel_stacks|16384|kernel_stacks|another
sockets|sockets|most|slab|: kernel objects;
pipes|pipes|most|unaccounted|: not accounted
hugetlb|hugetlb|most|hugetlb|: huge pages .*, now;
names in the cache|dentries|4096|slab_reclaimable|another
'
MORE_STATES='
page cache|cache|16384|cache|another
vmalloc|vmalloc|most|vmalloc|: vmalloc, now;
zram|zram|most|store|^processes hold .* of it in zram or zswap
tmpfs in zram|zram_tmpfs|most|store|: zram and zswap;
'

ANOTHER=': (tmpfs and shared memory|kernel objects|page tables|kernel stacks|zram and zswap|huge pages [^;]*|vmalloc, now|not accounted [^;]*);'

# --- the account -----------------------------------------------------------------

has_gone()
{
	! alive "$1"
}

# take_account NAME: of an OOM that kills a small process. $tmp/NAME: "part KiB", and the verdict.
take_account()
{
	cat /proc/sys/vm/stat_refresh >/dev/null 2>&1
	spawn victim 512 900 -a 1000
	sysrq_oom
	poll_until "$PATIENCE" has_gone "$pid" || bail_out "nobody died"
	wait "$pid" 2>/dev/null
	reaped="$reaped $pid"
	oom-embedded report --json | tr -d '\n' >"$tmp/json"
	sed 's/.*"account": *{\([^}]*\)}.*/\1/' "$tmp/json" | tr ',' '\n' |
		sed -n 's/.*"\([a-z_]*\)_kb": *\([0-9]*\).*/\1 \2/p' >"$tmp/$1"
	sed 's/.*"verdict": *"\([^"]*\)".*/\1/' "$tmp/json" >"$tmp/$1.verdict"
	[ -s "$tmp/$1" ] || bail_out "no account: $(head -c 300 "$tmp/json")"
}

# part NAME PART
part()
{
	awk -v part="$2" '$1 == part { print $2 }' "$tmp/$1"
}

# How much of it makes PART the one that the verdict is about: memory that can be taken back is
# not used.
most_of()
{
	awk -v part="$1" '
		$1 == "cache" || $1 == "slab_reclaimable" || $1 == "free" { next }
		$1 == part { own = $2; next }
		{ sum += $2 }
		$1 != "processes" && $1 != "store" && $2 > most { most = $2 }
		END { kb = (part == "processes" || part == "store" ? sum : most) + 8192 - own; print (kb > 8192 ? kb : 8192) }' \
		"$tmp/before"
}

# --- what is held: sets $held_kb if it is not what was asked for ------------------------

put_nothing()
{
	:
}

put_tmpfs()
{
	mkdir -p "$tmp/fs"
	mount -t tmpfs none "$tmp/fs" && dd if=/dev/zero of="$tmp/fs/file" bs=1024 count="$1" 2>/dev/null
}

take_tmpfs()
{
	umount "$tmp/fs"
}

put_hugetlb()
{
	sysctl -qw vm.nr_hugepages=$((($1 + 2047) / 2048))
	held_kb=$(($(sysctl -n vm.nr_hugepages) * 2048))
}

take_hugetlb()
{
	sysctl -qw vm.nr_hugepages=0
}

take_dentries()
{
	echo 2 >/proc/sys/vm/drop_caches
}

# A disk's goes when nobody has the disk open.
put_cache()
{
	exec 8<"$DISK"
	dd if="$DISK" of=/dev/null bs=1024 count="$1" 2>/dev/null
}

take_cache()
{
	exec 8<&-
}

vmalloc_kb()
{
	awk '/^VmallocUsed:/ { print $2 }' /proc/meminfo
}

# zram has a table of 16 or 24 bytes for each page that it can hold.
put_vmalloc()
{
	modprobe zram || bail_out "no zram"
	vmalloc_was=$(vmalloc_kb)
	echo "$(($1 * 4096 / 16))K" >/sys/block/zram0/disksize
	held_kb=$(($(vmalloc_kb) - vmalloc_was))
}

take_vmalloc()
{
	echo 1 >/sys/block/zram0/reset
}

# push_to_zram KB: what is charged to $cgroup
push_to_zram()
{
	echo "${1}K" >"$cgroup/memory.reclaim"
}

use_zram()
{
	modprobe zram || bail_out "no zram"
	echo "$(($1 * 2))K" >/sys/block/zram0/disksize
	{ mkswap "$ZRAM" >/dev/null && swapon "$ZRAM"; } || bail_out "cannot swap to zram"
	make_cgroup pushed 1G
}

put_zram()
{
	use_zram "$1"
	spawn holder "$1" 0 -a -1000 -x -C "$cgroup"
	push_to_zram "$1"
}

put_zram_tmpfs()
{
	use_zram "$1"
	mkdir -p "$tmp/fs"
	mount -t tmpfs none "$tmp/fs"
	# shellcheck disable=SC2016 # expanded by that shell
	sh -c 'echo $$ >"$0/cgroup.procs"; dd if=/dev/urandom of="$1" bs=1024 count="$2" 2>/dev/null' \
		"$cgroup" "$tmp/fs/file" "$1"
	push_to_zram "$1"
}

take_zram_tmpfs()
{
	take_tmpfs
	take_zram
}

take_zram()
{
	swapoff "$ZRAM"
	echo 1 >/sys/block/zram0/reset
}

# hold_kind KIND KB
hold_kind()
{
	held_kb=$2
	case $1 in
	nothing | tmpfs | hugetlb | cache | vmalloc | zram | zram_tmpfs) "put_$1" "$2" ;;
	*) start holder hold "$1" "$2" ;;
	esac
}

take_away()
{
	[ -z "$pid" ] || stop_process "$pid"
	case $1 in
	tmpfs | hugetlb | dentries | cache | vmalloc | zram | zram_tmpfs) "take_$1" ;;
	esac
}

# --- what is wrong ------------------------------------------------------------------

# sum_off TOTAL: parts that are not all of the memory
sum_off()
{
	awk -v total="$1" '
		{ sum += $2 }
		END {
			off = sum > total ? sum - total : total - sum
			if (off * 100 > total)
				print "the parts are", sum, "of", total
		}' "$tmp/after"
}

# growth_off PART KIB
growth_off()
{
	grown=$(($(part after "$1") - $(part before "$1")))
	[ "$grown" -ge $(($2 * 8 / 10 - SLACK_KB)) ] && [ "$grown" -le $(($2 * 13 / 10 + SLACK_KB)) ] ||
		echo "$1 has grown by $grown, not $2"
}

# verdict_off PATTERN
verdict_off()
{
	pattern=$1
	[ "$1" != another ] || pattern=$ANOTHER
	grep -Eq -e "$pattern" "$tmp/after.verdict" || cat "$tmp/after.verdict"
}

# try_state NAME KIND KIB PART VERDICT
try_state()
{
	take_account before
	kb=$3
	[ "$kb" != most ] || kb=$(most_of "$4")
	pid=
	hold_kind "$2" "$kb"
	holder=$pid
	take_account after
	total=$(mem_total_kb)
	comment "account: $1 | $held_kb | $4 $(part after "$4") | $(cat "$tmp/after.verdict")"
	equal "$1: the sum, the part and the verdict" "" \
		"$(sum_off "$total"; growth_off "$4" "$held_kb"; verdict_off "$5")"
	pid=$holder
	take_away "$2"
}

all_states()
{
	echo "$STATES" | sed '/^$/d'
	[ -z "$MORE" ] || echo "$MORE_STATES" | sed '/^$/d'
}

all_states >"$tmp/states"
plan $(($(wc -l <"$tmp/states") + 1))
load_module
[ ! -b "$DISK" ] || swapoff "$DISK" 2>/dev/null
while IFS='|' read -r name kind kib key verdict <&3; do
	try_state "$name" "$kind" "$kib" "$key" "$verdict"
done 3<"$tmp/states"
equal "no splat" 0 "$(splat_taint)"
finish
