#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# setup.sh: sees to it that the host has what the harness needs. As root it installs what
# is missing, otherwise it prints the one command that does.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/lib.sh"

# One look-up for all packages: those that dpkg does not call installed.
missing_packages()
{
	dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${HOST_PACKAGES[@]}" 2>/dev/null |
		awk -v want="${HOST_PACKAGES[*]}" '
		$2 == "installed" { have[$1] }
		END {
			count = split(want, name)
			for (i = 1; i <= count; i++)
				if (!(name[i] in have))
					print name[i]
		}'
}

main()
{
	local missing

	command -v dpkg-query >/dev/null || die "Debian 12 or newer is needed (no dpkg-query)"
	mapfile -t missing < <(missing_packages)
	[[ ${#missing[@]} -gt 0 ]] || return 0
	if [[ $EUID -ne 0 ]]; then
		printf 'sudo apt-get install -y --no-install-recommends %s\n' "${missing[*]}" >&2
		exit 1
	fi
	note "installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update >&2
	apt-get install -y --no-install-recommends "${missing[@]}" >&2
}

main "$@"
