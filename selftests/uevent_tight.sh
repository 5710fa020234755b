#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The uevent arrives although the memory that ran out is the kernel's own message buffers.
# Each flood is of buffers of one size; which of them a uevent needs depends on the kernel.

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

SIZES="200 300 400 500 600 700 200 300 400 500 600 700"
# shellcheck disable=SC2086 # a word a round
ROUNDS=$(set -- $SIZES; echo $#)

heard()
{
	grep -c ': oe uevent reconfigure ' "$TRACING/instances/oe_victims/trace"
}

heard_all()
{
	[ "$(heard)" -ge "$1" ]
}

plan 4
load_module selection_order=rank rank_threshold=100
trace_start oe_victims counter
watch_oom oe_victims
round=0
floods=0
victims=
for size in $SIZES; do
	round=$((round + 1))
	hold fodder 12288 900
	victims="$victims$pid "
	skbflood "$OE/reconfigure_wanted" "$size" >"$tmp/flood" && floods=$((floods + 1))
	comment "$(cat "$tmp/flood") KB in messages of $size bytes before the OOM"
	reap "$pid"
	poll_until 2 heard_all "$round"
done
equal "each flood ended in an OOM" "$ROUNDS" "$floods"
equal "each had its victim" "$victims" "$(marked_victims oe_victims)"
check "and before each victim there were a poll wake-up and a uevent" \
	told_before oe_victims 0 "$ROUNDS"
equal "no uevent failed" "0 0" "$(get stats/uevent_failed) $(get stats/uevent_timeouts)"
finish
