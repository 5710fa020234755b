#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A ranking belongs to a process: fork inherits it, exec keeps it, exit frees it, and the next
# process with the same number does not have it.
# STORM: how many short-lived ranked processes (default 20000).
#
# set: rest matrix

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

STORM=${STORM:-20000}

nr_ranked_is()
{
	[ "$(get stats/ranked)" -eq "$1" ]
}

children_of()
{
	all_status |
		awk -v parent="$1" '/^Pid:/ { pid = $2 } /^PPid:/ && $2 == parent { print pid }'
}

# The second "ready" comes from the program that the thread has executed.
has_executed()
{
	[ "$(grep -c '^ready' "$tmp/$1.out")" -eq 2 ]
}

# A ranking that was inherited, and rules: one for users, one for a name.
beside_rules()
{
	put groups/create storms
	put groups/storms/uid 0
	put groups/storms/rank 444
	start pool ranked 301 forkstorm keep 1
	worker=$(children_of "$pid")
	equal "an inherited ranking counts for more than a rule for users" "301 inherited" \
		"$(ranking_of "$worker")"
	put groups/storms/comm "forkst*"
	equal "a rule for a name counts for more than that" "301 explicit, 444 group:storms" \
		"$(ranking_of "$pid"), $(ranking_of "$worker")"
	put groups/remove storms
	kill -TERM "$pid"
	reap "$pid"
}

if built groups; then
	plan 18
else
	plan 16
fi
load_module rank_threshold=100
base=$(get stats/ranked)
equal "nobody is ranked in the beginning" 0 "$base"

start parent ranked 321 forkstorm keep 1
parent=$pid
child=$(children_of "$parent")
equal "exec keeps the ranking" "321 explicit" "$(ranking_of "$parent")"
equal "fork inherits it" "321 inherited" "$(ranking_of "$child")"
put oom_ranking "$parent 400"
equal "a child does not follow later changes" "400 explicit, 321 inherited" \
	"$(ranking_of "$parent"), $(ranking_of "$child")"
put oom_ranking "$child 500"
equal "and can be ranked itself" "400 explicit, 500 explicit" \
	"$(ranking_of "$parent"), $(ranking_of "$child")"
kill -TERM "$parent"
reap "$parent"

# A ranking for the process alone, and one that a rule knows better.
start loner ranked "300 self" forkstorm keep 1
loner=$pid
equal "self: it has the ranking, its child has none" "300 self, " \
	"$(ranking_of "$loner"), $(ranking_of "$(children_of "$loner")")"
! built groups || beside_rules
kill -TERM "$loner"
reap "$loner"

spawn unranked 64 -
put oom_ranking "$pid 700"
put oom_ranking "$pid -"
equal "a cleared ranking is gone" "" "$(ranking_of "$pid")"
stop_process "$pid"

start thread_exec odd_process thread_exec leak -c executed -h 64
put oom_ranking "$pid 654"
kill -USR1 "$pid"
poll_until "$PATIENCE" has_executed thread_exec ||
	comment "the thread did not exec: $(cat "$tmp/thread_exec.out")"
equal "exec by another thread than the leader keeps it" "executed 654 explicit" \
	"$(cat "/proc/$pid/comm") $(ranking_of "$pid")"
stop_process "$pid"

start leader_exit odd_process leader_exit
leader=$pid
put oom_ranking "$leader 655"
poll_until "$PATIENCE" dead "$leader"
equal "the leader alone ended: the process keeps its ranking" "655 explicit" \
	"$(ranking_of "$leader")"
stop_process "$leader"
check "exit freed all of these" poll_until "$PATIENCE" nr_ranked_is "$base"

(ranked 800 forkstorm storm $((STORM / 2))) &
storm=$!
started="$started $storm"
(ranked 801 forkstorm storm $((STORM - STORM / 2)))
equal "$STORM short-lived ranked processes ran (half)" 0 $?
PATIENCE=120 reap "$storm"
equal "$STORM short-lived ranked processes ran (other half)" 0 "$rc"
check "their entries are freed" poll_until "$PATIENCE" nr_ranked_is "$base"
equal "none of them failed to inherit" 0 "$(get stats/inherit_failed)"

spawn first_owner 64 777
number=$pid
stop_process "$number"
start second_owner odd_process pid "$number" leak -c second_owner -h 64
equal "the number has a new owner" second_owner "$(cat "/proc/$number/comm")"
equal "who does not inherit its ranking" "" "$(ranking_of "$number")"
kill -KILL "$number"
finish
