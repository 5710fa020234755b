#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# With no_victim_action=panic and all processes protected, the kernel panics in its own words
# after userspace was told.
#
# set: going_away
# needs: persist

# shellcheck source=lib/reboot.sh
. "$(dirname "$0")/lib/reboot.sh"

if [ "$1" != after-reboot ]; then
	load_module no_victim_action=panic rank_threshold=100 default_rank=10
	echo 1 >/proc/sys/kernel/panic
	leak_until_gone 50 20
fi

plan 4
read_last_log
check "the log of the panic is in pstore" [ -s "$tmp/last_log" ]
check "the panic is the stock kernel's" \
	in_order 'Kernel panic - not syncing: System is deadlocked on memory'
check "userspace was told before" \
	in_order 'oe (poll|uevent reconfigure) ' 'Kernel panic - not syncing'
check "the record says why" \
	in_order 'oom_embedded: seq=.*outcome=no_victim' 'Kernel panic - not syncing'
finish
