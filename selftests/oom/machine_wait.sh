#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The machine's emergency does not wait for those of memory cgroups: with 50 of them in a loop the
# kill is at most 20 ms later than without.
# CGROUPS: how many loop (default 50).
# OOMS: of the machine, with them and without (default 3).
# LATE_MS: the delay that is allowed (default 20).
#
# set: alone
# needs: memcg icount

PATIENCE=${PATIENCE:-300}
# shellcheck source=../lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
CGROUPS=${CGROUPS:-50}
OOMS=${OOMS:-3}
LATE_MS=${LATE_MS:-20}
LIMIT=1M
# Memory that an OOM of the machine finds free, so that little has to be filled page by page.
FREE_KB=24576

has_moved()
{
	[ "$(get "$1")" -gt "$2" ]
}

# Free memory goes into huge pages, which cost nothing to take.
squeeze()
{
	free_kb=$(awk '/^MemFree:/ { print $2 }' /proc/meminfo)
	echo $(((free_kb - FREE_KB) / 2048)) >/proc/sys/vm/nr_hugepages
}

# From the fault that does not get its page to the mark on the victim, in microseconds, with
# the calls of out_of_memory() and the tries without oom_lock meanwhile.
measured()
{
	awk -v pid="$1" '
		function us() {
			for (i = 1; i <= NF; i++)
				if ($i ~ /^[0-9]+\.[0-9]+:$/)
					return $i * 1000000
		}
		/: handle_mm_fault / && $0 ~ "-" pid " " { fault = us(); calls = tries = 0 }
		/: out_of_memory / { calls++; if (calls == 1) entered = us() }
		/: schedule_timeout_uninterruptible / { tries++ }
		/: mark_victim: / && $0 ~ "pid=" pid "( |$)" {
			marked = us()
			printf "%d %d %d %d\n", marked - fault, entered - fault, calls, tries
			exit
		}' "$trace_dir/trace"
}

# One OOM of the machine; a line of what was measured.
machine_oom()
{
	spawn eater 512 900 -g -P -l 0 -k 1024
	eater=$pid
	echo "$eater" >"$trace_dir/set_ftrace_pid"
	echo >"$trace_dir/trace"
	echo 1 >"$trace_dir/tracing_on"
	kill -USR1 "$eater"
	reap "$eater"
	echo 0 >"$trace_dir/tracing_on"
	measured "$eater"
}

# machine_ooms FILE
machine_ooms()
{
	for _ in $(seq "$OOMS"); do
		# The grace of one does not make the next one longer or shorter.
		doze 1
		machine_oom >"$tmp/one"
		comment "us, of it before the call, calls, tries without the lock: $(cat "$tmp/one")"
		cat "$tmp/one" >>"$1"
	done
}

longest_us()
{
	sort -n "$1" | tail -n 1 | cut -d ' ' -f 1
}

trace_wait()
{
	trace_start oe_wait mono
	echo 4096 >"$trace_dir/buffer_size_kb"
	echo 0 >"$trace_dir/tracing_on"
	for function in handle_mm_fault out_of_memory schedule_timeout_uninterruptible; do
		echo "$function" >>"$trace_dir/set_ftrace_filter" || bail_out "no $function()"
	done
	echo function >"$trace_dir/current_tracer" || bail_out "no function tracer"
	# A real-time leak is not stopped for being one.
	echo -1 >/proc/sys/kernel/sched_rt_runtime_us
}

needs memcg
plan 5
# The loops would leave this shell one CPU of fifty.
renice -n -20 -p $$ >/dev/null
load_module selection_order=rank rank_threshold=100
quiet_console
trace_wait
looping=
for i in $(seq "$CGROUPS"); do
	make_cgroup "oe_wait_$i" "$LIMIT"
	looping="$looping $cgroup"
done
squeeze
machine_ooms "$tmp/alone"
echo 0 >/proc/sys/vm/nr_hugepages
# shellcheck disable=SC2086 # a list
start storm memcg_storm 800 $looping
storm=$pid
renice -n 39 -p "$storm" >/dev/null
check "$CGROUPS cgroups run out of memory in a loop" \
	poll_until "$PATIENCE" has_moved stats/oom_memcg $((2 * CGROUPS))
squeeze
memcg=$(get stats/oom_memcg)
machine_ooms "$tmp/among"
check "they go on meanwhile" has_moved stats/oom_memcg "$memcg"
comment "$(($(get stats/oom_memcg) - memcg)) OOMs of cgroups, $(get stats/domain_overflow) without a domain," \
	"$(get stats/uevent_timeouts) uevents late, $(get stats/uevent_failed) failed"
kill -TERM "$storm"
equal "each kill was seen" "$((2 * OOMS))" "$(cat "$tmp/alone" "$tmp/among" | wc -l)"
late_us=$(($(longest_us "$tmp/among") - $(longest_us "$tmp/alone")))
comment "the longest: $(longest_us "$tmp/among") us among them, $(longest_us "$tmp/alone") us alone"
check "the kill is no more than $LATE_MS ms later: $late_us us" [ "$late_us" -le $((LATE_MS * 1000)) ]
equal "no splat" 0 "$(splat_taint)"
finish
