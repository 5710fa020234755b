#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The level of a watched memory cgroup leads to a mode: one that the configuration makes, and one that
# is made by hand, later. Errors in such a condition are refused in words that help.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/daemon.sh
. "$TESTS/daemon.sh"

export OOM_EMBEDDED_STATE=$tmp/state

# refuses DESCRIPTION CONDITION PATTERN
refuses()
{
	daemon_conf short "$2" 200ms >"$tmp/refused.conf"
	gives "$1" 7 "refused.conf:[0-9]+: $3" check "$tmp/refused.conf"
}

# conditions FIRST LAST: a condition for each
conditions()
{
	local i

	printf '[mode normal]\n[mode short]\n'
	for ((i = $1; i <= $2; i += 4)); do
		echo "enter = cgroup c$i oom and cgroup c$((i + 1)) oom and cgroup c$((i + 2)) oom and cgroup c$((i + 3)) oom"
	done
}

# --- what is refused ------------------------------------------------------------

refuses "no name" "cgroup" "'cgroup' is no condition; .*cgroup NAME critical"
refuses "no level" "cgroup web" "'cgroup web' is no condition"
refuses "a path" "cgroup /web oom" "'/web' is no name of a watched cgroup"
refuses "a name that leads elsewhere" "cgroup ../levels oom" "'../levels' is no name of a watched cgroup"
refuses "another word" "cgroup web full" "cgroup web: 'full' is none of warning, critical, imminent_oom, oom, stall N"
refuses "normal always holds" "cgroup web normal" "cgroup web: 'normal' is none of"
refuses "no share" "cgroup web stall" "'cgroup web stall' is no condition"
refuses "more than all" "cgroup web stall 100" "stall: '100' is no number from 0 to 99"
refuses "of the machine: a unit" "stall 20%" "stall: '20%' is no number from 0 to 99"
refuses "a word too many" "cgroup web oom now" "'and' is missing before 'now'"
conditions 1 20 >"$tmp/refused.conf"
gives "more than the module has" 7 'refused.conf:7: cgroup c17: conditions name at most 16' check "$tmp/refused.conf"
{
	conditions 1 16
	echo 'enter = cgroup c1 critical'
} >"$tmp/refused.conf"
run check "$tmp/refused.conf"
same "as many, one of them twice: no error" "" "$(grep -o 'at most 16' <<<"$out$err")"
check "but none of them is watched" grep -q 'refused.conf:3: cgroup c2 is not watched, so it is at no level' <<<"$out"

# --- a mode ---------------------------------------------------------------------

{
	daemon_conf short "cgroup web critical and level warning" 100ms
	echo 'enter = cgroup later oom'
	printf '[cgroup web]\ncgroup = /web\n'
} >"$CONF"
run check "$CONF"
same "check: the one of the configuration will be watched" "" "$(grep -o 'cgroup web is not' <<<"$out")"
start
becomes "the normal mode" rank_threshold 100
set_file levels/level warning
set_file cgroups/web/level critical
becomes "both terms hold: the mode" rank_threshold 300
says "which the log says" 'mode short: cgroup web critical and level warning'
set_file cgroups/web/level warning
becomes "a lower level does not" rank_threshold 100
set_file cgroups/web/level oom
becomes "a higher one does" rank_threshold 300
set_file cgroups/web/level nonsense
becomes "one that is not known does not" rank_threshold 100

run cgroup add later cgroup=/later
set_file cgroups/later/level oom
becomes "a watch that is made while the manager runs" rank_threshold 300
set_file cgroups/later/level normal
becomes "is well again" rank_threshold 100

daemon_conf short "cgroup later stall 20" 100ms >"$CONF"
kill -HUP "$daemon"
set_file cgroups/later/stall_percent 20
sleep 0.5
file_is "a share that is not exceeded" rank_threshold 100
set_file cgroups/later/stall_percent 21
becomes "a cgroup that is stalled" rank_threshold 300
set_file cgroups/later/stall_percent 0
becomes "and is not any more" rank_threshold 100
daemon_conf short "stall 20" 100ms >"$CONF"
# The module always has it: the manager opens it once.
set_file levels/stall_percent 0
kill -HUP "$daemon"
set_file levels/stall_percent 21
becomes "a machine that is stalled" rank_threshold 300
set_file levels/stall_percent 0
becomes "and is not any more, either" rank_threshold 100

daemon_conf short "cgroup later warning" 100ms >"$CONF"
set_file cgroups/later/level warning
kill -HUP "$daemon"
becomes "another configuration, another watch" rank_threshold 300
end_well "the end"

finish
