#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh [--quick]: checks handshake.pml with spin: every state of each size below, and that each
# mutant is found, by the property that it breaks. KTAP. --quick leaves out the large sizes;
# without it the page model.md is left in CACHE_DIR/results. Runs on the host.

set -uo pipefail

cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=selftests/vm/lib.sh
. selftests/vm/lib.sh
# shellcheck source=selftests/run/results.sh
. selftests/run/results.sh
trap - ERR
set +eE

HERE=selftests/model
MEMBERS="first=1 second=1"
MACHINE="first=0 second=2"
MEMCG="first=1 second=2"

# SET|SETTINGS|WHAT: what of handshake.pml is set, and what that is.
SIZES=(
	"quick|full_budget=2 nr_exits=1|the machine and a memory cgroup; a process ends by itself"
	"quick|$MEMBERS full_budget=2 nr_exits=1|two members of a memory cgroup; a process ends by itself"
	"quick|first=0 second=0 nr_exits=1|two callers for the machine"
	"quick|$MEMBERS may_not_wait=1|two members that hold what others wait for"
	"quick|first=0 second=0 no_evaluate=1 nr_exits=1|the kernel selects by itself, steered"
	"quick|first=0 second=0 no_kprobes=1 nr_exits=1|a kernel without kprobes"
	"quick|$MACHINE does_unload=1|unload at any step, in an OOM of the machine"
	"quick|$MEMCG does_unload=1|unload at any step, in an OOM of a memory cgroup"
	"quick|$MACHINE no_kprobes=1 does_unload=1|unload at any step, without kprobes"
	"quick|$MACHINE nr_calls=2 does_suspend=1|suspend at any step, the machine, two calls"
	"quick|$MEMCG nr_calls=2 does_suspend=1|suspend at any step, a memory cgroup, two calls"
	"quick|$MACHINE nr_switches=2|probes off and on at any step, the machine"
	"quick|$MEMCG nr_switches=2|probes off and on at any step, a memory cgroup"
	"full|first=0 second=0 nr_calls=2 nr_exits=1|two callers for the machine, two calls each"
	"full|$MACHINE nr_calls=2 does_unload=1|unload at any step, the machine, two calls"
	"full|does_unload=1|unload at any step, the machine and a memory cgroup"
	"full|does_suspend=1|suspend at any step, the machine and a memory cgroup"
	"full|nr_switches=2|probes off and on at any step, the machine and a memory cgroup"
)

# MUTANT|PROPERTY|SETTINGS|WHAT: what must be found, and where.
MUTANTS=(
	"NO_LET_GO|no_protected_kill|$MACHINE no_evaluate=1 nr_calls=2 nr_exits=1|the guard lets the kill of a protected process go on"
	"GUARD_NOT_ARMED|no_protected_kill|$MACHINE nr_exits=1|the guard is not armed"
	"PASS_UNGUARDED|no_protected_kill|$MACHINE nr_calls=2|the kernel is asked without a guard while a victim dies"
	"NOT_TOLD|told_before_kill|$MACHINE|userspace is not told"
	"ANNOUNCE_FOR_EVER|every_wait_ends|$MACHINE nr_calls=2|the announcement waits for a follower that has died"
	"NO_DEADLINE|every_wait_ends|$MACHINE|the window has no end"
	"NOT_RELEASED|every_wait_ends|$MEMBERS|a member that found memory keeps the domain, and another waits for it without a limit"
	"NO_SYNC|no_step_after_unload|$MACHINE does_unload=1|unload does not wait for a task that is sent to the wrapper and not counted yet"
	"INSIDE_LEFT|no_step_after_unload|$MACHINE does_unload=1|unload does not wait for those that are counted"
	"NO_SECOND_SYNC|no_step_after_unload|$MACHINE does_unload=1|unload does not wait for a task that has counted itself out"
	"NOTIFIER_LEFT|no_step_after_unload|$MACHINE no_kprobes=1 does_unload=1|unload does not wait for the notifier"
	"UNSETTLED|no_step_after_unload|$MACHINE no_kprobes=1 does_unload=1|unload leaves an episode to the worker"
	"UEVENTS_LEFT|no_step_after_unload|$MACHINE does_unload=1|unload does not wait for the uevents"
	"ALWAYS_NEW|one_announcement|$MEMCG nr_calls=3 nr_exits=1|an emergency that goes on is announced again"
	"PENDING_IGNORED|one_announcement|$MACHINE nr_calls=2|a victim that is dying is not looked for"
	"PENDING_CLEARED|one_announcement|nr_calls=2|the mark \"a victim may be pending\" is cleared while another domain looks, as the module once did"
	"ASKED_ONCE|one_announcement|$MEMBERS|a member does not look again once it has the domain, as the module once did"
	"NOT_CHARGED|budget_is_bounded|$MACHINE nr_calls=3|memory that comes and goes costs nothing"
	"HOLD_KEPT|nobody_stays_held|$MACHINE|the stopped are not continued"
)

nr=0
failed=0

# report OK DESCRIPTION
report()
{
	nr=$((nr + 1))
	if [[ $1 -eq 0 ]]; then
		echo "ok $nr $2"
	else
		echo "not ok $nr $2"
		failed=$((failed + 1))
	fi
}

# One program for all sizes and mutants. Not optimised: to compile takes longer than to run.
build()
{
	cp "$HERE/handshake.pml" "$HERE/settings.h" "$work" || return 1
	(cd "$work" && spin -a handshake.pml >spin.log 2>&1 &&
		gcc -O0 -w -DSAFETY -DCOLLAPSE -DVECTORSZ=2048 -DMEMLIM=2500 -o pan pan.c 2>>spin.log)
}

# search SETTINGS...: sets $verdict to ok or what is broken, $states and $depth.
search()
{
	local out

	out=$(cd "$work" && rm -f ./*.trail && env "$@" ./pan -m100000 2>&1)
	states=$(awk '/states, stored/ { print $1 }' <<<"$out")
	depth=$(sed -n 's/.*depth reached \([0-9]*\).*/\1/p' <<<"$out")
	case $out in
	*"invalid end state ("*) verdict=every_wait_ends ;;
	*"assertion violated"*)
		verdict=$(sed -n 's/.*assertion violated (\([a-z_]*\).*/\1/p' <<<"$out")
		;;
	*"max search depth too small"*|*"Search not completed"*) verdict="not completed" ;;
	*"errors: 0"*) verdict=ok ;;
	*) verdict="no result" ;;
	esac
}

# number_of MUTANT
number_of()
{
	awk -v name="M_$1" '$1 == "#define" && $2 == name { print $3 }' "$HERE/handshake.pml"
}

check_sizes()
{
	local line set settings what

	for line in "${SIZES[@]}"; do
		IFS='|' read -r set settings what <<<"$line"
		[[ $set == quick || -z $quick ]] || continue
		# shellcheck disable=SC2086 # several settings
		search $settings
		[[ $verdict == ok ]]
		report $? "$what: $verdict, $states states"
		echo "| $what | \`$settings\` | $states | $depth | $verdict |" >>"$work/sizes"
	done
}

check_mutants()
{
	local line name property settings what number

	for line in "${MUTANTS[@]}"; do
		IFS='|' read -r name property settings what <<<"$line"
		number=$(number_of "$name")
		# shellcheck disable=SC2086 # several settings
		search "mutant=${number:-0}" $settings
		[[ -n $number && $verdict == "$property" ]]
		report $? "planted: $what: $verdict"
		echo "| \`$name\` | $what | \`$property\` | $verdict, after $states states |" >>"$work/mutants"
	done
}

# Inlines have names of functions of the module, which have to be there, or are in README.md.
names_are_the_codes()
{
	local name missing=0

	while read -r name; do
		grep -q "^| \`$name\` " "$HERE/README.md" && continue
		grep -qE "^([a-z].*[ *])?$name\(" module/oom/*.c module/*.c && continue
		echo "# $name is no function of the module, and not in README.md"
		missing=1
	done < <(sed -n 's/^inline \(.*\)(.*/\1/p' "$HERE/handshake.pml" | grep -v '^kernel_')
	return "$missing"
}

page()
{
	echo "# The model of the handshake"
	echo
	echo "Written by \`make check-model\` of commit $(git rev-parse --short=12 HEAD) on $(date -u +%F)," \
		"on $(machine), with $(spin -V)."
	echo "What the model says, and what it leaves out, is in its [README](../../selftests/model/README.md)."
	echo
	echo "## Sizes"
	echo
	echo "Every state that can be reached was looked at. The settings are variables of \`handshake.pml\`;" \
		"without any the machine and a memory cgroup run out of memory once each."
	echo
	echo "| what | settings | states | longest path | found |"
	echo "|---|---|---|---|---|"
	cat "$work/sizes"
	echo
	echo "## Mutants"
	echo
	echo "Each is one planted fault. The property that it must break is the one that spin found broken."
	echo
	echo "| mutant | fault | breaks | found |"
	echo "|---|---|---|---|"
	cat "$work/mutants"
}

case ${1-} in
--quick) quick=1 ;;
"") quick= ;;
*)
	echo "usage: run.sh [--quick]" >&2
	exit 2
	;;
esac
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
: >"$work/sizes"
: >"$work/mutants"
echo "KTAP version 1"
build
report $? "the model is read and compiled"
[[ $failed -eq 0 ]] || { sed 's/^/# /' "$work/spin.log"; echo "1..$nr"; exit 1; }
names_are_the_codes
report $? "what has a name of the code is in the code"
check_sizes
check_mutants
echo "1..$nr"
if [[ -z $quick && $failed -eq 0 ]]; then
	mkdir -p "$RESULTS"
	page >"$RESULTS/model.md"
	say_where "$RESULTS"
fi
[[ $failed -eq 0 ]]
