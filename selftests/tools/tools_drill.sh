#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `oom-embedded drill` is right where all is right, touches nothing but its own processes, leaves
# nothing behind however it ends, and goes red for each of seven planted faults.
# DRILLS: how many must be right (default 3).
#
# set: tools
# needs: tools memcg

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

DRILLS=${DRILLS:-3}
PARAMETERS='rank_threshold=100 selection_order=rank grace_ms=50'

drill()
{
	oom-embedded drill "$@" >"$tmp/drill.out" 2>&1
}

# gives DESCRIPTION STATUS PATTERN COMMAND...: exit status, and what the output matches
gives()
{
	gives_what=$1
	gives_status=$2
	gives_pattern=$3
	shift 3
	"$@"
	rc=$?
	if [ "$rc" = "$gives_status" ] && grep -Eq -e "$gives_pattern" "$tmp/drill.out"; then
		pass "$gives_what"
		return
	fi
	comment "$*: status $rc, expected $gives_status and /$gives_pattern/"
	sed 's/^/# /' "$tmp/drill.out" | tail -n 30
	fail "$gives_what"
}

nr_drill_cgroups()
{
	find "$CGROUP" -maxdepth 1 -name 'oom-embedded-drill-*' | wc -l
}

nr_drill_processes()
{
	grep -lx oom-drill /proc/[0-9]*/comm 2>/dev/null | wc -l
}

nothing_is_left()
{
	[ "$(nr_drill_cgroups) $(nr_drill_processes)" = '0 0' ]
}

# All that a drill may not change.
state_of_system()
{
	oom-embedded set
	oom-embedded group list
	cat "$OE/oom_ranking" "$CGROUP/cgroup.subtree_control"
	find "$CGROUP" -type d
	for outside in $outsiders; do
		grep . "/proc/$outside/cgroup" "/proc/$outside/oom_score_adj"
	done
}

# A busy loop for each CPU, and a process that takes a sixth of memory and gives it back, over and over.
start_load()
{
	cpus=$(grep -c ^processor /proc/cpuinfo)
	loads=
	while [ "$cpus" -gt 0 ]; do
		start "load$cpus" sh -c 'echo ready; while :; do :; done'
		loads="$loads $pid"
		cpus=$((cpus - 1))
	done
	# shellcheck disable=SC2016 # the inner shell's variables
	start eater sh -c 'echo ready
		while :; do
			dd if=/dev/zero of="$1" bs=1M count="$2" 2>/dev/null
			rm "$1"
			echo >>"$1.times"
		done' sh "$tmp/eaten" $(($(sized 43008) / 1024))
	loads="$loads $pid"
	poll_until "$PATIENCE" test -s "$tmp/eaten.times"
}

stop_load()
{
	for load in $loads; do
		stop_process "$load"
	done
	rm -f "$tmp/eaten"
}

all_alive()
{
	for outside in $outsiders; do
		alive "$outside" || return 1
	done
}

# Ends the drill in the middle by that signal; sets $rc.
end_by()
{
	oom-embedded drill -n 100 >"$tmp/drill.out" 2>&1 &
	pid=$!
	started="$started $pid"
	poll_until "$PATIENCE" drills_now || bail_out "no drill began"
	kill "-$1" "$pid"
	reap "$pid"
}

drills_now()
{
	[ "$(nr_drill_processes)" -gt 2 ]
}

# Makes the drill's most expendable child the least expendable one, again and again.
rerank_children()
{
	while :; do
		awk '$4 == "oom-drill" && $2 == 1000 { print $1, 150 }' "$OE/oom_ranking" |
			while read -r line; do
				echo "$line" >"$OE/oom_ranking"
			done
		doze 0.02
	done
}

# In a network namespace of another user namespace the kernel's uevents do not arrive.
deaf_drill()
{
	unshare -U -n sh -c 'echo ready; exec sleep 1000' >"$tmp/deaf.out" &
	deaf=$!
	started="$started $deaf"
	poll_until "$PATIENCE" has_line ready "$tmp/deaf.out"
	nsenter -t "$deaf" -n oom-embedded drill >"$tmp/drill.out" 2>&1
}

plan 24
# shellcheck disable=SC2086 # words
load_module $PARAMETERS

# --- right, beside load, and nobody else is touched
spawn bystander 8192 1000
bystander=$pid
start_load
outsiders="$bystander $loads"
eaten=$(wc -l <"$tmp/eaten.times")
before=$(state_of_system)
kills=$(vmstat oom_kill)
gives "$DRILLS of $DRILLS drills are right" 0 "$DRILLS of $DRILLS drills were right" drill -n "$DRILLS"
equal "three processes a drill died in the whole machine" $((3 * DRILLS)) $(($(vmstat oom_kill) - kills))
check "the most expendable bystander lives, and all others" all_alive
equal "settings, groups, rankings, cgroups and controllers are as before" "$before" "$(state_of_system)"
check "nothing is left" nothing_is_left
equal "no emergency counts as missed" "$(get reconfigure_wanted)" "$(get reconfigure_done)"
check "there was load all the time" test "$(wc -l <"$tmp/eaten.times")" -gt "$eaten"
stop_load
outsiders=$bystander
before=$(state_of_system)

# --- ended in the middle
end_by KILL
check "killed: the cgroup and the children go all the same" poll_until "$PATIENCE" nothing_is_left
equal "killed: all is as before" "$before" "$(state_of_system)"
end_by TERM
equal "terminated: says that it could not run" 2 "$rc"
check "terminated: nothing is left when it ends" nothing_is_left
stop_process "$bystander"

# --- where it must not begin
echo 2 >/proc/sys/vm/panic_on_oom
gives "refused: an OOM of a memory cgroup would panic" 2 'panic_on_oom is 2' drill
echo 0 >/proc/sys/vm/panic_on_oom
kills=$(vmstat oom_kill)
set_to rank_threshold 999
gives "refused: no room for three rankings" 2 'no room for three rankings' drill
set_to rank_threshold 100
equal "refused: nobody died" "$kills" "$(vmstat oom_kill)"

# --- planted faults
set_to mode observe
gives "fault: the module only observes" 1 'order +WRONG' drill
set_to mode enforce
rerank_children &
reranker=$!
started="$started $reranker"
gives "fault: somebody reverses the order" 1 'order +WRONG .*somebody changed' drill
stop_process "$reranker"
gives "fault: uevents do not arrive" 1 'told first +WRONG +no uevent' deaf_drill
mount --bind /dev/null "$OE/events"
gives "fault: no record" 1 'record +WRONG' drill
umount "$OE/events"
set_to grace_ms 0
gives "fault: no window for a handler, in JSON" 1 '"text": "grace_ms is 0: nobody is waited for"' drill --handler --json
set_to grace_ms 50
start handler handler idle
gives "fault: a handler that does not answer" 1 'handler +WRONG +nobody wrote reconfigure_done' drill --handler
stop_process "$pid"
load_module rank_threshold=100 selection_order=rank kprobes=0
gives "fault: the module has no probes" 1 'in force +WRONG' drill

# --- a handler
# shellcheck disable=SC2086 # words
load_module $PARAMETERS
set_to grace_ms 2000
start handler handler -s 64 save
gives "a handler that answers in time" 0 'handler +right +answered 3 of 3' drill --handler
check "nothing is left at the end" poll_until "$PATIENCE" nothing_is_left
equal "no splat" 0 "$(splat_taint)"
finish
