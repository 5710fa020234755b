#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Building: with other flags than before, for another prefix, for another machine, with LTO, and
# cleaning up where there are no kernel headers.

# shellcheck disable=SC2317 # conditions are called by name
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

TOOLS=$(dirname "$TESTS")
# The builds here are small and quick: no libraries, no optimisation.
LEAN=(WITH_JSON=0 WITH_INIH=0 WITH_TOP=0)

# build DIRECTORY WORD...: in it, without the sanitizers
build()
{
	local dir=$1

	shift
	make -s -C "$TOOLS" O="$tmp/$dir" CFLAGS=-O0 "${LEAN[@]}" "$@" >"$tmp/log" 2>&1 || {
		tail -n 20 "$tmp/log"
		return 1
	}
}

is_static()
{
	! readelf -l "$1" | grep -q INTERP
}

# --- the same directory with other flags
check "a build" build out "$tmp/out/oom-embedded"
same "its programs need an interpreter" 1 "$(readelf -l "$tmp/out/oom-embedded" | grep -c INTERP)"
check "a static build in the same directory" build out STATIC=1 "$tmp/out/oom-embedded"
check "has static programs" is_static "$tmp/out/oom-embedded"
stamp=$(stat -c %Y.%s "$tmp/out/cli/main.o")
check "the same again" build out STATIC=1 "$tmp/out/oom-embedded"
same "builds nothing" "$stamp" "$(stat -c %Y.%s "$tmp/out/cli/main.o")"

# --- another prefix
check "a build for another prefix" make -s -C "$TOOLS" O="$tmp/opt" CFLAGS=-O0 WITH_JSON=0 WITH_TOP=0 \
	PREFIX=/opt/oom "$tmp/opt/oom-embedded" "$tmp/opt/oom-embeddedd"
for program in oom-embedded oom-embeddedd; do
	same "$program looks for its configuration below the prefix" \
		'/opt/oom/etc/oom-embedded.conf /opt/oom/etc/oom-embedded.d' \
		"$(strings "$tmp/opt/$program" | grep -oE '[a-z/]*/etc/oom-embedded\.(conf|d)\b' | sort -u | paste -sd' ')"
done

# --- with LTO, whose objects hold no code
check "the static library with -flto" make -s -C "$TOOLS" O="$tmp/lto" CFLAGS='-O2 -flto' "$tmp/lto/liboom_embedded.a"
same "exports what the header declares" \
	"$(grep -c '^[a-z].*[ *]oom_embedded_[a-z_]*(' "$TOOLS/../include/oom_embedded.h")" \
	"$(nm --defined-only "$tmp/lto/liboom_embedded.a" | grep -c ' T oom_embedded_')"
same "and nothing else" '' "$(nm --defined-only "$tmp/lto/liboom_embedded.a" | grep ' [A-Z] ' | grep -v ' T oom_embedded_')"
printf '#include <oom_embedded.h>\nint main(void) { return oom_embedded_open(0, 4) != -22; }\n' >"$tmp/user.c"
check "a program without -flto is linked with it" \
	gcc -I "$TOOLS/../include" "$tmp/user.c" "$tmp/lto/liboom_embedded.a" -o "$tmp/user"
check "and runs" "$tmp/user"
check "a program with -flto, too" \
	gcc -flto -I "$TOOLS/../include" "$tmp/user.c" "$tmp/lto/liboom_embedded.a" -o "$tmp/user"

# --- for another machine
cross=$(command -v aarch64-linux-gnu-gcc || command -v arm-linux-gnueabihf-gcc) || cross=
if [[ -n $cross ]]; then
	check "CC alone builds for another machine" make -s -C "$TOOLS" O="$tmp/cross" CFLAGS=-O0 CC="$cross"
	same "for that one" 1 "$(readelf -h "$tmp/cross/oom-embedded" | grep -cE 'Machine: +(AArch64|ARM)')"
	check "CROSS_COMPILE does so, too" make -s -C "$TOOLS" O="$tmp/cross2" CFLAGS=-O0 \
		CROSS_COMPILE="${cross%gcc}" "$tmp/cross2/oom-embedded"
else
	skip "CC alone builds for another machine" "no cross compiler (Debian package gcc-aarch64-linux-gnu)"
fi

# --- with musl, as on Alpine, OpenWrt and in Buildroot. Its own headers do not include the kernel's.
if command -v musl-gcc >/dev/null; then
	# A static library of glibc's that needs little is good enough for musl.
	inih=$(gcc -print-file-name=libinih.a)
	with=(WITH_JSON=0 WITH_TOP=0 WITH_INIH=0)
	[[ $inih != /* ]] || with=(WITH_JSON=0 WITH_TOP=0 CONFIG_LIBS="$inih")
	check "a build with musl" make -s -C "$TOOLS" O="$tmp/musl" CC=musl-gcc CFLAGS='-O1 -Werror' STATIC=1 \
		CPPFLAGS="-idirafter /usr/include -idirafter /usr/include/$(gcc -print-multiarch)" "${with[@]}"
	make_tree "$tmp/tree"
	same "its command line works" enforce "$("$tmp/musl/oom-embedded" status -v | awk '$1 == "mode:" { print $2 }')"
	same "options after words, too" 1 "$("$tmp/musl/oom-embedded" events 3 --sysfs="$OOM_EMBEDDED_SYSFS" | grep -c '^seq:')"
	if [[ $inih == /* ]]; then
		printf '[policy]\nrank_threshold = 100\n' >"$tmp/a.conf"
		check "its manager reads a configuration" "$tmp/musl/oom-embeddedd" --check -f "$tmp/a.conf" -d ''
	fi
else
	skip "a build with musl" "no musl-gcc (Debian package musl-tools)"
fi

# --- cleaning up
mkdir -p "$tmp/clean/module/rank" "$tmp/clean/userspace-tools/build"
cp "$TOOLS/../Makefile" "$TOOLS/../VERSION" "$tmp/clean/"
cp -r "$TOOLS"/{Makefile,packaging.mk,common,cli,lib,daemon,examples,man,tests} "$tmp/clean/userspace-tools/"
touch "$tmp/clean/"{oom_embedded.ko,oom_embedded.mod,oom_embedded.mod.c,Module.symvers,modules.order} \
	"$tmp/clean/module/rank/"{rank.o,.rank.o.cmd,rank.c}
check "make clean without kernel headers" make -s -C "$tmp/clean" KDIR=/nonexistent clean
same "removes what was built and nothing else" 'Makefile VERSION module/rank/rank.c' \
	"$(cd "$tmp/clean" && find . -path ./userspace-tools -prune -o -type f -printf '%P\n' | sort | paste -sd' ')"

finish
