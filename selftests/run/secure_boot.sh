#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# secure_boot.sh: Debian's own signed kernel, started by firmware with Secure Boot (OVMF, Microsoft's
# keys, Debian's shim and GRUB) that knows a machine owner's key. packaging/sign-module.sh makes the
# key and signs; the guest loads that module and no other, and what lockdown does is seen there
# (guest/secure_boot_guest.sh). KTAP. "make check-secure-boot"; some minutes on an emulated CPU. Needs
# the packages ovmf and mtools.

set -euo pipefail

SELFTESTS=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=selftests/vm/lib.sh
. "$SELFTESTS/vm/lib.sh"
# shellcheck source=selftests/vm/apt.sh
. "$VM_DIR/apt.sh"
# shellcheck source=selftests/vm/initramfs.sh
. "$VM_DIR/initramfs.sh"
# shellcheck source=selftests/lib/ktap.sh
. "$SELFTESTS/lib/ktap.sh"
# shellcheck source=selftests/run/serial.sh
. "$SELFTESTS/run/serial.sh"

KERNEL_NAME=${KERNEL_NAME:-debian-6.12}
# Whose key it is, for the firmware: any number will do.
OWNER=5f2c1a52-8f1d-4c6c-9a51-6f6f6d656d62
LIMIT=${LIMIT:-1800}

# Shim and GRUB, and the program that writes the firmware's variables; that one is Debian 13's.
fetch_parts()
{
	PARTS=$CACHE_DIR/secure-boot
	lock_entry secure-boot
	if [[ ! -e $PARTS/complete ]]; then
		(apt_use bookworm secure-boot && apt_unpack "$PARTS/root" shim-signed grub-efi-amd64-signed \
			python3-cffi-backend python3-cryptography python3-importlib-resources python3-pefile) &&
			(apt_use trixie secure-boot-tool && apt_unpack "$PARTS/root" python3-virt-firmware)
		touch "$PARTS/complete"
	fi
	unlock_entry
}

sign_module()
{
	"$REPO_ROOT/packaging/sign-module.sh" -d "$KERNEL/build" -k "$@" >>"$WORK/sign.log" 2>&1
}

# The same module four times.
make_modules()
{
	local build
	local name

	build=$("$VM_DIR/module.sh" "$KERNEL_NAME")
	lock_entry "build-$KERNEL_NAME"
	for name in unsigned signed foreign changed; do
		strip --strip-debug -o "$WORK/$name.ko" "$build/oom_embedded.ko"
	done
	unlock_entry
	check "sign-module.sh makes a key and signs" sign_module "$WORK/owner" "$WORK/signed.ko"
	check "and signs with it again" sign_module "$WORK/owner" "$WORK/changed.ko"
	check "others have other keys" sign_module "$WORK/other" "$WORK/foreign.ko"
	equal "a signed module has the mode of before" "$(stat -c %a "$WORK/unsigned.ko")" "$(stat -c %a "$WORK/signed.ko")"
	equal "what it signs says so" "$(hostname) $(hostname) $(hostname)" \
		"$(modinfo -F signer "$WORK"/{signed,changed,foreign}.ko | sed 's/.*key of //' | paste -sd ' ')"
	# shellcheck disable=SC2016 # for eval
	check "a key of which the certificate is gone is no reason for a new one" eval \
		'mkdir "$WORK/half" && cp "$WORK/owner/mok.key" "$WORK/half/" && ! sign_module "$WORK/half" "$WORK/unsigned.ko" &&
		cmp "$WORK/half/mok.key" "$WORK/owner/mok.key"'
	equal "and leaves the module as it was" '' "$(modinfo -F signer "$WORK/unsigned.ko")"
	# One bit of what the log says when it is loaded.
	sed -i '0,/oom_embedded: /s//oom_embeddes: /' "$WORK/changed.ko"
}

make_variables()
{
	openssl x509 -inform DER -in "$WORK/owner/mok.pub" -out "$WORK/owner.pem"
	PYTHONPATH=$PARTS/root/usr/lib/python3/dist-packages /usr/bin/python3 -m virt.firmware.vars \
		-i /usr/share/OVMF/OVMF_VARS_4M.ms.fd -o "$WORK/vars" --add-mok "$OWNER" "$WORK/owner.pem" \
		>"$WORK/vars.log" 2>&1
}

# A small guest of its own: in lockdown init cannot reach the ports by which vm/guest/init leaves.
make_initramfs()
{
	local root=$WORK/root
	local programs

	programs=$("$VM_DIR/userspace.sh")
	initramfs_base "$root" amd64 "$programs"
	initramfs_tests "$root" "$programs"
	cp "$WORK"/{unsigned,signed,foreign,changed}.ko "$root/lib/oom-embedded/"
	cat >"$root/init" <<-'INIT'
		#!/bin/sh
		export PATH=/bin
		mount -t proc proc /proc
		mount -t sysfs sysfs /sys
		mount -t devtmpfs devtmpfs /dev
		mount -t tmpfs tmpfs /tmp
		mount -t tmpfs tmpfs /run
		mount -t cgroup2 cgroup2 /sys/fs/cgroup
		mount -t debugfs debugfs /sys/kernel/debug
		mount -t tracefs tracefs /sys/kernel/tracing
		stty -F /dev/ttyS1 raw -echo
		cd /selftests && ./secure_boot_guest.sh >/dev/ttyS1 2>&1
		echo "guest: the end" >/dev/ttyS1
		poweroff -f
	INIT
	initramfs_pack "$root" "$WORK/initramfs.gz"
}

# A disk with one file system, as the firmware wants it.
make_disk()
{
	local disk=$WORK/disk

	cat >"$WORK/grub.cfg" <<-'GRUB'
		set timeout=0
		linux /vmlinuz console=ttyS0 loglevel=6 panic=-1 module.sig_enforce=1 rcupdate.rcu_cpu_stall_timeout=60
		initrd /initramfs.gz
		boot
	GRUB
	truncate -s 64M "$disk"
	mformat -i "$disk" -F ::
	mmd -i "$disk" ::/EFI ::/EFI/BOOT ::/EFI/debian
	mcopy -i "$disk" "$PARTS/root/usr/lib/shim/shimx64.efi.signed" ::/EFI/BOOT/BOOTX64.EFI
	mcopy -i "$disk" "$PARTS/root/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" ::/EFI/BOOT/grubx64.efi
	mcopy -i "$disk" "$WORK/grub.cfg" ::/EFI/debian/grub.cfg
	mcopy -i "$disk" "$KERNEL/vmlinuz" ::/vmlinuz
	mcopy -i "$disk" "$WORK/initramfs.gz" ::/initramfs.gz
}

boot_guest()
{
	: >"$WORK/verdict"
	timeout "$LIMIT" qemu-system-x86_64 -machine q35,smm=on -cpu max,la57=off -m 512 -smp 1 -display none \
		-monitor none -no-reboot -nodefaults -nic none \
		-global driver=cfi.pflash01,property=secure,value=on \
		-drive if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd \
		-drive "if=pflash,unit=1,format=raw,file=$WORK/vars" \
		-drive "if=virtio,format=raw,file=$WORK/disk" \
		-serial "file:$WORK/console" -serial "file:$WORK/verdict" </dev/null >"$WORK/qemu" 2>&1
}

judge_guest()
{
	check "the firmware says Secure Boot" grep -qa 'locked down from EFI Secure Boot' "$WORK/console"
	grep -aE 'secureboot|[Ll]ockdown|X.509|MOK' "$WORK/console" | tr -d '\r' | head -n 20 | sed 's/^/# /' || true
	judge_serial "$WORK/verdict" "$WORK/console"
}

main()
{
	local file

	for file in /usr/share/OVMF/OVMF_CODE_4M.secboot.fd /usr/bin/mformat; do
		[[ -e $file ]] || skip_all "no $file (apt-get install ovmf mtools)"
	done
	plan $((7 + $(sed -n 's/^plan //p' "$SELFTESTS/run/guest/secure_boot_guest.sh") + 3))
	fetch_parts
	KERNEL=$("$VM_DIR/kernel.sh" "$KERNEL_NAME")
	WORK=$(mktemp -d "$CACHE_DIR/boot.XXXXXX")
	trap '[[ -n ${KEEP-} ]] || rm -rf "$WORK"' EXIT
	make_modules
	make_variables || bail_out "no variables for the firmware: $(tail -n 3 "$WORK/vars.log")"
	make_initramfs
	make_disk
	boot_guest || comment "qemu: $(tail -n 3 "$WORK/qemu")"
	judge_guest
	verdict || exit 1
}

main
