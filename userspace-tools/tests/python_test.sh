#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The library for Python: its structures and numbers are those of the header, its functions do on a
# module made of plain files as the library does, its types hold.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/header.sh
. "$TESTS/header.sh"

TOOLS=$(dirname "$TESTS")
MODULE=$TOOLS/python/oom_embedded.py
version=$(cat "$TOOLS/../VERSION")

if ! command -v python3 >/dev/null; then
	skip "Python" "no python3 (Debian package python3)"
	finish
fi
make_tree "$tmp/tree"

header_in_c()
{
	layout_in_c event
	layout_in_c self
	numbers_in_c
}

header_in_python()
{
	PYTHONPATH=$TOOLS/python PYTHONDONTWRITEBYTECODE=1 python3 - <<-'END'
	import ctypes, oom_embedded as o
	for struct in (o._Event, o._Self):
	    for name, _ in struct._fields_:
	        print(name, getattr(struct, name).offset)
	    print("size", ctypes.sizeof(struct))
	for word in o.Type:
	    print("OOM_EMBEDDED_" + word.name, word.value)
	for word in o.Level:
	    print("OOM_EMBEDDED_LEVEL_" + word.name, word.value)
	END
}

check "the header has them" test "$(header_in_c | wc -l)" -gt 30
same "structures and numbers are those of the header" "$(header_in_c)" "$(header_in_python)"

# Without sanitizers, which python3 does not bring.
check "the library" make -s -C "$TOOLS" O="$tmp/lib" CFLAGS=-O1 "$tmp/lib/liboom_embedded.so.$version"
export OOM_EMBEDDED_LIBRARY=$tmp/lib/liboom_embedded.so.1

# says DESCRIPTION EXPECTED <PROGRAM: with "oom", a listener
says()
{
	same "$1" "$2" "$({
		printf 'import os, select\nimport oom_embedded\nfrom oom_embedded import *\n'
		cat
	} | PYTHONPATH=$TOOLS/python PYTHONDONTWRITEBYTECODE=1 python3 - 2>&1)"
}

says "what there is" '3 0 Level.NORMAL' <<-'END'
	with Listener() as oom:
	    print(oom.wanted(), oom.missed(), str(oom.level().__class__.__name__) + '.' + oom.level().name)
	END
says "no event, no wait" '[] []' <<-'END'
	with Listener() as oom:
	    print(list(oom.events()), select.select([oom], [], [], 0)[0])
	END
says "a ranking is written" '' <<-'END'
	with Listener() as oom:
	    oom.set_rank(900)
	END
check "as the library writes it" grep -qE '^[0-9]+ 900$' "$OOM_EMBEDDED_SYSFS/oom_ranking"
says "a pidfd that is none" 'OSError 22' <<-'END'
	with Listener() as oom:
	    try:
	        oom.set_rank(5, pidfd=0)
	    except OSError as error:
	        print("OSError", error.errno)
	END
says "closed is closed" 'the listener is closed' <<-'END'
	oom = Listener()
	oom.close()
	oom.close()
	try:
	    oom.level()
	except ValueError as error:
	    print(error)
	END
OOM_EMBEDDED_SYSFS=/nonexistent says "no module" 'FileNotFoundError' <<-'END'
	try:
	    Listener()
	except FileNotFoundError as error:
	    print(type(error).__name__)
	END
if command -v mypy >/dev/null; then
	check "types hold" mypy --strict --cache-dir=/dev/null "$MODULE"
else
	skip "types hold" "no mypy (Debian package mypy)"
fi
finish
