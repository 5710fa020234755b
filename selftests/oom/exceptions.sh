#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's own exceptions stay valid at any ranking: init, kernel threads, oom_score_adj
# -1000, vfork children.
#
# set: stock

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

kernel_thread_pids()
{
	for dir in /proc/[0-9]*; do
		# A process of userspace has an executable, a kernel thread has none.
		[ -z "$(readlink "$dir/exe")" ] && alive "${dir#/proc/}" && echo "${dir#/proc/}"
	done
}

listed_kernel_threads()
{
	for one in $(kernel_thread_pids); do
		awk -v pid="$one" '$2 == pid' "$OE/candidates"
	done
}

plan 13
load_module selection_order=rank rank_threshold=100
trace_start oe_victims counter

spawn immortal 8192 1000 -a -1000
immortal=$pid
put oom_ranking "1 1000"
equal "init can be ranked" "1000 explicit" "$(ranking_of 1)"
start vforking odd_process vfork
vforking=$pid
put oom_ranking "$vforking 1000"
vfork_child=$(sed -n 's/^ready //p' "$tmp/vforking.out")
echo 0 >"/proc/$vforking/oom_score_adj"
spawn mortal 1024 500
mortal=$pid

equal "candidates: init is unkillable" unkillable "$(candidate_verdict 1)"
equal "candidates: oom_score_adj -1000 is unkillable" unkillable \
	"$(candidate_verdict "$immortal")"
equal "candidates: a child between vfork and exec is unkillable" unkillable \
	"$(candidate_verdict "$vfork_child")"
kernel_thread_pids >"$tmp/kthreads"
check "there are kernel threads" [ -s "$tmp/kthreads" ]
equal "candidates: no kernel thread is listed" "" "$(listed_kernel_threads)"
start nameless glutton -c "" -h 64
equal "candidates: a process without a name has its place in the line" '""' \
	"$(awk -v pid="$pid" '$2 == pid { print $7 }' "$OE/candidates")"
stop_process "$pid"
put oom_ranking "$vforking 50"
equal "candidates: the only ordinary process is next" next "$(candidate_verdict "$mortal")"

sysrq_kills "the ordinary process dies" "$mortal"
check "the one of oom_score_adj -1000 lives" alive "$immortal"
check "the child between vfork and exec lives" alive "$vfork_child"

# And with nobody left a sysrq OOM, which never panics, kills nobody.
mark_log
sysrq_oom
poll_until "$PATIENCE" log_says 'sysrq: OOM request ignored|no killable process'
equal "when only exceptions are left, nobody dies" "" "$(marked_after 1)"
kill -KILL "$vfork_child"
equal "no splat" 0 "$(splat_taint)"
finish
