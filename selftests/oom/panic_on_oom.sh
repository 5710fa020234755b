#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# With vm.panic_on_oom=1 userspace is told in both ways before the panic.
#
# set: going_away
# needs: persist icount

# shellcheck source=lib/reboot.sh
. "$(dirname "$0")/lib/reboot.sh"

if [ "$1" != after-reboot ]; then
	load_module
	echo 1 >/proc/sys/vm/panic_on_oom
	# Immediately: on a clock that counts instructions a second of delay takes a minute.
	echo -1 >/proc/sys/kernel/panic
	leak_until_gone 50 20
fi

PANIC='Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled'

plan 4
read_last_log
check "the log of the panic is in pstore" [ -s "$tmp/last_log" ]
check "it is the panic of panic_on_oom" in_order "$PANIC"
check "a poller ran before it" in_order 'oe poll 1 ' "$PANIC"
check "the uevent arrived before it" in_order 'oe uevent reconfigure ' "$PANIC"
finish
