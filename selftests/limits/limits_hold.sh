#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A limit holds against a user that does not want it: many processes that do not listen end
# together, being small at times or holding a dying process does not help, and memory that is no
# process's own counts once.
#
# set: limiting
# needs: limits groups

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/limits.sh
. "$SELFTESTS/lib/limits.sh"

LIMIT_KB=$(sized 20000)

# adversary_of UID NAME KB STRATEGY: sets $pid; it holds its memory by then, or has died of it.
adversary_of()
{
	start "$2" adversary "$1" "$3" "$4"
	until_held "$2" "$pid"
}

killed_of()
{
	log_since_mark | grep -c "limit uid=$1 .*outcome=killed"
}

# Twelve that ignore the request; eight have to go.
together()
{
	limit 2101 0 0 1000
	mark_log
	deaf=
	for one in 1 2 3 4 5 6 7 8 9 10 11 12; do
		glutton_of 2101 "deaf$one" $((LIMIT_KB / 4)) -i
		deaf="$deaf $pid"
	done
	set_limit 2101 max_kb $((LIMIT_KB * 5 / 4))
	until_recovered 2101
	waited=$(log_since_mark |
		sed -n 's/.* limit uid=2101 .*exceeded=\([0-9]*\)ms .*outcome=killed/\1/p' | tail -n 1)
	comment "$(killed_of 2101) killed, the last one after ${waited:-none} ms"
	check "all that are needed end within one timeout, not one after the other" \
		[ "${waited:-99999}" -lt 2000 ]
	left=0
	for one in $deaf; do
		! alive "$one" || left=$((left + 1))
	done
	comment "$left live"
	check "and no more than are needed" [ "$left" -ge 4 ]
	set_limit 2101 max_kb 0
	for one in $deaf; do
		stop_process "$one"
	done
	drop_limit 2101
}

# It is small for a moment again and again: before its allowance ends, and after it was asked.
saw()
{
	limit 2102 "$LIMIT_KB" 2000 1000
	adversary_of 2102 saw $((LIMIT_KB * 2)) saw
	killed "being small now and then is no way out" "$pid"
	drop_limit 2102
}

# Its child is stopped on the way out. The child has no time limit, but the wait for it has.
held_back()
{
	limit 2103 0 0 500
	mark_log
	adversary_of 2103 ptrace $((LIMIT_KB * 2)) ptrace
	set_limit 2103 max_kb "$LIMIT_KB"
	until_outcome 2103 recovered
	killed "who keeps its dying child has to go" "$pid"
	check "and the log says why" log_says 'uid=2103 .*reason=stuck .*outcome=blocked'
	check "of both" log_says 'uid=2103 .*reason=tracer .*outcome=killed'
	drop_limit 2103
}

# It is a debugger of root's: the limit is not about that one.
held_back_by_root()
{
	limit 2120 0 0 500
	mark_log
	adversary_of 2120 traced $((LIMIT_KB * 2)) traced
	set_limit 2120 max_kb "$LIMIT_KB"
	until_outcome 2120 blocked
	scans 3
	check "another user who keeps a dying process lives" alive "$pid"
	equal "and is no victim" "" "$(victims_of 2120 | tr ' ' '\n' | grep -x "$pid")"
	stop_process "$pid"
	until_outcome 2120 recovered
	drop_limit 2120
}

# Each process of the chain has the memory when the one before it has ended.
chained()
{
	limit 2110 0 0 500
	adversary_of 2110 vfork $((LIMIT_KB * 2)) vfork
	set_to limits/measure rss
	scans 2
	check "measured as RSS, too, shared memory counts once" [ "$(limit_of 2110 rss_kb)" -lt $((LIMIT_KB * 4)) ]
	set_to limits/measure private
	set_limit 2110 max_kb "$LIMIT_KB"
	until_outcome 2110 recovered
	killed "processes that share the memory go together" "$pid"
	equal "in one round, from one signal to the other" 2 "$(victims_of 2110 | wc -w)"
	drop_limit 2110
}

# Ten map one file: it counts once, and no end would bring it.
one_file()
{
	limit 2104 0 0 500
	mark_log
	adversary_of 2104 tmpfs $((LIMIT_KB / 2)) tmpfs
	set_limit 2104 max_kb "$LIMIT_KB"
	scans 3
	check "a file that ten have mapped counts once" [ "$(limit_of 2104 rss_kb)" -lt "$LIMIT_KB" ]
	check "it is counted" [ "$(limit_of 2104 shared_kb)" -ge $((LIMIT_KB / 2 - 64)) ]
	equal "nobody ends for it" "" "$(victims_of 2104)"
	set_to limits/measure rss
	check "measured as RSS it counts ten times" until_outcome 2104 terminated
	stop_process "$pid"
	set_to limits/measure private
	drop_limit 2104
}

files()
{
	limit 2105 0 0 500
	mark_log
	glutton_of 2105 plain 256
	others=$pid
	adversary_of 2105 kept $((LIMIT_KB / 4)) memfd
	others="$others $pid"
	echo "$pid 0" >"$OE/oom_ranking"
	adversary_of 2105 memfd $((LIMIT_KB * 2)) memfd
	holder=$pid
	adversary_of 2105 less $((LIMIT_KB / 8)) memfd
	others="$others $pid"
	set_limit 2105 max_kb "$LIMIT_KB"
	killed "who holds an unmapped file in memory is found" "$holder"
	until_recovered 2105
	# shellcheck disable=SC2086 # several
	check "others that hold none, less, or are protected live" all_alive $others
	for one in $others; do
		stop_process "$one"
	done
	adversary_of 2105 shm $((LIMIT_KB * 2)) shm
	until_outcome 2105 blocked
	scans 3
	check "SysV memory without an attachment is counted" \
		[ "$(limit_of 2105 rss_kb)" -gt $((LIMIT_KB * 2)) ]
	check "it would stay, so nobody ends for it" alive "$pid"
	check "and the log says so" log_says 'uid=2105 .*reason=files .*outcome=blocked'
	kill -USR1 "$pid"
	until_outcome 2105 recovered
	drop_limit 2105
}

all_alive()
{
	for one; do
		alive "$one" || return 1
	done
}

# A scan yields the CPU among so many, and lets go of the file where it did.
many_files()
{
	limit 2111 "$LIMIT_KB" 0 500
	mkdir "$tmp/files"
	mount -t tmpfs none "$tmp/files"
	before=$(stat -f -c %d "$tmp/files")
	for n in $(seq 1200); do
		: >"$tmp/files/$n"
	done
	scans 2
	rm "$tmp"/files/*
	equal "after a scan of many files none is left" "$before" "$(stat -f -c %d "$tmp/files")"
	umount "$tmp/files"
	drop_limit 2111
}

# A rule by name protects it for half of the time.
renamed()
{
	mkgroup spared 0
	limit 2106 "$LIMIT_KB" 1500 500
	mark_log
	glutton_of 2106 bystander 256
	bystander=$pid
	adversary_of 2106 adversary $((LIMIT_KB * 2)) rename
	killed "a name that comes and goes delays nothing" "$pid"
	check "and fills no log" [ "$(log_since_mark | grep -c 'limit uid=2106')" -lt 40 ]
	until_recovered 2106
	adversary_of 2106 hidden $((LIMIT_KB * 2)) hide
	killed "nor does a name that is taken after the request" "$pid"
	check "no other process of the user goes in its place" alive "$bystander"
	stop_process "$bystander"
	drop_limit 2106
	set_to groups/remove spared
}

mkgroup()
{
	set_to groups/create "$1"
	set_to "groups/$1/trust" name
	set_to "groups/$1/comm" "$1"
	set_to "groups/$1/rank" "$2"
}

# It makes new processes for those that end. An adopted orphan does not show who made it.
# Its children end with it: nobody else has to go in their place, in whichever order they end.
storms()
{
	limit 2109 "$LIMIT_KB" 0 500
	for one in 1 2 3; do
		mark_log
		glutton_of 2109 bystander 256
		bystander=$pid
		adversary_of 2109 storm $((LIMIT_KB * 2)) storm
		killed "who makes new processes for those that end has to go ($one)" "$pid"
		check "the log says why" log_says 'uid=2109 .*reason=parent .*outcome=killed'
		until_recovered 2109
		check "and nobody goes who did nothing" alive "$bystander"
		stop_process "$bystander"
	done
	drop_limit 2109
	limit 2109-2112 "$LIMIT_KB" 0 500
	mark_log
	glutton_of 2112 neighbour 256
	neighbour=$pid
	adversary_of 2109 reaper $((LIMIT_KB * 2)) reaper
	killed "who cannot be told from others goes with them" "$pid"
	check "this is said, too" log_says 'uid=2109-2112 .*reason=storm .*outcome=killed'
	check "another user of the same limit loses nobody" alive "$neighbour"
	stop_process "$neighbour"
	drop_limit 2109-2112
}

# Told before, with the time that is left; then asked as the administrator wants it.
warned()
{
	limit 2107 0 1500 5000
	set_limit 2107 warn_ms 500
	set_limit 2107 signal USR2
	set_limit 2107 max_kb "$LIMIT_KB"
	mark_log
	glutton_of 2107 warned $((LIMIT_KB * 2))
	reap "$pid"
	equal "the signal is the one of this limit" 0 "$rc"
	until_recovered 2107
	equal "the warning comes before the allowance ends" "exceeded warning terminated recovered" \
		"$(outcomes 2107)"
	drop_limit 2107
}

# Processes that are always runnable do not keep the limits from being measured.
busy()
{
	limit 2108 0 0 500
	for one in 1 2 3 4 5 6 7 8 9 10 11 12; do
		sh -c 'while :; do :; done' &
		hogs="$hogs $!"
		started="$started $!"
	done
	scan_thread=$(scan_thread)
	scan_switches
	before=$switches
	sleep 3
	scan_switches
	for one in $hogs; do
		stop_process "$one"
	done
	comment "$((switches - before)) scans in 3 s"
	check "twelve busy processes do not keep it from scanning" [ $((switches - before)) -ge 30 ]
	drop_limit 2108
}

needs limits
needs groups
plan 41
load_module
set_to limits/period_ms 100
together
saw
held_back
held_back_by_root
chained
one_file
files
many_files
renamed
storms
warned
busy
equal "no splat" 0 "$(splat_taint)"
finish
