#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The ABI page and the live tree say the same, in both directions, modes included.
#
# set: rest matrix
# needs: page

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/features.sh
. "$SELFTESTS/lib/features.sh"

# "PATH MODE" of every file that the page describes, but for features that are not in this build;
# directories end with a slash.
documented()
{
	awk '/^What:/ { paths[++n] = $2 }
	     /^Description:/ {
		match($0, /0[0-7][0-7][0-7]/)
		mode = RSTART ? substr($0, RSTART, 4) : "-"
		for (i = 1; i <= n; i++)
			if (paths[i] !~ /\/$/)
				print paths[i], mode
		n = 0
	     }' "$PAGE" | sort | while read -r path mode; do
		# shellcheck disable=SC2046 # one word a pattern
		belongs "$path" $(left_out) || echo "$path $mode"
	done
}

# The page has one entry for the files of all groups, limits and watched cgroups.
live()
{
	find "$OE" -type f -exec stat -c '%n 0%a' {} + |
		sed 's|/groups/example/|/groups/<name>/|; s|/limits/1/|/limits/<uid>/|; s|/cgroups/example/|/cgroups/<name>/|' | sort
}

entries_complete()
{
	awk '/^What:/ && !inside { inside = 1; seen = "" }
	     /^[A-Z][A-Za-z]*:/ { split($1, key, ":"); seen = seen " " key[1] }
	     /^Users:/ {
		for (i = split("Date KernelVersion Contact Description Users", want, " "); i; i--)
			if (!index(seen, want[i])) { print "without " want[i] ":" seen; bad = 1 }
		inside = 0
	     }
	     END { exit bad || inside }' "$PAGE"
}

plan 4
[ -s "$PAGE" ] || bail_out "the page is not in the guest"
load_module
! built limits || set_to limits/create 1
set_to groups/create example
documented >"$tmp/documented"
if [ -e "$OE/cgroups" ]; then
	set_to cgroups/create example
else
	# A kernel without memory cgroups.
	sed -i '/\/cgroups\//d' "$tmp/documented"
fi
live >"$tmp/live"
check "there is something to compare" [ "$(wc -l <"$tmp/live")" -gt 15 ]
equal "page and tree agree" "" "$(diff "$tmp/documented" "$tmp/live")"
check "every entry is complete" entries_complete
equal "abi_version" "1.0" "$(get abi_version)"
finish
