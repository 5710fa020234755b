#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Every field of `events` is what is known without it: the victim, the second, the reason, when,
# and how long it took. The last 64 are kept, none is lost, also while it is read.
#
# set: warning
# needs: events

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

KEYS="seq time uptime kind trigger_pid trigger_comm order gfp memcg mode threshold candidates \
protected victim_pid victim_comm victim_uid victim_rank victim_source victim_badness_kb \
victim_rss_kb runner_up_pid runner_up_comm runner_up_rank runner_up_source \
runner_up_badness_kb outcome reason grace_ms grace_used_ms ack_ms announce_ns grace_ns \
decide_ns kill_ns total_ns would_pid would_comm would_rank passed_pid passed_comm passed_for \
keeper_pid keeper_comm keeper_rank used_kb processes_kb stall_percent victim_cgroup asked_group \
victim_cmdline"

event=

# The newest line.
last()
{
	event=$(tail -n 1 "$OE/events")
}

# field NAME...: of $event, with a blank between.
field()
{
	for key; do
		echo "$event" | tr ' ' '\n' | sed -n "s/^$key=//p"
	done | tr '\n' ' ' | sed 's/ $//'
}

keys()
{
	echo "$event" | tr ' ' '\n' | sed -n 's/=.*//p' | tr '\n' ' ' | sed 's/ $//'
}

uptime_of_test()
{
	cut -d ' ' -f 1 /proc/uptime
}

# candidate PID COLUMN: of `candidates`, kept in a file
candidate()
{
	awk -v pid="$1" -v column="$2" '$2 == pid { print $column }' "$tmp/candidates"
}

nr_verdict()
{
	awk -v a="$1" -v b="$2" '$6 == a || $6 == b' "$tmp/candidates" | wc -l
}

expect_oom()
{
	cat "$OE/candidates" >"$tmp/candidates"
	seq_before=$(get reconfigure_wanted)
	utc_before=$(date +%s)
	up_before=$(uptime_of_test)
}

# between NUMBER LOW HIGH
between()
{
	awk -v n="$1" -v low="$2" -v high="$3" 'BEGIN { exit !(n + 0 >= low + 0 && n + 0 <= high + 0) }' ||
		{
			comment "$1 is not within $2 and $3"
			return 1
		}
}

# All steps are there and are no longer than the whole, which is no longer than the test saw.
times_add_up()
{
	# shellcheck disable=SC2046 # five numbers
	set -- $(field announce_ns grace_ns decide_ns kill_ns total_ns)
	for one; do
		case $one in
		*[!0-9]*) return 1 ;;
		esac
	done
	# A clock may be too coarse for each of them (the debug kernel's ticks by 4 ms).
	[ $(($1 + $2 + $3 + $4)) -le "$5" ] &&
		between "$5" 0 "$(awk -v a="$up_before" -v b="$(uptime_of_test)" \
			'BEGIN { printf "%.0f", (b - a + 0.02) * 1000000000 }')"
}

when_it_was()
{
	between "$(field time)" "$utc_before" "$(($(date +%s) + 1))" &&
		between "$(field uptime)" "$up_before" "$(uptime_of_test)"
}

same_width()
{
	awk '{ print length($0) }' "$OE/events" | sort -u | wc -l
}

has_event()
{
	[ "$(get reconfigure_wanted)" -gt "$1" ] && last && [ "$(field seq)" -gt "$1" ]
}

# Two lines have one number if an emergency went on after a call that killed nobody.
reader()
{
	while [ ! -e "$tmp/stop" ]; do
		cat "$OE/events" >"$tmp/seen"
		awk '{
			if (NR > 1 && length($0) != width)
				print "width"
			width = length($0)
			sub(/seq=/, "")
			if (NR > 1 && $1 != before && $1 != before + 1)
				print "seq " $1 " after " before
			before = $1
		}
		END { if (NR > 64) print NR " lines" }' "$tmp/seen"
		sleep 0.1
	done >"$tmp/offences"
}

# An acknowledgement after a while, as a manager would.
acknowledge_after()
{
	poll_until "$PATIENCE" has_moved "$2"
	sleep "$1"
	get reconfigure_wanted >"$OE/reconfigure_done"
}

has_moved()
{
	[ "$(get reconfigure_wanted)" -gt "$1" ]
}

needs events
plan 27
load_module selection_order=rank rank_threshold=100
spawn protected 8192 50
as_user -u 1234 leak -c 'vic tim' -h 4096 -a 0 >"$tmp/victim.out" 2>&1 &
victim=$!
started="$started $victim"
poll_until "$PATIENCE" grep -q '^ready' "$tmp/victim.out"
echo "$victim 900" >"$OE/oom_ranking"
spawn second 2048 800
second=$pid
spawn third 1024 -

# --- SysRq, by ranking ---
expect_oom
rss_kb=$(awk '/^VmRSS:/ { print $2 }' "/proc/$victim/status")
sysrq_oom
reap "$victim"
poll_until "$PATIENCE" has_event "$seq_before"
equal "all keys, in their order" "$KEYS" "$(keys)"
equal "seq, kind, order, mode, threshold" "$((seq_before + 1)) sysrq -1 - enforce 100" \
	"$(field seq kind order memcg mode threshold)"
check "time and uptime" when_it_was
equal "the trigger is a kworker" kworker "$(field trigger_comm | cut -d / -f 1)"
equal "candidates and protected" "$(nr_verdict eligible next) $(nr_verdict protected protected)" \
	"$(field candidates protected)"
equal "the victim: pid, comm, uid, rank, source, cgroup" "$victim vic\\x20tim 1234 900 explicit /" \
	"$(field victim_pid victim_comm victim_uid victim_rank victim_source victim_cgroup)"
check "its badness" between "$(field victim_badness_kb)" $(($(candidate "$victim" 5) - 256)) \
	$(($(candidate "$victim" 5) + 256))
check "its resident memory" between "$(field victim_rss_kb)" $((rss_kb - 1024)) $((rss_kb + 1024))
equal "the runner-up: pid, comm, rank, source, badness" \
	"$second second 800 explicit $(candidate "$second" 5)" \
	"$(field runner_up_pid runner_up_comm runner_up_rank runner_up_source runner_up_badness_kb)"
equal "outcome, reason, grace, nobody else wanted" "killed rank 0 0 - - - -" \
	"$(field outcome reason grace_ms grace_used_ms ack_ms would_pid would_comm would_rank)"
check "the steps take time, and no more than the whole" times_add_up

# --- by measure ---
set_to selection_order badness
spawn big 6144 400
big=$pid
expect_oom
sysrq_oom
reap "$big"
poll_until "$PATIENCE" has_event "$seq_before"
equal "by measure: the biggest, because of its badness" "$big killed badness $second" \
	"$(field victim_pid outcome reason runner_up_pid)"
set_to selection_order rank

# --- a group ---
echo batch >"$OE/groups/create"
echo 950 >"$OE/groups/batch/rank"
spawn member 1024 -
member=$pid
echo "$member" >"$OE/groups/batch/pids"
expect_oom
sysrq_oom
reap "$member"
poll_until "$PATIENCE" has_event "$seq_before"
equal "a member of a group: source" "$member 950 group:batch" \
	"$(field victim_pid victim_rank victim_source)"

# --- a memory cgroup ---
make_cgroup "oe events" 12M
cgroup_path="/oe\\x20events"
expect_oom
leak -c leaker -C "$cgroup" -r 600 -l 0 >/dev/null 2>&1 &
leaker=$!
started="$started $leaker"
reap "$leaker"
poll_until "$PATIENCE" has_event "$seq_before"
equal "a memory cgroup: kind, trigger, memcg, victim, the only one" \
	"memcg $leaker leaker 0 $cgroup_path $leaker 600 $cgroup_path - 1 killed only" \
	"$(field kind trigger_pid trigger_comm order memcg victim_pid victim_rank victim_cgroup \
		runner_up_pid candidates outcome reason)"
check "gfp is that of a charge" [ $(($(field gfp))) -gt 0 ]
check "and the steps" times_add_up

# --- grace ---
# Anew, for a full budget: the granted time depends on the time used before.
load_module selection_order=rank rank_threshold=100 grace_ms=3000
expect_oom
acknowledge_after 0.3 "$seq_before" &
leak -c leaker -C "$cgroup" -r 600 -l 0 >/dev/null 2>&1 &
leaker=$!
started="$started $leaker"
reap "$leaker"
poll_until "$PATIENCE" has_event "$seq_before"
equal "a grace that is acknowledged: outcome, reason" "killed only" "$(field outcome reason)"
# Granted out of a budget, so perhaps less.
check "what was granted" between "$(field grace_ms)" "$(field grace_used_ms)" 3000
check "when the acknowledgement came" between "$(field ack_ms)" 250 2900
check "and how much was used" between "$(field grace_used_ms)" 50 2900
check "in ns it is the same" between "$(field grace_ns)" "$(field grace_used_ms)000000" \
	"$(($(field grace_used_ms) + 1))000000"

# --- memory is back ---
expect_oom
{
	poll_until "$PATIENCE" has_moved "$seq_before"
	echo 64M >"$cgroup/memory.max"
} &
leak -c leaker -C "$cgroup" -r 600 -l 20480 >"$tmp/avoided.out" 2>&1 &
leaker=$!
started="$started $leaker"
poll_until "$PATIENCE" grep -q '^eaten' "$tmp/avoided.out"
poll_until "$PATIENCE" has_event "$seq_before"
equal "memory that comes back: nobody" "avoided memory_back - - - - - -" \
	"$(field outcome reason victim_pid victim_rank victim_cgroup runner_up_pid candidates decide_ns)"
stop_process "$leaker"
set_to grace_ms 0

# --- nobody may be chosen ---
echo 12M >"$cgroup/memory.max"
set_to memcg_no_victim_action fail
set_to rank_threshold 1000
expect_oom
leak -c leaker -C "$cgroup" -f "$tmp/file" -R 600 -l 65536 >"$tmp/refused.out" 2>&1
poll_until "$PATIENCE" has_event "$seq_before"
equal "nobody may be chosen" "no_victim nobody - - - - - 0 -" \
	"$(field outcome reason victim_pid victim_comm victim_uid victim_rss_kb runner_up_pid \
		candidates kill_ns)"
rm -f "$tmp/file"

# --- observe ---
set_to rank_threshold 100
set_to mode observe
spawn ours 64 990
ours=$pid
spawn theirs 16384 110
theirs=$pid
make_cgroup oe_theirs 64M
echo "$theirs" >"$cgroup/cgroup.procs"
expect_oom
sysrq_oom
reap "$theirs"
poll_until "$PATIENCE" has_event "$seq_before"
equal "observed: whom the kernel chose, and whom we would have" \
	"observe $theirs 110 - /oe_theirs killed kernel $ours ours 990" \
	"$(field mode victim_pid victim_rank victim_badness_kb victim_cgroup outcome reason would_pid would_comm \
		would_rank)"
set_to mode enforce

# --- many ---
set_to rank_threshold 1000
# The kernel's reports would take most of the time, on their way to the console.
echo 4 >/proc/sys/kernel/printk
reader &
watching=$!
started="$started $watching"
first=$(get reconfigure_wanted)
while [ "$(get reconfigure_wanted)" -lt $((first + 70)) ]; do
	now=$(get reconfigure_wanted)
	sysrq_oom
	poll_until "$PATIENCE" has_moved "$now" || bail_out "no OOM by SysRq"
done
poll_until "$PATIENCE" has_event $((first + 69))
touch "$tmp/stop"
echo 7 >/proc/sys/kernel/printk
wait "$watching"
equal "the last 64, none lost" "64 $((first + 70 - 63)) $((first + 70))" \
	"$(wc -l <"$OE/events") $(head -n 1 "$OE/events" | sed 's/seq=\([0-9]*\) .*/\1/') $(field seq)"
equal "read while new ones came: whole, in order, of one width" "" "$(sort -u "$tmp/offences")"
equal "no splat" 0 "$(splat_taint)"
finish
