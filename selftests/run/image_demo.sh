#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# image_demo.sh [ARCH...]: from a kernel package and BusyBox to a device that fails on purpose, an image
# of at most 16 MB: kernel, BusyBox, the module, the manager, a controller, and packaging/image-demo. It
# is booted in emulation (amd64, armhf, arm64; default: all three) and has to tell its story. KTAP. The
# images stay in CACHE_DIR/image-demo. "make image-demo"; the tutorial is
# Documentation/user-guide/first-image.md.

set -euo pipefail

SELFTESTS=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=selftests/vm/lib.sh
. "$SELFTESTS/vm/lib.sh"
# shellcheck source=selftests/vm/apt.sh
. "$VM_DIR/apt.sh"
# shellcheck source=selftests/vm/initramfs.sh
. "$VM_DIR/initramfs.sh"
# shellcheck source=selftests/vm/machine.sh
. "$VM_DIR/machine.sh"
# shellcheck source=selftests/lib/ktap.sh
. "$SELFTESTS/lib/ktap.sh"

SIZE=$((16 * 1024 * 1024))
MEMORY=128
LIMIT=${LIMIT:-300}

# The device's story, in this order, and the module's own words among it.
STORY=(
	'device: coverage: global memcg guard'
	'device: the manager has put the configuration in force'
	'device: the controller runs, and is never chosen'
	'device: the updater begins to leak'
	'oom_embedded: seq=1 .*outcome=killed'
	'device: memory was gone, and the kernel killed: updater'
	'device: the controller is the same as before'
	'device: memory is back, and so is the updater'
	'device: from now on no process may be killed, and the collector leaks'
	'oom_embedded: seq=2 .*victim=none .*outcome=no_victim'
)

# kernel_name ARCH: of Debian 12
kernel_name()
{
	if [[ $1 == amd64 ]]; then
		echo debian-6.1
	else
		echo "$1-6.1"
	fi
}

# inih_of ARCH: a folder with Debian's library that reads configuration files. The host's own for amd64.
inih_of()
{
	local dir=$CACHE_DIR/inih/$1

	[[ $1 != amd64 ]] || return 0
	lock_entry "inih-$1"
	if [[ ! -e $dir/complete ]]; then
		apt_use bookworm "inih-$1" "$1"
		apt_unpack "$dir" "libinih-dev:$1" "libinih1:$1"
		touch "$dir/complete"
	fi
	unlock_entry
	echo "$dir"
}

# build_tools ARCH: statically linked; prints where they are
build_tools()
{
	local cross
	local inih
	local build=$CACHE_DIR/build/image-$1

	cross=$(arch_cross "$1")
	inih=$(inih_of "$1")
	mkdir -p "$build"
	if [[ -n $inih ]]; then
		export PKG_CONFIG_SYSROOT_DIR=$inih
		export PKG_CONFIG_LIBDIR=$inih/usr/lib/${cross%-}/pkgconfig
	fi
	CCACHE_DIR=$CACHE_DIR/ccache make -s -C "$REPO_ROOT/userspace-tools" STATIC=1 WITH_JSON=0 WITH_TOP=0 \
		O="$build" PREFIX=/usr CC="ccache ${cross}gcc" TARGET_MACHINE="$("${cross}gcc" -dumpmachine)" \
		"$build/oom-embeddedd" "$build/examples/controller" >"$build/log" 2>&1 || {
		tail -n 20 "$build/log" >&2
		die "the tools do not build for $1"
	}
	echo "$build"
}

# make_root ARCH ROOT: all that the device has
make_root()
{
	local arch=$1
	local root=$2
	local strip
	local module
	local tools
	local applet

	strip=$(arch_cross "$arch")strip
	module=$("$VM_DIR/module.sh" "$(kernel_name "$arch")")/oom_embedded.ko
	tools=$(build_tools "$arch")
	mkdir -p "$root"/{bin,dev,lib/modules,proc,run,sys,tmp,usr/sbin}
	cp "$(busybox_for "$arch")" "$root/bin/busybox"
	for applet in $(busybox --list); do
		[[ $applet == busybox ]] || ln -s busybox "$root/bin/$applet"
	done
	ln -s bin "$root/sbin"
	ln -s bin/init "$root/init"
	cp -a "$REPO_ROOT/packaging/image-demo/." "$root/"
	cp "$module" "$root/lib/modules/"
	cp "$tools/oom-embeddedd" "$root/usr/sbin/"
	cp "$tools/examples/controller" "$root/usr/bin/"
	make -s -C "$REPO_ROOT" strip "KO=$root/lib/modules/oom_embedded.ko" \
		"CROSS_COMPILE=$(arch_cross "$arch")"
	"$strip" "$root/usr/sbin/oom-embeddedd" "$root/usr/bin/controller"
}

# make_image ARCH FOLDER: kernel and root. Debian's kernel for arm64 is not compressed.
make_image()
{
	local kernel

	kernel=$("$VM_DIR/kernel.sh" "$(kernel_name "$1")")
	rm -rf "$2"
	mkdir -p "$2"
	make_root "$1" "$2/root"
	initramfs_pack "$2/root" "$2/rootfs.cpio.gz"
	rm -rf "$2/root"
	if [[ $1 == arm64 ]]; then
		gzip -9 <"$kernel/vmlinuz" >"$2/kernel"
	else
		cp "$kernel/vmlinuz" "$2/kernel"
	fi
}

size_of()
{
	cat "$1/kernel" "$1/rootfs.cpio.gz" | wc -c
}

fits()
{
	comment "$2: kernel $(($(stat -c %s "$1/kernel") / 1024)) KiB, the rest $(($(stat -c %s "$1/rootfs.cpio.gz") / 1024)) KiB"
	[[ $(size_of "$1") -le $SIZE ]]
}

# boot_image ARCH FOLDER: until the device restarts, which it does on purpose
boot_image()
{
	LOGS=$2
	machine_of "$1"
	timeout "$LIMIT" "${MACHINE[@]}" -accel "tcg,thread=single" -m "$MEMORY" -smp 1 -display none \
		-monitor none -nodefaults -nic none -no-reboot -serial "file:$2/console.log" \
		-kernel "$2/kernel" -initrd "$2/rootfs.cpio.gz" \
		-append "console=$CONSOLE_TTY loglevel=6 panic=1" </dev/null >"$2/qemu.log" 2>&1
}

# tells_story FILE: in order
tells_story()
{
	local line=0
	local next
	local part

	for part in "${STORY[@]}"; do
		next=$(tail -n "+$((line + 1))" "$1" | grep -anE -m 1 -- "$part" | cut -d : -f 1)
		if [[ -z $next ]]; then
			comment "not said, or not in this order: $part"
			tail -n 25 "$1" | tr -d '\r' | sed 's/^/#   /'
			return 1
		fi
		line=$((line + next))
	done
	! grep -qaE 'device: (this line must not|waited in vain)' "$1"
}

# has_what_it_takes ARCH: a compiler and an emulator
has_what_it_takes()
{
	LOGS=
	machine_of "$1"
	command -v "$(arch_cross "$1")gcc" >/dev/null && command -v "${MACHINE[0]}" >/dev/null
}

try_arch()
{
	local folder=$CACHE_DIR/image-demo/$1

	[[ " amd64 armhf arm64 " == *" $1 "* ]] || die "no image for $1"
	has_what_it_takes "$1" || bail_out "no compiler or no emulator for $1: selftests/vm/setup.sh matrix"
	lock_entry "image-demo-$1"
	(make_image "$1" "$folder") || bail_out "no image for $1"
	check "$1: the image has at most 16 MB" fits "$folder" "$1"
	check "$1: the device restarts by itself" boot_image "$1" "$folder"
	check "$1: its story comes out as told" tells_story "$folder/console.log"
	grep -aE '^device: ' "$folder/console.log" | tr -d '\r' | sed 's/^/#   /' || true
	unlock_entry
}

main()
{
	local arch

	[[ $# -gt 0 ]] || set -- amd64 armhf arm64
	plan $((3 * $#))
	for arch; do
		try_arch "$arch"
	done
	verdict || exit 1
}

main "$@"
