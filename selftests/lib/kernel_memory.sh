# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# shellcheck disable=SC2154 # tmp is of oom.sh
#
# Does the kernel have its memory back? Measured before and after much of the same. Source it after oom.sh.

# So much may be missing: one object of 32 bytes, lost in each of 10,000 emergencies, is more.
SLACK_KB=256
# Blocks above 8 KiB are not in the counts of objects, but pages of SUnreclaim, among slabs of which some are half empty.
SLACK_PAGES_KB=4096

# Empty slabs go back first, and the counts of all CPUs are added up.
give_back()
{
	sync
	echo 7 >/proc/sys/vm/drop_caches
	for cache in /sys/kernel/slab/*/shrink; do
		echo 1 2>/dev/null >"$cache"
	done
	echo 1 >/proc/sys/vm/stat_refresh
}

# The memory that the kernel has allocated for itself, in KiB: objects of slabs, vmalloc, memory of each CPU. Not the pages
# of slabs, of which some are half empty. Descriptions of address ranges that were given back are kept until
# somebody needs the ranges: they do not count, and have a cache of their own with slab_nomerge. Nor does what
# kmemleak keeps of each object, of those, too.
kernel_kb()
{
	awk 'FILENAME ~ /slabinfo/ { if ($1 !~ /^(vmap_area|kmemleak_.*)$/ && $2 ~ /^[0-9]+$/) bytes += $2 * $4; next }
		/^(VmallocUsed|Percpu):/ { bytes += $2 * 1024 }
		END { print int(bytes / 1024) }' /proc/slabinfo /proc/meminfo
}

pages_kb()
{
	awk '$1 == "SUnreclaim:" { print $2 }' /proc/meminfo
}

# The smallest of five, one a second: work that was put off ends meanwhile. Sets $quiet_kb and $quiet_pages_kb.
measure()
{
	quiet_kb=
	quiet_pages_kb=
	for _ in 1 2 3 4 5; do
		give_back
		doze 1
		now_kb=$(kernel_kb)
		[ -n "$quiet_kb" ] && [ "$quiet_kb" -le "$now_kb" ] || quiet_kb=$now_kb
		now_kb=$(pages_kb)
		[ -n "$quiet_pages_kb" ] && [ "$quiet_pages_kb" -le "$now_kb" ] || quiet_pages_kb=$now_kb
	done
	cat /proc/slabinfo >"$tmp/slabinfo.$1"
	grep -E '^(SUnreclaim|KernelStack|PageTables|VmallocUsed|Percpu)' /proc/meminfo >"$tmp/meminfo.$1"
}

# grown BEFORE AFTER: which slab caches have more objects, the most KiB first
grown()
{
	for when in "$1" "$2"; do
		sed "s/^/$when /" "$tmp/slabinfo.$when"
		awk -v when="$when" '{ print when, $1, $2, 0, 1024 }' "$tmp/meminfo.$when"
	done | awk -v before="$1" '$5 ~ /^[0-9]+$/ { if ($1 == before) was[$2] = $3
		else if ($3 != was[$2]) printf "%d KiB: %s %d to %d of %d bytes\n", ($3 - was[$2]) * $5 / 1024, $2, was[$2], $3, $5 }' |
		sort -rn | head -n 12 | sed 's/^/# soak grown /'
}

# has_come_back BEFORE_KB BEFORE_PAGES_KB: since then, to the last measure?
has_come_back()
{
	[ $((quiet_kb - $1)) -le "$SLACK_KB" ] && [ $((quiet_pages_kb - $2)) -le "$SLACK_PAGES_KB" ]
}
