#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tools.sh DIR: builds the tools without shared libraries and installs them below DIR, as a
# small system would have them; the examples' programs lie in DIR/selftests/examples.
# TOOLS_BUILD, TOOLS_FLAGS: another folder to build in, and a word for make.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

BUILD=${TOOLS_BUILD:-$CACHE_DIR/build/tools}

tools_make()
{
	make -s -C "$REPO_ROOT/userspace-tools" STATIC=1 ${TOOLS_FLAGS:+"$TOOLS_FLAGS"} O="$BUILD" PREFIX=/usr \
		"$@"
}

main()
{
	[[ $# -eq 1 ]] || die "usage: tools.sh DIR"
	mkdir -p "$BUILD" "$1/selftests/examples"
	lock_entry tools
	tools_make >"$BUILD/log" 2>&1 || {
		cat "$BUILD/log" >&2
		die "the tools do not build"
	}
	tools_make DESTDIR="$1" install >>"$BUILD/log" 2>&1 || {
		cat "$BUILD/log" >&2
		die "the tools cannot be installed"
	}
	find "$BUILD/examples" -maxdepth 1 -type f -perm /111 -exec cp {} "$1/selftests/examples/" \;
	cp "$REPO_ROOT"/userspace-tools/examples/*.conf "$1/selftests/examples/"
	# A page of commands that a script types.
	cp "$REPO_ROOT"/Documentation/user-guide/containers.md "$1/selftests/"
	strip "$1"/selftests/examples/{logger,controller,monitor}
}

main "$@"
