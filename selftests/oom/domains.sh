#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# An OOM belongs to a domain. A memory cgroup's window holds up its own members and nobody
# else; it ends when the machine runs out of memory; a cgroup that runs out of memory in a
# loop takes nothing from the machine's grace; cgroups in turn are one emergency each. The
# log line and the uevent of one, which may take long on a slow console, are sent without oom_lock.
# CGROUPS: how many loop at a time (default 6).
#
# set: long
# needs: memcg events

PATIENCE=${PATIENCE:-120}
# shellcheck source=../lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
CGROUPS=${CGROUPS:-6}

# since SEQ KIND KEY: from the first record of that kind after SEQ
since()
{
	grep " kind=$2 " "$OE/events" | awk -v seq="$1" '{ split($1, own, "=") } own[2] > seq { print; exit }' |
		tr ' ' '\n' | sed -n "s/^$3=//p"
}

has_record_of()
{
	grep -q " kind=$1 " "$OE/events"
}

has_moved()
{
	[ "$(get "$1")" -gt "$2" ]
}

# Leaks past its cgroup's limit; sets $pid.
leak_in()
{
	make_cgroup "$1" 16M
	spawn "$1" 1024 800 -C "$cgroup" -l 65536
}

# Dies of its cgroup's limit again and again, until told to stop.
loop_in()
{
	make_cgroup "$1" 8M
	while [ ! -e "$tmp/stop" ]; do
		leak -c "$1" -C "$cgroup" -R 800 -h 512 -l 65536 >/dev/null 2>&1
	done &
	loops="$loops $!"
}

# The kernel's function for a memory cgroup takes oom_lock and gives it back: a probe of the
# kernel's own tracing sees it return, and the line that the log gets. Two returns a call: ours, and
# the original's.
trace_lock()
{
	lock_trace=$TRACING/instances/oe_lock
	mkdir "$lock_trace" || bail_out "no trace instance"
	instances="$instances $lock_trace"
	echo counter >"$lock_trace/trace_clock"
	echo 'r100:oe_unlocked mem_cgroup_out_of_memory' >"$TRACING/kprobe_events" ||
		bail_out "no probe of mem_cgroup_out_of_memory()"
	echo 1 >"$lock_trace/events/oom_embedded/oom_embedded_decide/enable"
	echo 'msg ~ "*kind=memcg*"' >"$lock_trace/events/printk/console/filter"
	echo 1 >"$lock_trace/events/printk/console/enable"
	echo 1 >"$lock_trace/events/kprobes/oe_unlocked/enable"
}

# The lines that came between a choice, which is made under it, and the return; and the others.
lines_under_lock()
{
	awk '
		{ task = $1 }
		/: oom_embedded_decide: / { locked[task] = 1 }
		/: oe_unlocked: / { locked[task] = 0 }
		/ console: / { count[locked[task] + 0]++ }
		END { printf "%d under it, %d not\n", count[1], count[0] }' "$lock_trace/trace"
}

# only_without UNDER NOT
only_without()
{
	[ "$1" -eq 0 ] && [ "$2" -gt 0 ]
}

stop_lock_trace()
{
	echo 0 >"$lock_trace/events/enable"
	echo >"$TRACING/kprobe_events"
}

# ended_cgroup KEY: of the last emergency of oe_ended
ended_cgroup()
{
	grep 'memcg=/oe_ended' "$OE/events" | tail -n 1 | tr ' ' '\n' | sed -n "s/^$1=//p"
}

# On a busy host the machine may run out of memory too late for the window: then there is nothing
# to judge.
ended_early()
{
	[ "$used" -lt 9900 ] && return 0
	machine=$(since 0 global uptime)
	began=$(ended_cgroup uptime)
	comment "the cgroup ran out of memory at $began, the machine at $machine"
	[ "${machine%.*}" -ge $((${began%.*} + 5)) ]
}

eat_everything()
{
	spawn eater 1024 900 -l $(($(mem_and_swap_kb) * 2))
}

# A host that lets the guest wait may have used the window up: then there is nothing to judge.
goes_on()
{
	alive "$slow" && return 0
	read_uptime
	[ $((uptime_s - began)) -ge 9 ]
}

needs memcg
needs events
plan 15
load_module selection_order=rank rank_threshold=100 grace_ms=10000
trace_start oe_victims counter

# --- a window holds up nobody else ---
told=$(get reconfigure_wanted)
read_uptime
began=$uptime_s
leak_in oe_window
slow=$pid
check "a cgroup is told" poll_until "$PATIENCE" has_moved reconfigure_wanted "$told"
set_to grace_ms 0
spawn other 4096 900
other=$pid
echo f >/proc/sysrq-trigger
killed "SysRq kills during its window" "$other"
check "which goes on" goes_on
leak_in oe_second
killed "another cgroup's victim dies during it, too" "$pid"
check "and it still goes on" goes_on

killed "when it is over its victim dies" "$slow"

# --- the machine ends it ---
# Little is left to be eaten while the window is open; the loops need some more later.
spawn filler $(($(mem_available_kb) - 49152 - CGROUPS * 10240)) 50
spawn short $((CGROUPS * 10240 + 8192)) 50
short=$pid
set_to grace_ms 10000
told=$(get reconfigure_wanted)
leak_in oe_ended
slow=$pid
poll_until "$PATIENCE" has_moved reconfigure_wanted "$told"
# For the machine: the time granted to the cgroup stays.
set_to grace_ms 0
eat_everything
check "the machine runs out of memory" poll_until $((3 * PATIENCE)) has_record_of global
reap "$pid"
killed "the cgroup's window has ended, its victim dies" "$slow"
used=$(ended_cgroup grace_used_ms)
check "before it was over: ${used:=10000} of 10000 ms" ended_early
stop_process "$short"

# --- loops take nothing from the machine ---
set_to grace_ms 1000
# A grace is refilled at a quarter of the time that passes.
sleep 5
trace_lock
loops=
i=0
while [ "$i" -lt "$CGROUPS" ]; do
	i=$((i + 1))
	loop_in "oe_loop_$i"
done
memcg=$(get stats/oom_memcg)
many() { has_moved stats/oom_memcg $((memcg + 2 * CGROUPS)); }
check "$CGROUPS cgroups run out of memory in turn" poll_until 120 many
before=$(get stats/oom_global)
before_seq=$(get reconfigure_wanted)
eat_everything
check "and the machine" poll_until $((3 * PATIENCE)) has_moved stats/oom_global "$before"
reap "$pid"
touch "$tmp/stop"
for loop in $loops; do
	wait "$loop"
done
# The trace is empty when its probe has gone.
lines=$(lines_under_lock)
stop_lock_trace
without=${lines#*, }
check "what is said of theirs is said without oom_lock: $lines" \
	only_without "${lines%% *}" "${without%% *}"
equal "with its whole grace" 1000 "$(since "$before_seq" global grace_ms)"
victims=$(get stats/victims)
equal "each emergency was told once" "$(get reconfigure_wanted)" \
	$(($(get stats/oom_memcg) + $(get stats/oom_global) + $(get stats/oom_sysrq)))
comment "$victims victims, $(get stats/avoided) avoided, $(get stats/domain_overflow) without room"
equal "no splat" 0 "$(splat_taint)"
finish
