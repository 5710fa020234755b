#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# sizes.sh [--self-test]: no file of module/ and userspace-tools/ has more than 500 lines, no
# function of module/ more than 60, and the median of these is at most 10. A function's lines are
# those between its braces. With --self-test: is a planted fault of each kind reported? Exit status
# 0 or 1; faults are printed. Runs on the host.

set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd) || exit 1
top=$(git -C "$here" rev-parse --show-toplevel) || exit 1
FILE_LINES=500
FUNCTION_LINES=60
MEDIAN_LINES=10

# files DIRECTORY: its sources; not what a build made.
files()
{
	find "$1" -name '*.[ch]' ! -name '*.mod.c' ! -path '*/build/*' | LC_ALL=C sort
}

# functions FILE...: "LINES FILE:LINE" of each, as the kernel's style has them: "{" and "}" alone in
# the first column, after a line that ends a list of arguments.
functions()
{
	awk '
	FNR == 1 { inside = 0; before = "" }
	/^\{$/ && before ~ /\)[^=;]*$/ { inside = FNR }
	/^\}$/ && inside {
		print FNR - inside - 1, FILENAME ":" inside
		inside = 0
	}
	{ before = $0 }' "$@"
}

# judge DIRECTORY: a tree that has module/ and userspace-tools/.
judge()
(
	cd "$1" || exit 1
	{ files module; files userspace-tools; } | xargs wc -l | awk -v most="$FILE_LINES" \
		'$2 != "total" && $1 > most { print $2 ": " $1 " lines, more than " most }'
	mapfile -t sources < <(files module)
	functions /dev/null "${sources[@]}" | sort -n |
		awk -v most="$FUNCTION_LINES" -v median="$MEDIAN_LINES" '
		{ lines[NR] = $1 }
		$1 > most { print $2 ": a function of " $1 " lines, more than " most }
		END {
			middle = lines[int((NR + 1) / 2)]
			if (!NR)
				print "module/: no function is found"
			if (middle > median)
				print "module/: the median of its functions is " middle ", more than " median
		}'
)

# planted DESCRIPTION REPORT COMMAND...: COMMAND prints more lines for the end of module/main.c.
planted()
{
	local description=$1 report=$2
	local found

	shift 2
	rm -rf "$copy/module" && cp -r "$top/module" "$copy/" || return 1
	"$@" >>"$copy/module/main.c"
	found=$(judge "$copy")
	grep -qE -- "$report" <<<"$found" && return 0
	echo "not reported: $description"
	echo "$found"
	return 1
}

# long_function LINES [TIMES]
long_function()
{
	local line time

	for ((time = 0; time < ${2-1}; time++)); do
		printf 'static void planted_function(void)\n{\n'
		for ((line = 0; line < $1; line++)); do
			printf '\tplanted();\n'
		done
		printf '}\n'
	done
}

self_test()
{
	local failed=0

	copy=$(mktemp -d) || return 1
	trap 'rm -rf "$copy"' EXIT
	cp -r "$top/userspace-tools" "$copy/"
	planted "a function that is too long" "main.c:.*a function of 61 lines" \
		long_function 61 || failed=1
	planted "a file that is too long" "main.c: [0-9]+ lines, more than 500" \
		long_function 20 30 || failed=1
	planted "functions that grow" "the median of its functions is 11" \
		long_function 11 2000 || failed=1
	planted "no function" "no function is found" find "$copy/module" -name '*.[ch]' -delete ||
		failed=1
	return "$failed"
}

case ${1-} in
"")
	found=$(judge "$top")
	[[ -z $found ]] || { echo "$found"; exit 1; }
	;;
--self-test) self_test ;;
*)
	echo "usage: sizes.sh [--self-test]" >&2
	exit 2
	;;
esac
