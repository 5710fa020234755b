#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# SIGTERM before SIGKILL in an emergency that is asked for: with early_term_ms the victim may end by
# itself, with all that would die with it. If it does not, it is killed, and no OOM has to wait
# meanwhile. In an OOM of the kernel there is no SIGTERM.
#
# set: stock
# needs: memcg guard events levels

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

# victim NAME GLUTTON OPTION...: the first in order; sets $pid.
victim()
{
	victim_name=$1
	shift
	start "$victim_name" glutton -c "$victim_name" -h 4096 "$@"
	echo "$pid 900" >"$OE/oom_ranking" || bail_out "no ranking"
}

# ends_with STATUS DESCRIPTION PID
ends_with()
{
	reap "$3"
	equal "$2" "$1" "$rc"
}

# last_records N: "kind victim outcome chosen", oldest first. A process that was sent SIGTERM was chosen, and is
# no victim yet. An emergency that memory ended, as may come after a victim on a slow host, is left out.
last_records()
{
	grep -v ' outcome=avoided ' "$OE/events" | tail -n "$1" | tr ' ' '\n' |
		sed -n 's/^kind=//p; s/^outcome=//p; s/^victim_comm=//p; s/^would_comm=//p' | tr '\n' ' '
}

ends_by_itself()
{
	set_to early_term_ms 10000
	kills=$(vmstat oom_kill)
	told=$(get reconfigure_wanted)
	victim polite -e 300
	equal "a victim that ends at SIGTERM: the request is granted" granted "$(relieve)"
	ends_with 0 "it ended" "$pid"
	equal "and was not killed" "$kills" "$(vmstat oom_kill)"
	equal "userspace was told once" $((told + 1)) "$(get reconfigure_wanted)"
	equal "the record says so" "request - sigterm polite " "$(last_records 1)"
	equal "it is counted" "1 0" "$(get stats/sigterm) $(get stats/victims)"
}

is_killed()
{
	set_to early_term_ms 300
	told=$(get reconfigure_wanted)
	victim deaf -i
	equal "a victim that ignores SIGTERM: the request is granted" granted "$(relieve)"
	ends_with 137 "it was killed" "$pid"
	equal "there are two records" "request - sigterm deaf request deaf killed - " \
		"$(last_records 2)"
	equal "of one emergency" $((told + 1)) "$(get reconfigure_wanted)"
}

# With memory.oom.group the kernel would kill both.
takes_its_group_along()
{
	set_to early_term_ms 10000
	make_cgroup oe_polite 64M
	echo 1 >"$cgroup/memory.oom.group" || bail_out "no memory.oom.group"
	victim one -e 1
	one=$pid
	victim two -e 300
	echo "$one" >"$cgroup/cgroup.procs"
	echo "$pid" >"$cgroup/cgroup.procs"
	equal "the victim's cgroup dies as a whole: the request is granted" granted "$(relieve)"
	ends_with 0 "one of its processes got SIGTERM" "$one"
	ends_with 0 "and so did the other one" "$pid"
}

# until_asked: a request is in its wait for a victim that has got SIGTERM.
until_asked()
{
	asked_before=$1
	poll_until "$PATIENCE" has_asked || bail_out "no SIGTERM was sent"
}

has_asked()
{
	[ "$(get stats/sigterm)" -gt "$asked_before" ]
}

# begin_waiting NAME: a request that waits for a deaf victim; sets $deaf and $relieving.
begin_waiting()
{
	asked_so_far=$(get stats/sigterm)
	victim "$1" -i
	deaf=$pid
	relieve >"$tmp/answer" &
	relieving=$!
	until_asked "$asked_so_far"
}

holds_up_nobody()
{
	set_to early_term_ms 10000
	begin_waiting deaf_a
	make_cgroup oe_beside 16M
	spawn beside 1024 500 -C "$cgroup" -l 65536
	check "while it is waited for, an OOM of a cgroup has its victim" reap "$pid"
	equal "it was killed" 137 "$rc"
	check "and the other one is still waited for" alive "$deaf"
	set_to mode off
	check "mode=off ends the wait, long before its time is over" poll_until 5 dead "$relieving"
	wait "$relieving"
	equal "with an error" "Device or resource busy" "$(cat "$tmp/answer")"
	check "mode=off: the victim lives" alive "$deaf"
	set_to mode enforce
}

# It has its own victim, without SIGTERM.
gives_way_to_an_oom()
{
	kill -KILL "$deaf"
	# Or the request takes it once more, and is granted when it has gone.
	reap "$deaf"
	# Most memory is taken first: what is left is eaten before the 10 s are over, on a busy host, too.
	spawn filler $(($(mem_available_kb) - 24576)) 50
	filler=$pid
	begin_waiting deaf_b
	kills=$(get stats/sigterm)
	spawn eater 1024 950 -l 0
	killed "an OOM of the machine meanwhile: it kills its own victim" "$pid"
	equal "without SIGTERM" "$kills" "$(get stats/sigterm)"
	wait "$relieving"
	equal "and the request ends" "Device or resource busy" "$(cat "$tmp/answer")"
	check "its victim lives" alive "$deaf"
	kill -KILL "$deaf"
	stop_process "$filler"
}

observed()
{
	set_to mode observe
	victim watched -e 1
	relieve >/dev/null
	check "with mode=observe nobody gets SIGTERM" alive "$pid"
	equal "but it is recorded" "request not_killed" "$(recorded kind) $(recorded outcome)"
	kill -KILL "$pid"
	set_to mode enforce
}

# big_victim NAME GLUTTON OPTION...: one that leaves a fifth of all memory; sets $pid
big_victim()
{
	big_name=$1
	shift
	start "$big_name" glutton -c "$big_name" -h $(($(mem_available_kb) - total_kb / 5)) "$@"
	echo "$pid 900" >"$OE/oom_ranking"
	poll_until "$PATIENCE" has_held_all || bail_out "it does not get its memory"
}

# A victim that ignores SIGTERM is not asked again and again.
early_kills()
{
	big_victim stubborn -i
	set_to early_term_ms 500
	told=$(get reconfigure_wanted)
	set_to early_kb 25%
	ends_with 137 "early_kb: a victim that ignores SIGTERM is killed" "$pid"
	set_to early_kb 0
	equal "early_kb: in the same emergency" \
		"$((told + 1)) early - sigterm stubborn early stubborn killed - " \
		"$(get reconfigure_wanted) $(last_records 2)"
}

# Memory that comes back is enough for early_kb.
gives_back_and_stays()
{
	big_victim generous -s
	set_to early_term_ms 2000
	set_to early_kb 25%
	asked_so_far=$(get stats/sigterm)
	until_asked "$asked_so_far"
	check "early_kb: the victim gives its memory back" poll_until "$PATIENCE" is_back
	# Until after the time in which it would be killed.
	sleep 4
	check "early_kb: and the victim lives" alive "$pid"
	equal "early_kb: the record says so" "early - sigterm generous " "$(last_records 1)"
	set_to early_kb 0
}

# The reserve, which is released for the emergency, is no memory that the victim gave.
reserve_is_not_enough()
{
	set_to reserve_kb 40960
	big_victim hoarder -i
	set_to early_term_ms 500
	set_to early_kb 25%
	ends_with 137 "with a reserve: a victim that ignores SIGTERM is killed" "$pid"
	set_to early_kb 0
	set_to reserve_kb 0
}

# A parent that ends gives nothing back if its child keeps all.
leaves_it_to_a_child()
{
	big_victim hydra -k
	set_to early_term_ms 10000
	set_to early_kb 25%
	ends_with 0 "a victim leaves its memory to a child, and ends" "$pid"
	check "the child is killed" poll_until 15 is_back
	set_to early_kb 0
	equal "in the same emergency, and without more time" \
		"early - sigterm hydra early hydra killed - " "$(last_records 2)"
}

# Smaller than another one at the end of its time, and alive.
makes_itself_small()
{
	set_to early_term_ms 1000
	start calm glutton -c calm -h 16384 -e 1
	calm=$pid
	echo "$calm 900" >"$OE/oom_ranking"
	start dodger glutton -c dodger -h 32768 -s
	dodger=$pid
	echo "$dodger 900" >"$OE/oom_ranking"
	poll_until "$PATIENCE" has_line held "$tmp/dodger.out"
	equal "a victim that makes itself small: the request is granted" granted "$(relieve)"
	ends_with 137 "it is killed" "$dodger"
	check "the one that is first in order by then lives" alive "$calm"
	equal "the record says so" "request - sigterm dodger request dodger killed - " "$(last_records 2)"
	set_to early_term_ms 0
}

# The kernel would kill the process that asks.
asker_lives()
{
	echo 1 >/proc/sys/vm/oom_kill_allocating_task
	sh -c 'echo 0 >/proc/self/oom_score_adj; echo 1 >"$0/relieve"' "$OE"
	equal "vm.oom_kill_allocating_task: the one that asks lives" 0 $?
	echo 0 >/proc/sys/vm/oom_kill_allocating_task
	ends_with 137 "and the first in order dies" "$calm"
}

# Another emergency need not wait for early_term_ms after a victim has ended.
time_is_over()
{
	big_victim next -i
	next=$pid
	victim quick -e 1
	echo "$pid 950" >"$OE/oom_ranking"
	set_to early_term_ms 10000
	equal "a victim that ends at once: the request is granted" granted "$(relieve)"
	asked_so_far=$(get stats/sigterm)
	set_to early_kb 25%
	check "half a second later another one may be chosen" poll_until 5 has_asked_since
	set_to mode off
	set_to early_kb 0
	kill -KILL "$next"
	set_to mode enforce
	set_to early_term_ms 0
}

has_asked_since()
{
	[ "$(get stats/sigterm)" -gt "$asked_so_far" ]
}

has_held_all()
{
	has_line held "$tmp/$big_name.out"
}

is_back()
{
	[ "$(mem_available_kb)" -gt $((total_kb / 2)) ]
}

total_kb=$(mem_total_kb)
needs events
needs levels
plan 43
load_module selection_order=rank rank_threshold=100
ends_by_itself
is_killed
takes_its_group_along
holds_up_nobody
gives_way_to_an_oom
observed
early_kills
gives_back_and_stays
reserve_is_not_enough
leaves_it_to_a_child
makes_itself_small
asker_lives
time_is_over
equal "no splat" 0 "$(splat_taint)"
finish
