#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# reproducible.sh [KERNEL]: two builds of what is committed, in two folders at two times, have the same
# bytes: the module for a kernel from the cache (debian-6.12), what install-tools installs, and "make
# dist". Part of "make release-check". KTAP. The section .BTF is left out: with pahole 1.24 it
# differs, and nothing else does.

set -uo pipefail

SELFTESTS=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=selftests/vm/lib.sh
. "$SELFTESTS/vm/lib.sh"
# shellcheck source=selftests/lib/ktap.sh
. "$SELFTESTS/lib/ktap.sh"
trap - ERR
set +eE

KERNEL=${1:-debian-6.12}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
tree=$("$VM_DIR/kernel.sh" "$KERNEL") || die "no kernel $KERNEL"

# build DIR: a clone, its module and its tools
build()
{
	local result=$work/result.$2

	mkdir -p "$result"
	git clone -q "$REPO_ROOT" "$1" || return 1
	(
		cd "$1" || exit
		make -s "-j$(nproc)" KDIR="$tree/build" CC="$(kernel_cc "$KERNEL" "")" CONFIG_KUNIT= modules &&
			objcopy -R .BTF oom_embedded.ko "$result/debug.ko" &&
			strip --strip-debug --discard-locals -o "$result/oom_embedded.ko" "$result/debug.ko" &&
			make -s -C userspace-tools "-j$(nproc)" PREFIX=/usr DESTDIR="$result/tools" install >/dev/null &&
			make -s dist DIST_DIR="$result/dist" >/dev/null
	)
}

same_bytes()
{
	diff -r "$work/result.1/$1" "$work/result.2/$1"
}

plan 6
check "one build" build "$work/a" 1
check "another" build "$work/another/folder/of_a_longer_name" 2
check "the module, as installed" same_bytes oom_embedded.ko
check "the module, with what a debugger wants" same_bytes debug.ko
check "what install-tools installs" same_bytes tools
check "make dist" same_bytes dist
verdict
