#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run_rules.sh [NAME=VALUE...]: rules.sh in a guest whose clock counts instructions, on stock 6.12; prints
# its "# bench" lines. N and NAMES as there; the results are in Documentation/results/rules.md.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/../../vm/lib.sh"

BENCH_DIR=$REPO_ROOT/selftests/run/bench
PROGRAMS=$CACHE_DIR/build/bench

guest=(--icount --mem 2048 --timeout 7200 --test-timeout 7100 --label bench-rules)
guest+=(--append slab_nomerge --append "clearcpuid=erms,fsrm" --append "$*")
mkdir -p "$PROGRAMS"
for name in herd provoke gap; do
	gcc -static -O2 -Wall -Wextra -Werror "$BENCH_DIR/$name.c" -o "$PROGRAMS/$name"
	guest+=(--file "$PROGRAMS/$name:selftests/bench/$name")
done
"$VM_DIR/boot.sh" "${guest[@]}" debian-6.12 -- bench/rules.sh
grep '^# bench ' "$CACHE_DIR/results/bench-rules.verdict"
