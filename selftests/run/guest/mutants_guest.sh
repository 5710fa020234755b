#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# mutants_guest.sh: runs the KUnit suites of each module in selftests/mutants, in a guest. Of each it says
# "# m begin N", and "# m red N CASE", "# m splat N LINE" or "# m green N": N is the file's name. Judged here
# is only that it came to the last one, or to one after which the kernel is not as it was.

# shellcheck source=../../lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

RESULTS=/sys/kernel/debug/kunit
KMEMLEAK=/sys/kernel/debug/kmemleak
SPLAT='BUG:|WARNING:|Oops|INFO: .*(hung|task|stall)|KASAN|UBSAN|general protection|unable to handle'
# The suites take a second or two, on a debug kernel ten times as long.
PATIENCE=150

# The first case that failed.
red_case()
{
	sed -n 's/^ *not ok [0-9]* //p' "$RESULTS"/oom_embedded_*/results | head -n 1
}

# kmemleak does not look at what is younger than 5 s, and a leak shows itself in the second scan.
leaks()
{
	[ -e "$KMEMLEAK" ] || return 0
	doze 6
	echo scan >"$KMEMLEAK"
	echo scan >"$KMEMLEAK"
	sed -n 's/^unreferenced/KMEMLEAK: unreferenced/p' "$KMEMLEAK" | head -n 1
}

splat()
{
	dmesg | grep -E "$SPLAT" | head -n 1
}

# end WORD NAME TEXT
end()
{
	comment "m $*"
	pass "to one that leaves traces"
	finish
	exit
}

# run NAME KO
run()
{
	insmod "$2" 2>"$tmp/insmod" &
	loader=$!
	poll_until "$PATIENCE" dead "$loader" || end red "$1" "it does not end"
	if wait "$loader"; then
		ls "$RESULTS"/oom_embedded_*/results >/dev/null || bail_out "the suites did not run"
		case=$(red_case)
	else
		case="it does not load"
	fi
	rmmod oom_embedded_kunit 2>/dev/null
	trace=$(splat)
	[ -n "$trace$case" ] || trace=$(leaks)
	[ -z "$trace" ] || end splat "$1" "${case:-$trace}"
	if [ -n "$case" ]; then
		comment "m red $1 $case"
	else
		comment "m green $1"
	fi
}

plan 1
[ -d "$RESULTS" ] || bail_out "no results of KUnit in debugfs"
for ko in "$SELFTESTS"/mutants/*.ko; do
	name=$(basename "$ko" .ko)
	comment "m begin $name"
	run "$name" "$ko"
done
pass "to the end"
finish
