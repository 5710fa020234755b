#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The cost that rules add to choosing, in a guest whose clock counts instructions: a line
# "# bench rules NAMES CASE N" each, the instructions from the announcement to the decision; and
# "# bench gap NAMES CASE N", for how many microseconds another process had to do without the CPU while
# a user read oom_ranking. N: how many processes (default 10000). NAMES: how many names they have,
# a run each (default "1 100 100000").

cd "$(dirname "$0")" || exit 1
# shellcheck source=lib/ktap.sh
. ../lib/ktap.sh

OE=/sys/kernel/oom_embedded
TRACE=/sys/kernel/tracing/instances/bench
N=${N:-10000}
NR_GROUPS=256
REPEATS=3

# decided CASE: the median of some OOMs
decided()
{
	: >/tmp/decided
	i=0
	while [ $i -lt $REPEATS ]; do
		./provoke sysrq $TRACE >/tmp/provoke 2>&1 || bail_out "OOM: $(cat /tmp/provoke)"
		sed -n 's/.* oom_embedded_done: .*announced_ns=\([0-9]*\).*decided_ns=\([0-9]*\).*/\1 \2/p' \
			$TRACE/trace | head -n 1 | awk '{ print $2 - $1 }' >>/tmp/decided
		i=$((i + 1))
	done
	echo "# bench rules $1 $(sort -n /tmp/decided | sed -n $(((REPEATS + 1) / 2))p)"
}

# gap CASE
gap()
{
	while :; do
		cat $OE/oom_ranking >/dev/null
	done &
	reader=$!
	echo "# bench gap $1 $(./gap 5)"
	kill $reader
	wait $reader 2>/dev/null
}

# with_rules RULE: one a group, with its number in place of "%"
with_rules()
{
	i=0
	while [ $i -lt $NR_GROUPS ]; do
		echo "$1" | sed "s/%/$i/g" >$OE/groups/g$i/rules || bail_out "no rule $1"
		i=$((i + 1))
	done
}

all_rules()
{
	i=0
	while [ $i -lt $NR_GROUPS ]; do
		echo g$i >$OE/groups/create || bail_out "no group g$i"
		i=$((i + 1))
	done
	decided "$1 none"
	with_rules 'cgroup=/none/% comm=nobody%* uid=50%'
	decided "$1 nothing_met"
	with_rules 'cgroup=/ comm=nobody%* uid=0-4000000'
	decided "$1 all_but_name"
	with_rules 'cgroup=/ comm=herd-%* uid=0-4000000'
	decided "$1 common_beginning"
	with_rules 'cgroup=/ comm=h*nobody% uid=0-4000000'
	decided "$1 all_but_end_of_name"
	gap "$1 all_but_end_of_name"
	with_rules 'exe=/bin/busybox cgroup=/none comm=nobody%*'
	decided "$1 executable"
}

plan 1
mkdir $TRACE || bail_out "no trace instance"
echo 0 >$TRACE/tracing_on
echo 1 >$TRACE/events/oom_embedded/enable 2>/dev/null
echo 30000 >/proc/sys/kernel/threads-max
echo 0 >/proc/sys/vm/oom_dump_tasks
for names in ${NAMES:-1 100 100000}; do
	./herd "$N" /tmp/herd "$names" >/tmp/herd-out 2>&1 &
	until grep -q '^ready' /tmp/herd-out; do
		kill -0 $! 2>/dev/null || bail_out "no herd: $(cat /tmp/herd-out)"
		sleep 0.1
	done
	insmod /lib/oom-embedded/oom_embedded.ko || bail_out "insmod failed"
	echo 1 >$TRACE/events/oom_embedded/oom_embedded_done/enable || bail_out "no tracepoint"
	all_rules "$names"
	echo 0 >$TRACE/events/enable
	rmmod oom_embedded || bail_out "rmmod failed"
	# shellcheck disable=SC2046 # a list of pids
	kill -KILL $(cat /tmp/herd)
	kill -KILL $!
done
pass measured
verdict
