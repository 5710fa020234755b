# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Shared by the harness scripts: places, messages, locks.

export LC_ALL=C

# set -e alone would end a script without a word.
set -E
trap 'printf "%s: line %s failed\n" "${0##*/}" "$LINENO" >&2' ERR

VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # read by the scripts that source this file
REPO_ROOT=$(cd "$VM_DIR/../.." && pwd)
CACHE_DIR=${CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/oom-embedded}

# Debian's archive; a site with a mirror of its own overrides it.
DEBIAN_MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org}

# shellcheck source=selftests/vm/kernels.sh
. "$VM_DIR/kernels.sh"

# shellcheck disable=SC2034 # read by the scripts that source this file
HOST_PACKAGES=(
	bc bison busybox-static ca-certificates ccache clang-format cppcheck cpio curl debhelper
	debian-archive-keyring dh-dkms dh-python dkms dpkg-dev fish flex gcc git jq kmod libc6-dev libelf-dev
	libinih-dev libjansson-dev libncurses-dev libssl-dev lintian make mandoc musl-tools pahole perl
	pkg-config python3 qemu-system-x86 rpm rsync shellcheck sparse spin tmux util-linux xz-utils zsh
)

# Packages for the matrix of kernels beside that: emulators, cross compilers, clang for CFI.
# shellcheck disable=SC2034
MATRIX_PACKAGES=(
	clang-19 gcc-aarch64-linux-gnu gcc-arm-linux-gnueabihf gcc-i686-linux-gnu
	gcc-riscv64-linux-gnu libc6-dev-arm64-cross libc6-dev-armhf-cross
	libc6-dev-i386-cross libc6-dev-riscv64-cross lld-19 llvm-19 opensbi
	qemu-system-arm qemu-system-misc
)

# libFuzzer and the sanitizers of Debian's clang.
# shellcheck disable=SC2034
FUZZ_PACKAGES=(clang libclang-rt-14-dev)
# For the curves of "make scale".
SCALE_PACKAGES=(gnuplot-nox)

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

note()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# The lock of a cache entry: two builders of one kernel would spoil it, builders of
# different kernels need not wait for each other. A reader of a complete entry takes
# none. Held until unlock_entry (the innermost lock first) or until the caller exits.
LOCKS=()

lock_entry()
{
	local fd

	mkdir -p "$CACHE_DIR/lock"
	exec {fd}>"$CACHE_DIR/lock/$1"
	flock "$fd"
	LOCKS+=("$fd")
}

unlock_entry()
{
	local fd=${LOCKS[-1]}

	exec {fd}>&-
	unset 'LOCKS[-1]'
}

# Succeeds when the release string $1 names a kernel of our own making.
is_debug_kernel()
{
	[[ $1 == debug-* ]]
}

# An unknown kernel name must not silently test another kernel.
check_kernel_name()
{
	local names

	names=$(kernel_names)
	grep -qxF -- "$1" <<<"$names" ||
		die "unknown kernel '$1' (there are: ${names//$'\n'/ })"
}

# build_entry KERNEL [FEATURE...]: the folder below build/ of a module without these features.
build_entry()
{
	local name=$1

	shift
	[[ $# -eq 0 ]] || name+=-without
	printf '%s' "$name" "${@/#/-}"
	echo
}
