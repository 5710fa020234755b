#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The module can be unloaded and loaded in the middle of an OOM storm. Two memory cgroups (where
# they are covered) and a stream of sysrq OOMs never stop, and a process that the stock kernel
# would kill first lives as long as it is protected.
# CYCLES: how many (default 30).
#
# set: matrix alone

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

CYCLES=${CYCLES:-30}

# A cgroup that runs out of memory again and again. The leakers rank themselves if
# there is a module to tell.
memcg_storm()
{
	while [ ! -e "$tmp/stop" ]; do
		leak -c "storm$2" -C "$1" -R 900 -l 0 -k 1024
	done >/dev/null 2>&1
}

# A cgroup that is small and cannot swap: where there is swap its OOMs would be rare.
storm_cgroup()
{
	make_cgroup "$1" 12M
	[ ! -e "$cgroup/memory.swap.max" ] || echo 0 >"$cgroup/memory.swap.max"
}

sysrq_storm()
{
	while [ ! -e "$tmp/stop" ]; do
		# There before the SysRq, and in front of the others: on a slow kernel these would
		# never come to the limit of their cgroup.
		leak -c fodder -R 950 -h 2048 >"$tmp/fodder" 2>&1 &
		poll_until 10 grep -q '^ready' "$tmp/fodder"
		sysrq_oom
		sleep 0.1
		kill -KILL $! 2>/dev/null
		wait $!
	done 2>/dev/null
}

# In place of the module's protection while there is none.
shelter()
{
	echo "$1" >"/proc/$shield/oom_score_adj"
}

has_counted()
{
	[ "$(get stats/oom_sysrq)" -gt 0 ] || return 1
	! gives memcg || [ "$(get stats/oom_memcg)" -gt 0 ]
}

cycle()
{
	insmod "$MODULE" rank_threshold=100 || return 1
	set_to oom_ranking "$shield 50"
	shelter 1000
	if ! poll_until "$PATIENCE" has_counted; then
		comment "in $PATIENCE s: sysrq $(get stats/oom_sysrq), memcg $(get stats/oom_memcg)"
		return 1
	fi
	guard_hits=$((guard_hits + $(get stats/guard_hits)))
	alive "$shield" || return 1
	shelter -1000
	rmmod oom_embedded || return 1
	unloaded
}

plan 6
load_module
unload_module
trace_start oe_victims counter
# The protected one is in a storm itself, and the best choice for every kind of OOM.
if gives memcg; then
	storm_cgroup oe_storm1
	storm1=$cgroup
	storm_cgroup oe_storm2
	spawn shield 8192 - -C "$storm1"
else
	spawn shield 8192 -
fi
shield=$pid
guard_hits=0
shelter 1000
equal "the stock kernel would kill the protected process first" \
	"$shield" "$(biggest_by_oom_score)"
shelter -1000

sysrq_storm &
storms=$!
if gives memcg; then
	memcg_storm "$storm1" 1 &
	storms="$storms $!"
	memcg_storm "$cgroup" 2 &
	storms="$storms $!"
fi
started="$started $storms"

done_cycles=0
while [ "$done_cycles" -lt "$CYCLES" ] && cycle; do
	done_cycles=$((done_cycles + 1))
done
touch "$tmp/stop"
for one in $storms; do
	reap "$one"
done

equal "the module went and came in the storm" "$CYCLES" "$done_cycles"
check "the protected process lives" alive "$shield"
comment "$(nr_marked oe_victims) victims, $guard_hits guard hits"
kinds=1
! gives memcg || kinds=2
check "there was a storm: victims of each kind in each cycle" \
	[ "$(nr_marked oe_victims)" -ge $((CYCLES * kinds)) ]
check "the protected process was never marked" \
	[ "$(marked_victims oe_victims | tr ' ' '\n' | grep -cx "$shield")" -eq 0 ]
equal "no splat" 0 "$(splat_taint)"
finish
