#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Memory is in no process, and the one that asks for it is protected: two others die in a row, and no third
# one; then there is no victim, and no_victim_action=panic.
#
# set: going_away
# needs: persist

# shellcheck source=lib/reboot.sh
. "$(dirname "$0")/lib/reboot.sh"

SERVICES="one two three four five"

if [ "$1" != after-reboot ]; then
	load_module no_victim_action=panic selection_order=rank rank_threshold=100 default_rank=10
	echo 1 >/proc/sys/kernel/panic
	mkdir "$tmp/full"
	mount -t tmpfs -o size=100% tmpfs "$tmp/full" || bail_out "no tmpfs"
	for name in $SERVICES; do
		spawn "service_$name" "$(sized 1024)" 900
	done
	start witness witness -m /dev/kmsg
	dd if=/dev/zero of="$tmp/full/first" bs=1M 2>/dev/null count=$((($(mem_available_kb) - 49152) / 1024))
	spawn writer 64 50 -g -f "$tmp/full/file" -l 0
	kill -USR1 "$pid"
	sleep "$PATIENCE"
	not_gone
fi

plan 4
read_last_log
check "the log of the panic is in pstore" [ -s "$tmp/last_log" ]
equal "two died, who hold next to nothing" "2 2" \
	"$(grep -c 'oom_embedded: seq=.*outcome=killed' "$tmp/last_log") $(grep -c 'oom_embedded: seq=.*victim=service_.*outcome=killed' "$tmp/last_log")"
check "then nobody was to die, because memory is not in processes" \
	in_order 'oom_embedded: seq=.*outcome=killed' 'oom_embedded: seq=.*victim=none .*not_in_processes=1 .*outcome=no_victim' \
	'Kernel panic - not syncing: System is deadlocked on memory'
check "userspace was told before" in_order 'oe (poll|uevent reconfigure) ' 'Kernel panic - not syncing'
finish
