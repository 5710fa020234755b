#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A victim without the kernel's asking: `relieve` takes the first in order, or of a group, early_kb does so before
# memory has run out; the same steps, order and record as in an OOM, and nobody else dies. The dry run names the first
# of a group.
#
# set: stock matrix
# needs: guard events levels groups

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

FOREIGN=/lib/oom-embedded/oe_foreign.ko

finds_nobody()
{
	[ "$(relieve)" = "No such process" ]
}

has_victims()
{
	[ "$(get stats/victims)" -ge "$1" ]
}

on_request()
{
	spawn first 2048 800
	first=$pid
	spawn second 2048 700
	second=$pid
	spawn precious 2048 50
	precious=$pid
	wanted=$(get reconfigure_wanted)
	equal "a request is granted" granted "$(relieve)"
	killed "the first in order dies" "$first"
	check "and no other" alive "$second"
	equal "userspace was told, once" $((wanted + 1)) "$(get reconfigure_wanted)"
	equal "the record says what it was" "request killed rank" \
		"$(recorded kind) $(recorded outcome) $(recorded reason)"
	equal "it is counted" "1 0 0" \
		"$(get stats/oom_request) $(get stats/oom_global) $(get stats/oom_sysrq)"
	equal "the level is as before" normal "$(get levels/level)"
}

refused()
{
	equal "no other number than 1 can be written" "Numerical result out of range" "$(relieve 2)"
	set_to mode observe
	equal "with mode=observe nobody dies" "Device or resource busy" "$(relieve)"
	check "mode=observe: the next one lives" alive "$second"
	equal "but it is recorded" "request not_killed second" \
		"$(recorded kind) $(recorded outcome) $(recorded would_comm)"
	set_to mode off
	wanted=$(get reconfigure_wanted)
	case $(relieve) in
	*"not supported") refused=yes ;;
	*) refused=no ;;
	esac
	equal "with mode=off it is refused, and told to nobody" "yes $wanted" \
		"$refused $(get reconfigure_wanted)"
	set_to mode enforce
	threshold=$(get rank_threshold)
	set_to rank_threshold 1000
	# Within half a second of a kill it is "busy".
	check "if nobody may be chosen it says so; no panic" poll_until "$PATIENCE" finds_nobody
	check "nobody may be chosen: the next one lives" alive "$second"
	set_to rank_threshold "$threshold"
}

finds_no_member()
{
	[ "$(relieve group:crew)" = "No such process" ]
}

is_settled()
{
	[ "$(relieve group:empty)" = "No such process" ]
}

# The first in order is in no group, and one of the group's two members is protected.
from_a_group()
{
	spawn outside 2048 990
	outside=$pid
	spawn member 2048 600
	member=$pid
	spawn kept 2048 50
	kept=$pid
	echo crew >"$OE/groups/create"
	echo empty >"$OE/groups/create"
	echo "$member" >"$OE/groups/crew/pids"
	echo "$kept" >"$OE/groups/crew/pids"
	check "a group without a member: nobody can be chosen" poll_until "$PATIENCE" is_settled
	equal "a group that does not exist" "No such file or directory" "$(relieve group:nobody)"
	equal "a name that no group can have" "Invalid argument" "$(relieve group:../crew)"
	equal "a request for a member of a group is granted" granted "$(relieve group:crew)"
	killed "it is the first of the group" "$member"
	check "the first in order lives" alive "$outside"
	equal "the record says so" "request killed member crew" \
		"$(recorded kind) $(recorded outcome) $(recorded victim_comm) $(recorded asked_group)"
	check "a group of protected processes: nobody can be chosen" poll_until "$PATIENCE" finds_no_member
	check "and nobody was" alive "$kept"
	check "the first in order lives still" alive "$outside"
	equal "without a group there is none in the record" "granted -" "$(relieve) $(recorded asked_group)"
	killed "and the first in order dies" "$outside"
}

# order_of_crew: pid and verdict of each member
order_of_crew()
{
	awk '{ printf "%s%s %s", (NR > 1 ? " " : ""), $2, $6 }' "$OE/groups/crew/candidates"
}

# A hog that is no member does not spare the small ones of the group, see min_gain_kb.
named_beforehand()
{
	spawn small 128 900
	small=$pid
	spawn large 8192 600
	large=$pid
	spawn by_rule 8192 -
	by_rule=$pid
	spawn hog $(($(mem_total_kb) * 3 / 10)) 950
	hog=$pid
	printf '%s\n%s\n' "$small" "$large" >"$OE/groups/crew/pids"
	echo by_rule >"$OE/groups/crew/comm"
	equal "the dry run of a group has its members, in their own order" \
		"$small next $large eligible $by_rule eligible $kept protected" "$(order_of_crew)"
	# 1 % of less memory is less than any process has.
	before_other=$small
	[ "$(mem_total_kb)" -lt 150000 ] || before_other=$large
	equal "among all processes the small one is spared, if there is 150 MB of memory" "$hog $before_other" \
		"$(awk -v small="$small" -v large="$large" \
			'NR == 1 { first = $2 } $2 == small || $2 == large { print first, $2; exit }' "$OE/candidates")"
	equal "relieve: granted" granted "$(relieve group:crew)"
	killed "it is the one that the dry run named" "$small"
	set_to groups/crew/rank 700
	equal "the ranking of some members has changed, and so has the dry run" \
		"$by_rule next $large eligible $kept protected" "$(order_of_crew)"
	equal "relieve: granted again" granted "$(relieve group:crew)"
	killed "it is the one that is named now" "$by_rule"
	check "the other member lives" alive "$large"
	check "so does the hog" alive "$hog"
	echo "$large 60" >"$OE/oom_ranking"
	equal "nobody is named" "$large protected $kept protected" "$(order_of_crew)"
	check "and nobody can be chosen" poll_until "$PATIENCE" finds_no_member
	stop_process "$large"
	stop_process "$hog"
}

is_delayed()
{
	grep -q Y /sys/module/oe_foreign/parameters/inside 2>/dev/null
}

# A probe holds up the one that asks, as the wait for oom_lock may, while the mode is changed. With one
# CPU, and on a host that gives the other one no time, it cannot be changed meanwhile: the probe holds up the
# kernel's own call of the function, too, when the victim has been chosen.
switched_off_meanwhile()
{
	insmod "$FOREIGN" what=delay function=out_of_memory delay_ms=1500 2>/dev/null
	kills=$(vmstat oom_kill)
	told=$(get reconfigure_wanted)
	relieve >"$tmp/meanwhile" &
	relieving=$!
	poll_until 5 is_delayed
	echo off >"$OE/mode"
	in_time=no
	is_delayed && [ "$(get reconfigure_wanted)" = "$told" ] && in_time=yes
	wait "$relieving"
	rmmod oe_foreign 2>/dev/null
	if [ "$in_time" = yes ]; then
		equal "mode=off while a request is under way: the kernel does not choose either" \
			"$kills Device or resource busy" "$(vmstat oom_kill) $(cat "$tmp/meanwhile")"
	else
		pass "mode=off while a request is under way # SKIP it came too late"
	fi
	set_to mode enforce
}

# The asking process may be the one that the window is for: it must not wait for itself.
in_a_window()
{
	# Anew, for a whole window: the granted time depends on the emergencies before.
	load_module selection_order=rank rank_threshold=100 grace_ms=10000
	spawn third 2048 850
	third=$pid
	before=$(get stats/oom_request)
	(echo 1 >"$OE/relieve") 2>/dev/null &
	first_request=$!
	check "in a window" poll_until "$PATIENCE" has_requests $((before + 1))
	pending=$(get stats/victim_pending)
	equal "another request is busy" "Device or resource busy" "$(relieve)"
	# One that waits for the window's end finds the victim dying.
	equal "and did not wait for the window's end" "$pending" "$(get stats/victim_pending)"
	get reconfigure_wanted >"$OE/reconfigure_done"
	wait "$first_request"
	killed "the window ends with an answer" "$third"
}

by_amount()
{
	set_to early_kb 25%
	before=$(get stats/victims)
	spawn leaker 1024 900 -g -l 0
	leaker=$pid
	kill -USR1 "$leaker"
	check "early_kb: a victim is chosen" poll_until "$PATIENCE" has_victims $((before + 1))
	killed "early_kb: it is the leaker" "$leaker"
	equal "early_kb: the record says so" "early killed leaker" \
		"$(recorded kind) $(recorded outcome) $(recorded victim_comm)"
	equal "early_kb: memory had not run out" 0 "$(get stats/oom_global)"
	check "early_kb: others live" alive "$second"
	set_to early_kb 0
}

has_requests()
{
	[ "$(get stats/oom_request)" -eq "$1" ]
}

# Once in ten seconds. A busy host may make a pause of two longer than that.
is_told_seldom()
{
	requests=$(($(get stats/oom_request) - before))
	read_uptime
	[ "$requests" -le $((1 + (uptime_s - told_at_s + 2) / 10)) ]
}

# So much that two fifths of all memory are left.
ballast_kb()
{
	echo $(($(mem_available_kb) - $(mem_total_kb) * 2 / 5))
}

# Told now and then, not ten times a second.
by_amount_observed()
{
	set_to mode observe
	spawn ballast "$(ballast_kb)" 60
	ballast=$pid
	before=$(get stats/oom_request)
	set_to early_kb 50%
	check "early_kb, mode=observe: it is told" poll_until "$PATIENCE" has_requests $((before + 1))
	read_uptime
	told_at_s=$uptime_s
	sleep 2
	check "early_kb, mode=observe: and not at once again" is_told_seldom
	check "early_kb, mode=observe: nobody dies" alive "$second"
	set_to early_kb 0
	stop_process "$ballast"
	set_to mode enforce
}

measured_on_request()
{
	equal "levels/stall_percent: by default it is not measured" "No data available" \
		"$( (cat "$OE/levels/stall_percent") 2>&1 | sed 's/.*: //')"
	set_to stall_percent 20
	equal "levels/stall_percent: a machine at rest is not stalled" 0 "$(get levels/stall_percent)"
}

# The group is looked for again when somebody is to be chosen.
group_leaves_in_the_window()
{
	load_module selection_order=rank rank_threshold=100 grace_ms=10000
	spawn outside 2048 990
	outside=$pid
	spawn member 2048 600
	set_to groups/create leaving
	set_to groups/leaving/pids "$pid"
	before=$(get stats/oom_request)
	relieve group:leaving >"$tmp/leaving" &
	asker=$!
	check "the window of a request for a member of a group" poll_until "$PATIENCE" has_requests $((before + 1))
	set_to groups/remove leaving
	get reconfigure_wanted >"$OE/reconfigure_done"
	wait "$asker"
	equal "the group is removed meanwhile: nobody can be chosen" "No such process" "$(cat "$tmp/leaving")"
	check "its former member lives" alive "$pid"
	check "the first in order lives" alive "$outside"
}

needs events
needs levels
needs groups
plan 58
load_module selection_order=rank rank_threshold=100
on_request
refused
from_a_group
named_beforehand
by_amount_observed
by_amount
measured_on_request
switched_off_meanwhile
check "the protected process lives" alive "$precious"
in_a_window
group_leaves_in_the_window
equal "no splat" 0 "$(splat_taint)"
finish
