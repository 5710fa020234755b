#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# newcomer.sh: the commands of README and the user guide for a new user, typed in a Debian with
# systemd, and no command that they do not name. KTAP. "make check-newcomer"; takes half an hour the first
# time, of which the cache keeps Debian itself; needs root, mmdebstrap, 6 GB.
#
# All from modprobe on happens in the guest, over one restart of the machine. The guest's part is
# guest/newcomer_guest.sh.

set -euo pipefail

SELFTESTS=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=selftests/run/debian.sh
. "$SELFTESTS/run/debian.sh"

TYPED_IN=/root/oom_embedded

# block FILE HEADING NUMBER: a block of code in a section, without its comments.
block()
{
	awk -v heading="$2" -v want="$3" '
		/^#/ { inside = $0 == heading; nr = 0; open = 0; next }
		!inside { next }
		/^    / { if (!open) nr++; open = 1; if (nr == want) { sub(/^    /, ""); print } next }
		/^$/ { if (open && nr == want) print; next }
		{ open = 0 }' "$REPO_ROOT/$1"
}

commands()
{
	block "$@" | sed -E 's/ +# .*//; /^$/d'
}

# type_all DESCRIPTION: the commands of stdin, until one fails
type_all()
{
	local command
	local count=0
	local lines

	mapfile -t lines
	for command in "${lines[@]}"; do
		[[ $command != *uninstall* ]] || continue
		count=$((count + 1))
		typed "$command" || {
			fail "$1: $command"
			return 1
		}
	done
	check "$1: $count commands" test "$count" -gt 1
}

# The commands of README after the installation go to the guest as they stand there.
prepare_guest()
{
	local section='## Protect a service in five minutes'
	local dir=$TREE$FOLDER

	block README.md "$section" 2 >"$dir/oom-embedded.conf"
	commands README.md "$section" 3 >"$dir/first"
	commands README.md "$section" 4 >"$dir/second"
	# In the text of README: to be run on the device, every month if you like.
	# shellcheck disable=SC2016 # an expression
	grep -oE '`oom-embedded drill[^`]*`' "$REPO_ROOT/README.md" | tr -d '`' | head -n 1 >"$dir/third"
	add_judge newcomer_guest.sh
}

boot_guest()
{
	make_disk "$RELEASE" || return 1
	rm -rf "$TREE"
	# A new qemu for each boot: after a reset in the same one, qemu 7.2 was seen to take ten minutes for
	# what took it one before, clearing pages.
	run_guest 1 && ! has_come_to_its_end && run_guest 2
}

main()
{
	use_debian
	plan "$(($(results_of newcomer_guest.sh) + 5))"
	unpack_tree
	"$REPO_ROOT/packaging/copy-sources.sh" "$TREE$TYPED_IN" || bail_out "no sources"
	type_all "README: the packages for the module" < <(commands README.md '## Protect a service in five minutes' 1 |
		grep '^sudo apt') || exit 1
	type_all "user guide: the module, by dkms" < <(commands Documentation/user-guide/index.md '## Install' 2) || exit 1
	type_all "README: the tools" < <(commands README.md '## Protect a service in five minutes' 1 |
		grep -E '^(make tools|sudo apt.*jansson)') || exit 1
	prepare_guest
	boot_guest || true
	judge_guest
	verdict || exit 1
}

main
