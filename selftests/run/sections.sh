# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# How large the sections of a module are.

# shellcheck disable=SC2034 # read by the scripts that source this file
TEXT_AND_DATA='^\.(text|exit\.text|rodata|data|exit\.data|ref\.data|bss)'

# resident_sections KO: names and bytes of the sections that stay when the module is loaded.
resident_sections()
{
	local name size flags

	while read -r name size flags; do
		[[ $flags == *A* ]] || continue
		case $name in
		.init*|__versions|.modinfo) ;;
		*) echo "$name $((16#$size))" ;;
		esac
	done < <(readelf -SW "$1" | sed -n 's/^ *\[ *[0-9]*\] //p' | awk '{ print $1, $5, $7 }')
}

# section_bytes KO PATTERN: bytes of those whose names match.
section_bytes()
{
	local name size
	local sum=0

	while read -r name size; do
		[[ ! $name =~ $2 ]] || sum=$((sum + size))
	done < <(resident_sections "$1")
	echo "$sum"
}
