#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# While one OOM follows the other, with grace, hold and signals, groups and their cgroups come and
# go and their members fork: no process is left in a group that is gone, none stays stopped, the
# protected one lives.
# SECONDS_OF_STORM: how long (default 8).
#
# set: graceful
# needs: groups

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

SECONDS_OF_STORM=${SECONDS_OF_STORM:-8}

# A cgroup that runs out of memory again and again.
oom_storm()
{
	while [ ! -e "$tmp/stop" ]; do
		leak -c storm -C "$storm" -R 900 -l 0 -k 1024
	done >/dev/null 2>&1
}

# The same pid numbers over and over: members by pid that are gone at once.
member_storm()
{
	while [ ! -e "$tmp/stop" ]; do
		sleep 0.01 &
		put groups/brief/pids "$!"
		forkstorm storm 20
	done 2>/dev/null
}

# A group with all kinds of members, which fork while it goes.
group_storm()
{
	while [ ! -e "$tmp/stop" ]; do
		put groups/create brief || break
		put groups/brief/rank 700
		put groups/brief/pids "$churn"
		put groups/brief/comm 'fork*'
		put groups/brief/uid 0-99
		put groups/brief/cgroup /oe_gone
		put groups/brief/signal WINCH
		put groups/remove brief || break
		echo x >>"$tmp/groups"
	done 2>/dev/null
}

cgroup_storm()
{
	while [ ! -e "$tmp/stop" ]; do
		mkdir "$CGROUP/oe_gone"
		leak -c inside -C "$CGROUP/oe_gone" -h 64 >/dev/null &
		kill -KILL $!
		wait $!
		rmdir "$CGROUP/oe_gone"
	done 2>/dev/null
}

stopped_processes()
{
	for dir in /proc/[0-9]*; do
		grep -q '^State:.*T (stopped)' "$dir/status" 2>/dev/null && echo "${dir#/proc/}"
	done
}

has_settled_groups()
{
	[ "$(get stats/ranked)" = "$1" ]
}

has_stormed()
{
	[ "$(get stats/oom_memcg)" -gt 2 ] && [ "$(wc -l <"$tmp/groups")" -gt 2 ]
}

needs groups
plan 7
load_module selection_order=rank rank_threshold=100 grace_ms=20 grace_hold=1 reserve_kb=1M
trace_start oe_victims counter
make_cgroup oe_gone max
make_cgroup oe_storm 12M
storm=$cgroup
spawn shield 4096 50 -C "$storm"
shield=$pid
forkstorm churn &
churn=$!
started="$started $churn"
echo 0 >"/proc/$churn/oom_score_adj"
set_to oom_ranking "$churn 60"
sleep 0.5
: >"$tmp/groups"
for one in oom_storm member_storm group_storm cgroup_storm; do
	in_background "$one"
done
sleep "$SECONDS_OF_STORM"
poll_until "$PATIENCE" has_stormed # a slow kernel takes longer
: >"$tmp/stop"
for one in $background; do
	poll_until "$PATIENCE" dead "$one"
done
comment "$(wc -l <"$tmp/groups") groups came and went; $(get stats/oom_memcg) OOMs"
check "there were OOMs, and groups" has_stormed
check "the protected one lives" alive "$shield"
put groups/remove brief
stop_process "$churn"
# The shield is left, and nobody else.
check "nobody is left in the table" poll_until "$PATIENCE" has_settled_groups 1
set_to groups/create brief
equal "a new group of that name is empty" "0 " \
	"$(get groups/brief/nr_members) $(get groups/brief/pids)"
equal "nobody stays stopped" "" "$(stopped_processes)"
unload_module
check "the module goes" unloaded
equal "no splat" 0 "$(splat_taint)"
finish
