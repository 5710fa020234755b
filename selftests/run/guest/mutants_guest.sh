#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# mutants_guest.sh: runs the KUnit suites of each module in selftests/mutants, in a guest. Of each it says
# "# m begin N", and "# m red N CASE" or "# m green N": N is the file's name. Judged here is only that it
# came to the last one.

# shellcheck source=../../lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

RESULTS=/sys/kernel/debug/kunit

# The first case that failed.
red_case()
{
	sed -n 's/^ *not ok [0-9]* //p' "$RESULTS"/oom_embedded_*/results | head -n 1
}

plan 1
[ -d "$RESULTS" ] || bail_out "no results of KUnit in debugfs"
for ko in "$SELFTESTS"/mutants/*.ko; do
	name=$(basename "$ko" .ko)
	comment "m begin $name"
	if insmod "$ko" 2>/dev/null; then
		ls "$RESULTS"/oom_embedded_*/results >/dev/null || bail_out "the suites did not run"
		case=$(red_case)
	else
		case="it does not load"
	fi
	if [ -n "$case" ]; then
		comment "m red $name $case"
	else
		comment "m green $name"
	fi
	rmmod oom_embedded_kunit 2>/dev/null
done
pass "to the end"
finish
