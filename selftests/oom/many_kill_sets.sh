#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The cost of a choice while every cgroup dies as a whole, and a protected process is in each. The
# clock counts instructions.
#
# SETS=60	cgroups
# MEMBERS=5	processes in each, which share their memory
#
# set: limiting
# needs: memcg icount events

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

# How many times dearer the search for protected members may make a choice: a pass for the plain
# order, a walk for the first in order, one for all sets, a pass with them, a walk for each of the two
# chosen.
MOST=8
SETS=${SETS:-60}
MEMBERS=${MEMBERS:-5}

# choice_costs DESCRIPTION: the cheapest of three choices, in ns, in $cost.
choice_costs()
{
	for _ in 1 2 3; do
		spawn fodder 512 900
		fodder=$pid
		sysrq_oom
		reap "$fodder"
	done
	costs=$(sed -n 's/.*kind=sysrq.*victim_comm=fodder.* decide_ns=\([0-9]*\).*/\1/p' "$OE/events" |
		tail -n 3 | sort -n)
	equal "$1: the three that may die died" 3 "$(echo "$costs" | wc -l)"
	cost=$(echo "$costs" | head -n 1)
	comment "$1: choosing takes $cost ns"
}

protected_as_one()
{
	awk '$6 == "protected" && $8 != "-"' "$OE/candidates" | wc -l
}

needs events
plan 6
load_module selection_order=rank rank_threshold=100
for n in $(seq "$SETS"); do
	make_cgroup "oe_set$n" 64M
	# shellcheck disable=SC2016 # expanded by the new shell
	start "storm$n" sh -c 'echo $$ >"$0/cgroup.procs" &&
		echo 0 >/proc/self/oom_score_adj && exec forkstorm keep "$1"' "$cgroup" $((MEMBERS - 1))
done
choice_costs alone
alone=$cost
for n in $(seq "$SETS"); do
	spawn shield 256 50 -C "$CGROUP/oe_set$n"
	shield=$pid
	echo 1 >"$CGROUP/oe_set$n/memory.oom.group"
done
equal "all of them are protected by another one" $((SETS * MEMBERS)) "$(protected_as_one)"
choice_costs together
check "choosing costs at most $MOST times as much" [ "$cost" -le $((alone * MOST)) ]
# The keeper of a set is looked for in the cgroup, and among those who share the memory.
stop_process "$shield"
equal "one set is free again" $((SETS * MEMBERS - MEMBERS)) "$(protected_as_one)"
equal "no splat" 0 "$(splat_taint)"
finish
