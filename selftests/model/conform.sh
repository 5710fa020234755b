#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# conform.sh [KERNEL]: does the code go the ways of the model? A guest makes OOMs and prints the steps of
# each (oom/model_paths.sh); spin looks for a path of handshake.pml that makes the same steps in the same
# order. Paths that are not the code's are planted, and there must be none for them. KTAP. Runs on the host.

set -euo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=selftests/vm/lib.sh
. selftests/vm/lib.sh
# shellcheck source=selftests/lib/ktap.sh
. selftests/lib/ktap.sh

KERNEL=${1:-debian-6.12}
HERE=$PWD/selftests/model
STEPS_MAX=$(awk '$2 == "TRACE_MAX" { print $3 }' "$HERE/handshake.pml")
# As often as the trace wants: processes are started anew, and emergencies avoided.
REAL="nr_restarts=1 full_budget=2"
# One caller, because all its paths have to be looked at.
MACHINE="first=0 second=2"
MEMCG="first=1 second=2"

# A path that no run may take, SETTINGS|NAME|STEPS: each has one step that is wrong.
WRONG=(
	"$MACHINE mutant=6|a kill in a model that tells nobody|enter machine decide machine mark any killed machine"
	"$MACHINE|a kill that nobody decided|enter machine mark any killed machine"
	"$MACHINE|a decision before userspace is told|decide machine enter machine mark any killed machine"
	"$MACHINE|two victims of one decision|enter machine decide machine mark any mark any killed machine"
	"$MACHINE|an emergency that is told twice|enter machine enter machine decide machine mark any killed machine"
	"$MEMCG|a kill after memory came back|enter memcg avoided memcg mark any killed memcg"
	"$MEMCG|an end without a beginning|killed memcg"
)

# number_of STEP: as handshake.pml has it
number_of()
{
	case $1 in
	enter) echo 0 ;;
	decide) echo 1 ;;
	mark) echo 2 ;;
	killed) echo 10 ;;
	no_victim) echo 11 ;;
	victim_pending) echo 12 ;;
	avoided) echo 13 ;;
	not_killed) echo 14 ;;
	*) die "the model has no step $1" ;;
	esac
}

number_of_domain()
{
	case $1 in
	machine) echo 0 ;;
	memcg) echo 1 ;;
	any) echo 100 ;; # NOBODY
	*) die "the model has no domain $1" ;;
	esac
}

# One program for all.
build()
{
	cp "$HERE"/{handshake.pml,settings.h} "$work/" &&
		(cd "$work" && spin -DTRACE -a handshake.pml >spin.log 2>&1 &&
			gcc -O0 -w -DSAFETY -DCOLLAPSE -DVECTORSZ=2048 -DMEMLIM=2500 -o pan pan.c 2>>spin.log)
}

# search SETTINGS STEP DOMAIN...: prints found, none, or what went wrong
search()
{
	local settings=$1
	local trace=
	local out

	shift
	[[ $# -le $((2 * STEPS_MAX)) ]] || die "a path of more than $STEPS_MAX steps"
	while [[ $# -gt 0 ]]; do
		trace+=" $(number_of "$1") $(number_of_domain "$2")"
		shift 2
	done
	# -E: a path that stops in the middle of the trace is not of interest.
	# shellcheck disable=SC2086 # several settings
	out=$(cd "$work" && env $settings trace="${trace# }" ./pan -E -m100000 2>&1)
	case $out in
	*"assertion violated (at<"*) echo found ;;
	*"assertion violated"*) grep 'assertion violated' <<<"$out" ;;
	*"max search depth too small"* | *"Search not completed"*) echo "not completed" ;;
	*"errors: 0"*) echo none ;;
	*) echo "no result" ;;
	esac
}

# The steps of the real run, as its log has them.
run_guest()
{
	local pid

	selftests/vm/boot.sh --timeout 900 "$KERNEL" -- model_paths.sh >"$work/guest" 2>&1 &
	pid=$!
	wait "$pid" || return 1
	sed -n 's/^# path: //p' "$CACHE_DIR/logs/$KERNEL-model_paths.sh-$pid/verdict.log" | tr -d '\r' >"$work/paths"
}

judge_real()
{
	local name steps

	while IFS='|' read -r name steps; do
		# shellcheck disable=SC2086 # words
		equal "the model has the path of the run \"${name% }\", $(($(wc -w <<<"$steps") / 2)) steps" found \
			"$(search "$REAL" $steps)"
	done <"$work/paths"
}

judge_planted()
{
	local line settings name steps

	for line in "${WRONG[@]}"; do
		IFS='|' read -r settings name steps <<<"$line"
		# shellcheck disable=SC2086 # words
		equal "planted: the model has no path for $name" none "$(search "$settings" $steps)"
	done
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
plan $((2 + 4 + ${#WRONG[@]}))
check "the model is read and compiled" build
check "the guest makes its OOMs" run_guest
[[ -s ${work}/paths ]] || { sed 's/^/# /' "$work/guest"; exit 1; }
judge_real
judge_planted
verdict
