#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Thousands of emergencies of all kinds at the same time: every count agrees with the kernel's own, nobody dies
# who is protected, and the kernel has as much memory afterwards.
# OOMS: emergencies in all (default 500).
# CGROUPS: how many run out of memory in a loop (default 4).
#
# set: alone
# needs: memcg guard groups

PATIENCE=${PATIENCE:-120}
# shellcheck source=../lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=../lib/kernel_memory.sh
. "$SELFTESTS/lib/kernel_memory.sh"
OOMS=${OOMS:-500}
CGROUPS=${CGROUPS:-4}
KINDS="memcg global sysrq request"

# --- emergencies -------------------------------------------------------------

nr_of()
{
	get "stats/oom_$1"
}

nr_ooms()
{
	total=0
	for kind in $KINDS; do
		total=$((total + $(nr_of "$kind")))
	done
	echo "$total"
}

has_reached()
{
	[ "$(nr_ooms)" -ge "$1" ]
}

# SysRq wants a victim again and again; it is the first in order.
ask_by_sysrq()
{
	while [ ! -e "$tmp/stop" ]; do
		oomloop 20 300 || echo other >>"$tmp/otherwise"
	done >/dev/null
}

# Members of a group that userspace asks for.
breed()
{
	while [ ! -e "$tmp/stop" ]; do
		leak -c prey -h 64 -r 700 >/dev/null 2>&1 &
		echo $! >"$tmp/prey"
		wait $!
		[ $? = 137 ] || echo other >>"$tmp/otherwise"
	done 2>/dev/null
}

ask_by_request()
{
	while [ ! -e "$tmp/stop" ]; do
		put relieve group:prey
		doze 0.6
	done
}

# One process that leaks until it dies. Not the first in order: on a slow kernel SysRq would have it each time,
# before the memory is used up.
machine_oom()
{
	leak -c eater -h 512 -r 890 -P -l 0 -k 4096 >/dev/null 2>&1 &
	started="$started $!"
	reap $!
	[ "$rc" = 137 ] || echo "eater $rc" >>"$tmp/otherwise"
}

# storm N: all kinds until there were so many emergencies.
storm()
{
	rm -f "$tmp/stop"
	background=
	# shellcheck disable=SC2086 # a list
	start storm memcg_storm 800 $looping
	storm=$pid
	in_background ask_by_sysrq
	in_background breed
	in_background ask_by_request
	until has_reached "$1"; do
		machine_oom
		doze 0.5
	done
	: >"$tmp/stop"
	kill -TERM "$storm"
	poll_until "$PATIENCE" storm_is_over || bail_out "the storm does not end: $left"
	reap "$storm"
}

storm_is_over()
{
	kill -KILL "$(cat "$tmp/prey")" 2>/dev/null
	for one in $background $storm; do
		dead "$one" || { left="$(cat "/proc/$one/comm") in $(cat "/proc/$one/wchan")" && return 1; }
	done
}

settled()
{
	[ "$(get stats/victims)" = "$(($(vmstat oom_kill) - kernel_before))" ]
}

for need in memcg guard groups; do
	needs "$need"
done
plan 9
load_module selection_order=rank rank_threshold=100
looping=
for i in $(seq "$CGROUPS"); do
	make_cgroup "oe_soak_$i" 1M
	looping="$looping $cgroup"
done
# The rest of the memory is to be eaten each time.
spawn shield $(($(mem_available_kb) - 32768 - CGROUPS * 2048)) 50
shield=$pid
spawn bystander 1024 500
bystander=$pid
set_to groups/create prey
set_to groups/prey/comm prey
set_to groups/prey/rank 700

kernel_before=$(vmstat oom_kill)
storm $((OOMS / 10))
measure first
before_kb=$quiet_kb
before_pages_kb=$quiet_pages_kb
read_uptime
began=$uptime_s
storm "$OOMS"
read_uptime
poll_until 5 settled
measure second
grown first second
for kind in $KINDS; do
	comment "soak $kind $(nr_of "$kind")"
done
comment "soak victims $(get stats/victims)"
comment "soak avoided $(get stats/avoided)"
comment "soak seconds $((uptime_s - began))"
comment "soak kernel_kb $before_kb $quiet_kb"
check "$OOMS emergencies" has_reached "$OOMS"
for kind in $KINDS; do
	[ "$(nr_of "$kind")" -gt 0 ] || break
done
check "of each kind" [ "$(nr_of "$kind")" -gt 0 ]
check "nobody ended otherwise than by the kernel" [ ! -e "$tmp/otherwise" ]
equal "stats/victims counts all" "$(($(vmstat oom_kill) - kernel_before))" "$(get stats/victims)"
equal "each emergency was told once" "$(nr_ooms)" "$(get reconfigure_wanted)"
check "the biggest process lives: ranked below the threshold" alive "$shield"
check "a process of lower ranking than the victims lives" alive "$bystander"
check "the kernel has its memory back" has_come_back "$before_kb" "$before_pages_kb"

equal "no splat" 0 "$(splat_taint)"
finish
