# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Debian's own kernels, unpacked into the cache and not installed.

# Modules that a test may want in its guest (pstore over RAM, host folders over 9p), with
# what they depend on.
GUEST_MODULES='reed_solomon|ramoops|9p|9pnet|9pnet_virtio|netfs|fscache|virtio|virtio_ring|virtio_pci|virtio_pci_legacy_dev|virtio_pci_modern_dev'

stock_suite()
{
	case $1 in
	debian-5.10) echo bullseye ;;
	debian-6.1) echo bookworm ;;
	debian-6.12) echo bookworm-backports ;;
	esac
}

stock_download()
{
	local dir=$1
	local image
	local headers
	local common
	local kbuild

	image=$(apt_depends linux-image-amd64 '^linux-image-')
	headers=$(apt_depends linux-headers-amd64 '^linux-headers-')
	[[ -n $image && -n $headers ]] || die "no linux-image-amd64 or linux-headers-amd64"
	common=$(apt_depends "$headers" '^linux-headers-.*-common')
	kbuild=$(apt_depends "$headers" '^linux-kbuild-')
	note "fetching $image, $headers"
	apt_unpack "$dir/root" "$image" "$headers" "$common" "$kbuild"
	echo "${headers#linux-headers-}" >"$dir/release"
}

# The headers are made for /usr/src and for one compiler; here they are to work anywhere
# and with the compiler that is there. $2 is where the entry will finally be.
stock_relocate_headers()
{
	local dir=$1
	local final=$2
	local release=$3
	local file

	while IFS= read -r file; do
		sed -i "s|/usr/src/|$final/root/usr/src/|g; s|/usr/lib/linux-kbuild|$final/root&|g" "$file"
	done < <(grep -rlE '/usr/(src|lib/linux-kbuild)' \
		"$dir/root/usr/src/linux-headers-$release/Makefile" \
		"$dir/root/usr/src/linux-headers-$release/.kernelvariables" \
		"$dir"/root/usr/src/linux-headers-*-common/Makefile || true)
	find "$dir/root/usr/src" -name .kernelvariables -exec \
		sed -i -E 's/gcc-[0-9]+(\.[0-9]+)?/gcc/g' {} +
	ln -s "root/usr/src/linux-headers-$release" "$dir/build"
}

# The subset of modules as a tree of its own that modprobe understands.
stock_keep_modules()
{
	local dir=$1
	local release=$2
	local from=$dir/root/lib/modules/$release
	local to=$dir/modules/lib/modules/$release
	local module

	mkdir -p "$to/kernel"
	while IFS= read -r module; do
		cp "$module" "$to/kernel/"
	done < <(find "$from" -regextype posix-extended -regex ".*/($GUEST_MODULES)\.ko(\.xz)?")
	find "$to" -name '*.ko.xz' -exec xz -d {} +
	cp "$from"/modules.{builtin,builtin.modinfo,order} "$to/"
	depmod -b "$dir/modules" "$release"
	rm -rf "$dir/root/lib/modules"
}

stock_build()
{
	local name=$1
	local dir=$2
	local tmp
	local release

	tmp=$(mktemp -d "$CACHE_DIR/kernel.XXXXXX")
	apt_use "$(stock_suite "$name")" "$name"
	stock_download "$tmp"
	release=$(<"$tmp/release")
	mv "$tmp/root/boot/vmlinuz-$release" "$tmp/vmlinuz"
	mv "$tmp/root/boot/config-$release" "$tmp/config"
	stock_relocate_headers "$tmp" "$dir" "$release"
	stock_keep_modules "$tmp" "$release"
	rm -rf "$dir" "$tmp/root/boot"
	mkdir -p "$(dirname "$dir")"
	mv "$tmp" "$dir"
	touch "$dir/complete"
}

# stock_kernel NAME: prints the directory of Debian's kernel NAME, fetching it if need be.
stock_kernel()
{
	local name=$1
	local dir=$CACHE_DIR/kernels/$name

	if [[ ! -e $dir/complete ]]; then
		lock_entry "kernel-$name"
		[[ -e $dir/complete ]] || stock_build "$name" "$dir"
		unlock_entry
	fi
	echo "$dir"
}
