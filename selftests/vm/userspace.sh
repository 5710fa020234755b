#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# userspace.sh [ARCH]: compiles every program in selftests/progs/ for the guests, which have no
# libraries, and prints the directory with the results. The guest's own are in guest/ there.
#
# All tests' programs are one file, which asks by what name it was called: each by itself would
# have the C library in it once more, and a guest of 64 MB has no room for that.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

ARCH=${1:-amd64}
OUT=$CACHE_DIR/build/userspace
[[ $ARCH == amd64 ]] || OUT+=-$ARCH
CC=$(arch_cross "$ARCH")gcc

FLAGS=(-O2 -Wall -Wextra -Werror -pthread)

is_fresh()
{
	local result=$1
	local source=$2
	local header

	[[ -e $result && ! $source -nt $result ]] || return 1
	while IFS= read -r header; do
		[[ ! $header -nt $result ]] || return 1
	done < <(find "$REPO_ROOT/selftests/progs" -name '*.h')
}

# compile RESULT SOURCE OPTION...: replaced in one step, since a boot may be reading the old one.
compile()
{
	local result=$1
	local source=$2

	shift 2
	! is_fresh "$result" "$source" || return 0
	"$CC" "${FLAGS[@]}" "$@" "$source" -o "$result.new" >&2 ||
		die "${source#"$REPO_ROOT"/} does not compile"
	mv "$result.new" "$result"
}

# The source of the one that calls the others.
caller()
{
	local name

	echo '#include <stdio.h>'
	echo '#include <string.h>'
	printf 'int %s_main(int argc, char **argv);\n' "$@"
	echo 'int main(int argc, char **argv)'
	echo '{'
	echo '	const char *slash = argc ? strrchr(argv[0], 0x2f) : NULL;'
	echo '	const char *name = slash ? slash + 1 : argc ? argv[0] : "";'
	for name in "$@"; do
		echo "	if (!strcmp(name, \"$name\"))"
		echo "		return ${name}_main(argc, argv);"
	done
	echo '	fputs("called by no name of a program", stderr);'
	echo '	return 127;'
	echo '}'
}

# needs_link SOURCE FILE...: SOURCE is new, or one of the files
needs_link()
{
	local file

	cmp -s "$1.new" "$1" || return 0
	shift
	for file; do
		[[ $OUT/programs -nt $file ]] || return 0
	done
	return 1
}

# link OBJECTS NAME...: a program that is up to date stays untouched, since a boot may be reading it.
link()
{
	local source=$1/programs.c
	local files=("${@:2}")
	local name
	local old

	files=("${files[@]/#/$1/}")
	files=("${files[@]/%/.o}")
	shift
	caller "$@" >"$source.new"
	if needs_link "$source" "${files[@]}"; then
		mv "$source.new" "$source"
		"$CC" -static "${FLAGS[@]}" "$source" "${files[@]}" -o "$OUT/programs.new" >&2 ||
			die "the programs cannot be linked"
		mv "$OUT/programs.new" "$OUT/programs"
	fi
	for name; do
		[[ -L $OUT/$name ]] || ln -sfT programs "$OUT/$name"
	done
	# A program whose source is gone must not go on being tested.
	for old in "$OUT"/*; do
		[[ ! -L $old || -e $REPO_ROOT/selftests/progs/${old##*/}.c ]] || rm "$old"
	done
}

main()
{
	local objects=$OUT.o
	local names=()
	local source
	local name

	mkdir -p "$OUT/guest" "$objects"
	lock_entry userspace
	for source in "$REPO_ROOT"/selftests/progs/*.c; do
		name=$(basename "$source" .c)
		names+=("$name")
		compile "$objects/$name.o" "$source" -c "-Dmain=${name}_main"
	done
	link "$objects" "${names[@]}"
	for source in "$VM_DIR"/guest/*.c; do
		compile "$OUT/guest/$(basename "$source" .c)" "$source" -static
	done
	echo "$OUT"
}

main "$@"
