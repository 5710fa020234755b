#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# setup.sh [matrix|fuzz|scale]: sees to it that the host has what the harness needs, with "matrix" for
# every architecture, with "fuzz" for the fuzzer, with "scale" for pictures. As root it installs what is missing, otherwise
# it prints the one command that does.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

# So long another apt may have its locks.
LOCK_S=600

# missing_packages PACKAGE...: those that dpkg does not call installed, by one look-up.
missing_packages()
{
	dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
		awk -v want="$*" '
		$2 == "installed" { have[$1] }
		END {
			count = split(want, name)
			for (i = 1; i <= count; i++)
				if (!(name[i] in have))
					print name[i]
		}'
}

# A machine that has just come up may be at its own updates. apt-get waits for the lock of packages, but not for that of
# their lists.
update_lists()
{
	local said

	for _ in $(seq $((LOCK_S / 5))); do
		! said=$(apt-get update 2>&1) || return 0
		[[ $said == *"Could not get lock"* ]] || break
		sleep 5
	done
	die "$said"
}

main()
{
	local packages=("${HOST_PACKAGES[@]}")
	local missing

	case ${1-} in
	'') ;;
	matrix) packages+=("${MATRIX_PACKAGES[@]}") ;;
	fuzz) packages+=("${FUZZ_PACKAGES[@]}") ;;
	scale) packages+=("${SCALE_PACKAGES[@]}") ;;
	*) die "usage: setup.sh [matrix|fuzz|scale]" ;;
	esac
	command -v dpkg-query >/dev/null || die "Debian 12 or newer is needed (no dpkg-query)"
	mapfile -t missing < <(missing_packages "${packages[@]}")
	[[ ${#missing[@]} -gt 0 ]] || return 0
	if [[ $EUID -ne 0 ]]; then
		printf 'sudo apt-get install -y --no-install-recommends %s\n' "${missing[*]}" >&2
		exit 1
	fi
	note "installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	update_lists
	apt-get -o DPkg::Lock::Timeout=$LOCK_S install -y --no-install-recommends "${missing[@]}" >&2
}

main "$@"
