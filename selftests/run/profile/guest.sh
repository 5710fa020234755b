#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The OOMs of which profile/run.sh counts the instructions, inside the guest: "# profile episode ..." before each of
# them, and in the end "# symbols ...", what is at which address. With SYMBOLS only where counting begins and ends.

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/ktap.sh
. ../lib/ktap.sh

OE=/sys/kernel/oom_embedded
TRACE=/sys/kernel/tracing/instances/profile
CGROUP=/sys/fs/cgroup/profile
PROCESSES=${PROCESSES:-100 1000 10000}
GLOBAL_FREE_KB=32768
# The kernel prints ten OOM reports in five seconds, not more.
REPORT_PAUSE_S=0.6

present=0

where()
{
	awk -v name="$1" '$3 == name { print "# profile address " name " " $1; exit }' /proc/kallsyms
}

grow_to()
{
	./herd $(($1 - present)) "/tmp/herd.$1" >/tmp/herd-out 2>&1 &
	until grep -q '^ready' /tmp/herd-out; do
		kill -0 $! 2>/dev/null || bail_out "no herd: $(cat /tmp/herd-out)"
		sleep 0.1
	done
	present=$1
}

slaughter()
{
	for file in /tmp/herd.*; do
		xargs kill -KILL <"$file"
		rm "$file"
	done
	present=0
	sleep 3
}

# Free memory goes into huge pages, which cost nothing to take.
squeeze()
{
	free_kb=$(awk '/^MemFree:/ { print $2 }' /proc/meminfo)
	read -r reserve_kb </proc/sys/vm/min_free_kbytes
	echo $(((free_kb - 2 * reserve_kb - GLOBAL_FREE_KB) / 2048)) >/proc/sys/vm/nr_hugepages
}

# episode STATE KIND
episode()
{
	sleep $REPORT_PAUSE_S
	cgroup=
	[ "$2" != memcg ] || cgroup=$CGROUP
	[ "$2" != global ] || squeeze
	echo "# profile episode $1 $2 $present"
	./provoke "$2" /tmp/trace ${cgroup:+"$cgroup"} >/tmp/provoke 2>&1 || bail_out "$2: $(cat /tmp/provoke)"
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

plan 1
if [ -n "$SYMBOLS" ]; then
	for name in out_of_memory mem_cgroup_out_of_memory trace_event_raw_event_mark_victim; do
		where $name
	done
	pass "found"
	verdict
	exit
fi
mkdir $TRACE || bail_out "no trace instance"
echo 1 >$TRACE/events/oom/mark_victim/enable || bail_out "no tracepoint"
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir $CGROUP || bail_out "no memory cgroup"
echo 8M >$CGROUP/memory.max
echo 0 >/proc/sys/vm/oom_dump_tasks
echo 30000 >/proc/sys/kernel/threads-max
# For provoke, which switches a trace on and off: these are no files of a trace.
mkdir /tmp/trace
: >/tmp/trace/trace
: >/tmp/trace/tracing_on
for number in $PROCESSES; do
	grow_to "$number"
	episodes stock
done
slaughter
insmod /lib/oom-embedded/oom_embedded.ko || bail_out "insmod failed"
: >/tmp/marker
./poller /tmp/marker >/tmp/poller 2>&1 &
until grep -q '^ready' /tmp/poller; do
	kill -0 $! 2>/dev/null || bail_out "no poller: $(cat /tmp/poller)"
	sleep 0.1
done
for number in $PROCESSES; do
	grow_to "$number"
	./rank 500 /tmp/herd.* || bail_out "cannot rank"
	[ "$(wc -l <$OE/oom_ranking)" = "$present" ] || bail_out "not all are ranked"
	episodes module
done
awk '$2 ~ /^[tTwW]$/ { print $1, $3, $4 }' /proc/kallsyms | gzip | base64 | sed 's/^/# symbols /'
pass "counted"
verdict
