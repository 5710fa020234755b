#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# layers.sh [--self-test]: do the files of module/ use only what is below them? The table
# is in layers.awk. With --self-test: is a planted fault of each kind reported? Exit status
# 0 or 1; faults are printed. Runs on the host.

set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd) || exit 1
top=$(git -C "$here" rev-parse --show-toplevel) || exit 1

# judge DIRECTORY: a tree like module/.
judge()
{
	(
		cd "$1" || exit 1
		find . -name '*.[ch]' ! -name '*.mod.c' ! -path './tests/*' | sort |
			xargs awk -f "$here/layers.awk"
	)
}

# planted DESCRIPTION REPORT FILE LINE: with that line at the end of that file, does a line
# match REPORT?
planted()
{
	local description=$1 report=$2 file=$3 line=$4
	local found

	rm -rf "$copy" && cp -r "$top/module" "$copy" || return 1
	mkdir -p "$(dirname "$copy/$file")" && printf '%s\n' "$line" >>"$copy/$file" || return 1
	if found=$(judge "$copy"); then
		echo "not reported: $description"
		return 1
	fi
	grep -qE -- "$report" <<<"$found" && return 0
	echo "reported in other words: $description"
	echo "$found"
	return 1
}

self_test()
{
	local failed=0
	local copy

	copy=$(mktemp -d) || return 1
	# shellcheck disable=SC2064 # expanded now: it is local
	trap "rm -rf '$copy'" EXIT
	planted "an include that goes up" "^memory/zones.c:.*which is not below it" \
		memory/zones.c '#include "tasks.h"' || failed=1
	planted "an include of a neighbour" "^memory/zones.c:.*which is not below it" \
		memory/zones.c '#include "notify.h"' || failed=1
	planted "a circle of includes" "^circle: .*rank/rank_table" \
		rank/rank_table.c '#include "rank/rank.h"' || failed=1
	planted "a circle of calls without an include" "^circle: .*rank/rank_table" \
		rank/rank_table.c 'void *planted = oe_rank_apply;' || failed=1
	planted "a rule that knows the module" "rules/ is pure" \
		rules/policy.c '#include "core.h"' || failed=1
	planted "a rule that knows the kernel" "rules/ is pure" \
		rules/limit_rule.c '#include <linux/sched.h>' || failed=1
	planted "a room that is not in the table" "in no layer" \
		attic/box.c '#include "core.h"' || failed=1
	return "$failed"
}

case ${1-} in
"") judge "$top/module" ;;
--self-test) self_test ;;
*)
	echo "usage: layers.sh [--self-test]" >&2
	exit 2
	;;
esac
