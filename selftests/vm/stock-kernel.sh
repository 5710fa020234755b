# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Debian's own kernels, unpacked into the cache and not installed.

# Modules that a test may want in its guest (pstore over RAM, host folders over 9p, a disk, swap in
# compressed memory), with what they depend on.
GUEST_MODULES='zram|zsmalloc|lzo|lzo-rle|lzo_compress|lz4_compress|lz4hc_compress|zstd_compress|reed_solomon|ramoops|9p|9pnet|9pnet_virtio|netfs|fscache|virtio|virtio_ring|virtio_pci|virtio_pci_legacy_dev|virtio_pci_modern_dev|virtio_blk'

# The metapackages lead to the newest point release. Up to 6.12 linux-image is the kernel,
# from 7.x on it is a metapackage too. Of a foreign kernel's packages only those that run on
# the build host are not foreign.
stock_download()
{
	local name=$1
	local dir=$2
	local arch=$3
	local flavour
	local image
	local headers
	local common
	local kbuild
	local packages

	flavour=$(stock_field "$name" 3)
	image=$(apt_depends "linux-image-$flavour:$arch" '^linux-image-')
	headers=$(apt_depends "linux-headers-$flavour:$arch" '^linux-headers-')
	[[ -n $image && -n $headers ]] ||
		die "no linux-image-$flavour or linux-headers-$flavour for $arch"
	common=$(apt_depends "$headers:$arch" '^linux-headers-.*-common')
	kbuild=$(apt_depends "$headers:$arch" '^linux-kbuild-')
	mapfile -t packages < <(apt_depends "$image:$arch" '^linux-(base|binary|modules)-[0-9]')
	note "fetching $image, $headers ($arch)"
	apt_unpack "$dir/root" "${packages[@]/%/:$arch}" "$image:$arch" "$headers:$arch" \
		"$common" "$kbuild:amd64"
	echo "${headers#linux-headers-}" >"$dir/release"
}

# The headers are made for /usr/src and for one compiler; here they are to work anywhere
# and with the host's compiler, unless the kernel is built in a toolchain of its own. $2 is
# where the entry will finally be.
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
		"$dir"/root/usr/src/linux-headers-*-common*/Makefile || true)
	[[ -n $(kernel_toolchain "$4") ]] || find "$dir/root/usr/src" -name .kernelvariables \
		-exec sed -i -E 's/gcc-[0-9]+(\.[0-9]+)?/gcc/g' {} +
	ln -s "root/usr/src/linux-headers-$release" "$dir/build"
}

# The subset of modules as a tree of its own that modprobe understands.
stock_keep_modules()
{
	local dir=$1
	local release=$2
	local from
	local to=$dir/modules/lib/modules/$release
	local module

	from=$(find "$dir/root" -type d -path "*/lib/modules/$release")
	mkdir -p "$to/kernel"
	while IFS= read -r module; do
		cp "$module" "$to/kernel/"
	done < <(find "$from" -regextype posix-extended -regex ".*/($GUEST_MODULES)\.ko(\.xz)?")
	find "$to" -name '*.ko.xz' -exec xz -d {} +
	cp "$from"/modules.{builtin,builtin.modinfo,order} "$to/"
	depmod -b "$dir/modules" "$release"
	rm -rf "$from"
}

# stock_boot_file ROOT RELEASE NAME: in /boot, from 7.x on beside the modules.
stock_boot_file()
{
	find "$1" \( -path "*/boot/$3-$2" -o -path "*/lib/modules/$2/$3" \) -type f
}

stock_build()
{
	local name=$1
	local dir=$2
	local arch
	local suite
	local tmp
	local release

	arch=$(kernel_arch "$name")
	tmp=$(mktemp -d "$CACHE_DIR/kernel.XXXXXX")
	suite=$(stock_field "$name" 2)
	apt_use "$suite" "$name" "$arch"
	if ! (stock_download "$name" "$tmp" "$arch"); then
		apt_forget_updates "$suite" || die "cannot fetch $name"
		rm -rf "$tmp/root"
		stock_download "$name" "$tmp" "$arch"
	fi
	release=$(<"$tmp/release")
	mv "$(stock_boot_file "$tmp/root" "$release" 'vmlinu[xz]')" "$tmp/vmlinuz"
	mv "$(stock_boot_file "$tmp/root" "$release" config)" "$tmp/config"
	stock_relocate_headers "$tmp" "$dir" "$release" "$name"
	stock_keep_modules "$tmp" "$release"
	rm -rf "$tmp/root/boot" "$tmp/root/usr/lib/linux-image-$release"
	echo "$GUEST_MODULES" >"$tmp/complete"
	mkdir -p "$(dirname "$dir")"
	# A guest that uses the old one meanwhile finds the new one under the same names.
	[[ ! -e $dir ]] || mv "$dir" "$tmp.old"
	mv "$tmp" "$dir"
	rm -rf "$tmp.old"
}

# It is there, with the modules that are wanted now.
stock_complete()
{
	[[ -e $1/complete && $(<"$1/complete") == "$GUEST_MODULES" ]]
}

# stock_kernel NAME: prints the directory of Debian's kernel NAME, fetching it if need be. The
# directory is written into the headers, so it is the real one: a link to it may go.
stock_kernel()
{
	local name=$1
	local dir

	dir=$(realpath -m "$CACHE_DIR/kernels")/$name
	if ! stock_complete "$dir"; then
		lock_entry "kernel-$name"
		stock_complete "$dir" || stock_build "$name" "$dir"
		unlock_entry
	fi
	echo "$dir"
}
