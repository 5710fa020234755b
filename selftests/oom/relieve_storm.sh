#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Two programs ask for victims over and over while cgroups run out of memory in a loop, and the machine
# now and then: each request is an emergency of its own or is refused, every count agrees with the
# kernel's own, nobody dies who is not asked for.
# RELIEVES: emergencies by request in all (default 1000).
# CGROUPS: how many loop (default 4).
# EVERY: the machine runs out of memory once in so many of them (default 100).
#
# set: alone
# needs: memcg guard

PATIENCE=${PATIENCE:-120}
# shellcheck source=../lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
RELIEVES=${RELIEVES:-1000}
CGROUPS=${CGROUPS:-4}
EVERY=${EVERY:-100}
PREY=6

# Asks until told to stop; leaves how often it was granted, and refused.
ask()
{
	granted=0
	refused=0
	while [ ! -e "$tmp/stop" ]; do
		if put relieve 1; then
			granted=$((granted + 1))
		else
			refused=$((refused + 1))
		fi
		# As long as it takes to breed another one.
		doze 0.1
		echo "$granted $refused" >"$tmp/asked.$1"
	done
}

# There is always somebody who is next.
breed()
{
	while [ ! -e "$tmp/stop" ]; do
		leak -c prey -h 64 -r 950 >/dev/null 2>&1 &
		echo $! >"$tmp/prey.$1"
		wait $!
	done 2>/dev/null
}

loop_in()
{
	while [ ! -e "$tmp/stop" ]; do
		leak -c "loop$1" -C "$CGROUP/oe_relieve_$1" -R 800 -h 512 -l 65536 >/dev/null 2>&1
	done
}

asked()
{
	cat "$tmp"/asked.* | awk -v column="$1" '{ sum += $column } END { print sum + 0 }'
}

has_reached()
{
	[ "$(get stats/oom_request)" -ge "$1" ]
}

# Later in order than those who die by request, who may all have died when the next request comes.
machine_oom()
{
	ooms=$(get stats/oom_global)
	tries=0
	while [ "$(get stats/oom_global)" = "$ooms" ] && [ "$tries" -lt 10 ]; do
		tries=$((tries + 1))
		spawn eater 512 700 -g -l 0 -k 4096
		kill -USR1 "$pid"
		reap "$pid"
		[ "$rc" = 137 ] || comment "the eater ended with $rc"
	done
}

plan 10
load_module selection_order=rank rank_threshold=600
quiet_console
spawn shield $(($(mem_available_kb) - 49152 - CGROUPS * 8192)) 50
shield=$pid
spawn bystander 1024 500
bystander=$pid
kernel_before=$(vmstat oom_kill)
for i in $(seq "$CGROUPS"); do
	make_cgroup "oe_relieve_$i" 4M
	in_background loop_in "$i"
done
for i in $(seq "$PREY"); do
	in_background breed "$i"
done
in_background ask 1
in_background ask 2
next=0
while [ "$next" -lt "$RELIEVES" ]; do
	next=$((next + EVERY))
	[ "$next" -lt "$RELIEVES" ] || next=$RELIEVES
	poll_until $((10 * PATIENCE)) has_reached "$next" || break
	machine_oom
done
check "$RELIEVES emergencies by request" has_reached "$RELIEVES"
: >"$tmp/stop"
# The last ones are still there: nobody asks for them.
all_ended()
{
	cat "$tmp"/prey.* | xargs kill -KILL 2>/dev/null
	for one in $background; do
		dead "$one" || return 1
	done
}
check "the loops end" poll_until "$PATIENCE" all_ended
settled() { [ "$(get stats/victims)" = "$(($(vmstat oom_kill) - kernel_before))" ]; }
poll_until 5 settled

memcg=$(get stats/oom_memcg)
global=$(get stats/oom_global)
requests=$(get stats/oom_request)
comment "request $requests: $(asked 1) granted, $(asked 2) refused; memcg $memcg, machine $global:" \
	"$(get stats/victims) victims, $(get stats/avoided) avoided, $(get stats/victim_pending) pending"
check "the machine ran out of memory, too" [ "$global" -gt 0 ]
check "each one that was granted was an emergency" [ "$requests" -ge "$(asked 1)" ]
check "and none that was not asked for" [ "$requests" -le $(($(asked 1) + $(asked 2))) ]
equal "stats/victims counts all whom the kernel killed" "$(($(vmstat oom_kill) - kernel_before))" "$(get stats/victims)"
equal "each emergency was told once" $((memcg + global + requests)) "$(get reconfigure_wanted)"
check "the biggest process lives: ranked below the threshold" alive "$shield"
check "and so does another one" alive "$bystander"
equal "no splat" 0 "$(splat_taint)"
finish
