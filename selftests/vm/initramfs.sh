# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The root of a guest: busybox, our init, the module, the tests.

# The host's, or for another architecture Debian's of that one.
busybox_for()
{
	local arch=$1
	local dir=$CACHE_DIR/busybox/$1

	if [[ $arch == amd64 ]]; then
		echo /bin/busybox
		return
	fi
	lock_entry "busybox-$arch"
	if [[ ! -e $dir/complete ]]; then
		apt_use "$(arch_busybox_suite "$arch")" "busybox-$arch" "$arch"
		apt_unpack "$dir" "busybox-static:$arch"
		touch "$dir/complete"
	fi
	unlock_entry
	find "$dir" -type f -path '*bin/busybox'
}

# Scripts that a guest may run: not those that boot it.
guest_scripts()
{
	find "$REPO_ROOT/selftests" \( -path '*/selftests/vm' -o -path '*/selftests/lib' -o \
		-path '*/selftests/run/*' ! -path '*/selftests/run/guest*' \) -prune -o -name '*.sh' -print
}

# The scripts of all folders side by side, and the compiled programs beside them. Their helpers
# stay in lib/, and the acts of the demo and the benchmarks stay in folders of their own.
initramfs_tests()
{
	local root=$1
	local programs=$2
	local scripts
	local twice

	mapfile -t scripts < <(guest_scripts)
	twice=$(basename -a "${scripts[@]}" | sort | uniq -d)
	[[ -z $twice ]] || die "two scripts are called $twice"
	mkdir -p "$root/selftests"
	cp -p "${scripts[@]}" "$root/selftests/"
	rsync -a --exclude='*.c' "$REPO_ROOT"/selftests/{lib,run/demo,run/bench,run/profile,run/scale} "$root/selftests/"
	rsync -a --exclude=/guest "$programs/" "$root/selftests/"
}

# initramfs_base ROOT ARCH PROGRAMS
initramfs_base()
{
	local root=$1
	local busybox
	local applet

	mkdir -p "$root"/{bin,dev,etc,lib/oom-embedded,proc,root,run,sys,tmp,usr,var}
	chmod 1777 "$root/tmp"
	ln -s bin "$root/sbin"
	ln -s ../bin "$root/usr/bin"
	ln -s ../bin "$root/usr/sbin"
	busybox=$(busybox_for "$2")
	cp "$busybox" "$root/bin/busybox"
	# The host's can be run, and has the same applets.
	for applet in $(busybox --list); do
		[[ $applet == busybox ]] || ln -s busybox "$root/bin/$applet"
	done
	printf '%s\n' root:x:0:0:root:/root:/bin/sh nobody:x:65534:65534:nobody:/:/bin/sh \
		>"$root/etc/passwd"
	printf '%s\n' root:x:0: nogroup:x:65534: >"$root/etc/group"
	cp "$VM_DIR/guest/init" "$root/init"
	cp "$VM_DIR"/guest/{run0,vm-checks} "$3/guest/vmctl" "$root/bin/"
	chmod 755 "$root/init" "$root"/bin/{run0,vm-checks,vmctl}
}

initramfs_pack()
{
	local root=$1
	local image=$2

	(cd "$root" && find . -print0 | cpio --null --quiet -o -H newc -R 0:0 | gzip -1) >"$image"
}
