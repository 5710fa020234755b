#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ktap_test.sh: the judge of the second serial line against planted ones. KTAP on stdout, no VM.
# The first line of each log names the number of tests, the last ones, behind "==", what is to be
# said that is not a pass.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

PLANTED=$VM_DIR/planted/verdict
count=0
failed=0

judged()
{
	sed '1d; /^==/,$d' "$1" |
		awk -v nonce=n -v tests="$(head -n 1 "$1")" -f "$VM_DIR/ktap.awk" |
		grep -v '^pass' | tr '\t' ' '
}

wanted()
{
	sed '1,/^==/d' "$1"
}

echo "KTAP version 1"
for log in "$PLANTED"/*.log; do
	count=$((count + 1))
	if diff <(wanted "$log") <(judged "$log" || true); then
		echo "ok $count $(basename "$log")"
	else
		echo "not ok $count $(basename "$log")"
		failed=1
	fi
done
echo "1..$count"
exit "$failed"
