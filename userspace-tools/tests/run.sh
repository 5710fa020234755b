#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh [all|NAME...]: the tools' tests, which need neither root nor the module nor a guest.
# KTAP. Tests are the files *_test.sh here. With "all" what cannot run for want of a package is a
# failure, and what takes minutes runs too. variants.sh runs them on programs that are built
# otherwise than with the sanitizers.

set -uo pipefail

TESTS=$(cd "$(dirname "$0")" && pwd)
TOOLS=$(dirname "$TESTS")
CACHE_DIR=${CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/oom-embedded}
export TOOLS_ALL=
# Set by variants.sh: a name, words for make, and how many times slower things are.
export TOOLS_VARIANT=${TOOLS_VARIANT:-sanitized}
export TOOLS_FLAGS=${TOOLS_FLAGS-SANITIZE=1}
export TOOLS_PATIENCE=${TOOLS_PATIENCE:-1}
export TOOLS_BUILD=$CACHE_DIR/build/tools-$TOOLS_VARIANT
# Words before each program, an emulator or a checker: what is in TOOLS_BUILD then are scripts.
TOOLS_RUNNER=${TOOLS_RUNNER-}
built=$TOOLS_BUILD
[[ -z $TOOLS_RUNNER ]] || built=$TOOLS_BUILD.programs

names=()
if [[ ${1-} == all ]]; then
	TOOLS_ALL=y
	shift
fi
if [[ $# -gt 0 ]]; then
	for name; do
		names+=("$TESTS/${name%_test.sh}_test.sh")
	done
else
	names=("$TESTS"/*_test.sh)
fi

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mapfile -t flags <<<"$TOOLS_FLAGS"
mkdir -p "$built"
exec {lock}>"$built/lock"
flock "$lock"
if ! make -s -C "$TOOLS" O="$built" "${flags[@]}" -j2 all test-programs >"$work/build" 2>&1 ||
	grep -q 'warning:' "$work/build"; then
	tail -n 40 "$work/build" | sed 's/^/# /'
	printf '1..1\nnot ok 1 the tools build without a warning\n'
	exit 1
fi

# put_runner: TOOLS_BUILD becomes a copy of what was built, in which a program is a script.
put_runner()
{
	local program

	rm -rf "$TOOLS_BUILD"
	cp -rs "$built" "$TOOLS_BUILD"
	while read -r program; do
		rm "$TOOLS_BUILD/$program"
		printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$TOOLS_RUNNER" "$built/$program" \
			>"$TOOLS_BUILD/$program"
		chmod +x "$TOOLS_BUILD/$program"
	done < <(cd "$built" && find . -type f -perm /111 ! -name '*.so*' ! -path './packaging/*' -printf '%P\n')
}
[[ -z $TOOLS_RUNNER ]] || put_runner

# A script that ends without its plan has not come to its end.
run_one()
{
	local base

	base=$(basename "$1" _test.sh)
	if ! timeout -k 5 $((900 * TOOLS_PATIENCE)) bash "$1" >"$work/$base.one" 2>&1 && ! grep -q '^not ok' "$work/$base.one" ||
		! grep -q '^1\.\.' "$work/$base.one"; then
		echo "not ok 0 came to its end" >>"$work/$base.one"
	fi
	sed -E "/^1\.\./d; s/^((not )?ok) [0-9]+/\1 $base:/" "$work/$base.one" >"$work/$base.results"
}

# All at the same time: most of what they do is waiting.
for name in "${names[@]}"; do
	run_one "$name" {lock}>&- &
done
wait
cat "$work"/*.results >"$work/results"

echo "KTAP version 1"
echo "1..$(grep -cE '^(not )?ok ' "$work/results")"
awk '/^(not )?ok / { sub(/ok /, "ok " ++nr " ") } { print }' "$work/results"
! grep -q '^not ok' "$work/results"
