#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# With no_victim_action=unprotect protected processes are given up, but when only ranking 0 is
# left the kernel panics.
#
# set: going_away
# needs: persist

# shellcheck source=lib/reboot.sh
. "$(dirname "$0")/lib/reboot.sh"

nobody_was_killed()
{
	! grep -E 'Killed process|outcome=killed' "$tmp/last_log" | sed 's/^/# /' | grep .
}

if [ "$1" != after-reboot ]; then
	load_module no_victim_action=unprotect rank_threshold=100 default_rank=0
	echo 1 >/proc/sys/kernel/panic
	leak_until_gone 0 0
fi

plan 4
read_last_log
check "the log of the panic is in pstore" [ -s "$tmp/last_log" ]
check "the machine ran out of memory" \
	in_order 'oom_embedded: seq=.*outcome=no_victim' 'Kernel panic - not syncing'
check "the panic is the stock kernel's" \
	in_order 'Kernel panic - not syncing: System is deadlocked on memory'
check "nobody was killed before it" nobody_was_killed
finish
