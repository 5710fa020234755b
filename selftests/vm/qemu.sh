# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The newest qemu that Debian has, for guests whose CPUs have a thread of the host each.

# The packages and what they depend on, libc too. Nobody runs their scripts.
qemu_make()
{
	local dir=$1
	local tmp
	local deb

	note "fetching the qemu of sid"
	apt_use sid qemu-sid
	tmp=$(mktemp -d "$CACHE_DIR/qemu.XXXXXX")
	mkdir -p "$tmp/debs/partial"
	apt-get -qq install --download-only --no-install-recommends -y \
		-o "Dir::Cache::archives=$tmp/debs/" base-files qemu-system-x86 seabios >&2 ||
		die "cannot fetch the qemu of sid"
	mkdir "$tmp/root"
	dpkg -x "$tmp"/debs/base-files_*.deb "$tmp/root"
	for deb in "$tmp"/debs/*.deb; do
		dpkg -x "$deb" "$tmp/root"
	done
	rm -rf "$tmp"/root/usr/share/{doc,man,info,locale} "$dir"
	mkdir -p "$(dirname "$dir")"
	mv "$tmp/root" "$dir"
	rm -rf "$tmp"
	touch "$dir/complete"
}

# newest_qemu: sets QEMU to the words that run it. By its own loader, not in a tree of its own: whoever
# waits for it, or ends it, deals with qemu itself.
newest_qemu()
{
	local dir=$CACHE_DIR/toolchain/qemu-sid
	local libs=$dir/usr/lib/x86_64-linux-gnu

	lock_entry qemu-sid
	[[ -e $dir/complete ]] || qemu_make "$dir"
	unlock_entry
	# shellcheck disable=SC2034 # read by machine.sh
	QEMU=(
		"$libs/ld-linux-x86-64.so.2" --library-path "$libs" "$dir/usr/bin/qemu-system-x86_64"
		-L "$dir/usr/share/qemu" -L "$dir/usr/share/seabios"
	)
}
