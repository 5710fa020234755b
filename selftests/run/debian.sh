# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A Debian with systemd: first a folder, in which commands are typed as at its shell, then the disk of
# a guest, of which one service judges the rest. Shared by newcomer.sh and deb.sh.
#
# Installing and building, as it would be unbearable on an emulated CPU, happens in the folder. It needs
# root and mmdebstrap.

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib.sh"
# shellcheck source=selftests/lib/ktap.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib/ktap.sh"
# shellcheck source=selftests/run/serial.sh
. "$(dirname "${BASH_SOURCE[0]}")/serial.sh"

SUITE=bookworm
BASE=$CACHE_DIR/newcomer/$SUITE.tar
# The packages of a Debian when a user sits down at it.
PACKAGES=systemd-sysv,udev,dbus,kmod,sudo,linux-image-amd64,initramfs-tools,procps,ca-certificates
# A boot of an emulated machine beside others; its kernel does not judge how long the host lets it wait.
LIMIT=${LIMIT:-2400}
# In the guest: the files of its service.
FOLDER=/usr/local/lib/oom-guest
# The folder in which commands are typed.
TYPED_IN=/root

# use_debian: or skip. Sets WORK, a folder that goes when the script ends, and makes sure of BASE.
use_debian()
{
	[[ $EUID -eq 0 ]] || skip_all "needs root"
	command -v mmdebstrap >/dev/null || skip_all "no mmdebstrap (apt-get install mmdebstrap)"
	lock_entry newcomer
	make_base || bail_out "no Debian"
	unlock_entry
	WORK=$(mktemp -d "$CACHE_DIR/newcomer/run.XXXXXX")
	trap '[[ -n ${KEEP-} ]] || rm -rf "$WORK"' EXIT
}

make_base()
{
	mkdir -p "${BASE%/*}"
	[[ ! -e $BASE ]] || return 0
	mmdebstrap --quiet --variant=apt --format=tar --include="$PACKAGES" "$SUITE" "$BASE.new" "$DEBIAN_MIRROR/debian" >&2 &&
		mv "$BASE.new" "$BASE"
}

# Sets TREE, the folder, and RELEASE, its kernel.
unpack_tree()
{
	TREE=$WORK/tree
	mkdir "$TREE"
	tar -x -C "$TREE" -f "$BASE"
	RELEASE=$(cd "$TREE/boot" && echo vmlinuz-*)
	RELEASE=${RELEASE#vmlinuz-}
	# Nobody sits there to say yes, and it is the guest's kernel that counts.
	echo 'APT::Get::Assume-Yes "true";' >"$TREE/etc/apt/apt.conf.d/90yes"
	printf '#!/bin/sh\n[ "$*" = -r ] && exec echo %s\nexec /bin/uname "$@"\n' "$RELEASE" \
		>"$TREE/usr/local/bin/uname"
	printf '#!/bin/sh\nexit 101\n' >"$TREE/usr/sbin/policy-rc.d"
	chmod +x "$TREE/usr/local/bin/uname" "$TREE/usr/sbin/policy-rc.d"
	cp -L /etc/resolv.conf "$TREE/etc/resolv.conf"
	mkdir -p "$TREE$FOLDER" "$TREE$TYPED_IN"
	: >"$TREE/etc/fstab"
	typed "apt-get -q update" || bail_out "apt-get update"
}

# typed COMMAND: at a root shell in TYPED_IN
typed()
{
	local status=0

	echo "# \$ $1"
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount --pid --fork sh -c 'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" &&
		exec chroot "$1" /bin/bash -c "cd $2 && export DEBIAN_FRONTEND=noninteractive HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin && $3"' \
		- "$TREE" "$TYPED_IN" "$1" </dev/null >"$WORK/typed" 2>&1 || status=$?
	[[ $status -eq 0 ]] || tail -n 20 "$WORK/typed" | sed 's/^/# /'
	return "$status"
}

# add_judge SCRIPT [ARG]: the service that runs it at the end of each boot, its results for the host
add_judge()
{
	cp "$SELFTESTS/lib/ktap.sh" "$SELFTESTS/run/guest/$1" "$SELFTESTS/run/guest/debian_lib.sh" "$TREE$FOLDER/"
	cat >"$TREE/etc/systemd/system/oom-guest.service" <<-UNIT
		[Unit]
		After=multi-user.target
		[Service]
		Type=idle
		ExecStart=/bin/sh $FOLDER/$1 ${2-}
		StandardOutput=file:/dev/ttyS1
		StandardError=inherit
		OOMScoreAdjust=-1000
		OOMPolicy=continue
		TimeoutStartSec=infinity
	UNIT
	ln -sf ../oom-guest.service "$TREE/etc/systemd/system/multi-user.target.wants/oom-guest.service"
}

# make_disk RELEASE: of the tree, for a guest with that kernel
make_disk()
{
	BOOTED=$1
	mv "$TREE/usr/local/bin/uname" "$TREE/usr/sbin/policy-rc.d" "$WORK/"
	rm -rf "${WORK:?}/boot"
	mkdir "$WORK/boot"
	cp "$TREE/boot/vmlinuz-$1" "$TREE/boot/initrd.img-$1" "$WORK/boot/"
	mke2fs -q -F -t ext4 -d "$TREE" "$WORK/disk" 4G || return 1
	mv "$WORK/uname" "$TREE/usr/local/bin/"
	mv "$WORK/policy-rc.d" "$TREE/usr/sbin/"
	: >"$WORK/verdict"
	: >"$WORK/console"
}

has_come_to_its_end()
{
	grep -qa 'guest: the end' "$WORK/verdict"
}

# run_guest NUMBER: until it restarts or is switched off
run_guest()
{
	local status=0

	timeout "$LIMIT" qemu-system-x86_64 -machine pc -cpu max,la57=off -m 512 -smp 1 -nographic -monitor none -no-reboot \
		-kernel "$WORK/boot/vmlinuz-$BOOTED" -initrd "$WORK/boot/initrd.img-$BOOTED" \
		-append "root=/dev/vda rw console=ttyS0 panic=-1 net.ifnames=0 nosoftlockup" \
		-drive "file=$WORK/disk,format=raw,if=virtio,cache=unsafe" -nic none \
		-serial "file:$WORK/console.$1" -serial "file:$WORK/verdict.$1" </dev/null >"$WORK/qemu" 2>&1 || status=$?
	cat "$WORK/console.$1" >>"$WORK/console"
	cat "$WORK/verdict.$1" >>"$WORK/verdict"
	[[ $status -eq 0 ]] || comment "qemu: $(tail -n 3 "$WORK/qemu")"
	return "$status"
}

# judge_guest: its results become ours; two more than it has
judge_guest()
{
	judge_serial "$WORK/verdict" "$WORK/console"
}

# results_of SCRIPT: how many lines of it are results
results_of()
{
	grep -cE '^	?(check|equal) ' "$SELFTESTS/run/guest/$1"
}
