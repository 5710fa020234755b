#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A user above its limit loses processes, the biggest first, one after the other, and no more than
# needed; what it was allowed first, and what was said.
#
# set: limiting matrix_timed
# needs: limits

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/limits.sh
. "$SELFTESTS/lib/limits.sh"

LIMIT_KB=$(sized 20000)

# One process above the limit.
alone()
{
	limit 1001 "$LIMIT_KB" 0 5000
	mark_log
	glutton_of 1001 big $((LIMIT_KB * 2))
	reap "$pid"
	equal "one process above the limit is ended by SIGTERM" 143 "$rc"
	until_recovered 1001
	equal "it is counted, and the user is back under" "1 0" \
		"$(limit_of 1001 nr_kills) $(limit_of 1001 exceeded_ms)"
	equal "and so the log says" "exceeded terminated recovered" "$(outcomes 1001)"
	drop_limit 1001
}

# Three processes, only the biggest of them.
three()
{
	limit 1002 0 0 5000
	mark_log
	glutton_of 1002 one $((LIMIT_KB * 3 / 4))
	one=$pid
	glutton_of 1002 two $((LIMIT_KB * 3 / 2))
	two=$pid
	glutton_of 1002 three $((LIMIT_KB * 5 / 4))
	three=$pid
	set_limit 1002 max_kb $((LIMIT_KB * 3))
	reap "$two"
	equal "of three the biggest is ended" 143 "$rc"
	until_recovered 1002
	scans 3
	kill -USR2 "$one" "$three"
	reap "$one"
	first=$rc
	reap "$three"
	equal "and the others finish" "0 0" "$first $rc"
	equal "one was enough" 1 "$(limit_of 1002 nr_kills)"
	drop_limit 1002
}

# The same peak, with and without an allowance.
peak()
{
	limit 1003 "$LIMIT_KB" 20000 5000
	mark_log
	glutton_of 1003 peak $((LIMIT_KB * 2))
	check "while it is above, exceeded_ms runs" until_above 1003
	kill -USR1 "$pid"
	until_recovered 1003
	scans 3
	kill -USR2 "$pid"
	reap "$pid"
	equal "with 20 s allowed a short peak survives" "0 0" "$rc $(limit_of 1003 nr_kills)"
	set_limit 1003 exceed_allowed_ms 0
	glutton_of 1003 peak $((LIMIT_KB * 2))
	reap "$pid"
	until_limit 1003 nr_kills 1
	equal "with 0 it does not" "143 1" "$rc $(limit_of 1003 nr_kills)"
	drop_limit 1003
}

# The allowance is used up: not before, and not much later.
allowance()
{
	limit 1004 "$LIMIT_KB" 1500 5000
	mark_log
	glutton_of 1004 long $((LIMIT_KB * 2))
	reap "$pid"
	waited=$(log_since_mark | sed -n 's/.* limit uid=1004 .*exceeded=\([0-9]*\)ms .*outcome=terminated/\1/p')
	comment "SIGTERM after ${waited:-0} ms"
	check "what is allowed is allowed in full" [ "${waited:-0}" -ge 1500 ]
	drop_limit 1004
}

# A process that is asked to end, and does not.
stubborn()
{
	limit 1005 "$LIMIT_KB" 0 1000
	mark_log
	glutton_of 1005 deaf $((LIMIT_KB * 2)) -i
	killed "who ignores SIGTERM is killed" "$pid"
	until_recovered 1005
	equal "after it was asked" "exceeded terminated killed recovered 1" \
		"$(outcomes 1005) $(limit_of 1005 nr_kills)"
	equal "and the same one both times" "$pid $pid" "$(victims_of 1005)"
	waited=$(($(exceeded_at killed) - $(exceeded_at terminated)))
	comment "SIGKILL $waited ms after SIGTERM"
	check "not before the timeout" [ "$waited" -ge 1000 ]
	set_limit 1005 term_timeout_ms 0
	mark_log
	glutton_of 1005 deaf $((LIMIT_KB * 2)) -i
	killed "without a timeout at once" "$pid"
	until_recovered 1005
	equal "and without SIGTERM" "exceeded killed recovered" "$(outcomes 1005)"
	set_limit 1005 term_timeout_ms 300
	mark_log
	glutton_of 1005 pardoned $((LIMIT_KB * 2)) -i
	until_outcome 1005 terminated
	echo "$pid 0" >"$OE/oom_ranking"
	check "one that root has protected since is none that may end" until_outcome 1005 blocked
	check "and it lives" alive "$pid"
	stop_process "$pid"
	drop_limit 1005
}

exceeded_at()
{
	log_since_mark | sed -n "s/.* limit uid=1005 .*exceeded=\([0-9]*\)ms .*outcome=$1/\1/p"
}

# Two above the limit; the one that goes first takes its time.
slow()
{
	limit 1006 0 0 60000
	mark_log
	glutton_of 1006 next "$LIMIT_KB"
	next=$pid
	glutton_of 1006 slow $((LIMIT_KB * 2)) -e 1500
	set_limit 1006 max_kb $((LIMIT_KB * 3 / 2))
	reap "$pid"
	equal "who ends in time ends by itself" 0 "$rc"
	until_recovered 1006
	scans 3
	check "and nobody else had to, though it took a while" alive "$next"
	equal "one victim, one signal" "exceeded terminated recovered $pid" \
		"$(outcomes 1006) $(victims_of 1006)"
	set_limit 1006 max_kb 0
	glutton_of 1006 slower $((LIMIT_KB * 11 / 10)) -e 1000
	first=$pid
	set_limit 1006 max_kb $((LIMIT_KB / 2))
	reap "$first"
	reap "$next"
	equal "if one is not enough the next comes after it" "$first $next" \
		"$(victims_of 1006 | cut -d ' ' -f 2-)"
	drop_limit 1006
}

# Asked to end, it gave back what it could, and that was enough.
shrinking()
{
	limit 1007 "$LIMIT_KB" 0 2000
	mark_log
	glutton_of 1007 clever $((LIMIT_KB * 2)) -s
	until_outcome 1007 recovered
	sleep 2.5
	check "who shrinks at SIGTERM lives" alive "$pid"
	equal "and is not counted" "exceeded terminated recovered 0" \
		"$(outcomes 1007) $(limit_of 1007 nr_kills)"
	stop_process "$pid"
	drop_limit 1007
}

# The ranking says who may be chosen.
ranking()
{
	set_to rank_threshold 100
	limit 1008 0 0 1000
	mark_log
	start never ranked 0 glutton -u 1008 -c never -h $((LIMIT_KB * 5 / 2))
	never=$pid
	until_held never "$never"
	start kept ranked 99 glutton -u 1008 -c kept -h $((LIMIT_KB * 2))
	kept=$pid
	until_held kept "$kept"
	start offered ranked 100 glutton -u 1008 -c offered -h $((LIMIT_KB / 2)) -e 400
	until_held offered "$pid"
	set_limit 1008 max_kb "$LIMIT_KB"
	until_outcome 1008 blocked
	check "the smallest, because the others are protected: not blocked while it ends" dead "$pid"
	reap "$pid"
	equal "it had its time" 0 "$rc"
	check "then it says that nobody is left" log_says 'uid=1008 .*victim=none outcome=blocked'
	scans 3
	equal "once" "exceeded terminated blocked" "$(outcomes 1008)"
	check "and they live" both_alive "$never" "$kept"
	echo "$kept 100" >"$OE/oom_ranking"
	reap "$kept"
	equal "until one of them is offered" 143 "$rc"
	stop_process "$never"
	set_to rank_threshold 0
	drop_limit 1008
}

both_alive()
{
	alive "$1" && alive "$2"
}

modes()
{
	limit 1009 "$LIMIT_KB" 0 1000
	set_to mode observe
	mark_log
	glutton_of 1009 seen $((LIMIT_KB * 2))
	poll_until "$PATIENCE" log_says "uid=1009 .*victim=seen/$pid .*outcome=observed"
	scans 3
	check "mode=observe: named and left alone" alive "$pid"
	set_to mode off
	until_limit 1009 rss_kb 0
	equal "mode=off: nothing is measured" "0 0" \
		"$(limit_of 1009 rss_kb) $(limit_of 1009 exceeded_ms)"
	check "and nobody ended" alive "$pid"
	set_to mode enforce
	reap "$pid"
	equal "mode=enforce: it ends" 143 "$rc"
	drop_limit 1009
}

# Told by uevents what the log says.
events()
{
	limit 1010 "$LIMIT_KB" 0 1000
	# shellcheck disable=SC2016 # the listener's variables
	uevent sh -c 'echo "$SUBSYSTEM $OOM_EVENT $OOM_SEQ $OOM_LIMIT_UID $OOM_LIMIT_KB $OOM_VICTIM_PID $OOM_VICTIM_COMM $OOM_VICTIM_UID $OOM_VICTIM_RANK $OOM_OUTCOME" >>"$0"' \
		"$tmp/uevents" &
	listener=$!
	started="$started $listener"
	poll_until "$PATIENCE" listens "$listener" || bail_out "nobody listens"
	glutton_of 1010 "he ard" $((LIMIT_KB * 2)) -i
	reap "$pid"
	poll_until "$PATIENCE" grep -q recovered "$tmp/uevents"
	head="oom_embedded limit 0 1010 $LIMIT_KB"
	victim="$pid he\\x20ard 1010 500"
	equal "each has its uevent, with all keys" \
		"$(printf '%s\n' "$head     exceeded" "$head $victim terminated" \
			"$head $victim killed" "$head     recovered")" "$(cat "$tmp/uevents")"
	stop_process "$listener"
	drop_limit 1010
}

listens()
{
	awk -v pid="$1" '$2 == 15 && $3 == pid { found = 1 } END { exit !found }' /proc/net/netlink
}

needs limits
plan 37
load_module
set_to limits/period_ms 100
alone
three
peak
allowance
stubborn
slow
shrinking
ranking
modes
events
equal "counted: exceeded, terminated, killed, blocked" "1 1 1 1" \
	"$(for one in exceeded terminated killed blocked; do
		[ "$(get stats/limit_$one)" -gt 0 ] && echo 1
	done | tr '\n' ' ' | sed 's/ $//')"
equal "no splat" 0 "$(splat_taint)"
finish
