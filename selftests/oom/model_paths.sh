#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# OOMs of the machine and of a memory cgroup, one after the other and at the same time, for model/conform.sh:
# prints the steps of each in the order in which they happened, as a line "path: NAME | STEP DOMAIN ...".
#
# set: alone
# needs: memcg

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

needs memcg

MODULE_EVENTS=$TRACING/instances/oe_paths/events/oom_embedded

# Forgets the steps before.
begin_path()
{
	echo >"$TRACING/instances/oe_paths/trace"
}

# The domain of a decision is that of the announcement with its number. The kernel's mark has none.
show_path()
{
	sed -n 's/.*: \(oom_embedded_enter\|oom_embedded_decide\|oom_embedded_done\|mark_victim\): /\1 /p' \
		"$TRACING/instances/oe_paths/trace" | awk -v name="$1" '
		{
			for (i = 2; i <= NF; i++) {
				split($i, pair, "=")
				value[pair[1]] = pair[2]
			}
			step = $1
			sub(/^oom_embedded_/, "", step)
		}
		step == "enter" { domain[value["seq"]] = value["kind"] == "memcg" ? "memcg" : "machine" }
		step == "done" { step = value["outcome"] }
		step == "mark_victim" { path = path " mark any"; next }
		{ path = path " " step " " domain[value["seq"]] }
		END { print "# path: " name " |" path }'
}

# Two deaths: a small process of the highest ranking, then the leaker itself.
make_two()
{
	spawn batch 4096 900 "$@"
	batch=$pid
	spawn leaker 512 600 -g -l 0 "$@"
	leaker=$pid
}

leak_twice()
{
	make_two "$@"
	kill -USR1 "$leaker"
}

machine_path()
{
	begin_path
	leak_twice
	killed "a leak of the machine: the expendable one dies" "$batch"
	killed "and then the leaker" "$leaker"
	show_path machine
}

memcg_path()
{
	begin_path
	leak_twice -C "$cgroup"
	killed "a leak in the memory cgroup: the expendable one dies" "$batch"
	killed "and then the leaker" "$leaker"
	show_path memcg
}

# The window of the one in the cgroup is long enough for the machine to run out.
both_path()
{
	begin_path
	set_to grace_ms 10000
	make_two
	outer_batch=$batch
	outer_leaker=$leaker
	make_two -C "$cgroup"
	kill -USR1 "$outer_leaker" "$leaker"
	killed "both at the same time: in the cgroup the expendable one dies" "$batch"
	killed "outside, too" "$outer_batch"
	set_to grace_ms 0
	killed "and the leaker in the cgroup" "$leaker"
	killed "and the one outside" "$outer_leaker"
	show_path both
}

# A handler gives memory back in the window.
avoided_path()
{
	begin_path
	set_to grace_ms 10000
	start handler handler -k 16384 -C "$cgroup" drop
	handler=$pid
	spawn leaker 512 900 -g -l 0 -s 10 -k 256 -C "$cgroup"
	leaker=$pid
	kill -USR1 "$leaker"
	poll_until 60 has_step "done"
	check "memory came back in time: nobody dies" alive "$leaker"
	stop_process "$leaker"
	stop_process "$handler"
	set_to grace_ms 0
	show_path avoided
}

has_step()
{
	grep -q ": oom_embedded_$1: " "$TRACING/instances/oe_paths/trace"
}

plan 11
load_module selection_order=rank rank_threshold=100 grace_ms=0
trace_start oe_paths counter
for event in enter decide "done"; do
	echo 1 >"$MODULE_EVENTS/oom_embedded_$event/enable" || bail_out "no trace event $event"
done
make_cgroup oe_paths 32M
spawn pacemaker 8192 50
pacemaker=$pid
machine_path
memcg_path
both_path
avoided_path
check "the protected process lives" alive "$pacemaker"
equal "no splat" 0 "$(splat_taint)"
finish
