#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A feature that was left out of the build has no file, and one that was not has all of them; the
# core is there in every build, and works.
#
# set: once matrix
# needs: page

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/features.sh
. "$SELFTESTS/lib/features.sh"

CORE="abi_version mode coverage rank_threshold selection_order no_victim_action oom_ranking candidates
	reconfigure_wanted reconfigure_done relieve grace_ms grace_hold reserve_kb groups/create staged/commit
	stats/oom_global stats/victims stats/guard_hits"

# present PATTERN...: those of which there is a file. Those of a group: of one that is made here.
present()
{
	for pattern in "$@"; do
		for path in "$OE"/$pattern; do
			[ ! -e "$path" ] || echo "$pattern"
			break
		done
	done
}

# A file may belong to two features. The kernel may lack memory cgroups.
wanted()
{
	for one in "$@"; do
		# shellcheck disable=SC2046 # one word a pattern
		belongs "$one" $(left_out) || echo "$one"
	done | without_memcg
}

without_memcg()
{
	if grep -qw memory "$CGROUP/cgroup.controllers"; then
		cat
	else
		grep -v '^cgroups/'
	fi
}

# judge FEATURE PATTERN...
judge()
{
	feature=$1
	shift
	if built "$feature"; then
		equal "$feature: in this build, with all its files" "$(wanted "$@")" "$(present "$@")"
	else
		equal "$feature: not in this build, and no file is there" "" "$(present "$@")"
	fi
}

plan $(($(echo "$FEATURES" | wc -w) + 8))
load_module selection_order=rank rank_threshold=100
trace_start oe_victims counter
set_to groups/create example
for feature in $FEATURES; do
	# shellcheck disable=SC2046 # one word a pattern
	judge "$feature" $(files_of "$feature" | sed 's/<name>/example/')
done
# shellcheck disable=SC2086 # words
equal "the core is there" "$(printf '%s\n' $CORE)" "$(present $CORE)"
spawn guarded 16384 50
guarded=$pid
spawn spare 4096 -
echo "$pid" >"$OE/groups/example/pids"
set_to groups/example/rank 900
equal "a group by pid gives its ranking" "900 group:example" "$(ranking_of "$pid")"
sysrq_kills "the expendable one dies" "$pid"
check "and not the protected one" alive "$guarded"
spawn spare 4096 800
equal "a victim can be asked for" granted "$(relieve)"
killed "and it is killed" "$pid"
equal "the counters say so" "1 2" "$(get stats/oom_sysrq) $(get stats/victims)"
check "and userspace was told" [ "$(get reconfigure_wanted)" = 2 ]
finish
