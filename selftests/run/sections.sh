# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# How large the sections of a module are.

# shellcheck disable=SC2034 # read by the scripts that source this file
TEXT_AND_DATA='^\.(text|exit\.text|rodata|data|exit\.data|ref\.data|bss)'

# section_bytes KO PATTERN: bytes of the loaded sections whose names match, or do not (!).
section_bytes()
{
	local name size flags
	local sum=0

	while read -r name size flags; do
		[[ $flags == *A* && $name =~ $2 ]] || continue
		case $name in
		.init*|__versions|.modinfo) ;;
		*) sum=$((sum + 16#$size)) ;;
		esac
	done < <(readelf -SW "$1" | sed -n 's/^ *\[ *[0-9]*\] //p' | awk '{ print $1, $5, $7 }')
	echo "$sum"
}
