#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run_rules.sh [NAME=VALUE...]: rules.sh in a guest whose clock counts instructions, on stock 6.12; prints
# its "# bench" lines. N and NAMES as there; the results are in Documentation/results/rules.md.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/../../vm/lib.sh"

BENCH_DIR=$REPO_ROOT/selftests/run/bench
# shellcheck source=selftests/run/bench/programs.sh
. "$BENCH_DIR/programs.sh"

GUEST=(--icount --mem 2048 --timeout 7200 --test-timeout 7100 --label bench-rules)
GUEST+=(--append slab_nomerge --append "clearcpuid=erms,fsrm" --append "$*")
add_programs bench "$BENCH_DIR"/{herd,provoke,gap}.c
"$VM_DIR/boot.sh" "${GUEST[@]}" debian-6.12 -- bench/rules.sh
grep '^# bench ' "$CACHE_DIR/results/bench-rules.verdict"
