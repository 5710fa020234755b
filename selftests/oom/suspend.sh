#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# From the first word of a suspend until the kernel switches its OOM killer off, the rankings hold
# and nobody panics; userspace is told when the machine is back.
#
# set: stock
# needs: guard groups

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

PM_TEST=/sys/power/pm_test
PM_TIMEOUT=/sys/power/pm_freeze_timeout
TRACE=$TRACING/instances/oe_victims

nr_heard()
{
	grep -c "oe $1 " "$TRACE/trace"
}

has_heard()
{
	[ "$(nr_heard "$1")" -ge "$2" ]
}

# The shields are what the stock kernel would kill first.
spawn_shields()
{
	spawn shield 8192 50 -a 1000
	shield=$pid
	make_cgroup oe_suspend 32M
	spawn inside 4096 60 -a 1000 -C "$cgroup"
	inside=$pid
	set_to groups/create told
	set_to groups/told/comm bystander
	set_to groups/told/signal TERM
	spawn bystander 1024 200
	bystander=$pid
}

shields_live()
{
	alive "$shield" && alive "$inside"
}

# A program that writes the image by itself may take as long as it likes.
hold_off_sleep()
{
	# shellcheck disable=SC2016 # the inner shell's
	start sleeper sh -c 'exec 5<"$0" && echo ready && exec sleep 10000' /dev/snapshot
	sleeper=$pid
}

let_sleep()
{
	stop_process "$sleeper"
}

# victims DESCRIPTION: by SysRq, of the machine, of a memory cgroup
victims()
{
	spawn fodder 1024 900
	fodder=$pid
	sysrq_oom
	killed "$1: SysRq kills the highest ranking" "$fodder"
	spawn fodder 1024 900
	fodder=$pid
	spawn leaker 256 800 -g -l 0
	leaker=$pid
	kill -USR1 "$leaker"
	reap "$fodder"
	killed "$1: of the machine: the highest ranking, and then the leaker" "$leaker"
	equal "$1: in this order" \
		"$fodder $leaker" "$(marked_victims oe_victims | cut -d ' ' -f 2,3)"
	spawn leaker 256 700 -C "$cgroup" -g -l 0
	leaker=$pid
	kill -USR1 "$leaker"
	killed "$1: of a memory cgroup: the leaker" "$leaker"
}

# Everybody is protected. While there is no memory this shell may wait for a page for ever, so the
# leaker ends by itself. How fast it eats all there is differs.
nobody_panics()
{
	set_to rank_threshold 1000
	before=$(get stats/no_victim)
	for seconds in 4 16 64; do
		spawn leaker 256 999 -g -l 0 -t "$seconds"
		kill -USR1 "$pid"
		reap "$pid"
		[ "$(get stats/no_victim)" -eq "$before" ] || break
	done
	set_to rank_threshold 100
	[ "$(get stats/no_victim)" -gt "$before" ]
}

# frozen_order: the victims that were marked while processes were being frozen
frozen_order()
{
	awk '/suspend_resume: freeze_processes.* begin/ { freezing = 1 }
		/suspend_resume: freeze_processes.* end/ { freezing = 0 }
		freezing && /: mark_victim: / {
			sub(/.*: mark_victim: pid=/, "")
			printf "%s ", $1
		}' "$TRACE/trace"
}

has_begun()
{
	awk '$1 == "VmRSS:" { kb = $2 } END { exit !(kb > 4096) }' "/proc/$leaker/status"
}

# freeze_with_leaker [begun]: a process that populates memory in one system call is not frozen before that is done, or
# killed. On a busy host it may not have begun when it is to be frozen, unless that is waited for.
freeze_with_leaker()
{
	echo >"$TRACE/trace"
	spawn fodder 1024 900
	fodder=$pid
	spawn leaker 256 800 -g -l 0 -p -k 1048576
	leaker=$pid
	kill -USR1 "$leaker"
	[ -z "$1" ] || poll_until 2 has_begun
	echo freeze 2>/dev/null >/sys/power/state
	reap "$fodder"
	reap "$leaker"
	comment "while processes were being frozen: $(frozen_order)"
	[ "$(frozen_order)" = "$fodder $leaker " ]
}

# The OOM must come neither before nor after. How fast a machine freezes differs.
dies_while_freezing()
{
	for begun in '' yes '' yes '' yes; do
		freeze_with_leaker "$begun" && return 0
		shields_live || return 1
	done
	return 1
}

needs guard
[ -e /dev/snapshot ] || skip_all "no /dev/snapshot"
grep -q freezer "$PM_TEST" 2>/dev/null || skip_all "no $PM_TEST"
needs groups
plan 18
read -r timeout_ms <"$PM_TIMEOUT"
trap 'echo none >"$PM_TEST"; echo "$timeout_ms" >"$PM_TIMEOUT"; clean_up' EXIT
load_module selection_order=rank rank_threshold=100 min_gain_kb=0 \
	grace_ms=2000 grace_hold=1
trace_start oe_victims counter
echo 1 >"$TRACE/events/power/suspend_resume/enable"
spawn_shields
start witness witness -m "$TRACE/trace_marker"

check "a suspend begins" hold_off_sleep
count=$(get reconfigure_wanted)
victims prepare
check "prepare: the protected live" shields_live
check "prepare: with nobody to kill there is no panic" nobody_panics
check "prepare: the protected live" shields_live
check "prepare: no signal was sent, nobody was stopped" alive "$bystander"
counted=$(($(get reconfigure_wanted) - count))
check "prepare: it was counted" [ "$counted" -ge 4 ]
equal "prepare: nobody was told" "0 0" "$(nr_heard poll) $(nr_heard uevent)"
let_sleep
check "the suspend ends: pollers are awake, once" poll_until "$PATIENCE" has_heard poll 1
check "and one uevent has come" poll_until "$PATIENCE" has_heard "uevent resume" 1

# A guest on a busy host may need more than 20 s to use all its memory.
echo $((PATIENCE * 10000)) >"$PM_TIMEOUT"
echo freezer >"$PM_TEST"
echo 1 >/sys/module/suspend/parameters/pm_test_delay
check "an OOM while processes are being frozen: the order is kept" dies_while_freezing
check "frozen: the protected live" shields_live
echo none >"$PM_TEST"
echo "$timeout_ms" >"$PM_TIMEOUT"

spawn fodder 1024 900
fodder=$pid
set_to groups/told/signal none
told=$(nr_heard "uevent reconfigure")
sysrq_oom
killed "the next OOM kills in order" "$fodder"
check "and is announced" poll_until "$PATIENCE" has_heard "uevent reconfigure" $((told + 1))
equal "no splat" 0 "$(splat_taint)"
finish
