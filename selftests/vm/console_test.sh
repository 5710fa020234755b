#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# console_test.sh: the console filter against planted logs. KTAP on stdout, no VM.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

PLANTED=$VM_DIR/planted/console
count=0
failed=0

# expect silence|complaint LOG PANIC
expect()
{
	local found
	local name

	found=$(awk -v panic="$3" -f "$VM_DIR/console.awk" "$2")
	name=$(basename "$2")
	count=$((count + 1))
	if [[ ($1 == silence && -z $found) || ($1 == complaint && -n $found) ]]; then
		echo "ok $count $name: $1, panic=$3"
		return
	fi
	echo "not ok $count $name: $1, panic=$3"
	failed=1
}

main()
{
	local line
	local log
	local tmp

	tmp=$(mktemp -d)
	# shellcheck disable=SC2064 # gone from view when the trap runs
	trap "rm -rf '$tmp'" EXIT
	echo "KTAP version 1"
	# Each of these lines is a log of its own.
	while IFS= read -r line; do
		echo "$line" >"$tmp/line: ${line#*] }"
	done < <(tr / _ <"$PLANTED/bad-lines.txt")
	for log in "$tmp"/*; do
		expect complaint "$log" 0
	done
	for log in "$PLANTED"/good-*.log; do
		expect silence "$log" 0
	done
	for log in "$PLANTED"/bad-*.log "$PLANTED"/panic-*.log; do
		expect complaint "$log" 0
	done
	for log in "$PLANTED"/panic-good-*.log; do
		expect silence "$log" 1
	done
	for log in "$PLANTED"/panic-bad-*.log; do
		expect complaint "$log" 1
	done
	echo "1..$count"
	exit "$failed"
}

main "$@"
