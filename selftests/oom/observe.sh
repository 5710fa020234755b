#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# With mode=observe an OOM is announced and recorded, and the stock kernel's victim dies, also where all
# are protected: then nobody counts as given up.
#
# set: once
# needs: events

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

needs events
plan 13
load_module mode=observe selection_order=rank rank_threshold=100
trace_start oe_victims counter

spawn shield 16384 50
shield=$pid
spawn batch 1024 900
batch=$pid
watch_oom oe_victims
wanted=$(get reconfigure_wanted)
victims=$(get stats/victims)
stock=$(biggest_by_oom_score)
equal "the stock kernel's choice is the protected process" "$shield" "$stock"

ours=$(predicted_first 1)
equal "ours would be another one" "$batch " "$ours"

mark_log
sysrq_oom
reap "$shield"
equal "the stock kernel's choice dies" "$shield 137" "$(marked_after 0) $rc"
check "ours lives" alive "$batch"
check "the record names both" poll_until "$PATIENCE" log_says \
	"oom_embedded: seq=.* victim=shield/$shield .* would=batch/$batch .*outcome=killed"
equal "reconfigure_wanted moved by one" $((wanted + 1)) "$(get reconfigure_wanted)"
equal "stats/victims counted the kill" $((victims + 1)) "$(get stats/victims)"
check "userspace was told before" told_before oe_victims "$wanted" 1

# As long as memory of the last victim may be on its way (0.5 s), nobody is given up.
sleep 1
set_to rank_threshold 1000
set_to no_victim_action unprotect
spawn leaker 512 60 -g -l 0
leaker=$pid
kill -USR1 "$leaker"
killed "all are protected: the leaker, the biggest, dies" "$leaker"
recorded_kernel() { [ "$(recorded reason) $(recorded would_comm)" = "kernel batch" ]; }
check "the record says that it was the kernel's choice" poll_until "$PATIENCE" recorded_kernel
check "the one that would be given up lives" alive "$batch"
equal "nobody was given up" 0 "$(get stats/unprotected)"
equal "no splat" 0 "$(splat_taint)"
finish
