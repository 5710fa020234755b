#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# build-deb.sh FOLDER [OPTION...]: Debian's packages, source and binary, in FOLDER; OPTIONs are
# dpkg-buildpackage's (default: -us -uc, unsigned). The sources are taken as they lie here, of a clone
# only what git knows; packaging/debian becomes the folder debian/. "make deb".

set -eu

[ $# -ge 1 ] || { echo "usage: build-deb.sh FOLDER [OPTION...]" >&2; exit 2; }
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
shift
version=$(cat "$top/VERSION")
source=oom-embedded-$version
SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -l "$top/packaging/debian/changelog" -S Timestamp)
export SOURCE_DATE_EPOCH

case $(dpkg-parsechangelog -l "$top/packaging/debian/changelog" -S Version) in
"$version"-*) ;;
*) echo "build-deb.sh: packaging/debian/changelog is not of version $version" >&2; exit 1 ;;
esac
rm -rf "${out:?}/$source"
"$top/packaging/copy-sources.sh" "$out/$source"
# The same bytes each time: as old as the changelog, whoever unpacked it, whenever.
tar -C "$out" -c --sort=name --owner=0 --group=0 --numeric-owner --mode=go=rX,u+rw,a-s \
	--mtime="@$SOURCE_DATE_EPOCH" "$source" | xz -6 >"$out/oom-embedded_$version.orig.tar.xz"
cp -r "$out/$source/packaging/debian" "$out/$source/debian"
cd "$out/$source"
[ $# -gt 0 ] || set -- -us -uc
dpkg-buildpackage "$@"
rm -rf "${out:?}/$source"
