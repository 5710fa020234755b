#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# judge_test.sh: the judges of the console and of the second serial line, and of the clock, against
# planted logs. KTAP on stdout, no VM.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/vm/clock.sh
. "$VM_DIR/clock.sh"

CONSOLES=$VM_DIR/planted/console
VERDICTS=$VM_DIR/planted/verdict
count=0
failed=0

# same DESCRIPTION WANTED FOUND
same()
{
	count=$((count + 1))
	if [[ $2 == "$3" ]]; then
		echo "ok $count $1"
	else
		printf '# wanted: %s\n# found: %s\nnot ok %s %s\n' "${2//$'\n'/; }" "${3//$'\n'/; }" "$count" "$1"
		failed=1
	fi
}

# expect silence|complaint LOG PANIC
expect()
{
	local found

	found=$(awk -v panic="$3" -f "$VM_DIR/console.awk" "$2")
	same "$(basename "$2"): $1, panic=$3" "$1" "$([[ -n $found ]] && echo complaint || echo silence)"
}

consoles()
{
	local line
	local log

	# Each of these lines is a log of its own.
	while IFS= read -r line; do
		echo "$line" >"$tmp/line: ${line#*] }"
	done < <(tr / _ <"$CONSOLES/bad-lines.txt")
	for log in "$tmp"/*; do
		expect complaint "$log" 0
	done
	for log in "$CONSOLES"/good-*.log; do
		expect silence "$log" 0
	done
	for log in "$CONSOLES"/bad-*.log "$CONSOLES"/panic-*.log; do
		expect complaint "$log" 0
	done
	for log in "$CONSOLES"/panic-good-*.log; do
		expect silence "$log" 1
	done
	for log in "$CONSOLES"/panic-bad-*.log; do
		expect complaint "$log" 1
	done
}

# judged LOG: the results in it that are no pass. Its first line is the number of tests.
judged()
{
	sed '1d; /^==/,$d' "$1" |
		awk -v nonce=n -v tests="$(head -n 1 "$1")" -f "$VM_DIR/ktap.awk" |
		sed '/^pass/d' | tr '\t' ' '
}

# The expected verdict is behind the line "==".
verdicts()
{
	local log

	for log in "$VERDICTS"/*.log; do
		same "$(basename "$log")" "$(sed '1,/^==/d' "$log")" "$(judged "$log")"
	done
}

# A boot, a test, and one that takes the guest down and ends in the boot after it; qemu is gone
# before its last CPU time can be read.
times()
{
	local ticks

	ticks=$(getconf CLK_TCK)
	printf '%s\n' "100.0 - START" "101.0 $ticks BOOT 1" "101.5 $ticks BEGIN start vm start" \
		"103.0 $((2 * ticks)) END start 0" "104.0 $((2 * ticks)) BEGIN 1 a.sh OOMS=2" \
		"110.5 $((5 * ticks)) END 1 0" "111.0 $((6 * ticks)) BEGIN 2 b.sh" \
		"121.0 $((7 * ticks)) BOOT 2" "121.5 $((8 * ticks)) BEGIN start vm start" \
		"124.0 $((9 * ticks)) END start 0" "125.0 $((9 * ticks)) BEGIN 2 b.sh after-reboot" \
		"126.0 - END 2 0" >"$tmp/clock"
	same "the times of tests" "3.0 2.0 boot
6.5 3.0 a.sh OOMS=2
10.0 1.0 b.sh
3.0 2.0 boot
1.0 0.0 b.sh after-reboot" "$(WORK=$tmp test_times)"
}

# A child that dies, of a test before or a stranger's, interrupts what init writes to the terminal.
lines()
{
	cat >"$tmp/lines" <<-EOF
		$(sed -n '/^tell()/,/^}/p' "$VM_DIR/guest/init")
		nonce=n
		exec 4>&1
		stty raw -echo
		while [ \$((i += 1)) -le 8000 ]; do
			: &
			tell "BEGIN \$i"
			[ \$((i % 50)) != 0 ] || wait
		done
	EOF
	same "init loses no line" 8000 "$(script -qec "busybox sh $tmp/lines" /dev/null </dev/null | grep -c '^@n BEGIN [0-9]*$')"
}

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
echo "KTAP version 1"
consoles
verdicts
times
lines
echo "1..$count"
exit "$failed"
