#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A memory cgroup of version 1 that is at its limit for memory and swap together, and below that
# for memory: nothing is back, and the leaker dies in its first emergency.
#
# set: alone
# needs: memcg swap events

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

DISK=/dev/vda
V1=$tmp/v1

# Of 28 MB 16 are swapped out; then there is room for 28 of memory, and for 12 of both.
HOLD_KB=28672
SMALL=12M
LIMIT=40M

nr_ended()
{
	grep -c " outcome=$1 " "$OE/events"
}

needs memcg
[ -b "$DISK" ] || skip_all "no disk to swap to"
mkdir "$V1"
mount -t cgroup -o memory cgroup "$V1" 2>/dev/null || skip_all "no memory cgroups of version 1"
mkdir "$V1/leak"
cgroups="$V1/leak"
[ -e "$V1/leak/memory.memsw.limit_in_bytes" ] || {
	rmdir "$V1/leak"
	umount "$V1"
	skip_all "no limit for memory and swap together"
}
needs events
plan 4
grep -q "^$DISK " /proc/swaps || swapon "$DISK" || bail_out "no swap on $DISK"
load_module grace_ms=2000
echo $SMALL >"$V1/leak/memory.limit_in_bytes"
echo $LIMIT >"$V1/leak/memory.memsw.limit_in_bytes"
spawn leaker $HOLD_KB 500 -C "$V1/leak" -g -l 65536
leaker=$pid
echo $LIMIT >"$V1/leak/memory.limit_in_bytes"
kill -USR1 "$leaker"
killed "the leaker dies" "$leaker"
poll_until "$PATIENCE" [ "$(get stats/oom_memcg)" -ge 1 ]
equal "no emergency is avoided: no memory was given back" 0 "$(nr_ended avoided)"
equal "one is enough" 1 "$(nr_ended killed)"
equal "the record says where in the hierarchy of version 1 it was" /leak \
	"$(sed -n 's/.* victim_cgroup=\([^ ]*\).*/\1/p' "$OE/events")"
rmdir "$V1/leak"
umount "$V1"
finish
