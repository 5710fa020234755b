#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The memory report is complete, is taken at imminent_oom and so before the OOM, and names the
# leaker as the biggest. If there are more processes than room, it is truncated; read in pieces it
# is one. Taking it allocates nothing: if the kernel can inject faults, every allocation of the
# task that takes it fails meanwhile.
#
# set: warning matrix
# needs: report levels

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/levels.sh
. "$SELFTESTS/lib/levels.sh"

FAULTS=/sys/kernel/debug
LEAK_KB=$(sized 16384)
LEAKER_KB=$(sized 32768)

value()
{
	awk -v key="$1:" '$1 == key { print $2 }' "$tmp/report"
}

# Column $2 of the process $1.
column()
{
	awk -v pid="$1" -v column="$2" 'past && $1 == pid { print $column } $1 == "PID" { past = 1 }' \
		"$tmp/report"
}

processes()
{
	awk 'past { print $1 } $1 == "PID" { past = 1 }' "$tmp/report"
}

take()
{
	cat "$OE/report" >"$tmp/report"
}

# Lines after the head line: one width, sizes that do not grow.
misshapen()
{
	awk 'past {
		if (length($0) != width)
			print "width: " $0
		if (NR > first && $3 + $4 > size)
			print "order: " $0
		size = $3 + $4
	}
	$1 == "PID" { past = 1; width = length($0); first = NR + 1 }
	END { if (!past) print "no head line" }' "$tmp/report"
}

# Those of /proc that have memory, and were there all the time.
missing()
{
	processes >"$tmp/in_report"
	awk 'NR == FNR { there[$1]; next } !($1 in there)' "$tmp/in_report" "$tmp/running"
}

running()
{
	for dir in /proc/[0-9]*; do
		! grep -q '^VmRSS:' "$dir/status" 2>/dev/null || echo "${dir#/proc/}"
	done
}

# /proc/meminfo, but SwapTotal as the report has it: free swap, and the
# swap of the processes. Swap of tmpfs is not in it.
take_meminfo()
{
	swapped=$(all_status | awk '/^VmSwap:/ { kb += $2 } END { print kb + 0 }')
	awk -v swapped="$swapped" '
		/^SwapTotal:/ { next }
		/^SwapFree:/ { print "SwapTotal:", $2 + swapped }
		{ print }' /proc/meminfo >"$tmp/meminfo"
}

# Sums as /proc/meminfo says them at about that time: within 4 MB.
sums_off()
{
	awk -v needed="MemTotal MemFree MemAvailable Buffers Cached SwapTotal SwapFree AnonPages \
			Mapped Shmem Slab KernelStack PageTables" '
		NR == FNR {
			found[$1] = $2
			next
		}
		$1 in found {
			off = found[$1] - $2
			if (off > 4096 || off < -4096)
				print $1, found[$1], "instead of", $2
		}
		END {
			for (i = split(needed, key, " "); i; i--)
				if (found[key[i] ":"] == "")
					print "no " key[i]
		}' "$tmp/report" "$tmp/meminfo"
}

watcher_thread()
{
	for dir in /proc/[0-9]*; do
		read -r comm 2>/dev/null <"$dir/comm" || continue
		[ "$comm" != oom_emb_levels ] || echo "${dir#/proc/}"
	done
}

can_inject()
{
	[ -e "$FAULTS/failslab/times" ]
}

# inject PROBABILITY: only those who asked for it, each allocation of theirs.
inject()
{
	can_inject || return 0
	for faults in "$FAULTS/failslab" "$FAULTS/fail_page_alloc"; do
		echo Y >"$faults/task-filter"
		echo -1 >"$faults/times"
		echo 0 >"$faults/verbose"
		echo N >"$faults/ignore-gfp-wait"
		echo "$1" >"$faults/probability"
	done
	echo 0 >"$FAULTS/fail_page_alloc/min-order"
	echo 1 >"/proc/$watcher/make-it-fail"
}

# The allocators' tracepoints, of the watcher alone.
watch_allocations()
{
	trace_start oe_alloc mono
	alloc=$TRACING/instances/oe_alloc
	for event in kmem/kmalloc kmem/kmem_cache_alloc kmem/mm_page_alloc; do
		{
			echo "common_pid == $watcher" >"$alloc/events/$event/filter" &&
				echo 1 >"$alloc/events/$event/enable"
		} || bail_out "no tracepoint $event"
	done
}

# Small pieces, as dd reads them, are the same text.
in_pieces()
{
	dd if="$OE/report" bs=100 of="$tmp/pieces" 2>/dev/null
	cmp -s "$tmp/pieces" "$tmp/report"
}

# default_room: one process for each 4 MB of memory, from 128 to 1000
default_room()
{
	awk '/^MemTotal:/ { n = int($2 / 4096); print (n < 128 ? 128 : n > 1000 ? 1000 : n) }' /proc/meminfo
}

has_been_announced()
{
	[ "$(get reconfigure_wanted)" = 1 ]
}

# killed N: so many have died, and their ends are recorded
killed()
{
	[ "$(get stats/victims)" = "$1" ]
}

needs report
needs levels
plan 27
load_module
equal "room by the memory of the machine" "$(default_room)" \
	"$(cat /sys/module/oom_embedded/parameters/report_processes)"
equal "no report so far: a file that is read on has nothing either" 0 \
	"$({ cat; dd bs=1 skip=1 count=1 2>/dev/null; } <"$OE/report" | wc -c)"
unload_module
load_module report_processes=16 report_to_log=1
watcher=$(watcher_thread)
[ -n "$watcher" ] || bail_out "no watcher"
equal "empty before the first" "" "$(cat "$OE/report")"
spawn small 2048 300
as_user -u 1234 leak -c users -h 4096 -a 0 >"$tmp/users.out" 2>&1 &
users=$!
started="$started $users"
poll_until "$PATIENCE" grep -q '^ready' "$tmp/users.out"
echo "$users 700" >"$OE/oom_ranking"

# --- at imminent_oom ---
watermarks 0 0 0 0
watch_allocations
watch_levels
running >"$tmp/running"
start leaker leak -c 'the leaker' -r 900 -h "$LEAKER_KB" -g -l "$LEAK_KB"
leaker=$pid
inject 100
mark_levels imminent
level_set imminent_oom_kb $(($(level_get available_kb) - LEAK_KB / 2))
kill -USR1 "$leaker"
poll_until "$PATIENCE" level_is imminent_oom || bail_out "never imminent_oom"
poll_until "$PATIENCE" grep -q '^eaten' "$tmp/leaker.out"
inject 0
equal "whoever takes it allocates nothing" "" "$(grep -v '^#' "$alloc/trace" | head -n 5)"
take
comment "$(if can_inject; then echo "every allocation failed meanwhile"; else echo "no fault injection here"; fi)"
equal "taken for imminent_oom, in that level, after another" "imminent_oom imminent_oom normal" \
	"$(value ReportReason) $(value Level) $(value LevelWas)"
equal "before any OOM" "0 0" "$(value ReportSeq) $(get reconfigure_wanted)"
equal "the leaker is the biggest" "$leaker" "$(processes | head -n 1)"
equal "the leaker: ranking, source, name" "900 explicit the\\x20leaker" \
	"$(column "$leaker" 5) $(column "$leaker" 6) $(column "$leaker" 7)"
leaker_kb=$(column "$leaker" 3)
check "its size: between what it held and what it has now" \
	[ "$leaker_kb" -ge "$LEAKER_KB" ] && [ "$leaker_kb" -le $((LEAKER_KB + LEAK_KB + 4096)) ]
equal "another one: uid, ranking, source, name" "1234 700 explicit users" \
	"$(column "$users" 2) $(column "$users" 5) $(column "$users" 6) $(column "$users" 7)"
equal "every process is in it" "" "$(missing)"
equal "and counted" "$(processes | wc -l) $(processes | wc -l) 0" \
	"$(value Processes) $(value Recorded) $(value Truncated)"
equal "its form" "" "$(misshapen)"
check "in pieces it is the same" in_pieces
told=$(since_mark imminent | grep -c ': lv uevent imminent_oom')
equal "the level was announced all the same" 1 "$told"

# --- at the OOM ---
before=$(value ReportUptime)
for number in $(seq 20); do
	start "child$number" leak -c child -h "$(sized $((64 * number)))" -r 200
done
take_meminfo
sysrq_oom
reap "$leaker"
take
equal "at an OOM it is replaced" "oom 1" "$(value ReportReason) $(value ReportSeq)"
check "by a later one" awk -v a="$before" -v b="$(value ReportUptime)" 'BEGIN { exit !(b > a) }'
equal "more processes than room: the biggest, and it says so" "16 1 $leaker" \
	"$(value Recorded) $(value Truncated) $(processes | head -n 1)"
equal "the sums of /proc/meminfo" "" "$(sums_off)"
check "there were more" [ "$(value Processes)" -gt 24 ]
equal "its form" "" "$(misshapen)"

# --- without report_to_log: who reads first takes it, or the OOM when its victim is dead ---
unload_module
load_module
start victim leak -c victim -h "$(sized 8192)" -r 1000
victim=$pid
set_to grace_ms 10000
sysrq_oom &
poll_until "$PATIENCE" has_been_announced || bail_out "no OOM"
take
check "who is woken reads the new one while the victim lives" kill -0 "$victim"
equal "with the victim" "1 $victim" "$(value ReportSeq) $(processes | grep -x "$victim")"
set_to reconfigure_done 1
reap "$victim"
start victim leak -c victim -h "$(sized 8192)" -r 1000
victim=$pid
set_to grace_ms 0
sysrq_oom
reap "$victim"
poll_until "$PATIENCE" killed 2
take
equal "later the next one, with the victim that is gone" "2 $victim victim" \
	"$(value ReportSeq) $(processes | grep -x "$victim") $(column "$victim" 7)"
check "as big as it was" [ "$(column "$victim" 3)" -ge "$(sized 8192)" ]
spawn expendable 1024 1000
start big leak -c big -h "$(sized 32768)" -r 200
big=$pid
set_to mode observe
sysrq_oom
reap "$big"
sleep 1
take
equal "if the kernel chose, with the one that it killed" "3 $big" "$(value ReportSeq) $(processes | grep -x "$big")"
equal "no splat" 0 "$(splat_taint)"
finish
