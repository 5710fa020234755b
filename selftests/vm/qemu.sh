# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The newest qemu that Debian has, for guests whose CPUs have a thread of the host each.

# newest_qemu: sets QEMU to the words that run it. By its own loader, not in a tree of its own: whoever
# waits for it, or ends it, deals with qemu itself.
newest_qemu()
{
	local dir=$CACHE_DIR/toolchain/qemu-sid
	local libs=$dir/usr/lib/x86_64-linux-gnu

	lock_entry qemu-sid
	if [[ ! -e $dir/complete ]]; then
		note "fetching the qemu of sid"
		apt_tree "$dir" sid qemu-sid qemu-system-x86 seabios
		touch "$dir/complete"
	fi
	unlock_entry
	# shellcheck disable=SC2034 # read by machine.sh
	QEMU=(
		"$libs/ld-linux-x86-64.so.2" --library-path "$libs" "$dir/usr/bin/qemu-system-x86_64"
		-L "$dir/usr/share/qemu" -L "$dir/usr/share/seabios"
	)
}
