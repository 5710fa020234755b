#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# `oom-embedded drill` is right where the memory controller is one of cgroup version 1, and leaves
# nothing behind there.
#
# set: alone
# needs: tools memcg

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

V1=/tmp/oe_v1

mkdir -p "$V1/memory"
mount -t cgroup -o memory cgroup "$V1/memory" 2>/dev/null || skip_all "no memory cgroups of version 1"
plan 4
load_module rank_threshold=100 selection_order=rank grace_ms=50
spawn bystander 8192 1000
kills=$(awk '$1 == "oom_kill" { print $2 }' /proc/vmstat)
OOM_EMBEDDED_CGROUP=$V1 oom-embedded drill >"$tmp/drill.out" 2>&1
equal "the drill is right" 0 "$?"
sed 's/^/# /' "$tmp/drill.out"
equal "three processes died in the whole machine" $((kills + 3)) "$(awk '$1 == "oom_kill" { print $2 }' /proc/vmstat)"
check "the most expendable bystander lives" alive "$pid"
equal "nothing is left" 0 "$(find "$V1/memory" -name 'oom-embedded-drill-*' | wc -l)"
umount "$V1/memory"
finish
