#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# publish_test.sh: in a clean clone one cell of the matrix changes no tracked file, and publishing it
# changes one row. Nothing is booted: planted scripts say what a guest would. KTAP.

set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd) || exit 1
top=$(git -C "$here" rev-parse --show-toplevel) || exit 1
# shellcheck source=selftests/lib/ktap.sh
. "$here/../lib/ktap.sh"

CELL=arm64-6.12
PAGE=Documentation/results/kernels.md

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export CACHE_DIR=$work/cache
clone=$work/clone

# plant NAME: from stdin, in the place of that script of vm/.
plant()
{
	cat >"$clone/selftests/vm/$1"
	chmod +x "$clone/selftests/vm/$1"
}

# A clone of what is here, committed or not.
make_clone()
{
	mkdir -p "$clone" "$CACHE_DIR/build" "$work/kernel"
	(cd "$top" && git ls-files -z | xargs -0 cp -a --parents -t "$clone") || return 1
	echo 'CONFIG_CC_VERSION_TEXT="gcc (Planted) 12.2.0"' >"$work/kernel/config"
	echo "gcc (Planted) 12.2.0" >"$CACHE_DIR/build/$CELL.cc"
	plant setup.sh <<<'#!/bin/sh'
	plant kernel.sh <<<"echo $work/kernel"
	plant boot.sh <<-'EOT'
		#!/bin/sh
		mkdir -p "$CACHE_DIR/results"
		printf '# found: release=6.12.1-planted\n# found: coverage=global\n# found: size=4096\n' \
			>"$CACHE_DIR/results/$2.verdict"
		echo "ok - planted: guard.sh: it is guarded"
	EOT
	cd "$clone" && git init -q . && git add -A &&
		git -c user.name=planted -c user.email=planted@localhost commit -qm planted
}

logged()
{
	"$@" >"$work/log" 2>&1
}

changed()
{
	git status --porcelain
}

# Rows that the page had and has no more, and the other way round.
rows_changed()
{
	git diff --unified=0 -- "$PAGE" | grep '^[-+]|'
}

plan 9
make_clone >"$work/log" 2>&1 || bail_out "no clone: $(cat "$work/log")"
check "a cell can be tried" logged selftests/run/matrix.sh "$CELL"
equal "no tracked file has changed" "" "$(changed)"
check "the result is shown" grep -q "^| .$CELL. | 6.12.1-planted |" "$work/log"
check "it can be published" logged make -s publish-results
equal "the page of the kernels has changed, and nothing else" " M $PAGE" "$(changed)"
equal "by one row" 2 "$(rows_changed | wc -l)"
# shellcheck disable=SC2016 # expanded by eval
check "which has what was found, the commit and the machine" \
	eval 'rows_changed | grep -q "^+| .$CELL. | 6.12.1-planted .*[0-9a-f]\{7\}, [0-9]* x "'
git checkout -q .
rm -rf "$CACHE_DIR/results"
check "without results there is nothing to publish" eval '! logged make -s publish-results'
equal "and nothing has changed" "" "$(changed)"
verdict
