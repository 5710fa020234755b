#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# userspace.sh [ARCH]: compiles every program in selftests/ for the guests, which have no
# libraries, and prints the directory with the results. The guest's own are in guest/ there.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

ARCH=${1:-amd64}
OUT=$CACHE_DIR/build/userspace
[[ $ARCH == amd64 ]] || OUT+=-$ARCH
CC=$(arch_cross "$ARCH")gcc

is_fresh()
{
	local program=$1
	local source=$2
	local header

	[[ -e $program && ! $source -nt $program ]] || return 1
	while IFS= read -r header; do
		[[ ! $header -nt $program ]] || return 1
	done < <(find "$REPO_ROOT/selftests" -name '*.h')
}

# compile OUT_DIR SOURCE: replaced in one step, since a boot may be reading the old one.
compile()
{
	local source=$2
	local program

	program=$1/$(basename "$source" .c)
	! is_fresh "$program" "$source" || return 0
	"$CC" -static -O2 -Wall -Wextra -Werror -pthread -I "$REPO_ROOT/selftests" \
		-I "$REPO_ROOT/selftests/lib" "$source" -o "$program.new" >&2 ||
		die "${source#"$REPO_ROOT"/} does not compile"
	mv "$program.new" "$program"
}

# A program whose source is gone must not go on being tested.
drop_stale()
{
	local program

	for program in "$OUT"/*; do
		[[ -f $program ]] || continue
		[[ -e $REPO_ROOT/selftests/${program##*/}.c ]] || rm -f "$program"
	done
}

main()
{
	local source

	mkdir -p "$OUT/guest"
	lock_entry userspace
	for source in "$REPO_ROOT"/selftests/*.c; do
		[[ ! -e $source ]] || compile "$OUT" "$source"
	done
	drop_stale
	for source in "$VM_DIR"/guest/*.c; do
		compile "$OUT/guest" "$source"
	done
	echo "$OUT"
}

main "$@"
