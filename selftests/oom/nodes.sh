#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Memory nodes of which one is full: the first in order dies of those that may use that node, by their memory policy
# or by their cpuset, and nobody else, whatever the ranking. Needs two nodes (numa=fake=2).
#
# set: alone
# needs: guard events

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

NODES=/sys/devices/system/node

# fields NAME...: of the newest record of an emergency that killed
fields()
{
	for field; do
		grep ' outcome=killed ' "$OE/events" | tail -n 1 | sed -n "s/.* $field=\([^ ]*\).*/\1/p"
	done | tr '\n' ' '
}

both_recorded()
{
	[ "$(grep -c ' outcome=killed ' "$OE/events")" = 2 ]
}

# fills KIND OPTION...: a process that asks for more than there is, with these options; one of the others dies first, then
# it is the next in order. The first has them, too, or $first_options.
fills()
{
	kind=$1
	shift
	# shellcheck disable=SC2086 # words
	spawn first 8192 700 ${first_options:-"$@"}
	first=$pid
	spawn leaker 1024 600 -g -l 0 "$@"
	leaker=$pid
	kill -USR1 "$leaker"
	killed "$kind: the first in order of those that may use the node dies" "$first"
	killed "$kind: then who fills it" "$leaker"
	poll_until "$PATIENCE" both_recorded
	equal "$kind: the record says what was full" "$kind leaker " "$(fields kind victim_comm)"
	check "$kind: who cannot use the node lives, whatever its ranking" alive "$elsewhere"
	check "$kind: who can, and is protected, lives" alive "$shield"
	equal "$kind: nobody else died" 2 "$(get stats/victims)"
	stop_process "$elsewhere"
	stop_process "$shield"
	unload_module
}

# cpuset NAME NODES: sets $cgroup
cpuset()
{
	make_cgroup "$1" max
	echo "$2" >"$cgroup/cpuset.mems" || bail_out "no cpuset.mems"
}

needs guard
needs events
[ -d $NODES/node1 ] || skip_all "one memory node"
plan 13
quiet_console
load_module rank_threshold=100 selection_order=rank
spawn elsewhere 4096 900 -N 0
elsewhere=$pid
spawn shield 16384 50 -N 1
shield=$pid
# A node that is only wished for is not the only one that it may use.
first_options="-w 0"
fills mempolicy -N 1
first_options=

echo +cpuset >"$CGROUP/cgroup.subtree_control" || bail_out "no cpuset controller"
cpuset oe_node0 0
node0=$cgroup
cpuset oe_node1 1
load_module rank_threshold=100 selection_order=rank
spawn elsewhere 4096 900 -C "$node0"
elsewhere=$pid
spawn shield 16384 50 -C "$cgroup"
shield=$pid
fills cpuset -C "$cgroup"
equal "no splat" 0 "$(splat_taint)"
finish
