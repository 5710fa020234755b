#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# udev.sh DIR: puts Debian's udevd below DIR, with the libraries that it needs. The host's own
# is neither needed nor touched.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/vm/apt.sh
. "$VM_DIR/apt.sh"

UDEV=$CACHE_DIR/udev

fetch()
{
	[[ ! -e $UDEV/complete ]] || return 0
	rm -rf "$UDEV"
	apt_use bookworm udev
	apt_unpack "$UDEV/root" udev libudev1 libkmod2 libacl1 libblkid1 libcap2 libselinux1 libc6 \
		libzstd1 liblzma5 libssl3 libpcre2-8-0
	: >"$UDEV/complete"
}

main()
{
	local dir
	local lib

	[[ $# -eq 1 ]] || die "usage: udev.sh DIR"
	dir=$1
	lib=lib/x86_64-linux-gnu
	lock_entry udev
	fetch
	mkdir -p "$dir/$lib" "$dir/bin" "$dir/lib64" "$dir/lib/systemd" "$dir/etc/udev/rules.d"
	cp "$UDEV/root/bin/udevadm" "$dir/lib/systemd/systemd-udevd"
	ln -sf ../lib/systemd/systemd-udevd "$dir/bin/udevadm"
	find "$UDEV/root/$lib" "$UDEV/root/usr/$lib" -maxdepth 1 -name '*.so.*' \
		\( -name 'libudev*' -o -name 'libkmod*' -o -name 'libacl*' -o -name 'libblkid*' \
		-o -name 'libcap*' -o -name 'libselinux*' -o -name 'libc.*' -o -name 'libzstd*' \
		-o -name 'liblzma*' -o -name 'libcrypto*' -o -name 'libpcre2*' \) \
		-exec cp -a {} "$dir/$lib/" \;
	cp -L "$UDEV/root/$lib/ld-linux-x86-64.so.2" "$dir/lib64/"
}

main "$@"
