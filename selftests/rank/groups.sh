#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The members of a group, the ranking that counts, and the signals that the members are sent.
#
# set: once matrix
# needs: groups

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

# group NAME RANK: makes one
group()
{
	set_to groups/create "$1"
	set_to "groups/$1/rank" "$2"
}

# member_of NAME PID: put into it
member_of()
{
	set_to "groups/$1/pids" "$2"
}

# counts DESCRIPTION PID "RANK SOURCE": that is what both lists say
counts()
{
	equal "$1" "$3 / $3" \
		"$(ranking_of "$2") / $(awk -v pid="$2" '$2 == pid { print $3, $4 }' "$OE/candidates")"
}

# signals PID NAME: how often the kernel sent that one, and whether before the victim
sent()
{
	awk -v pid="$1" -v sig="$2" '
		/: mark_victim: / { marked = 1 }
		/: signal_generate: / && $0 ~ "sig=" sig " " && $0 ~ " pid=" pid " " {
			n++
			late = late || marked
		}
		END { printf "%d%s", n, late ? " late" : "" }' "$TRACING/instances/oe_victims/trace"
}

watch_signals()
{
	echo >"$TRACING/instances/oe_victims/trace"
	echo 1 >"$TRACING/instances/oe_victims/events/signal/signal_generate/enable" ||
		bail_out "no tracepoint signal:signal_generate"
}

# One process by each of the four ways, and a fifth by none.
four_ways()
{
	make_cgroup oe_groups max
	mkdir "$cgroup/below" || bail_out "no cgroup below"
	cgroups="$cgroup/below $cgroups"
	spawn by_pid 1024 -
	by_pid=$pid
	spawn in_cgroup 1024 - -C "$cgroup/below"
	by_cgroup=$pid
	spawn "odd name" 1024 -
	by_comm=$pid
	start by_uid as_user -u 4242 leak -c by_uid -h 1024
	by_uid=$pid
	spawn stranger 1024 -
	stranger=$pid
}

# More than the first try of a reader has room for.
many_members()
{
	group crowd 700
	crowd=
	for _ in $(seq 80); do
		sleep 1000 &
		crowd="$crowd $!"
		member_of crowd $!
	done
	equal "eighty members are all listed, each once" "$(echo "$crowd" | tr ' ' '\n' | sed 1d | sort)" \
		"$(tr -d ' ' <"$OE/groups/crowd/pids" | sort)"
	# shellcheck disable=SC2086 # a list
	kill -KILL $crowd
	set_to groups/remove crowd
}

precedence()
{
	group crew 800
	set_to groups/crew/cgroup /oe_groups
	set_to groups/crew/comm 'odd*'
	set_to groups/crew/uid 4000-4999
	member_of crew "$by_pid"
	for way in by_pid by_cgroup by_comm by_uid; do
		eval "counts '$way: a member has the ranking of its group' \$$way '800 group:crew'"
	done
	equal "a stranger has none" "" "$(ranking_of "$stranger")"
	equal "nr_members counts them all" 4 "$(get groups/crew/nr_members)"
	equal "pids lists those by pid" "$by_pid" "$(awk '{ print $1 }' "$OE/groups/crew/pids")"

	group lower 300
	set_to groups/lower/comm 'odd*'
	counts "of two groups of one kind the more protective counts" "$by_comm" "300 group:lower"
	set_to groups/crew/precedence 1
	counts "if no other has a higher precedence" "$by_comm" "800 group:crew"
	set_to groups/crew/precedence 0
	set_to groups/lower/comm 'in_*'
	counts "a cgroup counts before a name" "$by_cgroup" "800 group:crew"
	set_to groups/lower/comm '*_uid'
	counts "a name alone does not protect a user's process" "$by_uid" "800 group:crew"
	set_to groups/lower/trust name
	counts "a name counts before a user" "$by_uid" "300 group:lower"
	member_of lower "$by_cgroup"
	counts "a pid counts before a cgroup" "$by_cgroup" "300 group:lower"
	set_to oom_ranking "$by_cgroup 950"
	counts "a ranking of its own counts before all" "$by_cgroup" "950 explicit"
	set_to oom_ranking "$by_cgroup -"
	member_of lower "-$by_cgroup"
	counts "and without it the group's is back" "$by_cgroup" "800 group:crew"
	equal "reading shows what was written" "/oe_groups odd* 4000-4999" \
		"$(get groups/crew/cgroup) $(get groups/crew/comm) $(get groups/crew/uid)"
	set_to groups/lower/comm ''
	equal "an empty line clears a rule" "" "$(get groups/lower/comm)"
}

# A child of a member, born and ranked before it can run.
inheritance()
{
	# shellcheck disable=SC2016 # the inner shell's
	start parent sh -c 'echo ready; echo 0 >/proc/self/oom_score_adj
		while ! [ -e "$0" ]; do sleep 0.1; done; leak -c child -h 64 & wait' "$tmp/fork"
	parent=$pid
	member_of crew "$parent"
	: >"$tmp/fork"
	poll_until "$PATIENCE" has_child "$parent"
	child=$(child_of "$parent")
	counts "a child is in its parent's group" "$child" "800 group:crew"
}

# Not the sleep that polls.
child_of()
{
	all_status | awk -v parent="$1" '
		/^Name:/ { name = $2 }
		/^Pid:/ { pid = $2 }
		/^PPid:/ && $2 == parent && name == "child" { print pid }'
}

has_child()
{
	[ -n "$(child_of "$1")" ]
}

signals()
{
	# Two that nobody dies of.
	set_to groups/crew/signal SIGURG
	equal "a signal has one name" URG "$(get groups/crew/signal)"
	group also 800
	set_to groups/also/signal URG
	set_to groups/also/comm 'odd*'
	set_to groups/lower/signal WINCH
	set_to groups/lower/uid 4242
	spawn victim 1024 1000
	watch_signals
	sysrq_kills "the victim dies" "$pid"
	for way in by_pid by_cgroup by_comm by_uid; do
		eval "equal '$way: one signal, before the victim' 1 \"\$(sent \$$way 23)\""
	done
	equal "a stranger gets none" 0 "$(sent "$stranger" 23)"
	equal "by the uid of another group: that one's signal too" 1 "$(sent "$by_uid" 28)"
	equal "and nobody else" 0 "$(sent "$by_pid" 28)"
	echo 0 >"$TRACING/instances/oe_victims/events/signal/signal_generate/enable"
}

# Only who is in the memory cgroup that is full is told.
memcg_signals()
{
	watch_signals
	make_cgroup oe_other 8M
	spawn leaker 512 1000 -C "$cgroup" -g -l 0
	member_of crew "$pid"
	kill -USR1 "$pid"
	killed "memcg: the leaker dies" "$pid"
	poll_until "$PATIENCE" has_marked_more_than 0
	equal "memcg: the member in the cgroup was sent the signal first" 1 "$(sent "$pid" 23)"
	equal "memcg: the members outside were not" "0 0 0 0" \
		"$(sent "$by_pid" 23) $(sent "$by_cgroup" 23) $(sent "$by_comm" 23) $(sent "$by_uid" 23)"
	echo 0 >"$TRACING/instances/oe_victims/events/signal/signal_generate/enable"
}

# The one that asks may be a user's, who could not send the member a signal.
signals_for_a_user()
{
	watch_signals
	make_cgroup oe_user 8M
	spawn service 512 500 -C "$cgroup"
	service=$pid
	member_of crew "$service"
	# shellcheck disable=SC2016 # expanded by that shell
	start eater sh -c 'echo $$ >"$0/cgroup.procs"; exec as_user -u 1000 leak -c eater -h 512 -g -l 0' "$cgroup"
	echo "$pid 1000" >"$OE/oom_ranking" || bail_out "no ranking"
	kill -USR1 "$pid"
	killed "memcg: a user's leaker dies" "$pid"
	equal "memcg: root's member was sent the signal nevertheless" 1 "$(sent "$service" 23)"
	stop_process "$service"
	echo 0 >"$TRACING/instances/oe_victims/events/signal/signal_generate/enable"
}

# A service that is restarted has a new cgroup of the old name.
new_cgroup()
{
	stop_process "$by_cgroup"
	poll_until "$PATIENCE" rmdir "$CGROUP/oe_groups/below" "$CGROUP/oe_groups"
	mkdir "$CGROUP/oe_groups"
	spawn again 1024 - -C "$CGROUP/oe_groups"
	counts "a cgroup that is made again is meant again" "$pid" "800 group:crew"
}

# A rule is written before the service has ever run.
later_cgroup()
{
	equal "a cgroup need not exist" OK "$(sysfs_write "$OE/groups/also/cgroup" '/oe_groups/later-*')"
	equal "it reads back" '/oe_groups/later-*' "$(get groups/also/cgroup)"
	mkdir "$CGROUP/oe_groups/later-1"
	cgroups="$CGROUP/oe_groups/later-1 $cgroups"
	spawn later 1024 - -C "$CGROUP/oe_groups/later-1"
	set_to groups/also/rank 700
	counts "and is meant once it does" "$pid" "700 group:also"
	set_to groups/also/cgroup ""
}

removal()
{
	set_to groups/remove crew
	check "its directory is gone" [ ! -e "$OE/groups/crew" ]
	equal "its members have no ranking from it" "" "$(ranking_of "$by_pid")"
	equal "nor their children" "" "$(ranking_of "$child")"
	group crew 100
	equal "a new group of that name is empty" "0 " \
		"$(get groups/crew/nr_members) $(get groups/crew/pids)"
	equal "nobody is in the table any more" 0 "$(get stats/ranked)"
}

# Priorities as in Karthikesan's OOM controller: per group, highest killed first, 0 never,
# a process in none has 1.
priorities()
{
	set_to default_rank 1
	for old in lower also crew; do
		set_to groups/remove "$old"
	done
	for priority in 0 2 7; do
		make_cgroup "oe_priority$priority" max
		group "p$priority" "$priority"
		set_to "groups/p$priority/cgroup" "/oe_priority$priority"
		spawn "member$priority" "$(sized $((4096 + 1024 * (7 - priority))))" - -C "$cgroup"
		eval "member$priority=\$pid"
	done
	spawn outsider "$(sized 16384)" -
	outsider=$pid
	# shellcheck disable=SC2154 # set by eval
	sysrq_kills "the highest priority dies first, though it is the smallest" "$member7"
	# shellcheck disable=SC2154
	sysrq_kills "then the next" "$member2"
	sysrq_kills "then the biggest of those in no group" "$outsider"
	# shellcheck disable=SC2154
	check "priority 0 lives" alive "$member0"
}

needs groups
if gives memcg; then
	plan 47
else
	plan 42
fi
load_module selection_order=rank
trace_start oe_victims counter
four_ways
precedence
inheritance
signals
! gives memcg || memcg_signals
! gives memcg || signals_for_a_user
set_to groups/crew/signal none
new_cgroup
later_cgroup
many_members
removal
priorities
equal "no splat" 0 "$(splat_taint)"
finish
