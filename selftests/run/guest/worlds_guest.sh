#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# worlds_guest.sh FILE: one world of worlds/generate.py, played in a guest. It prints lines
# "# w ...", which worlds/oracle.py judges. Judged here is only that the world came to its end.

# shellcheck source=../../lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=worlds_facts.sh
. "$SELFTESTS/worlds_facts.sh"
# shellcheck source=worlds_faults.sh
. "$SELFTESTS/worlds_faults.sh"

WORLD=$SELFTESTS/worlds/$1
TRACE=oe_world
# Seconds of the guest: a leak that nobody ends, where that is what was declared.
LEAK_S=60
FAIL_S=6

leaking=
forking=
pollers=
leak_s=$LEAK_S

say()
{
	echo "# w $*"
}

mark()
{
	echo "w $*" >"$TRACING/instances/$TRACE/trace_marker"
}

# --- processes ---------------------------------------------------------------

# enter NAME HOW CGROUP ADJ COMMAND...: it has its ranking, cgroup and adjustment from before its exec.
# Sets $pid. Said is "set" by then, and "ready" by the command itself.
enter()
{
	enter_name=$1 enter_how=$2 enter_cgroup=$3 enter_adj=$4
	shift 4
	: >"$tmp/$enter_name.out"
	# shellcheck disable=SC2016 # the inner shell's
	sh -c '
		how=$1 cgroup=$2 adj=$3
		shift 3
		[ "$cgroup" = - ] || echo $$ >"/sys/fs/cgroup/$cgroup/cgroup.procs" || exit 2
		[ "$how" = - ] || cd /sys/kernel/oom_embedded || exit 2
		case $how in
		explicit:*) echo "$$ ${how#*:}" >oom_ranking ;;
		self:*) echo "$$ ${how#*:} self" >oom_ranking ;;
		pids:*) echo $$ >"groups/${how#*:}/pids" ;;
		esac || exit 2
		echo "$adj" >/proc/self/oom_score_adj
		echo "set $$"
		exec "$@"' world "$enter_how" "$enter_cgroup" "$enter_adj" "$@" \
		>"$tmp/$enter_name.out" 2>&1 &
	pid=$!
	started="$started $pid"
	eval "pid_$enter_name=$pid"
}

is_set()
{
	has_line set "$tmp/$1.out" || dead "$2"
}

is_ready()
{
	has_line ready "$tmp/$1.out" || dead "$2"
}

pid_of()
{
	eval "echo \${pid_$1-}"
}

# hold_command KIND KB NAME: sets $command
hold_command()
{
	case $1 in
	leak) command="leak -c $3 -h $2" ;;
	*) command="hold $1 $2" ;;
	esac
}

add_proc()
{
	hold_command "$2" "$3" "$1"
	[ "$2" != leak ] || command="$command -a $6"
	# shellcheck disable=SC2086 # words
	enter "$1" "$4" "$5" "$6" $command
	poll_until "$PATIENCE" is_ready "$1" "$pid" || bail_out "$1 did not get its memory"
	mark "ready $1 $pid"
}

# The memory of a process as the kernel adds it up, in KiB: anonymous, shared, swapped, page tables.
sizes()
{
	for name in $procs; do
		size_pid=$(pid_of "$name")
		awk -v pid="$size_pid" -v when="$1" '
			/^(RssAnon|RssShmem|VmSwap|VmPTE):/ { kb += $2; n++ }
			END { if (n) print "# w size", when, pid, kb }' "/proc/$size_pid/status" 2>/dev/null
	done
}

add_manager()
{
	case $2 in
	drop) manager="-k $3 drop" ;;
	lie) manager=drop ;;
	save) manager="-s $3 save" ;;
	full) fill_disk && manager="-s $3 -f $DISK/saved save" ;;
	*) manager=$2 ;;
	esac
	: >"$tmp/$1.out"
	# shellcheck disable=SC2086 # words
	handler $manager >"$tmp/$1.out" 2>&1 &
	pid=$!
	started="$started $pid"
	eval "pid_$1=$pid"
	# It may die of an OOM already, with mode=observe.
	poll_until "$PATIENCE" is_ready "$1" "$pid" || bail_out "$1 did not start"
	mark "ready $1 $pid"
}

# --- leaks -------------------------------------------------------------------

# room_kb CGROUP: more than there is
room_kb()
{
	if [ "$1" = - ]; then
		awk '/^(MemTotal|SwapTotal):/ { sum += $2 } END { print int(sum * 5 / 4) }' /proc/meminfo
	else
		echo $(($(cat "$CGROUP/$1/memory.max") * 3 / 1024))
	fi
}

# So many children of 2 MB that they cannot all live.
fork_many()
{
	forks=$(($(room_kb "$3") / 2048))
	[ "$3" != - ] || forks=$(($(mem_and_swap_kb) / 2048 + 4))
	# shellcheck disable=SC2016 # the inner shell's
	enter "$1" "$2" "$3" 0 sh -c 'i=0
		while [ $i -lt "$0" ]; do
			leak -c fork -h 2048 >/dev/null &
			i=$((i + 1))
		done
		echo forked
		wait
		while :; do sleep 1; done' "$forks"
}

has_forked()
{
	has_line forked "$tmp/$1.out" || dead "$2"
}

# leak_start NAME KIND HOW CGROUP
leak_start()
{
	case $2 in
	leak) enter "$1" "$3" "$4" 0 leak -c "$1" -k 512 -l 0 ;;
	fork) fork_many "$1" "$3" "$4" ;;
	# In one system call, and not before it is told to.
	populate) enter "$1" "$3" "$4" 0 leak -c "$1" -g -p -k "$(room_kb "$4")" -l 0 ;;
	*) enter "$1" "$3" "$4" 0 hold "$2" "$(room_kb "$4")" ;;
	esac
	poll_until "$PATIENCE" is_set "$1" "$pid"
	mark "ready $1 $pid"
	if [ "$2" = fork ]; then
		forking="$forking $1"
	else
		leaking="$leaking $pid"
	fi
}

all_dead()
{
	for one in $leaking; do
		dead "$one" || return 1
	done
}

# The runner ends what is left, and says so before.
end_leaks()
{
	for one in $leaking; do
		alive "$one" || continue
		mark "kills $one"
		stop_process "$one"
	done
	for name in $forking; do
		fork_pid=$(pid_of "$name")
		poll_until "$leak_s" has_forked "$name" "$fork_pid"
		doze 1
		mark "kills $fork_pid"
		kill -STOP "$fork_pid" 2>/dev/null
		pkill -KILL -P "$fork_pid"
		pkill -KILL -x fork
		stop_process "$fork_pid"
	done
	leaking=
	forking=
}

nr_seen()
{
	seen=$(vmstat oom_kill)
	[ ! -e "$OE/stats" ] || seen="$(get reconfigure_wanted) $seen $(get stats/victims)"
}

# No emergency for a second: what comes after the mark is not of what was before it.
settle()
{
	tries=30
	nr_seen
	while [ $tries -gt 0 ]; do
		before=$seen
		doze 1
		nr_seen
		[ "$seen" != "$before" ] || break
		tries=$((tries - 1))
	done
	[ $tries -gt 0 ] && mark quiet
}

leak_wait()
{
	poll_until "$leak_s" all_dead
	end_leaks
	settle
}

# --- steps -------------------------------------------------------------------

step_set()
{
	mark "begin set $1 $2"
	put "$1" "$2"
	mark "end set"
}

step_rank()
{
	rank_pid=$(pid_of "$1")
	mark "begin rank $rank_pid $2"
	if alive "$rank_pid" && put oom_ranking "$rank_pid $2"; then
		mark "end rank"
	else
		mark "end rank refused"
	fi
}

step_kill()
{
	kill_pid=$(pid_of "$1")
	mark "kills $kill_pid"
	kill -KILL "$kill_pid" 2>/dev/null
}

has_sysrqs()
{
	[ "$(get stats/oom_sysrq)" -gt "$1" ]
}

step_sysrq()
{
	sysrqs=$(get stats/oom_sysrq)
	mark "begin sysrq $(predicted_first 1)"
	sysrq_oom
	poll_until 5 has_sysrqs "$sysrqs"
	settle
	mark "end sysrq"
}

step_relieve()
{
	mark "begin relieve"
	say "relieve $(relieve)"
	settle
	mark "end relieve"
}

step_probes()
{
	for function in out_of_memory oom_kill_process oom_evaluate_task mem_cgroup_out_of_memory; do
		event=$TRACING/events/kprobes/ow_$function
		if [ "$1" = on ]; then
			[ -e "$event" ] || echo "p:ow_$function $function" 2>/dev/null >>"$TRACING/kprobe_events"
			[ ! -e "$event" ] || echo 1 >"$event/enable"
		elif [ -e "$event" ]; then
			echo 0 >"$event/enable"
			echo "-:ow_$function" >>"$TRACING/kprobe_events"
		fi
	done
}

take_step()
{
	say "step $*"
	case $1 in
	leak) shift && leak_start "$@" && leak_wait ;;
	start) shift && leak_start "$@" ;;
	wait) leak_wait ;;
	set) step_set "$2" "$3" ;;
	rank) step_rank "$2" "$3" ;;
	kill) step_kill "$2" ;;
	sysrq) step_sysrq ;;
	relieve) step_relieve ;;
	clock) date -s "@$(($(date +%s) + $2))" >/dev/null ;;
	probes) step_probes "$2" ;;
	ftrace) step_ftrace ;;
	kprobes) step_kprobes ;;
	suspend) step_suspend "$2" "$3" ;;
	unload) step_unload ;;
	load) step_load ;;
	*) bail_out "no step $1" ;;
	esac
}

# --- the world ---------------------------------------------------------------

use_zram()
{
	[ ! -e /sys/block/zram0 ] || return 0
	{ modprobe zram && echo 48M >/sys/block/zram0/disksize && mkswap /dev/zram0 >/dev/null &&
		swapon /dev/zram0; } || bail_out "no zram"
}

# In front of the disk. zsmalloc, as it is the one whose pages the kernel counts for all to read.
use_zswap()
{
	zswap=/sys/module/zswap/parameters
	{ modprobe zsmalloc && echo zsmalloc >$zswap/zpool && echo Y >$zswap/enabled; } || bail_out "no zswap"
}

before_load()
{
	while read -r verb what value _; do
		case "$verb $what $value" in
		"swap zram "*) use_zram ;;
		"swap zswap "*) use_zswap ;;
		"before ftrace_off "*) echo 0 >/proc/sys/kernel/ftrace_enabled ;;
		"before kprobes_off "*) echo 0 >"$KPROBES" ;;
		"before probes "*) step_probes on ;;
		"param memcg_no_victim_action fail") leak_s=$FAIL_S ;;
		esac
	done <"$WORLD"
}

# place_cgroup NAME KB [group]: those above it are there.
place_cgroup()
{
	case $1 in
	*/*) echo +memory >"$CGROUP/${1%/*}/cgroup.subtree_control" || bail_out "no memory controller below" ;;
	esac
	make_cgroup "$1" "${2}K"
	[ ! -e "$cgroup/memory.swap.max" ] || echo 0 >"$cgroup/memory.swap.max"
	[ "$3" != group ] || echo 1 >"$cgroup/memory.oom.group"
}

make_places()
{
	while read -r verb name value kind what _; do
		case $verb in
		cgroup) place_cgroup "$name" "$value" "$kind" ;;
		group)
			set_to groups/create "$name"
			set_to "groups/$name/rank" "$value"
			[ "$kind" = pids ] || set_to "groups/$name/$kind" "$what"
			;;
		esac
	done <"$WORLD"
}

populate()
{
	procs=
	# Another descriptor: what is started must not read the world.
	while read -r verb name rest <&8; do
		# shellcheck disable=SC2086 # words
		case $verb in
		proc) add_proc "$name" $rest && procs="$procs $name" ;;
		manager) add_manager "$name" $rest ;;
		esac
	done 8<"$WORLD"
}

set_params()
{
	while read -r verb name value _; do
		[ "$verb" != param ] || set_to "$name" "$value"
	done <"$WORLD"
}

take_steps()
{
	while read -r verb words <&8; do
		# shellcheck disable=SC2086 # words
		[ "$verb" != step ] || take_step $words
	done 8<"$WORLD"
}

# A new one after each load: with the file of the module before, the old one has come to its end.
watch_again()
{
	watch_oom "$TRACE"
	pollers="$pollers $poller"
}

[ -f "$WORLD" ] || bail_out "no world $1"
plan 3
quiet_console
mark_log
sed 's/^/# w is /' "$WORLD"
before_load
say "uptime $(cut -d ' ' -f 1 /proc/uptime)"
load_module
say "coverage $(get coverage)"
grep -q memory "$CGROUP/cgroup.controllers" && say memcg
trace_start "$TRACE" counter
echo 1024 >"$TRACING/instances/$TRACE/buffer_size_kb"
echo 1 >"$TRACING/instances/$TRACE/events/sched/sched_process_fork/enable"
[ ! -e "$TRACING/events/power" ] || echo 1 >"$TRACING/instances/$TRACE/events/power/suspend_resume/enable"
watch_again
kills_before=$(vmstat oom_kill)
set_params
make_places
populate
sizes first
settle
take_steps
tell_facts
pass "the world came to its end"
clean_up_world()
{
	step_probes off
	echo 1 2>/dev/null >/proc/sys/kernel/ftrace_enabled
	echo 1 2>/dev/null >"$KPROBES"
	leave_disk
}
unload_module
check "the module can be unloaded" unloaded
clean_up_world
equal "no splat" 0 "$(splat_taint)"
say "complete"
finish
