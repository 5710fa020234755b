# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The machine of "make bench-peers": a Debian with the managers on a slow disk, booted once and saved, so
# that each run begins with the same machine. Its clock counts instructions. Sourced by run.sh, after
# vm/lib.sh, vm/apt.sh and vm/initramfs.sh.

KERNEL_NAME=debian-6.1
SUITE=bookworm
STORE=$CACHE_DIR/peers
PACKAGES=earlyoom,nohang,systemd,systemd-oomd,dbus,procps
# Of the tree, and of the file that the reader works with, in MB. The disk is in the guest's memory, beside
# what a device would have.
DISK_MB=128
FILE_MB=40
MEM_MB=256
GUEST_MODULES_WANTED='null_blk|configfs|ext4|jbd2|mbcache|crc16|crc32c_generic|zram|zsmalloc|lzo|lzo-rle|lzo_compress|lz4_compress|lz4hc_compress|zstd_compress|virtio|virtio_ring|virtio_pci|virtio_pci_legacy_dev|virtio_pci_modern_dev|virtio_blk'

# The programs of /usr/bin and /usr/sbin that stay.
KEEP='sh|dash|earlyoom|nohang|python3.*|ps|touch|sleep|cat|mount|systemctl|systemd-run|busctl|dbus-daemon|oomctl'
# The rest that none of these needs.
PRUNE=(
	boot usr/share/perl usr/share/perl5 usr/lib/x86_64-linux-gnu/perl usr/lib/x86_64-linux-gnu/perl-base
	usr/lib/x86_64-linux-gnu/gconv usr/share/zoneinfo usr/share/i18n usr/lib/apt var/lib/apt var/lib/dpkg
	var/cache usr/share/bash-completion usr/share/zsh usr/lib/python3.11/lib2to3 usr/lib/python3.11/pydoc_data
	usr/lib/python3.11/distutils usr/lib/python3.11/ensurepip usr/lib/python3.11/idlelib usr/lib/systemd/systemd-networkd
	usr/lib/udev usr/share/common-licenses usr/share/terminfo usr/share/info usr/share/lintian usr/share/bug
)

make_tree()
{
	local tree=$1

	[[ $EUID -eq 0 ]] || die "needs root"
	command -v mmdebstrap >/dev/null || die "no mmdebstrap (apt-get install mmdebstrap)"
	[[ -e $STORE/tree.tar ]] || {
		mmdebstrap --quiet --variant=minbase --format=tar --include="$PACKAGES" \
			--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
			--dpkgopt='path-exclude=/usr/share/locale/*' "$SUITE" "$STORE/tree.tar.new" \
			"$DEBIAN_MIRROR/debian" >&2 || die "no Debian"
		mv "$STORE/tree.tar.new" "$STORE/tree.tar"
	}
	mkdir "$tree"
	tar -x -C "$tree" --exclude='./dev/*' -f "$STORE/tree.tar"
	dpkg-query --admindir="$tree/var/lib/dpkg" -W -f '${Package} ${Version}\n' earlyoom nohang systemd \
		systemd-oomd >"$STORE/versions"
	(cd "$tree" && rm -rf "${PRUNE[@]}" usr/lib/x86_64-linux-gnu/lib{perl,apt,db-5,gnutls,stdc++}*)
	find "$tree"/usr/{bin,sbin} -mindepth 1 -regextype posix-extended ! -regex ".*/($KEEP)" -delete
	mkdir -p "$tree"/{srv,dev,proc,sys,run,tmp,var/log,var/tmp,var/lib}
	head -c "${FILE_MB}M" /dev/zero | tr '\0' 'x' >"$tree/srv/big"
	echo 0123456789abcdef0123456789abcdef >"$tree/etc/machine-id"
}

# The modules of the same package as the kernel, those that vm/kernel.sh does not keep too.
fetch_modules()
{
	local release=$1
	local from=$STORE/package

	rm -rf "$from" "$STORE/modules"
	apt_use "$SUITE" peers
	(apt_unpack "$from" "linux-image-$release") || die "no package of the kernel $release"
	mkdir -p "$STORE/modules/lib/modules/$release/kernel"
	find "$from" -regextype posix-extended -regex ".*/($GUEST_MODULES_WANTED)\.ko" \
		-exec cp {} "$STORE/modules/lib/modules/$release/kernel/" \;
	cp "$from/lib/modules/$release"/modules.{builtin,builtin.modinfo,order} "$STORE/modules/lib/modules/$release/"
	depmod -b "$STORE/modules" "$release"
	rm -rf "$from"
}

make_disk_image()
{
	make_tree "$WORK/tree"
	rm -f "$STORE/disk"
	mke2fs -q -F -t ext4 -O ^has_journal -m 0 -N 16384 -d "$WORK/tree" "$STORE/disk.new" "${DISK_MB}M"
	rm -rf "$WORK/tree"
	mv "$STORE/disk.new" "$STORE/disk"
}

make_base_initramfs()
{
	local root=$WORK/root
	local programs

	programs=$("$VM_DIR/userspace.sh")
	initramfs_base "$root" amd64 "$programs"
	cp "$PEERS_DIR/guest_init.sh" "$root/init"
	rsync -a "$STORE/modules/" "$root/"
	initramfs_pack "$root" "$STORE/initramfs.gz"
}

# qemu_words LINES JOB: sets QEMU. As few instructions a second as a slow device executes, one CPU.
qemu_words()
{
	QEMU=(
		qemu-system-x86_64 -machine pc -cpu "max,la57=off" -accel "tcg,thread=single" -icount "shift=0,sleep=off"
		-m $((MEM_MB + DISK_MB)) -smp 1 -display none -nodefaults -nic none -no-reboot
		-device "isa-debug-exit,iobase=0xf4,iosize=0x04"
		-serial "file:$1.console" -serial "file:$1.lines"
		-drive "file=$STORE/disk,format=raw,if=virtio,readonly=on"
		-drive "file=$2,format=raw,if=virtio,readonly=on"
		-kernel "$KERNEL/vmlinuz" -initrd "$STORE/initramfs.gz"
		-append "console=ttyS0 quiet panic=-1 psi=1 mitigations=off nosoftlockup cryptomgr.notests rcupdate.rcu_cpu_stall_timeout=60"
	)
}

has_line()
{
	grep -qa "^$2" "$1" 2>/dev/null
}

# Waits until the guest says so, then has its state written and ends it.
steer_to_state()
{
	local waited=0

	until has_line "$WORK/base.lines" ready; do
		! has_line "$WORK/base.lines" failed || return 1
		((waited++ < 6000)) || return 1
		sleep 0.1
	done
	echo "migrate \"exec:cat >$STORE/state.new\""
	echo quit
}

save_state()
{
	truncate -s "$JOB_SIZE" "$WORK/nojob"
	qemu_words "$WORK/base" "$WORK/nojob"
	rm -f "$STORE/state.new"
	steer_to_state | timeout 1200 "${QEMU[@]}" -monitor stdio >"$WORK/base.monitor" 2>&1 || true
	[[ -s $STORE/state.new ]] || {
		cat "$WORK/base.lines" >&2
		tail -n 20 "$WORK/base.console" "$WORK/base.monitor" >&2
		die "the machine does not come up"
	}
	mv "$STORE/state.new" "$STORE/state"
}

# prepare_machine: sets KERNEL. Makes what is not there, or is of other sources.
prepare_machine()
{
	local key release

	KERNEL=$("$VM_DIR/kernel.sh" "$KERNEL_NAME")
	release=$(<"$KERNEL/release")
	key=$(cat "$PEERS_DIR"/{machine.sh,guest_init.sh} "$KERNEL/release" | sha256sum)
	mkdir -p "$STORE"
	lock_entry peers
	if [[ ! -e $STORE/complete || $(<"$STORE/complete") != "$key" ]]; then
		rm -f "$STORE/complete"
		[[ -d $STORE/modules/lib/modules/$release ]] || fetch_modules "$release"
		make_disk_image
		make_base_initramfs
		save_state
		echo "$key" >"$STORE/complete"
	fi
	unlock_entry
}

# run_guest JOB LINES: what the guest says is in LINES.lines. Fails if it did not come to its end.
run_guest()
{
	qemu_words "$2" "$1"
	timeout $((10 * LIMIT)) prlimit --cpu="$LIMIT" "${QEMU[@]}" -monitor none -incoming "exec:cat $STORE/state" </dev/null >"$2.qemu" 2>&1 &
	GUEST=$!
	wait "$GUEST" || true
	GUEST=
	has_line "$2.lines" "exit 0"
}
