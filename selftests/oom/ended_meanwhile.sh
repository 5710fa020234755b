#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A process that ends by itself, or by somebody else's SIGKILL, between the module's choice and the
# kernel's function is marked by the kernel, and not killed: no record and no counter says that it was.
#
# set: graceful
# needs: memcg guard events

PATIENCE=${PATIENCE:-120}
# shellcheck source=../lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

FOREIGN=/lib/oom-embedded/oe_foreign.ko

is_inside()
{
	grep -q Y /sys/module/oe_foreign/parameters/inside
}

is_marked()
{
	grep -q "mark_victim: pid=$1\\>" "$trace_dir/trace"
}

# have_only CGROUP KEY REGEXP: such are the values in all decisions about that cgroup, and there is one.
have_only()
{
	grep " memcg=/$1 " "$OE/events" | sed "s/.* $2=\\([^ ]*\\) .*/\\1/" >"$tmp/values"
	[ -s "$tmp/values" ] && ! grep -qvxE "$3" "$tmp/values"
}

# end_meanwhile PID: it leaks until the module has chosen, and is then killed by this script. A probe holds it
# up there. With one CPU, and on a host that gives the other one no time, the signal comes too late.
end_meanwhile()
{
	victims=$(get stats/victims)
	insmod "$FOREIGN" what=delay function=oe_guard_arm delay_ms=1500 || bail_out "no probe"
	kill -USR1 "$1"
	poll_until "$PATIENCE" is_inside
	kill -KILL "$1"
	in_time=no
	is_inside && in_time=yes
	reap "$1"
	rmmod oe_foreign
}

# if_in_time DESCRIPTION COMMAND...
if_in_time()
{
	if [ "$in_time" = yes ]; then
		check "$@"
	else
		pass "$1 # SKIP it came too late"
	fi
}

# Sets $ending: the first in order is ending, and takes its time.
make_ending()
{
	# shellcheck disable=SC2016 # expanded by that shell
	start undying sh -c 'echo "$$ 950" >"$0/oom_ranking"; exec undying 8192' "$OE"
	ending=$(sed -n 's/^ready //p' "$tmp/undying.out")
	victims=$(get stats/victims)
	kills=$(vmstat oom_kill)
}

# nothing_of PATTERN: not in the log
nothing_of()
{
	! log_says "$1"
}

no_more_victims()
{
	[ "$(get stats/victims)" = "$victims" ]
}

needs events
plan 19
load_module selection_order=rank rank_threshold=100 memcg_no_victim_action=fail
trace_start oe_victims counter
mark_log

make_cgroup oe_nobody 16M
spawn lonely 512 50 -g -l 0 -k 64 -C "$cgroup"
end_meanwhile "$pid"
if_in_time "nobody may be chosen: the kernel marks the one that asks" is_marked "$pid"
# The kernel tries again as long as nobody may be killed.
if_in_time "its end is no kill" have_only oe_nobody outcome 'no_victim|not_killed'
if_in_time "it is recorded" grep -q ' memcg=/oe_nobody .* outcome=not_killed ' "$OE/events"
if_in_time "nobody is counted" no_more_victims

make_cgroup oe_another 16M
spawn first 512 900 -C "$cgroup"
first=$pid
spawn leaker 512 500 -g -l 0 -k 64 -C "$cgroup"
end_meanwhile "$pid"
if_in_time "another is chosen: the kernel marks the one that asks" is_marked "$pid"
if_in_time "that is no kill either" have_only oe_another outcome not_killed
# A call that found a little room has chosen nobody; one that follows at once, and ends alike, is not recorded.
if_in_time "if somebody was chosen it is the first in order" have_only oe_another would_pid "$first|-"
if_in_time "nobody is counted" no_more_victims
if_in_time "that one lives" alive "$first"
if_in_time "and the log does not say that it is the victim" nothing_of "victim=first/$first "

make_ending
equal "a request is content if the first in order ends by itself" granted "$(relieve)"
check "the kernel marks that one" is_marked "$ending"
equal "which is not said to be killed" "victim_pending -" "$(recorded outcome) $(recorded victim_pid)"
equal "but to be the one that was chosen" "$ending" "$(recorded would_pid)"
make_ending
set_to early_term_ms 300
equal "and if it is not quite gone at the end of its time" granted "$(relieve)"
check "the kernel marks that one, too" is_marked "$ending"
check "nobody is counted" no_more_victims
equal "the kernel has killed nobody" 0 $(($(vmstat oom_kill) - kills))
equal "no splat" 0 "$(splat_taint)"
finish
