#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The library: its functions on a module made of plain files, its exports, and
# whether a program of somebody else finds it after an installation.

# shellcheck disable=SC2317 # conditions are called by name
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
make_tree "$tmp/tree"

HEADER=$TESTS/../../include/oom_embedded.h
DEST=$tmp/dest
sanitize=()

# program NAME: runs it, and has its lines as results
program()
{
	local line
	local status

	"$TOOLS_BUILD/tests/$1" >"$tmp/out" 2>"$tmp/err"
	status=$?
	if [[ $status -eq 77 ]]; then
		skip "$1" "no right to make a network namespace"
		return
	fi
	same "$1 came to its end: $(head -n 5 "$tmp/err")" 0 "$status"
	while IFS= read -r line; do
		case $line in
		'ok '*) pass "${line#ok }" ;;
		*) fail "${line#not ok }" ;;
		esac
	done <"$tmp/out"
}

declared()
{
	grep -oE '\boom_embedded_[a-z_]+\(' "$HEADER" | tr -d '(' | sort -u
}

exported()
{
	nm -D --defined-only "$TOOLS_BUILD/liboom_embedded.so" |
		sed -n 's/.* [TDBRV] \(oom_[a-z_]*\)@@OOM_EMBEDDED_1$/\1/p' | sort
}

is_shared()
{
	[[ -e $TOOLS_BUILD/liboom_embedded.so ]]
}

# Sanitizers export some of their own.
foreign()
{
	nm -D --defined-only "$TOOLS_BUILD/liboom_embedded.so" | awk '{ print $3 }' |
		grep -vE '^(oom_embedded_|OOM_EMBEDDED_1|_*asan|_*ubsan|_*sanitizer|_init|_fini)' || :
}

static_exports()
{
	nm --defined-only "$TOOLS_BUILD/liboom_embedded.a" |
		sed -n 's/.* [TDBRV] \(oom_[a-z_]*\|oe_[a-z_]*\)$/\1/p' | sort
}

test_symbols()
{
	same "the static library exports what the header declares, and nothing else" "$(declared)" "$(static_exports)"
	if ! is_shared; then
		skip "the shared library" "a build without shared libraries"
		return
	fi
	same "the shared library exports what the header declares, versioned" "$(declared)" "$(exported)"
	same "and nothing else" "" "$(foreign)"
}

# Of the machines whose long has 64 bits; its present contents must stay for ever.
test_layout()
{
	local list=$TESTS/../lib/liboom_embedded.abi

	{
		exported
		"$TOOLS_BUILD/tests/abi_layout"
	} >"$tmp/abi"
	if [[ $(getconf LONG_BIT) != 64 ]] || variant_is bits32 || ! is_shared; then
		skip "the ABI is the one that programs were built with" "not a 64-bit machine, or no shared library"
		return
	fi
	same "the ABI is the one that programs were built with" '' \
		"$(grep -v '^#' "$list" | grep -vxFf "$tmp/abi")"
	same "what is new stands in lib/liboom_embedded.abi" '' "$(grep -vxFf "$list" "$tmp/abi")"
}

pkg()
{
	PKG_CONFIG_LIBDIR=$DEST/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$DEST \
		pkg-config "$@" liboom_embedded
}

# The example of the manual page, as it stands there.
manual_example()
{
	echo '#include <oom_embedded.h>'
	echo '#include <poll.h>'
	echo '#include <string.h>'
	echo 'static char spill[16], block[16]; static size_t used;'
	sed -n '/^\.SH EXAMPLE/,/^\.EE/p' "$TESTS/../man/liboom_embedded.3" | sed '/^\./d; s/\\-/-/g'
}

# The compiler of the variant, as it would be called by hand.
compiler=(gcc)
for flag in "${TOOLS_FLAGS[@]}"; do
	case $flag in
	CC=*) read -ra compiler <<<"${flag#CC=}" ;;
	SANITIZE=1) sanitize=("-fsanitize=address,undefined") ;;
	esac
done
compiler+=("${sanitize[@]}")

test_installed()
{
	check "make install" make -s -C "$TESTS/.." O="$TOOLS_BUILD" "${TOOLS_FLAGS[@]}" \
		PREFIX=/usr DESTDIR="$DEST" install
	manual_example >"$tmp/program.c"
	if is_shared; then
		# shellcheck disable=SC2046 # words
		check "the manual's example compiles and links by pkg-config" \
			"${compiler[@]}" "$tmp/program.c" $(pkg --cflags --libs) -o "$tmp/program"
		check "it runs with the shared library" needs_library
	fi
	printf '#include <oom_embedded.h>\n' >"$tmp/header.c"
	check "the header stands alone, in strict C" \
		gcc -std=c99 -Wall -Wextra -pedantic -Werror -fsyntax-only -I "$(dirname "$HEADER")" "$tmp/header.c"
	if command -v g++ >/dev/null; then
		check "and in C++" \
			g++ -x c++ -Wall -Wextra -pedantic -Werror -fsyntax-only -I "$(dirname "$HEADER")" "$tmp/header.c"
	else
		skip "and in C++" "no g++"
	fi
	check "the names and numbers are installed, too" \
		gcc -fsyntax-only -I "$DEST/usr/include" -include linux/oom_embedded.h -x c /dev/null
	check "make uninstall" make -s -C "$TESTS/.." O="$TOOLS_BUILD" "${TOOLS_FLAGS[@]}" \
		PREFIX=/usr DESTDIR="$DEST" uninstall
	same "leaves nothing" "" "$(find "$DEST" ! -type d -o -name '*oom*')"
}

# Compiled without sanitizers, which read the clock themselves, and do not lock memory.
test_lock()
{
	local tools=$TESTS/..

	cat >"$tmp/lock.c" <<-'PROGRAM'
		#include <stdio.h>
		#include <sys/resource.h>
		#include <time.h>
		#include <oom_embedded.h>

		static long faults(void)
		{
			struct rusage usage;

			getrusage(RUSAGE_SELF, &usage);
			return usage.ru_minflt + usage.ru_majflt;
		}

		int main(void)
		{
			struct timespec now;
			int err = oom_embedded_lock_memory(16 * 1024);
			long before = faults();

			clock_gettime(CLOCK_MONOTONIC, &now);
			printf("%d %ld\n", err, faults() - before);
			return 0;
		}
	PROGRAM
	check "a program with the library's own sources" gcc -O2 -I "$(dirname "$HEADER")" -I "$(dirname "$HEADER")/uapi" \
		-I "$tools" -D_GNU_SOURCE "$tmp/lock.c" "$tools"/lib/{callback,event,oom_embedded,self}.c \
		"$tools"/common/{words,sysfs,feature,uevent}.c -o "$tmp/lock"
	same "locks its memory, and reads the clock without a page fault" "0 0" "$("$tmp/lock" 2>&1)"
}

needs_library()
{
	local loader=ldd

	# The ldd of another C library cannot load it.
	! variant_is musl || loader="$(readelf -l "$tmp/program" | sed -n 's/.*interpreter: \(.*\)]/\1/p') --list"
	readelf -d "$tmp/program" | grep -q 'NEEDED.*liboom_embedded.so.1' &&
		LD_LIBRARY_PATH=$DEST/usr/lib $loader "$tmp/program" | grep -q "$DEST/usr/lib/liboom_embedded.so.1"
}

program lib_api
program hear_uevents
test_symbols
test_layout
test_installed
test_lock
finish
