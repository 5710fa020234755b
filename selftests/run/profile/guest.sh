#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The OOMs of which profile/run.sh counts the instructions, inside the guest: "# profile episode ..." before each of
# them, and in the end "# symbols ...", what is at which address. With SYMBOLS only where counting begins and ends,
# with FORKS forks in place of OOMs.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/ktap.sh
. ../lib/ktap.sh
# shellcheck source=selftests/run/bench/herds.sh
. ../bench/herds.sh
# shellcheck source=selftests/run/bench/groups.sh
. ../bench/groups.sh

OE=/sys/kernel/oom_embedded
MODULE=/lib/oom-embedded/oom_embedded.ko
TRACE=/sys/kernel/tracing/instances/profile
CGROUP=/sys/fs/cgroup/profile
PROCESSES=${PROCESSES:-100 1000 10000}
NR_GROUPS=${NR_GROUPS:-256}
# The kernel prints ten OOM reports in five seconds, not more.
REPORT_PAUSE_S=0.6

where()
{
	awk -v name="$1" '$3 == name { print "# profile address " name " " $1; exit }' /proc/kallsyms
}

# episode STATE KIND
episode()
{
	sleep $REPORT_PAUSE_S
	cgroup=
	[ "$2" != memcg ] || cgroup=$CGROUP
	[ "$2" != global ] || squeeze
	echo "# profile episode $1 $2 $present"
	how=$2
	[ "$how" != groups ] || how=sysrq
	./provoke "$how" /tmp/trace ${cgroup:+"$cgroup"} >/tmp/provoke 2>&1 || bail_out "$2: $(cat /tmp/provoke)"
	echo 0 >/proc/sys/vm/nr_hugepages
}

# Twice: something else may have the CPU during one of them.
episodes()
{
	for kind in sysrq global memcg; do
		episode "$1" $kind
		episode "$1" $kind
	done
}

# Without rankings: no groups, and then some whose rules fit nobody.
groups_episodes()
{
	slaughter
	sleep 3
	grow_to "$number"
	[ "$(wc -l <$OE/oom_ranking)" = 0 ] || bail_out "somebody is ranked"
	episode stock groups
	episode stock groups
	make_groups "$NR_GROUPS"
	episode module groups
	episode module groups
}

symbols()
{
	awk '$2 ~ /^[tTwW]$/ { print $1, $3, $4 }' /proc/kallsyms | gzip | base64 | sed 's/^/# symbols /'
}

# The last run of cost is of a process that inherits, the one before it of one that has no ranking.
forks()
{
	grow_to "${PROCESSES##* }"
	insmod $MODULE || bail_out "insmod failed"
	./rank 500 /tmp/herd.* || bail_out "cannot rank"
	# The first run makes slabs and page tables that the others find.
	./cost first fork || bail_out "cost failed"
	# From a shell, as the next: another environment is another stack, and other page tables for a child.
	sh -c "exec ./cost free fork" || bail_out "cost failed"
	sh -c "echo \"\$\$ 500\" >$OE/oom_ranking && exec ./cost inherits fork" || bail_out "cost failed"
	symbols
}

plan 1
if [ -n "$SYMBOLS" ]; then
	for name in out_of_memory mem_cgroup_out_of_memory trace_event_raw_event_mark_victim kernel_clone release_task; do
		where $name
	done
	pass "found"
	verdict
	exit
fi
echo 30000 >/proc/sys/kernel/threads-max
if [ -n "$FORKS" ]; then
	forks
	pass "counted"
	verdict
	exit
fi
mkdir $TRACE || bail_out "no trace instance"
echo 1 >$TRACE/events/oom/mark_victim/enable || bail_out "no tracepoint"
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir $CGROUP || bail_out "no memory cgroup"
echo 8M >$CGROUP/memory.max
echo 0 >/proc/sys/vm/oom_dump_tasks
# For provoke, which switches a trace on and off: these are no files of a trace.
mkdir /tmp/trace
: >/tmp/trace/trace
: >/tmp/trace/tracing_on
for number in $PROCESSES; do
	grow_to "$number"
	episodes stock
done
slaughter
sleep 3
insmod $MODULE || bail_out "insmod failed"
: >/tmp/marker
./poller /tmp/marker >/tmp/poller 2>&1 &
wait_ready /tmp/poller $!
for number in $PROCESSES; do
	grow_to "$number"
	./rank 500 /tmp/herd.* || bail_out "cannot rank"
	[ "$(wc -l <$OE/oom_ranking)" = "$present" ] || bail_out "not all are ranked"
	episodes module
done
groups_episodes
symbols
pass "counted"
verdict
