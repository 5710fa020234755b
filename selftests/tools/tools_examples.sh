#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The library's examples keep their promises in real OOMs: the logger is killed in each and loses
# no byte, the controller misses no beat, the monitor's alarm comes before the victim.
# OOMS: how many for each (default 4).
# PERIOD: ms between two beats (default 50).
# DEADLINE: ms by which a beat may be late (default 600).
#
# set: alone
# needs: tools icount

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

OOMS=${OOMS:-4}
LIMIT=24M
# An emulated CPU of a busy host stands still now and then; with --icount 100 must do (seen: 31,
# where a kernel without preemption prints its report to a serial line).
PERIOD=${PERIOD:-50}
DEADLINE=${DEADLINE:-600}
EXAMPLES=$SELFTESTS/examples

# The emergency of a memory cgroup: somebody leaks until he is killed himself.
leak_to_death()
{
	start leaker leak -c leaker -C "$cgroup" -r 500 -l 0
	reap "$pid"
}

# --- the logger ----------------------------------------------------------------

# In the cgroup that will be out of memory, and first to go.
start_logger()
{
	# shellcheck disable=SC2016 # the inner shell's variables
	start logger sh -c 'echo $$ >"$1/cgroup.procs" && echo 0 >/proc/self/oom_score_adj &&
		echo "$$ 1000" >/sys/kernel/oom_embedded/oom_ranking && exec "$2" -a "$3" "$4"' \
		sh "$cgroup" "$EXAMPLES/logger" "$tmp/fifo" "$tmp/log"
	logger=$pid
}

logger_dies()
{
	start_logger
	# Something in its hands.
	poll_until "$PATIENCE" has_data || return 1
	leak_to_death
	reap "$logger"
	[ "$rc" = 137 ]
}

has_read()
{
	awk '/^rchar/ { print $2 }' "/proc/$logger/io"
}

has_data()
{
	[ "$(has_read)" -gt 20000 ]
}

stopped_sending()
{
	grep -q '^sent' "$tmp/stream.out"
}


test_logger()
{
	deaths=0
	mkfifo "$tmp/fifo"
	start stream stream send "$tmp/fifo" 2000
	stream=$pid
	while [ "$deaths" -lt "$OOMS" ] && logger_dies; do
		deaths=$((deaths + 1))
	done
	equal "the logger was killed in each of $OOMS OOMs" "$OOMS" "$deaths"

	start_logger
	kill -TERM "$stream"
	poll_until "$PATIENCE" stopped_sending
	sent=$(sed -n 's/^sent //p' "$tmp/stream.out")
	# Data in the pipe comes in blocks; the rest when the logger ends.
	check "the logger reads all that was sent" poll_until "$PATIENCE" pipe_is_empty
	kill -TERM "$logger"
	reap "$logger"
	equal "no byte of the stream was lost" "whole $sent" "$(stream check "$tmp/log")"
	stop_process "$stream"
	rm -f "$tmp/log"
}

pipe_is_empty()
{
	[ "$(stream left "$tmp/fifo")" = 0 ]
}

# --- the controller ------------------------------------------------------------

test_controller()
{
	start controller run0 "$EXAMPLES/controller" -p "$PERIOD" -d "$DEADLINE"
	controller=$pid
	equal "the controller has ranking 0" "0 explicit" "$(ranking_of "$controller")"
	count=0
	while [ "$count" -lt "$OOMS" ]; do
		# By turns the whole machine, and an operator's request.
		if [ $((count % 2)) = 0 ]; then
			start leaker leak -c leaker -k 1024 -l 0
		else
			spawn bystander 4096 900
			sysrq_oom
		fi
		killed_by_oom "$pid" || break
		count=$((count + 1))
	done
	equal "others died in $OOMS OOMs" "$OOMS" "$count"
	check "the controller lives" alive "$controller"
	kill -TERM "$controller"
	reap "$controller"
	comment "$(tail -n 1 "$tmp/controller.out")"
	equal "it missed no beat, and is down to its bare bones" "missed 0 mode barebones" \
		"$(awk '/^beats/ { print $3, $4, $7, $8 }' "$tmp/controller.out")"
}

killed_by_oom()
{
	reap "$1"
	[ "$rc" = 137 ]
}

# --- the monitor ---------------------------------------------------------------

# "before": an alarm before each victim; the trace's clock orders all CPUs.
alarms()
{
	awk '
	/: alarm oom / { alarm = 1 }
	/: mark_victim: / {
		victims++
		if (alarm)
			before++
		alarm = 0
	}
	END { printf "%d of %d\n", before, victims }' "$TRACING/instances/oe_alarm/trace"
}

test_monitor()
{
	trace_start oe_alarm counter
	start monitor run0 "$EXAMPLES/monitor" "$trace_dir/trace_marker"
	put oom_ranking "$pid 0"
	monitor=$pid
	count=0
	while [ "$count" -lt "$OOMS" ]; do
		leak_to_death
		count=$((count + 1))
	done
	check "the monitor lives" alive "$monitor"
	equal "an alarm before each of the $OOMS victims" "$OOMS of $OOMS" "$(alarms)"
	stop_process "$monitor"
}

plan 9
load_module selection_order=rank
[ ! -e "$OE/grace_ms" ] || set_to grace_ms 1000
make_cgroup oe_examples "$LIMIT"
test_logger
[ ! -e "$OE/grace_ms" ] || set_to grace_ms 0
test_controller
test_monitor
finish
