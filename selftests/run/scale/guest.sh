#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The measurements of `make scale`, inside the guest: very many processes, threads, members of a
# group, memory cgroups. One line a figure, "# scale WHAT NUMBER ...", for page.py, which explains them.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/ktap.sh
. ../lib/ktap.sh
# shellcheck source=selftests/run/bench/herds.sh
. ../bench/herds.sh

OE=/sys/kernel/oom_embedded
MODULE=/lib/oom-embedded/oom_embedded.ko
TRACE=/sys/kernel/tracing/instances/scale
CGROUPS=/sys/fs/cgroup/scale
PROCESSES=${PROCESSES:-1000 3000 10000 30000 100000}
THREADS=${THREADS:-1000 3000 10000 30000 65536}
MEMBERS=${MEMBERS:-1000 3000 10000}
CROWDS=${CROWDS:-1 3 10 30 100}
REPEATS=3
# The kernel prints ten OOM reports in five seconds, not more.
REPORT_PAUSE_S=0.6
# The user whose all these processes are.
LIMITED_UID=20001

state=stock

say()
{
	echo "# scale $*"
}

load()
{
	insmod $MODULE || bail_out "insmod failed"
	state=module
}

unload()
{
	rmmod oom_embedded || bail_out "rmmod failed"
	state=stock
}

trace_on()
{
	for function in out_of_memory oom_kill_process; do
		echo $function >>$TRACE/set_ftrace_filter || bail_out "no $function()"
	done
	echo function >$TRACE/current_tracer || bail_out "no function tracer"
	# The others fill the buffer while threads exit.
	echo 'prev_pid == 0 || next_pid == 0' >$TRACE/events/sched/sched_switch/filter
	for event in oom/mark_victim sched/sched_switch; do
		echo 1 >$TRACE/events/$event/enable || bail_out "no tracepoint $event"
	done
	[ $state = stock ] || echo 1 >$TRACE/events/oom_embedded/oom_embedded_done/enable ||
		bail_out "no tracepoint oom_embedded_done"
}

trace_off()
{
	echo 0 >$TRACE/events/enable
	echo nop >$TRACE/current_tracer
}

# episode WHAT NUMBER THREADS: SysRq's OOM kills a process of so many threads, a few times.
episode()
{
	trace_on
	i=0
	while [ $i -lt $REPEATS ]; do
		sleep $REPORT_PAUSE_S
		./threads "$3" >/tmp/threads 2>&1 &
		victim=$!
		wait_ready /tmp/threads $victim
		echo >$TRACE/trace
		echo 1 >$TRACE/tracing_on
		echo f >/proc/sysrq-trigger
		wait $victim 2>/dev/null
		[ $? = 137 ] || bail_out "the victim was another one: $(dmesg | tail -n 3)"
		sleep 0.1
		echo 0 >$TRACE/tracing_on
		figures=$(awk -f ../bench/episode.awk $TRACE/trace) ||
			bail_out "no trace: $(grep -v '^#' $TRACE/trace | head -n 20)"
		say "$1" "$2" "state=$state $figures"
		i=$((i + 1))
	done
	trace_off
}

# latency WHAT COMMAND...: how long others waited for the CPU at most, and how long it took
latency()
{
	what=$1
	shift
	found=$(./latency "$@" 2>/tmp/latency) || bail_out "$*: $(cat /tmp/latency)"
	say latency "$present" "$what" "$found"
}

grow_herd_to()
{
	grow_to "$1" "$LIMITED_UID" 1
	comment "$present processes, $(awk '/^MemFree:/ { print $2 }' /proc/meminfo) kB free, $(cut -d ' ' -f 1 /proc/uptime) s"
}

# Slab and vmalloc, and what the module takes with nothing ranked is among it.
kernel_kb()
{
	awk '/^(Slab|VmallocUsed):/ { n += $2 } END { print n }' /proc/meminfo
}

# All that walks the processes while no OOM is.
latencies()
{
	latency nothing sleep 1
	# The kernel alone, when a function is traced. The module has probes, too.
	latency trace sh -c "echo function >$TRACE/current_tracer; echo nop >$TRACE/current_tracer"
	latency load insmod $MODULE
	latency rank ./rank 500 /tmp/herd.*
	[ "$(wc -l <$OE/oom_ranking)" = "$present" ] || bail_out "not all are ranked"
	sleep 1
	latency read_ranking cat $OE/oom_ranking
	latency read_candidates cat $OE/candidates
	echo many >$OE/groups/create || bail_out "no group"
	latency rule sh -c "echo 'herd*' >$OE/groups/many/comm && cat $OE/groups/many/nr_members"
	echo many >$OE/groups/remove
	echo $LIMITED_UID >$OE/limits/create || bail_out "no limit"
	echo 100G >$OE/limits/$LIMITED_UID/max_kb || bail_out "no limit"
	latency scan sh -c "echo 60000 >$OE/limits/period_ms; sleep 5"
	echo $LIMITED_UID >$OE/limits/remove
	latency unload rmmod oom_embedded
}

processes()
{
	for number in $PROCESSES; do
		grow_herd_to "$number"
		episode processes "$number" 1
		latencies
		load
		before=$(kernel_kb)
		./rank 500 /tmp/herd.* || bail_out "cannot rank"
		say memory "$number" "ranked_kb=$(($(kernel_kb) - before))"
		episode processes "$number" 1
		unload
	done
}

# A group whose members get a signal in each OOM.
members()
{
	load
	echo many >$OE/groups/create || bail_out "no group"
	echo 900 >$OE/groups/many/rank
	echo CONT >$OE/groups/many/signal
	for number in $MEMBERS; do
		grow_herd_to "$number"
		before=$(kernel_kb)
		latency members awk -v "path=$OE/groups/many/pids" -f put.awk "/tmp/herd.$number"
		latency read_pids cat $OE/groups/many/pids
		latency read_group_candidates cat $OE/groups/many/candidates
		[ "$(cat $OE/groups/many/nr_members)" = "$number" ] || bail_out "not all are members"
		say memory "$number" "members_kb=$(($(kernel_kb) - before))"
		episode members "$number" 1
	done
	unload
}

threads()
{
	for number in $THREADS; do
		episode threads "$number" "$number"
		load
		episode threads "$number" "$number"
		unload
	done
}

# crowd NUMBER: so many memory cgroups run out of memory at once.
crowd()
{
	nanoseconds=$(./storm "$1" $CGROUPS) || bail_out "storm $1"
	say crowd "$1" "state=$state ns=$nanoseconds"
}

crowds()
{
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir $CGROUPS || bail_out "no memory cgroup"
	echo +memory >$CGROUPS/cgroup.subtree_control
	i=0
	while [ $i -lt 100 ]; do
		mkdir $CGROUPS/$i || bail_out "no memory cgroup"
		echo 4M >$CGROUPS/$i/memory.max || bail_out "no limit of a memory cgroup"
		i=$((i + 1))
	done
	for number in $CROWDS; do
		crowd "$number"
		load
		crowd "$number"
		say told "$number" "memcg=$(cat $OE/stats/oom_memcg) victims=$(cat $OE/stats/victims) overflow=$(cat $OE/stats/domain_overflow)"
		unload
	done
}

plan 1
mkdir $TRACE || bail_out "no trace instance"
echo x86-tsc >$TRACE/trace_clock || bail_out "no trace clock x86-tsc"
echo 0 >$TRACE/tracing_on
echo 0 >/proc/sys/vm/oom_dump_tasks
echo 0 >/proc/sys/kernel/randomize_va_space
echo 300000 >/proc/sys/kernel/threads-max
echo 4194304 >/proc/sys/kernel/pid_max
say kernel "$(uname -r)"
crowds
threads
members
slaughter
sleep 5
processes
pass "measured"
verdict
