#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# variants.sh [VARIANT...]: the tools' tests on programs that are built, or run, in another way than
# with the sanitizers, with which run.sh builds them; "make check-variants". A line a test that
# failed or was skipped, a line a variant; "N passed, N failed" at the end.
#
#   lto          -O2 -flto, as distributions build
#   clang        with clang
#   musl         with musl, as on Alpine and OpenWrt: shared, and all in one file
#   musl-static
#   bits32       for 32 bits, with the sanitizers
#   valgrind     each program under memcheck
#   arm64        for another machine, all in one file, run by qemu-user: the tests that do not need
#   armhf        the machine's own /proc and signals. The build is told CROSS_COMPILE= and, so that
#   i386         there are JSON and configuration files, where Debian's libraries for it are
#   riscv64

set -uo pipefail

TESTS=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=selftests/vm/lib.sh
. "$TESTS/../../selftests/vm/lib.sh"
# shellcheck source=selftests/vm/apt.sh
. "$VM_DIR/apt.sh"
trap - ERR
set +eE
export CACHE_DIR

ALL=(lto clang musl musl-static bits32 valgrind arm64 armhf i386 riscv64)
# Tests that build for themselves, or look at sources: the same in each variant.
ITSELF=' build house install openwrt packaging '
# Work for an emulated program: the command line and the library on files. The manager wants
# locked memory, real-time priority and its own /proc/self/exe.
EMULATED=(cli_apply cli_bytes cli_changes cli_lists cli_rules cli_tunables cli_tune cli_why fuzz)

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
	export TOOLS_RUNNER="valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite"
	export TOOLS_PATIENCE=4
}

# libraries_of ARCH SUITE: Debian's for that machine, unpacked; sets LIBRARIES
libraries_of()
{
	local dir=$CACHE_DIR/apt/libraries-$1

	lock_entry "libraries-$1"
	if [[ ! -e $dir/complete ]]; then
		(
			apt_use "$2" "libraries-$1" "$1"
			apt_unpack "$dir/root" {libinih-dev,libjansson-dev}:"$1"
		) || die "no libraries for $1"
		: >"$dir/complete"
	fi
	unlock_entry
	LIBRARIES=$dir/root/usr
}

# use_machine ARCH SUITE PREFIX EMULATOR
use_machine()
{
	local lib

	needs "$3gcc" "gcc-${3%-}"
	needs "$4" qemu-user
	libraries_of "$1" "$2"
	lib=$LIBRARIES/lib/${3%-}
	[[ $1 != i386 ]] || lib=$LIBRARIES/lib/i386-linux-gnu
	# Names of functions in a later C library than the cross compiler's.
	mkdir -p "$CACHE_DIR/build/tools-$1-libs"
	"$3gcc" -O2 -Wall -c -o "$CACHE_DIR/build/tools-$1-libs/chk.o" "$TESTS/isoc23.c" || die "no isoc23.o"
	flags_are "CROSS_COMPILE=$3" STATIC=1 WITH_TOP=0 "CPPFLAGS=-idirafter $LIBRARIES/include" \
		"LDFLAGS=-L$lib" "LDLIBS=$CACHE_DIR/build/tools-$1-libs/chk.o"
	export PKG_CONFIG_LIBDIR=$lib/pkgconfig TOOLS_RUNNER=$4 TOOLS_PATIENCE=4
	[[ ${#ONLY[@]} -gt 0 ]] || ONLY=("${EMULATED[@]}")
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
	clang) needs clang clang && flags_are CC=clang 'CFLAGS=-O2 -g -Wno-unknown-warning-option -Wno-format-nonliteral' ;;
	musl) use_musl ;;
	musl-static) use_musl STATIC=1 ;;
	bits32) use_bits32 ;;
	valgrind) use_valgrind ;;
	arm64) use_machine arm64 bookworm aarch64-linux-gnu- qemu-aarch64 ;;
	armhf) use_machine armhf bookworm arm-linux-gnueabihf- qemu-arm ;;
	i386) use_machine i386 bookworm i686-linux-gnu- qemu-i386 ;;
	riscv64) use_machine riscv64 trixie riscv64-linux-gnu- qemu-riscv64 ;;
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
