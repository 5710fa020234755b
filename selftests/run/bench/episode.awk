# SPDX-License-Identifier: GPL-2.0-only
#
# One OOM out of a trace (clock x86-tsc), as one line:
#
#   mark=N idle=N poll=N pollidle=N decide=N select=N
#
# mark, poll: from the entry of out_of_memory(), or of mem_cgroup_out_of_memory(), to the
# victim's mark, to the poller. idle, pollidle: how long of that the CPU was idle. decide: the
# module's choice, by its own clock. select: the kernel's, from the last entry of out_of_memory() (with the module the
# resumed one) to oom_kill_process().

function when()
{
	match($0, / [0-9]+: [a-z_]/)
	return substr($0, RSTART + 1, RLENGTH - 4) + 0
}

function field(name)
{
	match($0, name "=[0-9]+")
	return substr($0, RSTART + length(name) + 1, RLENGTH - length(name) - 1) + 0
}

/: mem_cgroup_out_of_memory <-/ && !entry { entry = when() }

/: out_of_memory <-/ && !mark {
	last = when()
	entry = entry ? entry : last
}

/: oom_kill_process <-/ && !mark { kill = when() }

/: mark_victim: / && entry && !mark {
	mark = when()
	idle_at_mark = idle
}

/: sched_switch: / && entry {
	if (/ next_pid=0 /)
		idle_since = when()
	if (/ prev_pid=0 / && idle_since)
		idle += when() - idle_since
}

/: tracing_mark_write: oe_poller / && !poll {
	poll = $NF
	idle_at_poll = idle
}

/: oom_embedded_done: / && !done {
	done = 1
	decide = field("decided_ns") - field("announced_ns")
}

END {
	# Without its report, which is rate limited, an OOM is cheap.
	if (!entry || !kill || mark - kill < 100000)
		exit 1
	printf "mark=%.0f idle=%.0f poll=%.0f pollidle=%.0f decide=%.0f select=%.0f\n", mark - entry,
		idle_at_mark, poll ? poll - entry : 0, idle_at_poll, decide, kill - last
}
