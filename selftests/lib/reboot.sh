# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# For scripts whose machine goes away in the middle: the first boot brings that about,
# the second one (called with "after-reboot", see vm/boot.sh --persist) judges the log
# that the first one left in pstore.

SELFTESTS_LIB=$(cd "$(dirname "$0")/lib" && pwd)
# shellcheck source=lib/oom.sh
. "$SELFTESTS_LIB/oom.sh"

# The machine is still here after all.
not_gone()
{
	plan 1
	fail "the machine went away"
	finish
}

# leak_until_gone SHIELD_RANK LEAKER_RANK: a leaker eats everything.
leak_until_gone()
{
	spawn shield $(($(mem_available_kb) * 6 / 10)) "$1"
	spawn leaker 512 "$2" -g -l 0
	start witness witness -m /dev/kmsg
	echo "oe epoch $(date +%s)" >/dev/kmsg
	kill -USR1 "$(sed -n 's/^ready //p' "$tmp/leaker.out")"
	sleep "$PATIENCE"
	not_gone
}

# The parts of a long log, oldest first: pstore counts them from the end.
read_last_log()
{
	find /sys/fs/pstore -name 'dmesg-ramoops-*' | sort -r | while read -r part; do
		cat "$part"
	done >"$tmp/last_log"
}

# in_order REGEX...: each first match comes after the one before.
in_order()
{
	line=0
	for regex in "$@"; do
		next=$(grep -nE "$regex" "$tmp/last_log" | head -n 1 | cut -d : -f 1)
		if [ -z "$next" ]; then
			comment "not in the log: $regex"
			return 1
		fi
		if [ "$next" -le "$line" ]; then
			comment "too early in the log: $regex"
			return 1
		fi
		line=$next
	done
}

# stamp_ms REGEX: the kernel's time of the first such line
stamp_ms()
{
	grep -E "$1" "$tmp/last_log" | head -n 1 |
		sed -n 's/^[^[]*\[ *\([0-9]*\)\.\([0-9]\{3\}\).*/\1\2/p'
}

# Seconds from the first boot's last word before the OOM to the start of this boot, by
# the machine's own clock.
seconds_away()
{
	then=$(sed -n 's/.*oe epoch //p' "$tmp/last_log")
	[ -n "$then" ] || return 1
	read_uptime
	echo $(($(date +%s) - uptime_s - then))
}
