#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# An allocation of several pages in a row fails while much memory is free in single pages: that memory is
# none that came back, and the window ends with a victim.
#
# set: once
# needs: events

# shellcheck source=../lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
OUTSIDE=/lib/oom-embedded/oom_embedded_outside.ko
PARAMETERS=/sys/module/oom_embedded_outside/parameters
GRACE=300

mem_free_kb()
{
	awk '/^MemFree:/ { print $2 }' /proc/meminfo
}

[ -e "$OUTSIDE" ] || skip_all "no $OUTSIDE"
needs events
plan 7
insmod "$OUTSIDE" || bail_out "no $OUTSIDE"
trap 'rmmod oom_embedded_outside; clean_up' EXIT
load_module selection_order=rank rank_threshold=100 grace_ms="$GRACE"
spawn bystander 1024 200
bystander=$pid
echo $(($(mem_available_kb) * 3 / 4)) >"$PARAMETERS/islands_kb" || bail_out "no memory for islands"
free_kb=$(mem_free_kb)
comment "$free_kb of $(mem_total_kb) kB are free"
check "a third of the memory is free" [ "$free_kb" -gt $(($(mem_total_kb) / 3)) ]
# shellcheck disable=SC2016 # the inner shell's $$
ranked 900 sh -c 'echo 0 >/proc/self/oom_score_adj; echo "$1" >"$0/blocks_kb"' "$PARAMETERS" "$(mem_total_kb)" &
asker=$!
started="$started $asker"
killed "the process that asks for blocks dies" "$asker"
poll_until "$PATIENCE" grep -q outcome=killed "$OE/events"
equal "the record says so" "global killed 2" "$(recorded kind) $(recorded outcome) $(recorded order)"
check "after a window in which nothing came back: $(recorded grace_used_ms) ms" \
	[ "$(recorded grace_used_ms)" -ge "$GRACE" ]
equal "nobody was spared for memory of no use" "0 1" "$(get stats/avoided) $(get stats/victims)"
check "the other process lives" alive "$bystander"
equal "no splat" 0 "$(splat_taint)"
rmmod oom_embedded_outside
finish
