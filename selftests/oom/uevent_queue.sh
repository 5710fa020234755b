#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# While no uevent can be sent, those of memory cgroups in a loop do not crowd out the one of
# another emergency: it is sent as soon as one can be.
#
# set: once
# needs: memcg events

# shellcheck source=../lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
CGROUPS=8
LIMIT=2M

uevent_thread()
{
	for dir in /proc/[0-9]*; do
		read -r comm 2>/dev/null <"$dir/comm" || continue
		[ "$comm" != oom_embedded ] || echo "${dir#/proc/}"
	done
}

has_moved()
{
	[ "$(get "$1")" -gt "$2" ]
}

# heard EVENT: of the emergency $seq
heard()
{
	grep -q ": oe uevent $1 $seq " "$TRACING/instances/oe_victims/trace"
}

sysrq_seq()
{
	sed -n 's/^seq=\([0-9]*\) .*kind=sysrq .*/\1/p' "$OE/events"
}

has_record()
{
	seq=$(sysrq_seq)
	[ -n "$seq" ]
}

needs memcg
[ "$(grep -c ^processor /proc/cpuinfo)" -ge 2 ] || skip_all "it takes two CPUs"
needs events
plan 7
load_module selection_order=rank rank_threshold=100
# All on the second CPU but the thread that sends uevents, which gets none of the first.
taskset -p 2 $$ >/dev/null || bail_out "no taskset"
thread=$(uevent_thread | head -n 1)
taskset -p 1 "$thread" >/dev/null || bail_out "the thread is bound"
trace_start oe_victims counter
watch_oom oe_victims
looping=
for i in $(seq "$CGROUPS"); do
	make_cgroup "oe_queue_$i" "$LIMIT"
	looping="$looping $cgroup"
done
spawn victim 1024 1000
victim=$pid
start hog odd_process hog
hog=$pid
# shellcheck disable=SC2086 # a list
start storm memcg_storm 800 $looping
storm=$pid
check "the cgroups' uevents find no place" poll_until "$PATIENCE" has_moved stats/uevent_failed 0
sysrq_oom
killed "SysRq kills" "$victim"
check "and is recorded" poll_until "$PATIENCE" has_record
check "nothing has been sent" [ "$(grep -c ': oe uevent' "$TRACING/instances/oe_victims/trace")" -eq 0 ]
stop_process "$hog"
check "then its uevent is: reconfigure" poll_until "$PATIENCE" heard reconfigure
check "and victim" poll_until "$PATIENCE" heard victim
stop_process "$storm"
equal "no splat" 0 "$(splat_taint)"
finish
