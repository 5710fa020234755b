#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# With mode=observe each kill is told and recorded, also if the kernel is asked for a victim while an earlier
# one is dying, and that one has gone before the kernel looks.
#
# set: once
# needs: memcg guard events

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

FOREIGN=/lib/oom-embedded/oe_foreign.ko
LEAKERS=4

needs memcg
needs guard
needs events
plan 6
load_module mode=observe
quiet_console
make_cgroup oe_pending 16M
trace_start oe_victims counter
watch_oom oe_victims
kernel_before=$(vmstat oom_kill)
leakers=
for i in $(seq "$LEAKERS"); do
	spawn "leaker$i" 512 - -g -l 0 -k 64 -C "$cgroup"
	leakers="$leakers $pid"
done
# Between the module's look at the victim that is dying, and the kernel's.
insmod "$FOREIGN" what=delay function=mem_cgroup_scan_tasks delay_ms=300 || bail_out "no probe"
for one in $leakers; do
	kill -USR1 "$one"
done
for one in $leakers; do
	poll_until "$PATIENCE" dead "$one"
done
rmmod oe_foreign
killed=$(($(vmstat oom_kill) - kernel_before))
settled() { [ "$(get stats/victims)" = "$killed" ]; }
poll_until 5 settled
comment "$(get stats/victim_pending) calls for a pending victim"
equal "the kernel killed all that leaked" "$LEAKERS" "$killed"
check "it was asked while an earlier one was dying" [ "$(get stats/victim_pending)" -gt 0 ]
equal "each is counted" "$killed" "$(get stats/victims)"
equal "each has a record" "$killed" "$(grep -c ' outcome=killed ' "$OE/events")"
check "userspace was told before each" told_before oe_victims 0 "$killed"
equal "no splat" 0 "$(splat_taint)"
finish
