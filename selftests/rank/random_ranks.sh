#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# In random configurations of processes, rules, rankings, offers and kill sets `candidates`, and who
# dies, are what a model says that was written from the ABI page alone.
# ROUNDS: how many (default 10).
# KILLS: in each, at most (default 2).
# SEED: of the first (default: by the clock).
#
# set: once
# needs: memcg

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

ROUNDS=${ROUNDS:-10}
KILLS=${KILLS:-2}
SEED=${SEED:-$(date +%s)}

needs memcg
plan 3
load_module
quiet_console
cgroups="$CGROUP/pt/a/x $CGROUP/pt/a/y $CGROUP/pt/a $CGROUP/pt/b $CGROUP/pt"
comment "seed $SEED"
random_ranks "$SEED" "$ROUNDS" "$KILLS" ${TOOL:+"$TOOL"} >"$tmp/out" 2>&1
sed -n '/^#/p; $p' "$tmp/out" | head -n 20 | sed 's/^[^#]/# &/'
# shellcheck disable=SC2046 # five numbers
set -- $(sed -n 's/^rounds \([0-9]*\) lists \([0-9]*\) kills \([0-9]*\) whys \([0-9]*\) wrong \([0-9]*\)$/\1 \2 \3 \4 \5/p' "$tmp/out")
equal "all rounds were played, and the module and the model agree" "$ROUNDS 0" "${1:-0} ${5:-none}"
check "some were decided by a kill" [ "${3:-0}" -ge $((ROUNDS / 4)) ]
equal "no splat" 0 "$(splat_taint)"
finish
