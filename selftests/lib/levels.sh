# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Helpers for the scripts about levels: a trace that has every change of the level as the
# kernel made it, and the changes that userspace saw (level_watch).

LEVELS=$OE/levels
WATCH=oe_levels
# shellcheck disable=SC2034 # for the scripts
DISK=/dev/vda
ZRAM=/dev/zram0

level_get()
{
	get "levels/$1"
}

level_set()
{
	echo "$2" >"$LEVELS/$1" || bail_out "cannot write '$2' to levels/$1"
}

# KiB that are left by the measure of the watermarks: what may be used for the kernel's allocations
# counts in proportion to all memory, where a part of that is in CMA areas.
level_room()
{
	awk -v kb="$(level_get available_kb)" -v kernel="$(level_get available_kernel_kb)" '
		/^MemTotal:/ { total = $2 }
		/^CmaTotal:/ { cma = $2 }
		END {
			kernel = int(kernel * total / (total - cma))
			print (cma && kernel < kb) ? kernel : kb
		}' /proc/meminfo
}

# Free pages that a CPU has in its own lists are not available, as the kernel counts, and on
# newer kernels these lists grow to many MB after a process has given back much.
short_percpu_lists()
{
	for file in /proc/sys/vm/percpu_pagelist_high_fraction /proc/sys/vm/percpu_pagelist_fraction; do
		[ ! -e "$file" ] || echo 100000 >"$file" || bail_out "cannot write $file"
	done
}

# levels_off: all watermarks, so that they can be set anew in any order.
levels_off()
{
	for file in warning_kb critical_kb imminent_oom_kb oom_kb; do
		level_set "$file" 0
	done
}

# watermarks WARNING CRITICAL IMMINENT OOM, in KiB
watermarks()
{
	levels_off
	level_set warning_kb "$1"
	level_set critical_kb "$2"
	level_set imminent_oom_kb "$3"
	level_set oom_kb "$4"
}

level_is()
{
	[ "$(level_get level)" = "$1" ]
}

# The trace, and level_watch writing into it.
watch_levels()
{
	trace_start "$WATCH" mono
	for event in level cgroup_level enter; do
		echo 1 >"$TRACING/instances/$WATCH/events/oom_embedded/oom_embedded_$event/enable" ||
			bail_out "no tracepoint oom_embedded_$event"
	done
	start level_watch level_watch "$TRACING/instances/$WATCH/trace_marker"
}

mark_levels()
{
	echo "lv mark $1" >"$TRACING/instances/$WATCH/trace_marker"
}

# The lines of the trace after that mark.
since_mark()
{
	sed "1,/: lv mark $1\$/d" "$TRACING/instances/$WATCH/trace"
}

# The levels that were entered, by name and in order, as the kernel / the uevents say.
entered_levels()
{
	since_mark "$1" | awk '/: oom_embedded_level: / { sub(/.*: level=/, ""); print $1 }' | tr '\n' ' '
}

announced_levels()
{
	since_mark "$1" | awk '/: lv uevent / { sub(/.*: lv uevent /, ""); print $1 }' | tr '\n' ' '
}

# Each change begins where the one before has ended, in the uevents.
broken_links()
{
	since_mark "$1" | awk '/: lv uevent / {
		sub(/.*: lv uevent /, "")
		if (was != "" && $2 != was)
			print "from " $2 " after " was
		was = $1
	}'
}

# The poller must have read a part of the levels that were entered, in their order, and the last.
polled_wrongly()
{
	since_mark "$1" | awk '
		/: oom_embedded_level: / { sub(/.*: level=/, ""); entered[++n] = $1 }
		/: lv poll / { sub(/.*: lv poll /, ""); polled[++m] = $1 }
		END {
			for (i = j = 1; i <= m; i++) {
				# Read twice: changed between the wake-up and the reading.
				if (i > 1 && polled[i] == polled[i - 1])
					continue
				while (j <= n && entered[j] != polled[i])
					j++
				if (j > n)
					print "read " polled[i] " out of order"
			}
			if (n && polled[m] != entered[n])
				print "read " polled[m] " at last, not " entered[n]
		}'
}

nr_announced()
{
	announced_levels "$1" | wc -w
}

nr_entered()
{
	entered_levels "$1" | wc -w
}

all_announced()
{
	[ "$(announced_levels "$1")" = "$(entered_levels "$1")" ]
}

# One line a leak: the levels before the OOM, | at its beginning, and those after. An OOM that was
# avoided for a moment, and came again, is one. Reads $tmp/path.MARK.
paths()
{
	# shellcheck disable=SC2154 # of lib/oom.sh
	awk '
		/: oom_embedded_level: / { sub(/.*: level=/, ""); printf "%s ", $1 }
		/: oom_embedded_enter: / && !entered++ { printf "| " }
		/: mark_victim: / { printf "x " }' "$tmp/path.$1"
	echo
}

# The way down is each level once and in order, imminent_oom before the OOM; the way up ends
# at normal. Prints what is wrong.
judge()
{
	case $(paths "$1") in
	"warning critical imminent_oom | oom x "*"normal ") ;;
	"warning critical imminent_oom | x oom "*"normal ") ;;
	*) paths "$1" ;;
	esac
}

# When it becomes known what zram makes of the data, a level may be left again. But none is skipped
# on the way down, and imminent_oom is entered before the OOM. Prints what is wrong.
judge_steps()
{
	paths "$1" | awk '
		BEGIN { worse["normal"] = "warning"; worse["warning"] = "critical"
			worse["critical"] = "imminent_oom"; worse["imminent_oom"] = "oom"
			better["warning"] = 1; better["critical"] = 2; better["imminent_oom"] = 3
			level = "normal" }
		{
			for (i = 1; i <= NF && $i != "|"; i++) {
				if ($i != worse[level] && better[$i] >= better[level])
					print $i, "after", level
				level = $i
			}
			if (level != "imminent_oom" || $i != "|")
				print level, "before the OOM:", $0
		}'
}

# The pid of the thread that measures.
watcher_thread()
{
	for dir in /proc/[0-9]*; do
		read -r comm 2>/dev/null <"$dir/comm" || continue
		[ "$comm" != oom_emb_levels ] || echo "${dir#/proc/}"
	done
}

# swap_to DEVICE KB
swap_to()
{
	mkswap "$1" "$2" >/dev/null || bail_out "cannot make $1 swap"
	swapon "$1" || bail_out "cannot swap to $1"
}

# use_zram KB: as swap
use_zram()
{
	[ -e /sys/block/zram0 ] || modprobe zram || bail_out "no zram"
	echo $((($1 + 64) * 1024)) >/sys/block/zram0/disksize
	swap_to "$ZRAM" "$1"
}

# The contents of zram decide what swap is worth, also that of a disk.
drop_zram()
{
	[ -b "$ZRAM" ] || return 0
	swapoff "$ZRAM" 2>/dev/null
	echo 1 >/sys/block/zram0/reset
}
