#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fuzz_run.sh FUZZER SECONDS ARGUMENT...: lets a fuzzer run for so many seconds of CPU time, however
# busy the machine is, and ends with a line that says what it did. ARGUMENTs are the fuzzer's.

set -euo pipefail

fuzzer=$1
want=$2
shift 2
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Sets $used to the CPU seconds of the children that have ended; a subshell would count its own.
count_cpu()
{
	times >"$log"
	used=$(awk 'NR == 2 { split($1 "m" $2, part, /[ms]+/)
		print int(part[1] * 60 + part[2] + part[3] * 60 + part[4]) }' "$log")
}

# libFuzzer counts time on the wall: as often as it takes, for what is left.
executions=0
used=0
while [[ $used -lt $want ]]; do
	"$fuzzer" -max_total_time=$((want - used > 10 ? want - used : 10)) -print_final_stats=1 "$@" 2>&1 | tee "$log" >&2
	executions=$((executions + $(awk '/^stat::number_of_executed_units:/ { print $2 }' "$log")))
	count_cpu
done
echo "${fuzzer##*/}: $executions executions in $used s of CPU time, nothing found"
