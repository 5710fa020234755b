#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# deb.sh [package]: the packages of packaging/debian: they build, lintian has nothing to say; with
# "package" no more than that. Then their life: installed by apt from a repository of files in a
# Debian with systemd, an OOM in it, removed, installed again, upgraded, with a newer kernel, for which
# dkms builds by itself, and purged. KTAP. "make check-deb"; an hour on two cores, of which the
# cache keeps Debian itself; the life needs root, mmdebstrap, autopkgtest, 8 GB.

set -euo pipefail

SELFTESTS=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=selftests/run/debian.sh
. "$SELFTESTS/run/debian.sh"

VERSION=$(<"$REPO_ROOT/VERSION")
NEXT=$VERSION+next
NAMES=(oom-embedded-dkms oom-embedded liboom-embedded1 liboom-embedded-dev python3-oom-embedded)
OUT=$CACHE_DIR/build/deb
GUEST=deb_guest.sh

# build_packages FROM TO: of the sources in FROM; a difference from the symbols file is an error. ccache
# spares the compiler sources that it has compiled before.
build_packages()
{
	rm -rf "$2"
	mkdir -p "$2"
	PATH=/usr/lib/ccache:$PATH CCACHE_DIR=$CACHE_DIR/ccache CCACHE_NOHASHDIR=1 DPKG_GENSYMBOLS_CHECK_LEVEL=4 \
		"$1/packaging/build-deb.sh" "$2" -us -uc >"$2/log" 2>&1 && return
	tail -n 30 "$2/log" | sed 's/^/# /'
	return 1
}

packages_of()
{
	(cd "$1" && printf '%s\n' *.deb | grep -v dbgsym | cut -d _ -f 1,2 | sort)
}

lintian_says()
{
	lintian --allow-root --pedantic --display-info "$OUT/"*.changes 2>&1
}

# Name and version in the dkms.conf of the package for DKMS.
dkms_says()
{
	local conf

	conf=$(dpkg --fsys-tarfile "$OUT/oom-embedded-dkms_$VERSION-1_all.deb" |
		tar -xO "./usr/src/oom_embedded-$VERSION/dkms.conf")
	bash -c "$conf"'
		echo "$PACKAGE_NAME $PACKAGE_VERSION"'
}

judge_packages()
{
	check "one dpkg-buildpackage builds them" build_packages "$REPO_ROOT" "$OUT"
	equal "all five are there" "$(printf "%s_$VERSION-1\n" "${NAMES[@]}" | sort)" "$(packages_of "$OUT")"
	equal "lintian is silent, as pedantic as it can be" '' "$(lintian_says)"
	equal "dkms is told the version" "oom_embedded $VERSION" "$(dkms_says)"
}

# --- their life --------------------------------------------------------------

# serve FOLDER: its packages are those of the repository
serve()
{
	mkdir -p "$TREE/srv/repo"
	rm -f "$TREE/srv/repo/"*
	cp "$1/"*.deb "$TREE/srv/repo/"
	(cd "$TREE/srv/repo" && dpkg-scanpackages -m . >Packages 2>/dev/null)
	echo 'deb [trusted=yes] file:/srv/repo ./' >"$TREE/etc/apt/sources.list.d/local.list"
	typed "apt-get -q update"
}

# The same sources as those of a later version, in whose configuration something is new.
make_next()
{
	local from=$WORK/next

	"$REPO_ROOT/packaging/copy-sources.sh" "$from" || return 1
	echo "$NEXT" >"$from/VERSION"
	echo '# New in this version.' >>"$from/packaging/oom-embedded.conf"
	sed -i "1s/($VERSION-1)/($NEXT-1)/" "$from/packaging/debian/changelog"
	build_packages "$from" "$WORK/packages"
}

# built_for RELEASE: compressed or not, as that kernel wants it
built_for()
{
	compgen -G "$TREE/lib/modules/$1/updates/dkms/oom_embedded.ko*" >/dev/null
}

install_packages()
{
	serve "$OUT" || bail_out "no repository"
	# For the packages' own tests.
	typed "apt-get -q install mandoc gcc libc6-dev pkg-config" || bail_out "no mandoc"
	check "apt install oom-embedded" typed "apt install oom-embedded"
	check "apt install liboom-embedded-dev python3-oom-embedded" \
		typed "apt install liboom-embedded-dev python3-oom-embedded"
	check "dkms has built the module" built_for "$RELEASE"
	equal "autopkgtest passes" $'dkms-autopkgtest SKIP\nlibrary PASS\nmodule SKIP\npython PASS\ntools PASS' "$(autopkgtest_says)"
	cp -r "$REPO_ROOT/packaging/debian/tests" "$TREE$FOLDER/"
	: >"$TREE$FOLDER/facts"
	add_judge "$GUEST" installed
}

# The packages' tests as Debian runs them, but for those that want a machine of their own: these are the
# guest's. NAME RESULT, a line each.
autopkgtest_says()
{
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount --pid --fork sh -c 'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" &&
		exec autopkgtest -B --summary-file="$2" "$3" -- chroot "$1"' \
		- "$TREE" "$WORK/summary" "$OUT/oom-embedded_$VERSION-1.dsc" </dev/null >"$WORK/autopkgtest" 2>&1 || true
	[[ -s $WORK/summary ]] || tail -n 20 "$WORK/autopkgtest"
	awk '{ print $1, $2 }' "$WORK/summary" | sort -u
}

# live_in KERNEL
live_in()
{
	make_disk "$1" || bail_out "no disk"
	run_guest 1 || true
	judge_guest
}

# An administrator's changes since the installation, as in the first guest.
change_configuration()
{
	sed -i 's/^rank_threshold = 100/rank_threshold = 120/' "$TREE/etc/oom-embedded.conf"
	printf '[rankings]\npacemaker = 10\n' >"$TREE/etc/oom-embedded.d/site.conf"
	md5sum <"$TREE/etc/oom-embedded.conf"
}

upgrade_packages()
{
	local changed

	changed=$(change_configuration)
	check "apt install --reinstall" typed "apt install --reinstall oom-embedded"
	check "apt remove, and apt install again" typed "apt remove oom-embedded oom-embedded-dkms && apt install oom-embedded"
	equal "the changed configuration is as it was" "$changed" "$(md5sum <"$TREE/etc/oom-embedded.conf")"
	make_next || bail_out "no later version"
	serve "$WORK/packages" || bail_out "no repository"
	# As an unattended upgrade answers.
	check "apt upgrade" typed "apt -o Dpkg::Options::=--force-confold upgrade"
	check "dkms has built the new module, and the old one is gone" test -d "$TREE/var/lib/dkms/oom_embedded/$NEXT" -a \
		! -e "$TREE/var/lib/dkms/oom_embedded/$VERSION"
	equal "the changed configuration is as it was" "$changed" "$(md5sum <"$TREE/etc/oom-embedded.conf")"
}

# Sets NEW_RELEASE.
upgrade_kernel()
{
	echo "deb $DEBIAN_MIRROR/debian $SUITE-backports main" >"$TREE/etc/apt/sources.list.d/backports.list"
	typed "apt-get -q update" || bail_out "apt-get update"
	check "apt install of a newer kernel" \
		typed "apt -t $SUITE-backports install linux-image-amd64 linux-headers-amd64"
	NEW_RELEASE=$(cd "$TREE/boot" && printf '%s\n' vmlinuz-* | grep -v "^vmlinuz-$RELEASE\$" | tail -n 1)
	NEW_RELEASE=${NEW_RELEASE#vmlinuz-}
	comment "from $RELEASE to $NEW_RELEASE"
	check "dkms has built the module for it, and nobody had to ask" built_for "$NEW_RELEASE"
	printf 'NEW_RELEASE=%s\nNEW_VERSION=%s\n' "$NEW_RELEASE" "$NEXT" >"$TREE$FOLDER/facts"
	add_judge "$GUEST" upgraded
}

case ${1-} in
package)
	plan 4
	judge_packages
	;;
'')
	use_debian
	command -v autopkgtest >/dev/null || skip_all "no autopkgtest (apt-get install autopkgtest)"
	plan "$((4 + 4 + 2 + 6 + 2 + 2 + $(results_of "$GUEST")))"
	judge_packages
	unpack_tree
	install_packages
	live_in "$RELEASE"
	upgrade_packages
	upgrade_kernel
	live_in "$NEW_RELEASE"
	;;
*) die "usage: deb.sh [package]" ;;
esac
verdict || exit 1
