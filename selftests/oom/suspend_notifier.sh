#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Without kprobes, too, the uevent after a resume counts each process that died in the suspend, also
# one of a moment before.
#
# set: once

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

PM_TEST=/sys/power/pm_test
PM_DELAY=/sys/module/suspend/parameters/pm_test_delay
TRACE=$TRACING/instances/oe_victims
# Suspends with victims, if the machine is slow enough to have them.
ROUNDS=12
FODDER=24

nr_resumes()
{
	grep -c 'oe uevent resume ' "$TRACE/trace"
}

has_resumed()
{
	[ "$(nr_resumes)" -ge 1 ]
}

are_ranked()
{
	[ "$(get stats/ranked)" -ge "$FODDER" ]
}

# A victim by SysRq as often as it goes, until it is frozen, and after that.
hammer()
{
	# shellcheck disable=SC2016 # the inner shell's
	sh -c 'while echo f >/proc/sysrq-trigger; do :; done' &
	hammer=$!
	started="$started $hammer"
}

# freeze: the last victim dies just before everything is frozen, and thawed. Sets $told and $died.
freeze()
{
	echo >"$TRACE/trace"
	for _ in $(seq "$FODDER"); do
		in_background leak -c fodder -h 256 -r 900 >/dev/null
	done
	poll_until "$PATIENCE" are_ranked
	hammer
	echo freeze 2>/dev/null >/sys/power/state
	stop_process "$hammer"
	poll_until 5 has_resumed
	told=$(sed -n 's/.*oe uevent resume .* victims=//p' "$TRACE/trace")
	# Those before the resume; one of a moment before the beginning may be told, too.
	died=$(awk '/suspend_resume: freeze_processes.* begin/ { begun = 1 }
		/suspend_resume: thaw_processes.* begin/ { begun = 0 }
		begun && /: mark_victim: / { n++ }
		END { print n + 0 }' "$TRACE/trace")
	comment "$died died, ${told:-none} were told"
	for one in $background; do
		stop_process "$one"
	done
	background=
}

grep -q freezer "$PM_TEST" 2>/dev/null || skip_all "no $PM_TEST"
plan 4
read -r delay_s <"$PM_DELAY"
trap 'echo none >"$PM_TEST"; echo "$delay_s" >"$PM_DELAY"; clean_up' EXIT
load_module selection_order=rank kprobes=0 min_gain_kb=0
equal "only the notifier is there" global "$(get coverage)"
trace_start oe_victims counter
echo 1 >"$TRACE/events/power/suspend_resume/enable"
start witness witness -m "$TRACE/trace_marker"
echo freezer >"$PM_TEST"
echo 0 >"$PM_DELAY"

rounds=0
wrong=0
for _ in $(seq $((ROUNDS * 3))); do
	freeze
	[ "$died" -ge 1 ] || continue
	[ "${told:-0}" -ge "$died" ] || wrong=$((wrong + 1))
	rounds=$((rounds + 1))
	[ "$rounds" -lt "$ROUNDS" ] || break
done
echo none >"$PM_TEST"
comment "$rounds suspends with victims"
check "there were suspends with victims" [ "$rounds" -ge 1 ]
equal "and none after which not all were told" 0 "$wrong"
equal "no splat" 0 "$(splat_taint)"
finish
