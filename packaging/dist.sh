#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# dist.sh DIR: a release of the commit that is checked out, in DIR: the source archive, SHA256SUMS, and
# what Alpine, Arch, Fedora and openSUSE build it with, with version and checksums put in. The same
# commit gives the same bytes. SIGN_KEY, a key of gpg's, signs the sums; URL is where people read about
# it.

set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
dir=${1:?"usage: dist.sh DIR"}
url=${URL-}
umask 022

version=$(git -C "$top" show HEAD:VERSION)
name=oom-embedded-$version
archive=$name.tar.xz

# A release is a commit, not what lies about.
if [[ -z ${DIST_DIRTY-} && -n $(git -C "$top" status --porcelain --untracked-files=no) ]]; then
	echo "dist.sh: there are changes that are not committed" >&2
	exit 1
fi
mkdir -p "$dir"
# With the time of the commit; xz with one thread, whose blocks do not depend on the machine.
git -C "$top" -c tar.umask=0022 archive --format=tar --prefix="$name/" HEAD |
	xz -T1 -9 >"$dir/$archive"

sha256=$(sha256sum "$dir/$archive" | cut -d ' ' -f 1)
sha512=$(sha512sum "$dir/$archive" | cut -d ' ' -f 1)
for recipe in alpine/APKBUILD arch/PKGBUILD rpm/oom-embedded.spec rpm/oom-embedded-kmod.spec; do
	mkdir -p "$dir/${recipe%/*}"
	git -C "$top" show "HEAD:packaging/$recipe.in" |
		sed -e "s|@VERSION@|$version|g" -e "s|@URL@|$url|g" -e "s|@SHA256@|$sha256|g" \
			-e "s|@SHA512@|$sha512|g" >"$dir/$recipe"
done
(cd "$dir" && sha256sum "$archive" alpine/* arch/* rpm/* >SHA256SUMS)
if [[ -n ${SIGN_KEY-} ]]; then
	gpg --batch --yes --local-user "$SIGN_KEY" --armor --detach-sign --output "$dir/SHA256SUMS.asc" \
		"$dir/SHA256SUMS"
fi
cat "$dir/SHA256SUMS"
