#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh [NAME=VALUE...]: what happens with 100,000 processes, 65,536 threads in one of them, 10,000 members of
# a group, 100 memory cgroups that run out of memory at once. On stock 6.12, in a guest whose clock counts
# instructions. Leaves a page with its pictures in CACHE_DIR for publish.sh. NAMES as in guest.sh.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/../../vm/lib.sh"
# shellcheck source=selftests/run/results.sh
. "$(dirname "$0")/../results.sh"

SCALE=$REPO_ROOT/selftests/run/scale
BENCH=$REPO_ROOT/selftests/run/bench
# shellcheck source=selftests/run/bench/programs.sh
. "$BENCH/programs.sh"
PAGE=$RESULTS/scale
KERNEL=debian-6.12
# A process takes some 100 KB.
GUEST=(--icount --mem 14336 --timeout 7200 --test-timeout 7100 --label scale)
GUEST+=(--append slab_nomerge --append "clearcpuid=erms,fsrm" --append "$*")

# The page, and its picture beside it.
write_page()
{
	mkdir -p "$PAGE"
	python3 -B "$SCALE/page.py" "$RESULTS/scale.verdict" "$(module_commit)" "$(machine)" "$PAGE" >"$PAGE/scale.md"
	gnuplot -e "tables='$PAGE'" "$SCALE/curves.gp" >"$PAGE/scale.svg"
}

add_programs scale "$SCALE"/*.c "$BENCH"/{herd,rank}.c
"$VM_DIR/boot.sh" "${GUEST[@]}" "$KERNEL" -- scale/guest.sh
write_page
cat "$PAGE/scale.md"
say_where "$PAGE"
