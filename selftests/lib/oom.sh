# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Helpers for the scripts: loading the module, processes of a known size, facts from
# the kernel, clean-up. Source it first; call finish last.

SELFTESTS=$(cd "$(dirname "$0")" && pwd)
PATH=$SELFTESTS:$PATH
# shellcheck source=lib/ktap.sh
. "$SELFTESTS/lib/ktap.sh"

# A setting may also be an argument, as in "order_global.sh OOMS=500": the harness knows
# no environment.
for setting in "$@"; do
	case $setting in
	[A-Z]*=*) export "${setting?}" ;;
	esac
done

OE=/sys/kernel/oom_embedded
MODULE=${MODULE:-/lib/oom-embedded/oom_embedded.ko}
TRACING=/sys/kernel/tracing
CGROUP=/sys/fs/cgroup
# Seconds a single condition may take, on the slow debug kernel too.
PATIENCE=${PATIENCE:-30}

# The module's coverage in a kernel that lacks nothing, and the one expected in this kernel.
FULL_COVERAGE=global,memcg,guard
COVERAGE=${COVERAGE:-$FULL_COVERAGE}
# Features that a build may leave out (Kbuild), and those that this one left out.
FEATURES="limits report events levels groups"
WITHOUT=${WITHOUT:-}

tmp=
started=
background=
reaped=
cgroups=
instances=
read -r console_level _ </proc/sys/kernel/printk

# --- processes ---------------------------------------------------------------

# Under emulation a fork costs some milliseconds of CPU, and an exec as much again: facts that are
# needed over and over are read by the shell itself.

# Sets $uptime_s.
read_uptime()
{
	read -r uptime_s _ </proc/uptime
	uptime_s=${uptime_s%.*}
}

# doze SECONDS: starts nothing. Nobody ever writes to that fifo, so read always fails.
doze()
{
	# shellcheck disable=SC3045 # busybox has -t
	read -r -t "$1" _ <&9 || true
}

# poll_until SECONDS COMMAND...: often at first, and less so the longer it takes: each look
# is CPU of whoever is waited for.
poll_until()
{
	read_uptime
	poll_deadline=$((uptime_s + $1))
	poll_pause=0.02
	shift
	until "$@"; do
		read_uptime
		[ "$uptime_s" -lt "$poll_deadline" ] || return 1
		doze "$poll_pause"
		case $poll_pause in
		0.02) poll_pause=0.05 ;;
		0.05) poll_pause=0.1 ;;
		*) poll_pause=0.2 ;;
		esac
	done
}

# has_line WORD FILE: a line of it begins so.
has_line()
{
	while read -r line_read; do
		case $line_read in
		"$1"*) return 0 ;;
		esac
	done <"$2"
	return 1
}

# The kernel's word for it: a zombie is dead, whoever has not waited for it.
alive()
{
	while read -r key value _; do
		case $key$value in
		State:[ZX]) return 1 ;;
		State:*) return 0 ;;
		esac
	done 2>/dev/null <"/proc/$1/status"
	return 1
}

dead()
{
	! alive "$1"
}

# The letter of a process's state: T is stopped.
state()
{
	sed -n 's/^State:[^A-Z]*\([A-Z]\).*/\1/p' "/proc/$1/status"
}

is_state()
{
	[ "$(state "$2")" = "$1" ]
}

# start NAME COMMAND...: in the background; waits for its "ready" line; sets $pid.
start()
{
	start_name=$1
	shift
	: >"$tmp/$start_name.out"
	"$@" >"$tmp/$start_name.out" 2>&1 &
	pid=$!
	started="$started $pid"
	poll_until "$PATIENCE" said_ready "$start_name" "$pid" ||
		bail_out "$start_name did not start: $(cat "$tmp/$start_name.out")"
}

said_ready()
{
	has_line ready "$tmp/$1.out" || ! alive "$2"
	has_line ready "$tmp/$1.out"
}

# spawn NAME KB RANK [LEAK OPTION...]: a process of that size and ranking; sets $pid.
# Ranking "-": it has none of its own.
spawn()
{
	spawn_name=$1
	spawn_kb=$2
	spawn_rank=$3
	shift 3
	[ "$spawn_rank" = - ] || set -- -r "$spawn_rank" "$@"
	start "$spawn_name" leak -c "$spawn_name" -h "$spawn_kb" "$@"
}

# in_background COMMAND...: adds its pid to $background
in_background()
{
	"$@" &
	started="$started $!"
	background="$background $!"
}

# reap PID: waits (bounded) for its death, sets $rc to what wait(1) says (137 = SIGKILL).
# shellcheck disable=SC2034 # rc is read by the callers
reap()
{
	rc=timeout
	poll_until "$PATIENCE" dead "$1" || return 1
	wait "$1"
	rc=$?
	reaped="$reaped $1"
}

# killed DESCRIPTION PID: it dies, and by SIGKILL. Not in a subshell: it waits.
killed()
{
	reap "$2"
	equal "$1" 137 "$rc"
}

# A number that was reaped may be somebody else's by now.
stop_process()
{
	case "$reaped " in
	*" $1 "*) return 0 ;;
	esac
	kill -KILL "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	reaped="$reaped $1"
}

# ranked RANK COMMAND...: a program that has the ranking from before its first exec.
ranked()
{
	ranked_rank=$1
	shift
	# shellcheck disable=SC2016 # the inner shell's $$
	exec sh -c 'echo "$$ $0" >/sys/kernel/oom_embedded/oom_ranking && exec "$@"' \
		"$ranked_rank" "$@"
}

# --- the module --------------------------------------------------------------

loaded()
{
	[ -d "$OE" ] && grep -q '^oom_embedded ' /proc/modules
}

unloaded()
{
	[ ! -e "$OE" ] && ! grep -q '^oom_embedded ' /proc/modules
}

unload_module()
{
	unloaded || rmmod oom_embedded
}

load_module()
{
	[ -f "$MODULE" ] || bail_out "there is no $MODULE"
	unload_module || bail_out "an earlier oom_embedded cannot be unloaded"
	insmod "$MODULE" "$@" || bail_out "insmod $* failed"
	loaded || bail_out "insmod succeeded, and nothing is there"
}

# gives WORD: is the module to have that on this kernel? Not asked of the module itself: it
# must not get away with less.
gives()
{
	case ,$COVERAGE, in
	*,"$1",*) return 0 ;;
	esac
	return 1
}

# built FEATURE: is it in this build of the module? WITHOUT comes from the build, not from the module.
built()
{
	case ,$WITHOUT, in
	*,"$1",*|*,core,*) return 1 ;;
	esac
	return 0
}

# needs WORD: a word of the coverage, or a feature of the build.
needs()
{
	case " $FEATURES " in
	*" $1 "*) built "$1" || skip_all "$1 not in this build" ;;
	*) gives "$1" || skip_all "no $1 on this kernel" ;;
	esac
}

# Of one line.
get()
{
	IFS= read -r line_read <"$OE/$1" && echo "$line_read"
}

# recorded KEY: of the last decision
recorded()
{
	tail -n 1 "$OE/events" | tr ' ' '\n' | sed -n "s/^$1=//p"
}

# relieve [group:NAME]: asks for a victim, prints "granted" or why not.
relieve()
{
	if (echo "${1:-1}" >"$OE/relieve") 2>"$tmp/relieve.err"; then
		echo granted
	else
		sed -n 's/.*: //p' "$tmp/relieve.err"
	fi
}

put()
{
	echo "$2" 2>/dev/null >"$OE/$1"
}

set_to()
{
	put "$1" "$2" || bail_out "cannot write '$2' to $1"
}

# The ranking that the module shows for a pid, with its source; empty if none.
ranking_of()
{
	awk -v pid="$1" '$1 == pid { print $2, $3 }' "$OE/oom_ranking"
}

# The processes that may die, in the announced order.
predicted()
{
	awk '$6 == "next" || $6 == "eligible" || $6 == "small" { print $2 }' "$OE/candidates"
}

# predicted_first N [FILE]: the first N of them; with FILE, of those listed in it.
predicted_first()
{
	awk -v left="$1" -v members="${2-}" '
		BEGIN { while (members && (getline pid <members) > 0) member[pid] }
		($6 == "next" || $6 == "eligible" || $6 == "small") && (!members || $2 in member) && left-- > 0 {
			printf "%s ", $2
		}' "$OE/candidates"
}

candidate_verdict()
{
	awk -v pid="$1" '$2 == pid { print $6 }' "$OE/candidates"
}

# --- what the kernel itself says ---------------------------------------------

# The status of each process, one after the other. A process that ends meanwhile is left out: awk
# and grep stop, or fail, at the first file that is gone, cat goes on.
all_status()
{
	cat /proc/[0-9]*/status 2>/dev/null
}

# The process that the stock kernel would choose: the highest oom_score.
biggest_by_oom_score()
{
	for dir in /proc/[0-9]*; do
		read -r score 2>/dev/null <"$dir/oom_score" || continue
		echo "$score ${dir#/proc/}"
	done | sort -rn | head -n 1 | cut -d ' ' -f 2
}

# sized KB: that much where there are 256 MB; a fifth of it where there are 64, or 128 less what
# lockdep takes.
sized()
{
	awk -v kb="$1" '/^MemTotal:/ { print int($2 < 128 * 1024 ? kb / 5 : kb) }' /proc/meminfo
}

# vmstat KEY: a count of the kernel's own
vmstat()
{
	sed -n "s/^$1 //p" /proc/vmstat
}

mem_total_kb()
{
	awk '/^MemTotal:/ { print $2 }' /proc/meminfo
}

mem_available_kb()
{
	awk '/^MemAvailable:/ { print $2 }' /proc/meminfo
}

# The amount that can be eaten before there is an OOM: memory and swap.
mem_and_swap_kb()
{
	awk '/^(MemAvailable|SwapFree):/ { sum += $2 } END { print sum }' /proc/meminfo
}

# A mark in the kernel log; log_since_mark prints what came after it.
mark_log()
{
	read_uptime
	log_mark="oom-selftest-$$-$uptime_s-$ktap_done"
	echo "$log_mark" >/dev/kmsg
}

log_since_mark()
{
	dmesg | mark=$log_mark awk 'marked; index($0, ENVIRON["mark"]) { marked = 1 }'
}

log_says()
{
	dmesg | mark=$log_mark pattern=$1 awk '
		marked && $0 ~ ENVIRON["pattern"] { said = 1; exit }
		index($0, ENVIRON["mark"]) { marked = 1 }
		END { exit !said }'
}

# Warnings, oopses, bad pages, lockups leave a taint that no log can lose.
splat_taint()
{
	read -r taint </proc/sys/kernel/tainted
	# 5 bad page, 7 died, 9 warned, 14 soft lockup
	echo $((taint & (1 << 5 | 1 << 7 | 1 << 9 | 1 << 14)))
}

# trace_start NAME CLOCK: a trace instance that records mark_victim and markers.
trace_start()
{
	trace_dir=$TRACING/instances/$1
	mkdir "$trace_dir" || bail_out "no trace instance $1"
	instances="$instances $trace_dir"
	echo "$2" >"$trace_dir/trace_clock" || bail_out "no trace clock $2"
	echo 256 >"$trace_dir/buffer_size_kb"
	echo 1 >"$trace_dir/events/oom/mark_victim/enable" ||
		bail_out "no tracepoint oom:mark_victim"
}

# watch_oom NAME [MARKER]: the witness, its markers and its wake-ups go into that trace;
# sets $poller and $listener to its threads.
watch_oom()
{
	watch_dir=$TRACING/instances/$1
	start witness witness -m "$watch_dir/trace_marker" ${2:+-m "$2"}
	poller=$(awk '/^ready/ { print $2 }' "$tmp/witness.out")
	listener=$(awk '/^ready/ { print $3 }' "$tmp/witness.out")
	watch_dir=$watch_dir/events/sched/sched_waking
	{
		echo "pid == $poller || pid == $listener" >"$watch_dir/filter" &&
			echo 1 >"$watch_dir/enable"
	} || bail_out "no tracepoint sched:sched_waking"
}

# told_before NAME FIRST VICTIMS: the proof, see check_order.sh. If the kernel has no Internet
# protocols the module may not use the memory reserves for a uevent, and uevents that it says it
# could not wait for may be late.
told_before()
{
	late=0
	[ -e /proc/net/snmp ] || late=$(get stats/uevent_timeouts)
	# A thread that was woken before the last victim may still have to write its line.
	poll_until 2 has_settled "$1"
	cat "$TRACING/instances/$1/trace" >"$tmp/$1.trace"
	check_order.sh "$tmp/$1.trace" "$2" "$3" "$poller" "$listener" "$late"
}

# The witness has heard the end of each OOM of which it has heard.
has_settled()
{
	awk '/: oe uevent reconfigure / { n++ } /: oe uevent (victim|no_victim) / { n-- } END { exit n != 0 }' \
		"$TRACING/instances/$1/trace"
}

# The pids that the kernel marked as victims, in order.
marked_victims()
{
	awk '/: mark_victim: / { sub(/.*: mark_victim: pid=/, ""); printf "%s ", $1 }' \
		"$TRACING/instances/$1/trace"
}

nr_marked()
{
	awk '/: mark_victim: / { n++ } END { print n + 0 }' "$TRACING/instances/$1/trace"
}

# For many OOMs: an emulated serial line takes longer than all else. Errors are shown.
quiet_console()
{
	echo 4 >/proc/sys/kernel/printk
}

sysrq_oom()
{
	echo f >/proc/sysrq-trigger
}

# sysrq_kills DESCRIPTION PID: `candidates` names that process, and a sysrq OOM, made
# just after, has it as the kernel's next and only victim. Needs the trace oe_victims.
sysrq_kills()
{
	before=$(nr_marked oe_victims)
	announced=$(predicted_first 1)
	sysrq_oom
	poll_until "$PATIENCE" has_marked_more_than "$before"
	reap "$2"
	equal "$1" "announced $2 marked $2 status 137" \
		"announced ${announced% } marked $(marked_after "$before") status $rc"
}

has_marked_more_than()
{
	[ "$(nr_marked oe_victims)" -gt "$1" ]
}

# The victims after the first N, in order.
marked_after()
{
	awk -v n="$1" '/: mark_victim: / && ++marked > n {
			sub(/.*: mark_victim: pid=/, "")
			printf "%s%s", (marked > n + 1 ? " " : ""), $1
		}' "$TRACING/instances/oe_victims/trace"
}

# make_cgroup NAME MEMORY_MAX: sets $cgroup. "max" needs no memory controller.
make_cgroup()
{
	cgroup=$CGROUP/$1
	[ "$2" = max ] || echo +memory >"$CGROUP/cgroup.subtree_control" ||
		bail_out "no memory controller"
	mkdir -p "$cgroup" || bail_out "no cgroup"
	# Those below come off first.
	cgroups="$cgroup $cgroups"
	[ "$2" = max ] || echo "$2" >"$cgroup/memory.max" || bail_out "no memory.max"
}

# --- beginning and end -------------------------------------------------------

clean_up()
{
	trap - EXIT
	for one in $started; do
		stop_process "$one"
	done
	unload_module
	for one in $cgroups; do
		rmdir "$one" 2>/dev/null
	done
	for one in $instances; do
		echo 0 >"$one/events/enable"
		rmdir "$one" 2>/dev/null
	done
	echo 0 >/proc/sys/vm/overcommit_memory
	echo "$console_level" >/proc/sys/kernel/printk
	[ -z "$tmp" ] || rm -rf "$tmp"
}

finish()
{
	clean_up
	verdict
	exit
}

[ "$(id -u)" = 0 ] || skip_all "needs root"
tmp=$(mktemp -d) || exit 1
trap clean_up EXIT
trap 'exit 1' INT TERM
{ mkfifo "$tmp/nothing" && exec 9<>"$tmp/nothing"; } || bail_out "no fifo"
# The one who judges must not be judged.
echo -1000 >/proc/self/oom_score_adj
echo on >/proc/sys/kernel/printk_devkmsg
# The report of all tasks makes an OOM slow, and so flatters every lead time.
echo 0 >/proc/sys/vm/oom_dump_tasks
echo 1 >/proc/sys/vm/overcommit_memory
