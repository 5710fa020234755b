#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# whole_program.sh BUILD HEADERS: bytes of code, if the module in BUILD (of vm/module.sh) were compiled as one program
# with what is called once inside its caller. HEADERS: of its kernel. A bound for what can be saved without leaving
# something out; such a module is not made.

set -euo pipefail

build=$(realpath "$1")
headers=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# compile OBJECT: as the kernel's build did, for the optimizer at link time. Where the kernel's headers forbid that,
# as they do for a file with trace events, as it is.
compile()
{
	local command
	local object=$work/${1//\//_}

	command=$(sed -n '1s/^[^=]*:= *//; 1s/;.*//; 1s/ -Wp,-MMD,[^ ]*//; 1s/ -o [^ ]*//; 1p' \
		"$(dirname "$1")/.$(basename "$1").cmd")
	cd "$headers"
	eval "$command -w -flto -o '$object'" 2>/dev/null || eval "$command -w -o '$object'"
}
export -f compile
export work headers

xargs -P "$(nproc)" -I '{}' bash -c 'compile {}' <"$build/oom_embedded.mod"
# Not as a module, which has to keep all functions that other files could call: as a program that nobody can run.
gcc -nostdlib -static -no-pie -flto -flto-partition=one -O2 -w -Wl,--unresolved-symbols=ignore-all,--noinhibit-exec \
	-Wl,-e,init_module,-u,cleanup_module,-Ttext=0xffffffff81000000 -o "$work/program" "$work"/*.o 2>/dev/null
size -A "$work/program" | awk '$1 == ".text" || $1 == ".exit.text" { bytes += $2 } END { print bytes }'
