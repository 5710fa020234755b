#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The uevent arrives although the memory that ran out is the kernel's own message buffers. Each
# flood is of buffers of one size; the size that a uevent needs depends on the kernel.
# TIMES: how often each size (default 2).
#
# set: long

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

TIMES=${TIMES:-2}
SIZES="200 300 400 500 600 700"
# shellcheck disable=SC2086 # a word a size
ROUNDS=$(set -- $SIZES; echo $((TIMES * $#)))

heard()
{
	grep -c ': oe uevent reconfigure ' "$TRACING/instances/oe_victims/trace"
}

heard_all()
{
	[ "$(heard)" -ge "$1" ]
}

# It died, or memory was back in time.
has_ended()
{
	dead "$1" || [ "$(get stats/avoided)" -gt "$before" ]
}

plan 4
load_module selection_order=rank rank_threshold=100
trace_start oe_victims counter
watch_oom oe_victims
round=0
floods=0
spared=0
victims=
while [ "$round" -lt "$ROUNDS" ]; do
	# shellcheck disable=SC2086 # a word a size
	size=$(set -- $SIZES; shift $((round % $#)); echo "$1")
	round=$((round + 1))
	spawn fodder 12288 900
	before=$(get stats/avoided)
	skbflood "$OE/reconfigure_wanted" "$size" >"$tmp/flood" && floods=$((floods + 1))
	comment "$(cat "$tmp/flood") KB in messages of $size bytes before the OOM"
	poll_until "$PATIENCE" has_ended "$pid"
	poll_until 2 heard_all "$round"
	# The flood ends with the announcement, and may so have saved the one to die for it.
	if alive "$pid"; then
		stop_process "$pid"
		spared=$((spared + 1))
	else
		reap "$pid"
		victims="$victims$pid "
	fi
done
comment "$spared of $ROUNDS OOMs needed no victim"
equal "each flood ended in an OOM" "$ROUNDS" "$floods"
equal "each had its victim" "$victims" "$(marked_victims oe_victims)"
check "and before each victim there were a poll wake-up and a uevent" \
	told_before oe_victims 0 $((ROUNDS - spared))
equal "no uevent failed" "0 0" "$(get stats/uevent_failed) $(get stats/uevent_timeouts)"
finish
