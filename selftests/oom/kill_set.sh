#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A process is as protected as the most protected one that dies with it: one that
# shares its memory, one in the pid namespace whose init it is, one in its cgroup with
# memory.oom.group.
#
# set: oom
# needs: events

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

# In a pid namespace, as its init: starts a program and stays.
inside()
{
	trap - EXIT
	echo 0 >/proc/self/oom_score_adj
	leak -c inmate -h 64 >"$1/inmate.out" 2>&1 &
	poll_until "$PATIENCE" has_line ready "$1/inmate.out"
	echo ready
	# The init itself, until the outside is through.
	exec sleep 1000
}

if [ "$1" = inside ]; then
	inside "$2"
	exit
fi

# The pid out here of the process of that name.
named()
{
	all_status |
		awk -v name="$1" '/^Name:/ { found = $2 == name } /^Pid:/ && found { print $2; exit }'
}

# Fields of candidates for a process beyond its name: verdict, reason, keeper, ranking of the set.
set_of()
{
	awk -v pid="$1" '$2 == pid { print $6, $8, $9, $10 }' "$OE/candidates"
}

# passed_over DESCRIPTION PID REASON KEEPER KEEPER_RANK: another one dies, the record says why.
passed_over()
{
	spawn other 1024 200
	sysrq_kills "$1: the one after it in order dies" "$pid"
	equal "$1: the record says who was passed over, and for whom" "$2 $3 $4 $5" \
		"$(recorded passed_pid) $(recorded passed_for) $(recorded keeper_pid) $(recorded keeper_rank)"
}

shared_memory()
{
	start sharing odd_process share
	sharing=$pid
	read -r _ _ child <"$tmp/sharing.out"
	echo 0 >"/proc/$sharing/oom_score_adj"
	set_to oom_ranking "$sharing 900"
	set_to oom_ranking "$child 850"
	equal "memory: the lower ranking counts for both" "next memory $child 850" \
		"$(set_of "$sharing")"
	set_to oom_ranking "$child 50"
	equal "memory: one that shares it with a protected process is protected" \
		"protected memory $child 50" "$(set_of "$sharing")"
	passed_over memory "$sharing" memory "$child" 50
	check "memory: the protected process lives" alive "$child"
	kill -KILL "$child"
	poll_until "$PATIENCE" dead "$child"
	equal "memory: alone it may die" "next - 0 900" "$(set_of "$sharing")"
	stop_process "$sharing"
}

# Sets $keeper, the init of a pid namespace, and $inmate, another process in it, protected.
make_namespace()
{
	start namespace as_user -p "$0" inside "$tmp"
	inmate=$(named inmate)
	keeper=$(awk '/^PPid:/ { print $2 }' "/proc/$inmate/status")
	set_to oom_ranking "$inmate 10"
}

pid_namespace()
{
	make_namespace
	set_to oom_ranking "$keeper 900"
	equal "pidns: the init of a protected process is protected" \
		"protected pidns $inmate 10" "$(set_of "$keeper")"
	passed_over pidns "$keeper" pidns "$inmate" 10
	check "pidns: the protected process lives" alive "$inmate"
	kill -KILL "$keeper"
	poll_until "$PATIENCE" dead "$inmate"
}

oom_group()
{
	make_cgroup oe_set max
	mkdir -p "$CGROUP/oe_set"
	echo +memory >"$CGROUP/cgroup.subtree_control"
	spawn member 2048 900 -C "$CGROUP/oe_set"
	member=$pid
	spawn precious 1024 60 -C "$CGROUP/oe_set"
	precious=$pid
	spawn immune 1024 0 -a -1000 -C "$CGROUP/oe_set"
	equal "cgroup: without memory.oom.group it dies alone" "next - 0 900" "$(set_of "$member")"
	echo 1 >"$CGROUP/oe_set/memory.oom.group"
	equal "cgroup: with it the whole is protected; one that is immune does not count" \
		"protected cgroup $precious 60" "$(set_of "$member")"
	passed_over cgroup "$member" cgroup "$precious" 60
	check "cgroup: the protected process lives" alive "$precious"
	set_to oom_ranking "$precious 100"
	set_to rank_threshold 100
	sysrq_oom
	killed "cgroup: nobody in it is protected: it dies" "$member"
	killed "cgroup: and the others with it" "$precious"
}

# The group takes the init along, and the init its namespace, of which the rest is not in the group.
namespace_in_group()
{
	make_cgroup oe_hall max
	make_namespace
	set_to oom_ranking "$keeper 800"
	echo "$keeper" >"$cgroup/cgroup.procs"
	spawn member 2048 900 -C "$cgroup"
	member=$pid
	echo 1 >"$cgroup/memory.oom.group"
	equal "group of an init: each is as protected as the namespace" \
		"protected pidns $inmate 10" "$(set_of "$member")"
	passed_over "group of an init" "$member" pidns "$inmate" 10
	check "group of an init: the protected process lives" alive "$inmate"
	kill -KILL "$keeper"
	poll_until "$PATIENCE" dead "$inmate"
	stop_process "$member"
}

# The first in order, and its verdict.
first_of_all()
{
	awk 'NR == 1 { print $2, $6 }' "$OE/candidates"
}

# Small processes are spared while there is a hog that may be chosen, see min_gain_kb; not for one that may not.
hog_in_a_set()
{
	make_cgroup oe_hog max
	total_kb=$(mem_total_kb)
	spawn hog $((total_kb * 3 / 10)) 950 -C "$cgroup"
	hog=$pid
	spawn keeper 512 60 -C "$cgroup"
	keeper=$pid
	spawn plain 8192 700
	plain=$pid
	spawn second 8192 650
	second=$pid
	spawn tiny1 64 800
	tiny1=$pid
	spawn tiny2 64 750
	tiny2=$pid
	equal "hog: alone it may die, and is next" "$hog next" "$(first_of_all)"
	echo 1 >"$cgroup/memory.oom.group"
	equal "hog: with a protected process it may not, and spares no small one" \
		"$tiny1 next" "$(first_of_all)"
	sysrq_kills "hog: the one that the dry run named dies" "$tiny1"
	# Behind the first two in order.
	set_to oom_ranking "$hog 600"
	equal "hog: nor if it comes later" "$tiny2 next" "$(first_of_all)"
	sysrq_kills "hog: again it is the one that was named" "$tiny2"
	for one in "$hog" "$keeper" "$plain" "$second"; do
		stop_process "$one"
	done
}

# The last word before a kill has the same rule.
guarded()
{
	echo 1 >/proc/sys/vm/oom_kill_allocating_task
	make_cgroup oe_asks 8M
	echo 1 >"$CGROUP/oe_asks/memory.oom.group"
	spawn bystander 512 60 -C "$cgroup"
	bystander=$pid
	spawn asks 512 900 -C "$cgroup" -g -l 0
	asks=$pid
	set_to memcg_no_victim_action fail
	before=$(get stats/no_victim)
	kill -USR1 "$asks"
	check "guard: nobody in the cgroup may die" poll_until "$PATIENCE" has_no_victim "$before"
	check "guard: the protected process lives" alive "$bystander"
	check "guard: and so does the one that asks" alive "$asks"
	stop_process "$asks"
	echo 0 >/proc/sys/vm/oom_kill_allocating_task
}

has_no_victim()
{
	[ "$(get stats/no_victim)" -gt "$1" ]
}

needs events
if gives memcg; then
	plan 30
else
	plan 11
fi
load_module selection_order=rank rank_threshold=100
trace_start oe_victims counter
shared_memory
pid_namespace
if gives memcg; then
	oom_group
	namespace_in_group
	hog_in_a_set
	guarded
fi
equal "no splat" 0 "$(splat_taint)"
finish
