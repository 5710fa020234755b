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

# The packages and what they depend on. Nobody runs their scripts; the one link among these
# that a build needs is awk.
toolchain_make()
{
	local suite=$1
	local dir=$2
	local tmp
	local deb

	note "fetching the compilers of $suite"
	apt_use "$suite" "toolchain-$suite"
	tmp=$(mktemp -d "$CACHE_DIR/toolchain.XXXXXX")
	mkdir -p "$tmp/debs/partial"
	# shellcheck disable=SC2046 # a list of packages
	apt-get -qq install --download-only --no-install-recommends -y \
		-o "Dir::Cache::archives=$tmp/debs/" $(toolchain_packages "$suite") \
		base-files bash coreutils dash diffutils dpkg findutils grep gzip kmod libelf1t64 \
		make mawk pahole perl sed xz-utils >&2 ||
		die "cannot fetch the compilers of $suite"
	mkdir "$tmp/root"
	dpkg -x "$tmp"/debs/base-files_*.deb "$tmp/root"
	for deb in "$tmp"/debs/*.deb; do
		dpkg -x "$deb" "$tmp/root"
	done
	ln -sf mawk "$tmp/root/usr/bin/awk"
	rm -rf "$tmp"/root/usr/share/{doc,man,info,locale}
	mkdir -p "$(dirname "$dir")"
	rm -rf "$dir"
	mv "$tmp/root" "$dir"
	rm -rf "$tmp"
	touch "$dir/complete"
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
