# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A newer Debian's compilers for the kernels that name them, and the libc that these kernels'
# own build programs want: packages unpacked into a tree, and commands run in it.

toolchain_packages()
{
	case $1 in
	trixie) echo gcc-14 gcc-14-aarch64-linux-gnu gcc-14-riscv64-linux-gnu ;;
	sid) echo gcc-16-riscv64-linux-gnu ;;
	esac
}

# toolchain_make SUITE DIR: the one link among these packages that a build needs is awk.
toolchain_make()
{
	note "fetching the compilers of $1"
	# shellcheck disable=SC2046 # a list of packages
	apt_tree "$2" "$1" "toolchain-$1" $(toolchain_packages "$1") \
		bash coreutils dash diffutils dpkg findutils grep gzip kmod libelf1t64 \
		make mawk pahole perl sed xz-utils
	ln -sf mawk "$2/usr/bin/awk"
	touch "$2/complete"
}

# toolchain_run SUITE "DIR..." COMMAND...: with these directories in their places.
toolchain_run()
{
	local suite=$1
	local dir=$CACHE_DIR/toolchain/$1
	local shown=$2
	local enter=(unshare --mount)

	shift 2
	lock_entry "toolchain-$suite"
	[[ -e $dir/complete ]] || toolchain_make "$suite" "$dir"
	unlock_entry
	[[ $EUID -eq 0 ]] || enter+=(--map-root-user)
	# shellcheck disable=SC2016 # the inner shell's words
	"${enter[@]}" /bin/sh -c '
		root=$1
		shift
		for dir in /proc /dev $1; do
			mkdir -p "$root$dir" && mount --rbind "$dir" "$root$dir" || exit 1
		done
		shift
		exec chroot "$root" /usr/bin/env -i PATH=/usr/bin:/usr/sbin HOME=/ LC_ALL=C "$@"
	' sh "$dir" "$shown" "$@"
}
