#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The measurements of `make bench`, inside the guest. One line a figure, "# bench ...", for
# report.awk, which explains the figures.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/ktap.sh
. ../lib/ktap.sh
# shellcheck source=selftests/run/bench/herds.sh
. ./herds.sh
# shellcheck source=selftests/run/bench/groups.sh
. ./groups.sh

OE=/sys/kernel/oom_embedded
MODULE=/lib/oom-embedded/oom_embedded.ko
TRACE=/sys/kernel/tracing/instances/bench
CGROUP=/sys/fs/cgroup/bench
REPEATS=${REPEATS:-3}
IDLE_S=${IDLE_S:-60}
WATCH_S=${WATCH_S:-20}
ROUNDS=${ROUNDS:-3}
# The kernel prints ten OOM reports in five seconds, not more.
REPORT_PAUSE_S=0.6
# The module's copy for a reader of a list goes away after this.
LIST_EXPIRES_S=12
# A thousand users with a limit; how often they are measured for a figure.
LIMITED_UID=20001
LIMITS=1000
SCANS=10
# Groups and limits whose memory is measured.
EACH=200

state=stock	# stock, loaded, ranked: what is said of the module in a line

say()
{
	echo "# bench $*"
}

# --- the machine -------------------------------------------------------------

# In the poller's place without the module: one process more makes a fork find other slabs.
stand_in()
{
	sleep 1000000 &
	poller=$!
}

load()
{
	kill $poller
	wait $poller 2>/dev/null
	insmod "$MODULE" || bail_out "insmod failed"
	state=loaded
	./poller "$TRACE/trace_marker" >/tmp/poller 2>&1 &
	poller=$!
	wait_ready /tmp/poller $poller
}

unload()
{
	kill $poller
	wait $poller 2>/dev/null
	rmmod oom_embedded || bail_out "rmmod failed"
	state=stock
	stand_in
}

rank_all()
{
	./rank 500 /tmp/herd.* || bail_out "cannot rank"
	[ "$(wc -l <$OE/oom_ranking)" = "$present" ] || bail_out "not all are ranked"
	state=ranked
}

# --- fork, exec, fault -------------------------------------------------------

# From the same shell as below: another environment is another stack, and other page tables for a child.
cost()
{
	sleep 0.1
	sh -c "exec ./cost $present-$state" || bail_out "cost failed"
}

# How many functions of the module run while others fork and fault, without those of workers: the look at the probes
# once a second is a part of idle(). From then on without watermarks: the cost of watching them is measured by itself.
module_calls()
{
	watch_levels 0
	trace_module
	./cost "$present-traced" >/dev/null || bail_out "cost failed"
	echo 0 >$TRACE/tracing_on
	say calls "$present-$state $(grep ' <-' $TRACE/trace | grep -vc '^ *kworker/')"
	trace_off
}

# The one who forks is ranked itself, so every child inherits and drops a ranking.
cost_inheriting()
{
	sleep 0.1
	sh -c "echo \"\$\$ 500\" >$OE/oom_ranking && exec ./cost $present-inheriting" ||
		bail_out "cost failed"
}

# Without and with: several rounds of each, so that the noise between rounds can be seen.
costs()
{
	round=0
	while [ $round -lt "$ROUNDS" ]; do
		cost
		load
		cost
		if [ "$present" -gt 0 ]; then
			rank_all
			cost
			cost_inheriting
		fi
		unload
		round=$((round + 1))
	done
}

# --- OOM ---------------------------------------------------------------------

trace_on()
{
	echo out_of_memory >$TRACE/set_ftrace_filter || bail_out "no out_of_memory()"
	for function in mem_cgroup_out_of_memory oom_kill_process; do
		echo $function >>$TRACE/set_ftrace_filter || bail_out "no $function()"
	done
	echo function >$TRACE/current_tracer || bail_out "no function tracer"
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

trace_module()
{
	echo ':mod:oom_embedded' >$TRACE/set_ftrace_filter || bail_out "no functions to trace"
	echo function >$TRACE/current_tracer || bail_out "no function tracer"
	echo >$TRACE/trace
	echo 1 >$TRACE/tracing_on
}

# The cost of a function event, to be taken off where one lies inside a measurement.
event_cost()
{
	./cost untraced call || bail_out "cost failed"
	echo '*sys_getppid' >$TRACE/set_ftrace_filter || bail_out "no getppid() to trace"
	echo function >$TRACE/current_tracer || bail_out "no function tracer"
	echo 1 >$TRACE/tracing_on
	./cost traced call || bail_out "cost failed"
	echo 0 >$TRACE/tracing_on
	trace_off
}

# ooms KIND DUMP_TASKS CONSOLE_LEVEL
ooms()
{
	echo "$2" >/proc/sys/vm/oom_dump_tasks
	echo "$3" >/proc/sys/kernel/printk
	cgroup=
	[ "$1" != memcg ] || cgroup=$CGROUP
	trace_on
	i=0
	while [ $i -lt "$REPEATS" ]; do
		sleep $REPORT_PAUSE_S
		[ "$1" != global ] || squeeze
		./provoke "$1" $TRACE ${cgroup:+"$cgroup"} >/tmp/provoke 2>&1 ||
			bail_out "$1 OOM: $(cat /tmp/provoke)"
		# The scripts that follow need memory, too.
		[ "$1" != global ] || echo 0 >/proc/sys/vm/nr_hugepages
		episode=$(awk -f episode.awk $TRACE/trace) ||
			bail_out "$1 OOM left no trace: $(grep -v '^#' $TRACE/trace | head -n 20)"
		say oom "kind=$1 state=$state n=$present dump=$2 console=$3 $episode"
		i=$((i + 1))
	done
	trace_off
	echo 7 >/proc/sys/kernel/printk
}

# The same OOMs for each state of the module.
all_ooms()
{
	ooms sysrq 0 7
	[ $state = loaded ] && return
	ooms sysrq 1 7
	if [ "$present" = 100 ]; then
		ooms sysrq 1 1
	fi
	if [ "$present" = 100 ] || [ "$present" = 10000 ]; then
		ooms global 0 7
		ooms global 1 7
		ooms memcg 0 7
	fi
}

# The cost that rules add to choosing.
group_ooms()
{
	load
	groups=0
	for number in 0 16 256; do
		make_groups $number
		state=groups$number
		ooms sysrq 0 7
	done
	unload
}

# --- size and idleness -------------------------------------------------------

module_threads()
{
	for dir in /proc/[0-9]*; do
		read -r name <"$dir/comm" 2>/dev/null || continue
		case $name in
		*oom_e*) echo "${dir#/proc/}" ;;
		esac
	done
}

# How often those threads have been given the CPU.
switches()
{
	for thread in $1; do
		cat "/proc/$thread/status"
	done | awk '/ctxt_switches/ { sum += $2 } END { print sum + 0 }'
}

# wait_idle SECONDS: by a read that nobody answers. A `sleep` would be a fork, which is not idle.
wait_idle()
{
	[ -e /tmp/nobody ] || mkfifo /tmp/nobody
	exec 4<>/tmp/nobody
	# shellcheck disable=SC3045 # busybox has it
	read -r -t "$1" _ <&4
	exec 4>&-
}

watch_levels()
{
	for file in oom_kb imminent_oom_kb critical_kb warning_kb; do
		echo 0 >$OE/levels/$file
	done
	[ "$1" = 0 ] || echo "$1" >$OE/levels/warning_kb
}

# watch_cost LABEL: the CPU time of the watcher of the levels on a machine at rest.
watch_cost()
{
	for watcher in $(module_threads); do
		read -r name <"/proc/$watcher/comm"
		[ "$name" != oom_emb_levels ] || break
	done
	wait_idle 2
	read -r before _ <"/proc/$watcher/schedstat"
	wakeups=$(switches "$watcher")
	wait_idle "$WATCH_S"
	read -r after _ <"/proc/$watcher/schedstat"
	say watch "case=$1 seconds=$WATCH_S ns=$((after - before)) wakeups=$(($(switches "$watcher") - wakeups))"
}

watch_costs()
{
	watch_cost default
	watch_levels $(($(cat $OE/levels/available_kb) - 8192))
	watch_cost close
	watch_levels 0
	watch_cost off
}

idle()
{
	threads=$(module_threads)
	sleep $LIST_EXPIRES_S
	before=$(switches "$threads")
	trace_module
	wait_idle "$IDLE_S"
	echo 0 >$TRACE/tracing_on
	calls=$(grep -c ' <-' $TRACE/trace)
	grep ' <-' $TRACE/trace | head -n 5 | sed 's/^/# /'
	trace_off
	say idle "seconds=$IDLE_S threads=$(echo "$threads" | wc -l) switches=$(($(switches "$threads") - before)) calls=$calls ranked=$(wc -l <$OE/oom_ranking)"
}

# Pages of the rankings' slab cache; slab_nomerge keeps it a cache of its own.
slab_bytes()
{
	awk '$1 == "oom_embedded_rank" { print $(NF - 1) * $6 * 4096 }' /proc/slabinfo
}

object_size()
{
	awk '$1 == "oom_embedded_rank" { print $4 }' /proc/slabinfo
}

# --- memory ------------------------------------------------------------------

# KiB of pages that the module has allocated by itself.
own_pages()
{
	awk '/\[oom_embedded\]/ { for (i = 3; i <= NF; i++) if ($i ~ /^pages=/) n += substr($i, 7) }
		END { print n * 4 }' /proc/vmallocinfo
}

# taken WHEN: all that the module takes, in KiB, by kind. A thread has a stack of 16 KiB.
taken()
{
	say taken "$1 loaded=$(($(cat /sys/module/oom_embedded/coresize) / 1024))" \
		"pages=$(own_pages) spare=$(($(slab_bytes) / 1024))" \
		"stacks=$(($(cat /proc/[0-9]*/comm | grep -c oom_e) * 16))"
}

kernel_kb()
{
	awk '/^(Slab|VmallocUsed):/ { n += $2 } END { print n }' /proc/meminfo
}

# each DIRECTORY FIRST: bytes that a group or a limit takes, with its files, of EACH of them.
each()
{
	before=$(kernel_kb)
	i=$2
	while [ "$i" -lt $(($2 + EACH)) ]; do
		echo "$i" >"$OE/$1/create" || bail_out "no $1/$i"
		i=$((i + 1))
	done
	say each "$1 $((($(kernel_kb) - before) * 1024 / EACH))"
}

# The first group brings what all share, the first limit a thread.
memory_costs()
{
	insmod "$MODULE" || bail_out "insmod failed"
	taken load
	echo one >$OE/groups/create || bail_out "no group"
	echo $((LIMITED_UID - 1)) >$OE/limits/create || bail_out "no limit"
	taken used
	each groups 1
	each limits $LIMITED_UID
	rmmod oom_embedded || bail_out "rmmod failed"
}

# --- limits ------------------------------------------------------------------

make_limits()
{
	uid=$LIMITED_UID
	while [ "$uid" -lt $((LIMITED_UID + LIMITS)) ]; do
		echo "$uid" >$OE/limits/create || bail_out "no limit for $uid"
		echo 1G >"$OE/limits/$uid/max_kb"
		uid=$((uid + 1))
	done
	sleep 1
}

# Each write of the period has them measured once; the thread's time is the scan's.
scan_cost()
{
	sleep 0.5
	before=$(cut -d ' ' -f 1 "/proc/$1/schedstat")
	i=0
	while [ $i -lt $SCANS ]; do
		echo 60000 >$OE/limits/period_ms
		sleep 0.1
		i=$((i + 1))
	done
	say limits $LIMITS "$present" $((($(cut -d ' ' -f 1 "/proc/$1/schedstat") - before) / SCANS))
}

limit_thread()
{
	for dir in /proc/[0-9]*; do
		read -r name <"$dir/comm" 2>/dev/null || continue
		[ "$name" != oom_embed_limit ] || echo "${dir#/proc/}"
	done
}

limit_costs()
{
	slaughter
	insmod "$MODULE" || bail_out "insmod failed"
	[ -z "$(limit_thread)" ] || bail_out "a thread without a limit"
	echo 60000 >$OE/limits/period_ms
	make_limits
	thread=$(limit_thread)
	scan_cost "$thread"
	for number in 1250 2500 5000 10000; do
		grow_to $number $LIMITED_UID $LIMITS
		scan_cost "$thread"
	done
	rmmod oom_embedded || bail_out "rmmod failed"
}

# --- the run -----------------------------------------------------------------

plan 1
mkdir $TRACE || bail_out "no trace instance"
echo x86-tsc >$TRACE/trace_clock || bail_out "no trace clock x86-tsc"
echo 0 >$TRACE/tracing_on
echo 1024 >$TRACE/buffer_size_kb
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir $CGROUP || bail_out "no memory cgroup"
echo 8M >$CGROUP/memory.max
echo 0 >/proc/sys/kernel/randomize_va_space
echo 30000 >/proc/sys/kernel/threads-max

say kernel "$(uname -r)"
# A second after the boot the kernel is done with measuring it.
for _ in 1 2 3; do
	read -r clock </sys/devices/system/clocksource/clocksource0/current_clocksource
	[ "$clock" != tsc ] || break
	sleep 1
done
[ "$clock" = tsc ] || bail_out "the clock is $clock, not tsc"
event_cost

stand_in
# The first load taints the kernel, which makes its reports a line longer.
memory_costs
load
say size "$(cat /sys/module/oom_embedded/coresize)"
module_calls
unload
costs

for number in 100 1000 10000; do
	grow_to $number
	comment "$number processes, $(awk '/^MemFree:/ { print $2 }' /proc/meminfo) kB free, $(cut -d ' ' -f 1 /proc/uptime) s"
	all_ooms
	load
	all_ooms
	rank_all
	all_ooms
	unload
done

group_ooms
costs
load
watch_costs
module_calls
slab_before=$(slab_bytes)
rank_all
say rank "$present $(object_size) $(($(slab_bytes) - slab_before))"
idle
unload
limit_costs
comment "$(cut -d ' ' -f 1 /proc/uptime) s"

pass "measured"
verdict
