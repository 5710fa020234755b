# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Shared by the scripts about what is in a build of the module. To be sourced after oom.sh, which
# sets these:
# shellcheck disable=SC2154 # OE, FEATURES

PAGE=$SELFTESTS/sysfs-kernel-oom_embedded

# files_of FEATURE: what goes with its switch, as the table of the ABI page says: patterns of the
# shell, relative to the module's directory. That of a directory ends with a slash.
files_of()
{
	awk -v switch="OE_$(echo "$1" | tr '[:lower:]' '[:upper:]')" '
		$1 == switch { found = 1; for (i = 2; i <= NF; i++) print $i; next }
		found && /^\t\t[ \t]/ { for (i = 1; i <= NF; i++) print $i; next }
		{ found = 0 }' "$PAGE"
}

# The same for all features that are not in this build.
left_out()
{
	for feature in $FEATURES; do
		built "$feature" || files_of "$feature"
	done
}

# belongs PATH PATTERN...: does one of them mean it, or a directory above it?
belongs()
{
	belongs_path=${1#"$OE"/}
	shift
	for pattern in "$@"; do
		case $pattern in
		*/) pattern="$pattern*" ;;
		esac
		# shellcheck disable=SC2254 # it is a pattern
		case $belongs_path in
		$pattern) return 0 ;;
		esac
	done
	return 1
}
