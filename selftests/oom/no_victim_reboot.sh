#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# With no_victim_action=reboot and all processes protected, the machine restarts immediately,
# whatever the panic timeout. Its log reaches pstore, with the memory report in it.
#
# set: going_away
# needs: persist

# shellcheck source=lib/reboot.sh
. "$(dirname "$0")/lib/reboot.sh"

# Long enough that nobody takes the panic timeout for "at once", and no boot on a busy host takes as
# long (seen: 31 s).
PANIC_TIMEOUT=600

away_less_than()
{
	away=$(seconds_away) || return 1
	comment "away for $away s by the machine's clock"
	[ "$away" -lt "$1" ]
}

# From the record of the OOM to the last thing that kernel said.
restarted_within_ms()
{
	from=$(stamp_ms 'oom_embedded: seq=.*outcome=no_victim')
	to=$(stamp_ms 'Kernel panic - not syncing')
	[ -n "$from" ] && [ -n "$to" ] || return 1
	comment "$((to - from)) ms from the record to the end"
	[ $((to - from)) -le "$1" ]
}

# The named process comes first in the report, with at least so many KiB; the others follow by size,
# at most ten in all.
biggest_in_report()
{
	sed -n 's/.*oom_embedded: report: pid=[0-9]* .*rss=\([0-9]*\)kB .*comm=/\1 /p' \
		"$tmp/last_log" >"$tmp/reported"
	comment "reported: $(tr '\n' ',' <"$tmp/reported")"
	awk -v least="$2" -v name="$1" '
		NR == 1 && ($2 != name || $1 < least) || $1 > last && NR > 1 { bad = 1 }
		{ last = $1 }
		END { exit bad || NR < 5 || NR > 10 }' "$tmp/reported"
}

if [ "$1" != after-reboot ]; then
	load_module no_victim_action=reboot rank_threshold=100 default_rank=10 report_to_log=1
	echo "$PANIC_TIMEOUT" >/proc/sys/kernel/panic
	leak_until_gone 50 20
fi

plan 7
read_last_log
check "the log reached pstore" [ -s "$tmp/last_log" ]
check "the record is in it" in_order 'oom_embedded: seq=.*outcome=no_victim'
check "userspace was told before" \
	in_order 'oe (poll|uevent reconfigure) ' 'Kernel panic - not syncing'
check "the restart came within a second of the decision" restarted_within_ms 1000
check "the report of this OOM is there" in_order 'Kernel panic - not syncing' \
	'oom_embedded: report: reason=oom seq=1 level=oom total=[0-9]+kB .*processes=[0-9]+'
check "and the biggest processes in order, the shield first" biggest_in_report shield 50000
check "the panic timeout of $PANIC_TIMEOUT s was not waited for" away_less_than $((PANIC_TIMEOUT / 2))
finish
