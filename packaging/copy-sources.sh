#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# copy-sources.sh FOLDER: the sources, as they lie here, into FOLDER: of a clone only what git knows, of an
# unpacked release all but what a build made.

set -eu

[ $# -eq 1 ] || { echo "usage: copy-sources.sh FOLDER" >&2; exit 2; }
top=$(cd "$(dirname "$0")/.." && pwd)

# A name a line, ended by NUL.
names()
{
	if [ -e "$top/.git" ]; then
		git -C "$top" ls-files -z
	else
		(cd "$top" && find . ! -type d ! -path './*/build/*' ! -name '*.o' ! -name '*.ko' ! -name '*.cmd' \
			! -name '*.mod' ! -name '*.mod.c' ! -name Module.symvers ! -name modules.order -print0)
	fi
}

mkdir -p "$1"
# A file that is deleted, and not yet for git, is left out.
names | (cd "$top" && tar -c --null --ignore-failed-read -T - 2>/dev/null) | tar -x -C "$1"
