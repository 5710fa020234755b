#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# newcomer.sh: what README and the user guide tell a new user to type, typed in a Debian with systemd,
# and no command that they do not name. KTAP. "make check-newcomer"; takes half an hour the first
# time, of which the cache keeps Debian itself; needs root, mmdebstrap, 6 GB.
#
# Installing and building, as it would be unbearable on an emulated CPU, happens in the folder that
# becomes the guest's disk; all from modprobe on in the guest, over one restart of the machine. The
# guest's part is guest/newcomer_guest.sh.

set -euo pipefail

SELFTESTS=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=selftests/vm/lib.sh
. "$SELFTESTS/vm/lib.sh"
# shellcheck source=selftests/lib/ktap.sh
. "$SELFTESTS/lib/ktap.sh"

SUITE=bookworm
BASE=$CACHE_DIR/newcomer/$SUITE.tar
# What a Debian has when a user sits down at it.
PACKAGES=systemd-sysv,udev,dbus,kmod,sudo,linux-image-amd64,initramfs-tools,procps,ca-certificates
SOURCES=/root/oom_embedded
# A boot of an emulated machine beside others; its kernel does not judge how long the host lets it wait.
LIMIT=${LIMIT:-2400}
# In the guest.
FOLDER=/usr/local/lib/newcomer

make_base()
{
	mkdir -p "${BASE%/*}"
	[[ ! -e $BASE ]] || return 0
	mmdebstrap --quiet --variant=apt --format=tar --include="$PACKAGES" "$SUITE" "$BASE.new" "$DEBIAN_MIRROR/debian" >&2 &&
		mv "$BASE.new" "$BASE"
}

# block FILE HEADING NUMBER: a block of code in a section, without its comments.
block()
{
	awk -v heading="$2" -v want="$3" '
		/^#/ { inside = $0 == heading; nr = 0; open = 0; next }
		!inside { next }
		/^    / { if (!open) nr++; open = 1; if (nr == want) { sub(/^    /, ""); print } next }
		/^$/ { if (open && nr == want) print; next }
		{ open = 0 }' "$REPO_ROOT/$1"
}

commands()
{
	block "$@" | sed -E 's/ +# .*//; /^$/d'
}

# The user's copy of the sources: what git knows, as it is now.
copy_sources()
{
	mkdir -p "$TREE$SOURCES"
	(cd "$REPO_ROOT" && git ls-files -z | tar -c --null --ignore-failed-read -T - 2>/dev/null) | tar -x -C "$TREE$SOURCES"
}

prepare_tree()
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
	copy_sources
	typed "apt-get -q update" || bail_out "apt-get update"
}

# typed COMMAND: at a shell in the sources
typed()
{
	local status=0

	echo "# \$ $1"
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount --pid --fork sh -c 'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" &&
		exec chroot "$1" /bin/bash -c "cd $2 && export DEBIAN_FRONTEND=noninteractive HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin && $3"' \
		- "$TREE" "$SOURCES" "$1" </dev/null >"$WORK/typed" 2>&1 || status=$?
	[[ $status -eq 0 ]] || tail -n 20 "$WORK/typed" | sed 's/^/# /'
	return "$status"
}

# type_all DESCRIPTION: the commands of stdin, until one fails
type_all()
{
	local command
	local count=0
	local lines

	mapfile -t lines
	for command in "${lines[@]}"; do
		[[ $command != *uninstall* ]] || continue
		count=$((count + 1))
		typed "$command" || {
			fail "$1: $command"
			return 1
		}
	done
	check "$1: $count commands" test "$count" -gt 1
}

# What README types after the installation goes to the guest as it stands there.
prepare_guest()
{
	local section='## Protect a service in five minutes'
	local dir=$TREE$FOLDER

	rm "$TREE"/usr/local/bin/uname "$TREE/usr/sbin/policy-rc.d"
	mkdir -p "$dir"
	cp "$SELFTESTS/lib/ktap.sh" "$SELFTESTS/run/guest/newcomer_guest.sh" "$dir/"
	block README.md "$section" 2 >"$dir/oom-embedded.conf"
	commands README.md "$section" 3 >"$dir/first"
	commands README.md "$section" 4 >"$dir/second"
	# In the text of README: to be run on the device, every month if you like.
	# shellcheck disable=SC2016 # an expression
	grep -oE '`oom-embedded drill[^`]*`' "$REPO_ROOT/README.md" | tr -d '`' | head -n 1 >"$dir/third"
	cat >"$TREE/etc/systemd/system/newcomer.service" <<-UNIT
		[Unit]
		After=multi-user.target
		[Service]
		Type=idle
		ExecStart=/bin/sh $FOLDER/newcomer_guest.sh
		StandardOutput=file:/dev/ttyS1
		StandardError=inherit
		OOMScoreAdjust=-1000
		OOMPolicy=continue
		TimeoutStartSec=infinity
	UNIT
	ln -sf ../newcomer.service "$TREE/etc/systemd/system/multi-user.target.wants/newcomer.service"
	: >"$TREE/etc/fstab"
}

boot_guest()
{
	mke2fs -q -t ext4 -d "$TREE" "$WORK/disk" 3G || return 1
	rm -rf "$TREE.boot"
	mkdir "$TREE.boot"
	cp "$TREE/boot/vmlinuz-$RELEASE" "$TREE/boot/initrd.img-$RELEASE" "$TREE.boot/"
	rm -rf "$TREE"
	: >"$WORK/verdict"
	# A new qemu for each boot: after a reset in the same one, qemu 7.2 was seen to take ten minutes for
	# what took it one before, clearing pages.
	run_guest 1 && ! has_come_to_its_end && run_guest 2
}

has_come_to_its_end()
{
	grep -qa 'newcomer: the end' "$WORK/verdict"
}

# run_guest NUMBER: until it restarts or is switched off
run_guest()
{
	local status=0

	timeout "$LIMIT" qemu-system-x86_64 -machine pc -cpu max,la57=off -m 512 -smp 1 -nographic -monitor none -no-reboot \
		-kernel "$TREE.boot/vmlinuz-$RELEASE" -initrd "$TREE.boot/initrd.img-$RELEASE" \
		-append "root=/dev/vda rw console=ttyS0 panic=-1 net.ifnames=0 nosoftlockup" \
		-drive "file=$WORK/disk,format=raw,if=virtio,cache=unsafe" -nic none \
		-serial "file:$WORK/console.$1" -serial "file:$WORK/verdict.$1" </dev/null >"$WORK/qemu" 2>&1 || status=$?
	cat "$WORK/console.$1" >>"$WORK/console"
	cat "$WORK/verdict.$1" >>"$WORK/verdict"
	return "$status"
}

# The guest's results become ours.
judge_guest()
{
	local line
	local ok=0

	while IFS= read -r line; do
		case $line in
		'ok '*) pass "${line#ok * }"; ok=$((ok + 1)) ;;
		'not ok '*) fail "${line#not ok * }" ;;
		'# '*) echo "$line" ;;
		esac
	done < <(tr -d '\r\0' <"$WORK/verdict")
	has_come_to_its_end || tail -n 15 "$WORK/console" | sed 's/^/# /'
	check "the guest came to its end" has_come_to_its_end
	equal "no fault in the kernel's log" '' "$(grep -aE 'BUG:|Oops|WARNING:|general protection' "$WORK/console" || true)"
}

main()
{
	[[ $EUID -eq 0 ]] || skip_all "needs root"
	command -v mmdebstrap >/dev/null || skip_all "no mmdebstrap (apt-get install mmdebstrap)"
	lock_entry newcomer
	make_base || bail_out "no Debian"
	unlock_entry
	WORK=$(mktemp -d "$CACHE_DIR/newcomer/run.XXXXXX")
	trap '[[ -n ${KEEP-} ]] || rm -rf "$WORK"' EXIT
	plan "$(($(grep -cE '^(check|equal) ' "$SELFTESTS/run/guest/newcomer_guest.sh") + 5))"
	prepare_tree
	type_all "README: what the module needs" < <(commands README.md '## Protect a service in five minutes' 1 |
		grep '^sudo apt') || exit 1
	type_all "user guide: the module, by dkms" < <(commands Documentation/user-guide/index.md '## Install' 2) || exit 1
	type_all "README: the tools" < <(commands README.md '## Protect a service in five minutes' 1 |
		grep -E '^(make tools|sudo apt.*jansson)') || exit 1
	prepare_guest
	boot_guest || comment "qemu: $(tail -n 3 "$WORK/qemu")"
	judge_guest
	verdict || exit 1
}

main
