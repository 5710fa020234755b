#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The library: what its functions do on a module made of plain files, what it exports, and
# whether a program of somebody else finds it after an installation.

# shellcheck disable=SC2317 # conditions are called by name
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
make_tree "$tmp/tree"

HEADER=$TESTS/../../include/oom_embedded.h
DEST=$tmp/dest

test_functions()
{
	local line

	"$TOOLS_BUILD/tests/lib_api" >"$tmp/out" 2>"$tmp/err"
	same "the functions' test came to its end: $(head -n 5 "$tmp/err")" 0 $?
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
	same "the shared library exports what the header declares, versioned" "$(declared)" "$(exported)"
	same "and nothing else" "" "$(foreign)"
	same "the static one neither" "$(declared)" "$(static_exports)"
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

test_installed()
{
	check "make install" make -s -C "$TESTS/.." O="$TOOLS_BUILD" SANITIZE=1 \
		PREFIX=/usr DESTDIR="$DEST" install
	manual_example >"$tmp/program.c"
	# shellcheck disable=SC2046 # words
	check "the manual's example compiles and links by pkg-config" \
		gcc -fsanitize=address,undefined "$tmp/program.c" $(pkg --cflags --libs) -o "$tmp/program"
	check "it runs with the shared library" needs_library
	printf '#include <oom_embedded.h>\n' >"$tmp/header.c"
	check "the header stands alone, in strict C" \
		gcc -std=c99 -Wall -Wextra -pedantic -Werror -fsyntax-only -I "$(dirname "$HEADER")" "$tmp/header.c"
	if command -v g++ >/dev/null; then
		check "and in C++" \
			g++ -x c++ -Wall -Wextra -pedantic -Werror -fsyntax-only -I "$(dirname "$HEADER")" "$tmp/header.c"
	else
		skip "and in C++" "no g++"
	fi
	check "make uninstall" make -s -C "$TESTS/.." O="$TOOLS_BUILD" SANITIZE=1 \
		PREFIX=/usr DESTDIR="$DEST" uninstall
	same "leaves nothing" "" "$(find "$DEST" ! -type d -o -name '*oom*')"
}

needs_library()
{
	readelf -d "$tmp/program" | grep -q 'NEEDED.*liboom_embedded.so.1' &&
		LD_LIBRARY_PATH=$DEST/usr/lib ldd "$tmp/program" | grep -q "$DEST/usr/lib/liboom_embedded.so.1"
}

test_functions
test_symbols
test_installed
finish
