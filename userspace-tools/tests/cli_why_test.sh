#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "oom-embedded why": the origin of a ranking, and its consequences.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

make_tree "$tmp/tree"
gives "why: an explicit ranking" 0 'because: +it was given to this process' why 100
gives "why: below the threshold" 0 'reason: +its ranking is below rank_threshold, 100' why 100
gives "why: a protected process has no turn" 0 'turn: +none; 4 others' why 100
gives "why: a group, by cgroup" 0 'because: +of the group batch: its cgroup is /batch' why 200
gives "why: the next one" 0 'turn: +number 1 of the 4' why 200
gives "why: its turn" 0 'turn: +number 4 of the 4' why 400
gives "why: no ranking of its own" 0 'because: +nobody gave it one' why 300
gives "why: init" 0 'reason: +it is init' why 1
run why 200 --json
same "why: JSON" '200 800 next 1 4' "$(jq -r '"\(.pid) \(.ranking) \(.verdict) \(.turn) \(.may_be_chosen)"' <<<"$out")"
run why 100 --json
same "why: JSON: no turn" null "$(jq .turn <<<"$out")"

# --- the rule of a group that matches first
put_file sysfs/groups/batch/comm 'bat*'
put_file sysfs/groups/batch/cgroup ''
gives "why: a group, by name" 0 'its name is bat\*' why 200
put_file sysfs/groups/batch/comm ''
put_file sysfs/groups/batch/uid '900-1000'
gives "why: a group, by user" 0 'its user is 900-1000' why 200
put_file sysfs/groups/batch/pids $'       200\n       201'
gives "why: a group, by pid" 0 'of the group batch: by its pid, or its parent was put there' why 200
put_file sysfs/groups/batch/pids ''
put_file sysfs/groups/batch/uid ''
put_file sysfs/groups/batch/cgroup /bat
gives "why: another cgroup that begins like this one" 0 'because: +of the group batch$' why 200

# --- rules, and what is passed over
put_file sysfs/groups/batch/cgroup ''
put_file sysfs/groups/batch/rules $'exe=/bin/sh comm=batch\ncomm=none\nuid=1000 cgroup=/b?tch'
gives "why: the rule of a group, and its number" 0 'because: +of the group batch: rule 3, uid=1000 cgroup=/b\?tch$' why 200
gives "why: nothing is passed over" 0 '^pid: +200$' why 200
same "why: nothing is passed over: no word" '' "$(grep passed_over <<<"$out")"
ln -s /bin/sh "$OOM_EMBEDDED_PROC/200/exe"
gives "why: the more exact rule of a group" 0 'of the group batch: rule 1, exe=/bin/sh comm=batch$' why 200
rm "$OOM_EMBEDDED_PROC/200/exe"

# group NAME RANK RULE...: another one
group()
{
	put_file "sysfs/groups/$1/rank" "$2"
	put_file "sysfs/groups/$1/trust" root
	put_file "sysfs/groups/$1/rules" "$3"
}

# passes DESCRIPTION PATTERN: the process 200 has the source of the list
passes()
{
	gives "why: $1" 0 "^ +$2" why 200
}

# source_is SOURCE: of the process 200, from now on
source_is()
{
	sed -i -E "/ 200 /s/(200 +[0-9]+) +[a-z:]+/\1 $1/" "$OOM_EMBEDDED_SYSFS/candidates"
}

group user 50 'uid=1000'
group same 900 'uid=900-1000 cgroup=/batch'
group name 50 'comm=batch'
group other 50 'comm=web'
passes "a less exact rule" 'group:user: +ranking 50, rule 1, uid=1000: its rule is less exact'
passes "as exact a rule" 'group:same: +ranking 900, .*: its rule is as exact, and the lowest ranking counts'
put_file sysfs/groups/batch/precedence 3
passes "a lower precedence" 'group:same: +ranking 900, .*: its rule is as exact, and the highest precedence counts'
put_file sysfs/groups/batch/precedence 0
passes "a rule for root's" 'group:name: +ranking 50, rule 1, comm=batch: it names no cgroup and no user'
same "why: not a rule that it does not match" '' "$(grep group:other <<<"$out")"
put_file sysfs/groups/name/trust name
passes "a rule that trusts a name" 'group:name: .*: its rule is less exact'
put_file sysfs/groups/user/pids '       200'
passes "by pid: it has inherited a ranking" 'group:user: +ranking 50, by its pid.*: it has inherited a ranking, so'
source_is group:user
gives "why: by its pid" 0 'because: +of the group user: by its pid' why 200
passes "by pid: rules" 'group:batch: .*: a group by pid counts more than a rule'
source_is inherited
put_file sysfs/groups/batch/rules ''
put_file sysfs/groups/same/rules ''
put_file sysfs/groups/name/rules ''
passes "inherited: a group by pid" 'group:user: +ranking 50, by its pid.*: it has inherited a ranking, which counts more'
passes "inherited: a rule for the user" 'group:user: +ranking 50, rule 1.*: it has inherited .* more than a rule for the user only'
source_is self
gives "why: for itself" 0 'because: +it was given to this process and not to its children' why 200
passes "its own ranking" 'group:user: .*: its own ranking counts first'
source_is offered
passes "an offer" 'group:user: .*: it has offered to be more expendable'
source_is lost
gives "why: not inherited yet" 0 'because: +its parent had it, and there was no memory to inherit it yet' why 200
mkdir "$OOM_EMBEDDED_SYSFS/groups/half"
gives "why: a group that has just gone" 0 'because: +its parent had it' why 200
rmdir "$OOM_EMBEDDED_SYSFS/groups/half"
source_is offered
run why 200 --json
same "why: JSON: passed over" 'group:user 50 rule 1, uid=1000' \
	"$(jq -r '.passed_over[1] | "\(.source) \(.ranking) \(.rule)"' <<<"$out")"
source_is group:batch
rm -r "$OOM_EMBEDDED_SYSFS"/groups/{user,same,name,other}

# --- kill sets
put_file cgroup/system/memory.oom.group 1
fake_candidate 3 300 500 default 30000 protected web >"$tmp/line"
sed -i '/ web *$/d' "$OOM_EMBEDDED_SYSFS/candidates"
sed 's/$/ cgroup 100 10/' "$tmp/line" >>"$OOM_EMBEDDED_SYSFS/candidates"
gives "why: protected by another process" 0 \
	'reason: +process 100 pacemaker with ranking 10 is in its cgroup, which has memory.oom.group' why 300
sed -i 's/ cgroup 100 10$/ pidns 100 10/' "$OOM_EMBEDDED_SYSFS/candidates"
gives "why: protected by a process of its pid namespace" 0 \
	'reason: +process 100 pacemaker with ranking 10 is in the pid namespace whose init it is' why 300
gives "why: the ranking of the kill set" 0 'lowest_rank_of_kill_set: +10' why 300
gives "why: the cgroup that dies with it" 0 'dies_with_cgroup: +/system' why 300
sed 's/ protected / small /; s/$/ - 0 500/' "$tmp/line" >"$OOM_EMBEDDED_SYSFS/candidates"
put_file sysfs/min_gain_kb 4096
gives "why: small" 0 'less than min_gain_kb, 4096' why 300
sed 's/ protected / unkillable /; s/$/ - 0 500/' "$tmp/line" >"$OOM_EMBEDDED_SYSFS/candidates"
gives "why: dying already" 0 'reason: +it is being killed, or in the middle of vfork' why 300
put_file proc/300/oom_score_adj -1000
gives "why: oom_score_adj" 0 'its oom_score_adj is -1000' why 300
sed 's/ 500 default / 0 default /; s/$/ - 0 0/' "$tmp/line" >"$OOM_EMBEDDED_SYSFS/candidates"
gives "why: ranking 0" 0 'reason: +ranking 0 is never chosen' why 300
sed 's/ protected / next /; s/$/ origin 0 500/' "$tmp/line" >"$OOM_EMBEDDED_SYSFS/candidates"
gives "why: swapoff" 0 'the kernel wants it first: it runs swapoff' why 300

# --- what there is not
make_tree "$tmp/tree"
gives "why: no such process" 5 'no process 999' why 999
gives "why: no number" 2 "'web' is no number" why web
gives "why: nor is this" 2 "is no number" why 99999999999
fake_process 500 0 'kworker/0:1' 0 0 0 /
sed -i '/^VmSize/d' "$OOM_EMBEDDED_PROC/500/status"
gives "why: a kernel thread" 5 '500 is a kernel thread' why 500
fake_process 600 0 new 10 0 0 /
gives "why: not a candidate" 5 'not among the candidates' why 600
gives "why: a word is missing" 2 'something is missing' why

# --- names that others choose
evil=$'\e[2J\e]0;x\a$(id)'"'"
printf '%s\n' "$evil" >"$OOM_EMBEDDED_PROC/200/comm"
printf '0::/batch/%s\n' "$evil" >"$OOM_EMBEDDED_PROC/200/cgroup"
put_file sysfs/groups/batch/cgroup "/batch/$evil"
run why 200
same "why: nothing steers the terminal" '' "$(tr -d '[:print:]\n' <<<"$out")"
run why 200 --json
check "why: and JSON stays JSON" jq -e . "$tmp/out"

finish
