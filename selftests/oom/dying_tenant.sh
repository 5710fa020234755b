#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A container in which some process is dying at any time keeps neither `relieve` nor early_kb off.
#
# set: graceful
# needs: memcg guard levels

# A process fills half of the memory, on the slowest host, too.
PATIENCE=${PATIENCE:-120}
# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

TENANTS=3

# tenant NAME: a container at its limit
tenant()
{
	make_cgroup "$1" 12M
	# shellcheck disable=SC2016 # expanded by that shell
	start "$1" sh -c 'echo $$ >"$0/cgroup.procs"; echo "$$ 400" >"$1/oom_ranking"; exec undying' "$cgroup" "$OE"
}

relieved()
{
	spawn "$1" 4096 900
	equal "$1: the request is granted" granted "$(relieve)"
	reap "$pid"
	equal "and the first in order is killed" 137 "$rc"
}

needs levels
plan 9
load_module selection_order=rank rank_threshold=100
before=$(vmstat oom_kill)
i=0
while [ $i -lt "$TENANTS" ]; do
	i=$((i + 1))
	tenant "oe_tenant$i"
done
check "processes of containers are dying" [ "$(vmstat oom_kill)" -gt "$before" ]
relieved one
relieved two
set_to early_term_ms 300
start deaf glutton -c deaf -h 4096 -i
echo "$pid 900" >"$OE/oom_ranking"
equal "a victim that ignores SIGTERM: the request is granted" granted "$(relieve)"
reap "$pid"
equal "and it is killed" 137 "$rc"
set_to early_term_ms 0
total_kb=$(mem_total_kb)
spawn big $(($(mem_available_kb) - total_kb / 3)) 900
set_to early_kb 40%
killed "early_kb: the first in order is killed" "$pid"
set_to early_kb 0
equal "no splat" 0 "$(splat_taint)"
finish
