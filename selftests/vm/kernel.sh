#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel.sh [--refresh] NAME | --list
#
# Makes kernel NAME available in the cache and prints its directory: vmlinuz, build (for
# make -C), config, release, modules.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/vm/apt.sh
. "$VM_DIR/apt.sh"
# shellcheck source=selftests/vm/stock-kernel.sh
. "$VM_DIR/stock-kernel.sh"
# shellcheck source=selftests/vm/debug-kernel.sh
. "$VM_DIR/debug-kernel.sh"

# Forgets what is cached, so that the newest point release is looked for.
refresh()
{
	if is_built_kernel "$1"; then
		rm -f "$CACHE_DIR/src/version-$(source_suite "$1")"
	else
		rm -f "$CACHE_DIR/kernels/$1/complete"
	fi
}

main()
{
	local refresh=

	case ${1-} in
	--list) kernel_names; exit 0 ;;
	--refresh) refresh=y; shift ;;
	esac
	[[ $# -eq 1 ]] || die "usage: kernel.sh [--refresh] NAME | --list"
	check_kernel_name "$1"
	[[ -z $refresh ]] || refresh "$1"
	if is_built_kernel "$1"; then
		debug_kernel "$1"
	else
		stock_kernel "$1"
	fi
}

main "$@"
