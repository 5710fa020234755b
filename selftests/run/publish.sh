#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# publish.sh: copies what the last runs of "make check-matrix", "make check-levels", "make bench", "make bench-profile",
# "make bench-peers", "make scale", "make worlds", "make soak", "make mutants", "make mutants-oom" and "make coverage" on this machine left in CACHE_DIR
# to Documentation/results/. A kernel that was not tried here keeps the row that is published. A page without
# new results is not touched.

set -euo pipefail

cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=selftests/vm/lib.sh
. selftests/vm/lib.sh
# shellcheck source=selftests/run/results.sh
. selftests/run/results.sh

published=0

# publish NAME COMMAND...: COMMAND prints the page.
publish()
{
	local page=$PUBLISHED/$1

	shift
	"$@" >"$page.new" || { rm -f "$page.new"; die "$page stays as it is"; }
	mv "$page.new" "$page"
	echo "$page"
	published=$((published + 1))
}

mkdir -p "$PUBLISHED"
! ls "$RESULTS"/kernels/*.row >/dev/null 2>&1 || publish kernels.md selftests/run/matrix.sh --page
! ls "$RESULTS"/levels-*.verdict >/dev/null 2>&1 || publish levels.md selftests/run/levels.sh --page
if [[ -e $RESULTS/peers/page/peers.md ]]; then
	for name in peers.md peers-memory.svg peers-stalls.svg; do
		publish "$name" cat "$RESULTS/peers/page/$name"
	done
fi
if [[ -e $RESULTS/scale/scale.md ]]; then
	for name in scale.md scale.svg; do
		publish "$name" cat "$RESULTS/scale/$name"
	done
fi
for name in benchmarks profile coverage limits model mutants mutants_oom soak worlds; do
	[[ ! -e $RESULTS/$name.md ]] || publish "$name.md" cat "$RESULTS/$name.md"
done
[[ ! -e $RESULTS/worlds.judged ]] || publish worlds.judged cat "$RESULTS/worlds.judged"
[[ $published -gt 0 ]] || die "no results in $RESULTS"
