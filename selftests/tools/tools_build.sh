#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The command line says of each feature whether this build of the module has it, and what is left
# can be configured: a configuration that asks for a feature that is not there is refused whole.
#
# set: tools
# needs: tools

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

# The command of a user who asks for the feature.
ask_for()
{
	case $1 in
	limits) oom-embedded limit list ;;
	report) oom-embedded report ;;
	events) oom-embedded events ;;
	levels) oom-embedded set early_kb ;;
	groups) oom-embedded group set spare "comm=nobody*" ;;
	esac
}

# A configuration of a threshold, and of the feature if it has settings.
configure()
{
	printf '[policy]\nrank_threshold = %s\n' "$2"
	case $1 in
	limits) printf '[limit 4242]\nmax_kb = 64M\n' ;;
	levels) printf '[policy]\nearly_kb = 1M\n' ;;
	groups) printf '[rankings]\nnobody = 900\n' ;;
	esac
}

says()
{
	ask_for "$1" >"$tmp/said" 2>&1
	if grep -q "not in this build of the module (OE_$(echo "$1" | tr '[:lower:]' '[:upper:]')=n" "$tmp/said"; then
		echo "not built"
	else
		echo built
	fi
}

# Prints "taken" or "refused", and the threshold after that.
applied()
{
	configure "$1" "$2" >"$tmp/conf"
	if oom-embedded apply "$tmp/conf" >"$tmp/said" 2>&1; then
		echo "taken $(get rank_threshold)"
	else
		echo "refused $(get rank_threshold)"
	fi
}

judge()
{
	if built "$1"; then
		equal "$1: there" built "$(says "$1")"
		equal "$1: a configuration with it is taken" "taken 150" "$(applied "$1" 150)"
	else
		equal "$1: said not to be in this build" "not built" "$(says "$1")"
		case $1 in
		report|events) equal "$1: has no settings" "taken 150" "$(applied "$1" 150)" ;;
		*) equal "$1: a configuration with it is refused whole" "refused 120" "$(applied "$1" 150)" ;;
		esac
	fi
	set_to rank_threshold 120
}

plan $(($(echo "$FEATURES" | wc -w) * 2 + 2))
load_module rank_threshold=120
check "a group by pid can be made" oom-embedded group add spare rank=900
for feature in $FEATURES; do
	judge "$feature"
done
check "status has nothing to complain about" oom-embedded status
finish
