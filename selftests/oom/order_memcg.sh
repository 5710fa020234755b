#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The same in every OOM of a memory cgroup, and no process outside the cgroup dies, however
# expendable.
# OOMS: how many (default 20).
#
# set: oom matrix
# needs: memcg

SELFTESTS_LIB=$(cd "$(dirname "$0")/lib" && pwd)
# shellcheck source=lib/order.sh
. "$SELFTESTS_LIB/order.sh"

needs memcg

KIND=memcg
STAT=memcg

order_setup()
{
	shield_kb=18432
	make_cgroup oe_order 32M
	member_options="-C $cgroup"
	members=$cgroup/cgroup.procs
	# The most expendable process of all, and not in the group: it outlives every round.
	spawn outsider 1024 1000
	outsider=$pid
}

order_round()
{
	leak_round
	alive "$outsider" || comment "the outsider died" | tee -a "$tmp/not_killed"
}

order_run kprobes=1
