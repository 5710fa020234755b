#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# With /sys out of reach nobody can read or set anything, and an OOM goes on: rankings, threshold,
# uevent, record and kill are as before.
#
# set: once

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

show_sys()
{
	[ -d "$OE" ] || umount /sys
}

plan 7
load_module selection_order=rank rank_threshold=100
trace_start oe_victims counter
trap 'show_sys; clean_up' EXIT

spawn shield 16384 50
shield=$pid
spawn batch 1024 900
batch=$pid
watch_oom oe_victims
mark_log
mount -t tmpfs none /sys || bail_out "cannot hide /sys"
check "the module's directory is out of reach" [ ! -e "$OE" ]
sysrq_oom
reap "$batch"
show_sys
equal "the victim is the one by ranking" "$batch 137" "$(marked_after 0) $rc"
check "the protected process lives" alive "$shield"
check "the log has the record" \
	log_says "oom_embedded: seq=.* victim=batch/$batch .*outcome=killed"
equal "the OOM is counted" 1 "$(get reconfigure_wanted)"
check "the uevent was sent" \
	grep -q ': oe uevent reconfigure 1' "$TRACING/instances/oe_victims/trace"
stop_process "$shield"
equal "no splat" 0 "$(splat_taint)"
finish
