#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# dkms.sh [KERNEL]: Debian's dkms adds, builds, installs and removes the module for a kernel
# from the cache (debian-6.12), in trees of its own; the installed module is loaded by
# modprobe in a guest. Nothing of the host changes.

set -euo pipefail

SELFTESTS=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=selftests/vm/lib.sh
. "$SELFTESTS/vm/lib.sh"
# shellcheck source=selftests/lib/ktap.sh
. "$SELFTESTS/lib/ktap.sh"

NAME=${1:-debian-6.12}
MODULE=oom_embedded

# Options that a user might put there. dkms_guest.sh wants none of them to be a default.
OPTIONS="rank_threshold=100 default_rank=600 selection_order=rank no_victim_action=reboot"

# --- the trees ---------------------------------------------------------------

# dkms install wants to be root, even in a tree that is ours.
find_root()
{
	AS_ROOT=()
	[[ $EUID -ne 0 ]] || return 0
	AS_ROOT=(unshare --user --map-root-user)
	"${AS_ROOT[@]}" true 2>/dev/null || skip_all "needs root or user namespaces"
}

index_modules()
{
	depmod -b "$WORK" "$RELEASE" 2>"$WORK/tmp/depmod.log" || {
		sed 's/^/# /' "$WORK/tmp/depmod.log"
		return 1
	}
}

make_trees()
{
	WORK=$(mktemp -d "$CACHE_DIR/dkms.XXXXXX")
	trap 'rm -rf "$WORK"' EXIT
	mkdir -p "$WORK"/{dkms,src,tmp,modprobe.d} "$WORK/lib/modules/$RELEASE"
	# The files that depmod reads; a kernel of our own has none.
	find "$KERNEL/modules/lib/modules/$RELEASE" \( -name 'modules.builtin*' -o -name modules.order \) \
		-exec cp {} "$WORK/lib/modules/$RELEASE/" \; 2>/dev/null || true
	index_modules
	echo "options $MODULE $OPTIONS" >"$WORK/modprobe.d/$MODULE.conf"
}

# run_dkms ACTION [ARG...]: in these trees, for this kernel. Modules are signed with the
# host's key, which would be made for it, unless the program that signs is missing.
run_dkms()
{
	local action=$1

	shift
	if ! TMPDIR=$WORK/tmp sign_file=/nonexistent "${AS_ROOT[@]}" dkms "$action" "$@" \
		--dkmstree "$WORK/dkms" --sourcetree "$WORK/src" \
		--installtree "$WORK/lib/modules" --kernelsourcedir "$KERNEL/build" \
		-k "$RELEASE" --no-depmod >"$WORK/tmp/$action.log" 2>&1; then
		sed 's/^/# /' "$WORK/tmp/$action.log"
		return 1
	fi
	index_modules
}

dkms_state()
{
	dkms status --dkmstree "$WORK/dkms" --sourcetree "$WORK/src" \
		--installtree "$WORK/lib/modules" -m "$MODULE/$VERSION" |
		sed 's/.*: *//'
}

# --- what must be true -------------------------------------------------------

# Lines that say the version themselves, where they should take it from VERSION. build-deb.sh judges
# the version in Debian's changelog.
stray_versions()
{
	git -C "$REPO_ROOT" grep -nFw "$VERSION" -- Kbuild dkms.conf Makefile module include \
		packaging userspace-tools ':!packaging/debian' || true
}

# Times of change too: a file that came and went counts.
host_state()
{
	find /lib/modules /var/lib/dkms /usr/src /etc/dkms /etc/modprobe.d \
		-printf '%p %y %s %T@ %C@\n' 2>/dev/null | sort || true
}

list()
{
	(cd "$1" && find . | sort)
}

installed_modules()
{
	(cd "$WORK/lib/modules/$RELEASE" && find . -name '*.ko*')
}

# The real modprobe, which the guest has not: would it do the same?
debian_modprobe()
{
	modprobe -d "$WORK" -S "$RELEASE" -C "$WORK/modprobe.d" --show-depends "$MODULE" |
		sed 's/ *$//'
}

loads_in_guest()
{
	local log=$WORK/tmp/boot.log
	local failed=0

	"$VM_DIR/boot.sh" --label "dkms-$NAME" --timeout 400 \
		--file "$WORK/lib/modules/$RELEASE:/lib/modules/$RELEASE" \
		--file "$WORK/modprobe.d/$MODULE.conf:/etc/modprobe.d/$MODULE.conf" \
		"$NAME" -- dkms_guest.sh >"$log" 2>&1 || failed=1
	! grep -q '^skip' "$log" || failed=1
	[[ $failed = 0 ]] || sed 's/^/# /' "$log"
	return "$failed"
}

add_and_install()
{
	check "dkms add" run_dkms add "$REPO_ROOT"
	equal "it is added" added "$(dkms_state)"
	list "$WORK/src" >"$WORK/tmp/sources"
	list "$WORK/lib" >"$WORK/tmp/installed"
	check "dkms build" run_dkms build "$MODULE/$VERSION"
	equal "it is built" built "$(dkms_state)"
	check "dkms install" run_dkms install "$MODULE/$VERSION"
	equal "it is installed" installed "$(dkms_state)"
}

judge_installed()
{
	local ko=$WORK/lib/modules/$RELEASE/updates/dkms/$MODULE.ko

	equal "one module is in the kernel's tree, and no test module" \
		"./updates/dkms/$MODULE.ko" "$(installed_modules)"
	equal "it is of this version and for this kernel" "$VERSION $RELEASE" \
		"$(modinfo -F version "$ko") $(modinfo -F vermagic "$ko" | cut -d ' ' -f 1)"
	equal "Debian's modprobe finds it and its options" "insmod $ko $OPTIONS" \
		"$(debian_modprobe)"
	check "a guest loads it by modprobe, with the parameters of modprobe.d" loads_in_guest
}

remove()
{
	check "dkms remove" run_dkms remove "$MODULE/$VERSION"
	equal "nothing is left in dkms's own tree" . "$(list "$WORK/dkms")"
	equal "nothing is left in the kernel's tree" "" \
		"$(list "$WORK/lib" | diff "$WORK/tmp/installed" - || true)"
	# The sources are whose who put them there: dkms leaves them.
	equal "the sources are as they were added" "" \
		"$(list "$WORK/src" | diff "$WORK/tmp/sources" - || true)"
}

# Without dkms, as README says: in the folder of module.sh, with its words to make. So the same
# sources are not compiled a third time.
make_by_hand()
{
	make -C "$BUILD" KDIR="$KERNEL/build" INSTALL_MOD_PATH="$WORK/byhand" W=1 \
		CC="ccache $(kernel_cc "$NAME" "")" "$1" >"$WORK/tmp/byhand.log" 2>&1 && return
	tail -n 20 "$WORK/tmp/byhand.log" | sed 's/^/# /'
	return 1
}

# The folder and the compression are the kernel's choice.
found_by_hand()
{
	local found

	found=$(modprobe -d "$WORK/byhand" -S "$RELEASE" -C /dev/null --show-depends "$MODULE")
	echo "# $found"
	[[ $found == "insmod $WORK/byhand/lib/modules/$RELEASE/"*"/$MODULE.ko"* ]]
}

sign_by_hand()
{
	make -s -C "$REPO_ROOT" KDIR="$KERNEL/build" INSTALL_MOD_PATH="$WORK/byhand" MOK="$WORK/keys" sign \
		>"$WORK/tmp/sign.log" 2>&1 && return
	sed 's/^/# /' "$WORK/tmp/sign.log"
	return 1
}

install_by_hand()
{
	mkdir -p "$WORK/byhand/lib/modules/$RELEASE"
	BUILD=$("$VM_DIR/module.sh" "$NAME")
	lock_entry "build-$NAME"
	check "make and make install" eval 'make_by_hand modules && make_by_hand install'
	unlock_entry
	check "modprobe finds it without further ado" found_by_hand
	check "make sign" sign_by_hand
	equal "the installed module is signed, and can be found as before" "Module signing key of $(hostname)" \
		"$(modinfo -b "$WORK/byhand" -k "$RELEASE" -F signer "$MODULE")"
}

main()
{
	local before

	command -v dkms >/dev/null || skip_all "no dkms (apt-get install dkms)"
	find_root
	plan 20
	KERNEL=$("$VM_DIR/kernel.sh" "$NAME")
	RELEASE=$(<"$KERNEL/release")
	VERSION=$(<"$REPO_ROOT/VERSION")
	equal "the version stands in one place" "" "$(stray_versions)"
	make_trees
	before=$(host_state)
	add_and_install
	judge_installed
	remove
	install_by_hand
	equal "nothing of the host has changed" "" "$(host_state | diff <(echo "$before") - || true)"
	verdict || exit 1
}

main
