# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Helpers for the tests of packaging/: sourced after lib.sh.

TOP=$(cd "$TESTS/../.." && pwd)
# shellcheck disable=SC2034 # of those that source this file
version=$(cat "$TOP/VERSION")

# tools_install ROOT WORD...: as a packager installs, of what is built already. Files with folders in them are
# made anew for other folders: one at a time.
tools_install()
{
	local root=$1

	shift
	flock "$TOOLS_BUILD/install.lock" make -s -C "$TESTS/.." O="$TOOLS_BUILD" "${TOOLS_FLAGS[@]}" PREFIX=/usr DESTDIR="$root" "$@" install
}

# is_shared: with shared libraries, as packages have them
is_shared()
{
	[[ -e $TOOLS_BUILD/liboom_embedded.so ]]
}

# paths ROOT: what was installed
paths()
{
	(cd "$1" && find . ! -type d -printf '/%P\n' | sort)
}
