#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# variants.sh [VARIANT...]: the tools' tests on programs that are built, or run, in another way than
# with the sanitizers, with which run.sh builds them; "make check-variants". A line a test that
# failed or was skipped, a line a variant; "N passed, N failed" at the end.
#
#   lto          -O2 -flto, as distributions build
#   musl         with musl, as on Alpine and OpenWrt: shared, and all in one file
#   musl-static
#   bits32       for 32 bits, with the sanitizers
#   valgrind     each program under memcheck

set -uo pipefail

TESTS=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=selftests/vm/lib.sh
. "$TESTS/../../selftests/vm/lib.sh"
# shellcheck source=selftests/vm/apt.sh
. "$VM_DIR/apt.sh"
trap - ERR
set +eE
export CACHE_DIR

ALL=(lto musl musl-static bits32 valgrind)
# Tests that build for themselves, or look at sources: the same in each variant.
ITSELF=' build house install '

# flags_are WORD...: for make, a line each
flags_are()
{
	TOOLS_FLAGS=$(printf '%s\n' "$@")
	export TOOLS_FLAGS
}

needs()
{
	command -v "$1" >/dev/null || die "$1 is missing (Debian package $2)"
}

# musl's own headers do not include the kernel's. Static libraries of glibc's that need little are
# good enough for musl; functions of glibc only are supplied.
use_musl()
{
	local dir=$CACHE_DIR/build/tools-musl-libs
	local inih
	local jansson

	needs musl-gcc musl-tools
	inih=$(gcc -print-file-name=libinih.a)
	jansson=$(gcc -print-file-name=libjansson.a)
	mkdir -p "$dir"
	musl-gcc -O2 -Wall -c -o "$dir/chk.o" "$TESTS/musl_chk.c" || die "no $dir/chk.o"
	flags_are CC=musl-gcc WITH_TOP=0 "CONFIG_LIBS=$inih $dir/chk.o" \
		"CLI_LIBS=$jansson $inih $dir/chk.o -lm" \
		"CPPFLAGS=-idirafter /usr/include -idirafter /usr/include/$(gcc -print-multiarch)" "$@"
}

# The libraries of Debian's i386, unpacked.
libraries32()
{
	BITS32=$CACHE_DIR/apt/bits32-wide
	lock_entry bits32
	if [[ ! -e $BITS32/complete ]]; then
		(
			apt_use bookworm bits32 i386
			apt_unpack "$BITS32/root" {libinih-dev,libinih1,libjansson-dev,libjansson4}:i386 \
				{libncurses-dev,libncurses6,libncursesw6,libtinfo6}:i386
		) || die "no libraries for 32 bits"
		: >"$BITS32/complete"
	fi
	unlock_entry
}

use_bits32()
{
	local lib

	libraries32
	# The path for libraries of libraries, too: ncurses' libtinfo.
	lib=$BITS32/root/usr/lib/i386-linux-gnu
	echo 'int main(void) { return 0; }' |
		gcc -m32 -fsanitize=address,undefined -x c - -o /dev/null 2>/dev/null ||
		die "gcc -m32 does not link (Debian package gcc-$(gcc -dumpversion)-multilib, which, unlike gcc-multilib, goes together with cross compilers)"
	flags_are "CC=gcc -m32" SANITIZE=1 PKG_CONFIG=pkg-config \
		"CPPFLAGS=-I$BITS32/root/usr/include -idirafter /usr/include/$(gcc -print-multiarch)" \
		"LDFLAGS=-Wl,--disable-new-dtags -L$lib -L$BITS32/root/lib/i386-linux-gnu -Wl,-rpath,$lib -Wl,-rpath,$BITS32/root/lib/i386-linux-gnu"
	export PKG_CONFIG_LIBDIR=$lib/pkgconfig
}

use_valgrind()
{
	needs valgrind valgrind
	flags_are 'CFLAGS=-O1 -g'
	export TOOLS_PATIENCE=4
}

# In a shell of its own: settings of one do not reach the next.
try_variant()
{
	local names=()
	local name

	shopt -s nullglob
	for name in "$TESTS"/*_test.sh; do
		name=$(basename "$name" _test.sh)
		[[ $ITSELF == *" $name "* ]] || names+=("$name")
	done
	export TOOLS_VARIANT=$1
	# Beside other work a script takes its time.
	export TOOLS_PATIENCE=2
	case $1 in
	lto) flags_are 'CFLAGS=-O2 -g -flto=auto' ;;
	musl) use_musl ;;
	musl-static) use_musl STATIC=1 ;;
	bits32) use_bits32 ;;
	valgrind) use_valgrind ;;
	*) die "there is no variant $1; there are: ${ALL[*]}" ;;
	esac
	"$TESTS/run.sh" "${ONLY[@]:-${names[@]}}"
}

# ONLY="NAME..." in the environment: these tests only.
read -ra ONLY <<<"${ONLY-}"
[[ $# -gt 0 ]] || set -- "${ALL[@]}"
passed=0
failed=0
results=$(mktemp) || exit 1
trap 'rm -f "$results"' EXIT
for variant; do
	(try_variant "$variant") </dev/null >"$results" 2>&1
	status=$?
	good=$(grep -c '^ok ' "$results")
	bad=$(grep -c '^not ok ' "$results")
	[[ $status -eq 0 || $bad -gt 0 ]] || bad=1
	grep -vE '^(ok [^#]*|KTAP.*|1\.\..*)$' "$results" | sed "s/^/$variant: /"
	echo "== $variant: $good passed, $bad failed, $(grep -c '# SKIP' "$results") of them skipped"
	passed=$((passed + good))
	failed=$((failed + bad))
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
