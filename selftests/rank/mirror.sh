#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# With mirror_oom_score_adj=1 the rankings are in oom_score_adj, and the module decides as without; a
# child has its parent's own value, what others write stays, and all own values come back.
#
# set: stock

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

value_of()
{
	read -r value <"/proc/$1/oom_score_adj" && printf '%s ' "$value"
}

# Of the processes with a name below, in that order.
values()
{
	for one in $never $safe $kept $spare $wants_more $immortal $sharing $sharer; do
		value_of "$one"
	done
}

values_are()
{
	[ "$(values)" = "$1 " ]
}

# have WHAT VALUES: before long.
have()
{
	poll_until "$PATIENCE" values_are "$2"
	equal "$1" "$2 " "$(values)"
}

has_threads()
{
	awk '$1 == "Threads:" { nr = $2 } END { exit nr < 8 }' "/proc/$1/status"
}

value_is()
{
	[ "$(value_of "$1")" = "$2 " ]
}

# Their lines in `candidates`, in its order, with a rough measure: each of them holds some
# MB, which may change; a mirrored value would add or take half of the machine's memory.
judged()
{
	awk -v pids=" $never $safe $kept $spare $wants_more $immortal $sharing $sharer " '
		index(pids, " " $2 " ") {
			measure = $5 < -32768 ? "negative" : $5 > 32768 ? "big" : "small"
			print $2, $3, $4, measure, $6, $8, $9, $10
		}' "$OE/candidates"
}

# fork_of PID: its next child, and the value that it has then; sets $child and $child_has.
fork_of()
{
	: >"$tmp/$1.child"
	kill -USR1 "$1"
	poll_until "$PATIENCE" [ -s "$tmp/$1.child" ] || bail_out "$1 does not fork"
	read -r child child_has <"$tmp/$1.child"
	started="$started $child"
}

# A process that has a child for each SIGUSR1. The child looks at its value first.
# shellcheck disable=SC2016 # expanded by the shells in there
PARENT='echo 0 >/proc/self/oom_score_adj
	trap "sh -c \"read -r has </proc/self/oom_score_adj; echo \\\$\\\$ \\\$has >$tmp/\$\$.child; exec sleep 1000\" &" USR1
	echo ready
	while :; do sleep 1000 & timer=$!; wait $timer; kill $timer; done'

plan 21
load_module rank_threshold=100 selection_order=rank
spawn never 2048 0
never=$pid
spawn safe 2048 50
safe=$pid
spawn kept 2048 300 -a 7
kept=$pid
spawn spare 2048 750
spare=$pid
spawn wants_more 2048 600 -a 300
wants_more=$pid
spawn immortal 2048 1000 -a -1000
immortal=$pid
start sharing odd_process share
sharing=$pid
sharer=$(sed -n 's/^ready [0-9]* //p' "$tmp/sharing.out")
for one in $sharing $sharer; do
	echo 0 >"/proc/$one/oom_score_adj"
done
put oom_ranking "$sharing 900"
put oom_ranking "$sharer 50"
export tmp
start session sh -c "$PARENT"
session=$pid
start worker sh -c "$PARENT"
worker=$pid
set_to oom_ranking "$session 50 self"
set_to oom_ranking "$worker 50"
OWN="0 0 7 0 300 -1000 0 0"
MIRRORED="-1000 -999 7 500 300 -1000 -999 -999"

for text in 2 -1 x '' '1 '; do
	sysfs_write "$OE/mirror_oom_score_adj" "$text\n"
done >"$tmp/refused"
equal "bad values" "ERANGE ERANGE EINVAL EINVAL EINVAL" "$(xargs <"$tmp/refused")"
equal "off: each has its own" "$OWN " "$(values)"
judged >"$tmp/before"
set_to mirror_oom_score_adj 1
have "on: each has what its ranking says" "$MIRRORED"
poll_until "$PATIENCE" value_is "$session" -999
poll_until "$PATIENCE" value_is "$worker" -999
judged >"$tmp/after"
equal "the module judges as before" "$(cat "$tmp/before")" "$(cat "$tmp/after")"
fork_of "$session"
equal "a child that is not protected has its parent's own" 0 "$child_has"
of_session=$child
fork_of "$worker"
equal "so has one that will be protected" 0 "$child_has"
of_worker=$child
# A thread is no child: its process keeps what the ranking says.
# shellcheck disable=SC2016 # expanded by that shell
start threaded sh -c 'echo 0 >/proc/self/oom_score_adj; echo ready; while [ ! -e "$0" ]; do sleep 0.1; done; exec hold kernel_stacks 256' "$tmp/go"
set_to oom_ranking "$pid 50"
poll_until "$PATIENCE" value_is "$pid" -999
: >"$tmp/go"
poll_until "$PATIENCE" has_threads "$pid"
check "a process that makes threads stays as it is" value_is "$pid" -999
stop_process "$pid"

# A value that others write stays.
echo -500 >"/proc/$safe/oom_score_adj"
set_to oom_ranking "$spare 875"
check "a ranking that changes is mirrored" poll_until "$PATIENCE" value_is "$spare" 750
equal "what another has written is counted" 1 "$(get stats/mirror_overwritten)"
# The sweep that gives this one its value would give that one its own again.
check "a child that is protected gets its value later" poll_until "$PATIENCE" value_is "$of_worker" -999
equal "what another has written stays" -500 "$(value_of "$safe" | xargs)"

set_to mode off
have "mode=off: all but that is taken back" "0 -500 7 0 300 -1000 0 0"
set_to mode enforce
have "mode=enforce: all is mirrored again" "-1000 -999 7 750 300 -1000 -999 -999"
set_to mirror_oom_score_adj 0
equal "off: all but that is taken back when the write returns" "0 -500 7 0 300 -1000 0 0 " "$(values)"
equal "children have their parents' own" "0 0 " "$(value_of "$of_session")$(value_of "$of_worker")"

set_to mirror_oom_score_adj 1
have "on again" "-1000 -999 7 750 300 -1000 -999 -999"
trace_start oe_victims counter
sysrq_kills "the highest ranking dies, whatever its value" "$spare"
spare=
set_to oom_ranking "$never 800"
sysrq_kills "also with a mirrored -1000" "$never"
never=
unload_module
equal "at unload all is taken back" "-500 7 300 -1000 0 0 " "$(values)"
equal "also of the parents" "0 0 " "$(value_of "$session")$(value_of "$worker")"
equal "no splat" 0 "$(splat_taint)"
finish
