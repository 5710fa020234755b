#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# names.sh [--list|--self-test]: no static function has a name of one word, which says nothing in a
# back-trace or a profile, unless the table below says why. --list: prints all of one word, with
# their reasons. --self-test: is a planted fault of each kind reported? Exit status 0 or 1; faults
# are printed. Runs on the host.

set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd) || exit 1
top=$(git -C "$here" rev-parse --show-toplevel) || exit 1

# FILES NAME REASON: both are patterns. A row that nothing needs any more is a fault, too.
JUSTIFIED='
selftests/*                die         prints what failed and ends the program: it is the last frame
selftests/progs/*          *           programs of one file, not loaded and not installed with the tools
selftests/run/bench/*      *           the same
selftests/run/peers/*      *           the same
selftests/vm/guest/*       *           the same
selftests/vm/planted/*     leak        the planted fault, in a module of its own
'

# statics DIRECTORY: "FILE NAME" of each static function with a body.
# shellcheck disable=SC2016 # of awk
statics()
{
	(cd "$1" && find module userspace-tools selftests -name '*.[ch]' ! -name '*.mod.c' \
		! -path '*/build/*' -print0 | LC_ALL=C sort -z | xargs -0 awk '
	FNR == 1 { head = "" }
	/^static / { head = "" ; inside = 1 }
	inside { head = head " " $0 }
	/[;=]/ || /^#/ { inside = 0 }
	/^\{$/ && inside {
		sub(/\(.*/, "", head)
		sub(/.*[ *\t]/, "", head)
		print FILENAME, head
		inside = 0
	}')
}

# reason FILE NAME: and which row says so, in $row
reason()
{
	local files name why

	row=0
	while read -r files name why; do
		[[ -n $files ]] || continue
		row=$((row + 1))
		# shellcheck disable=SC2053 # patterns
		[[ $1 == $files && $2 == $name ]] && echo "$why" && return 0
	done <<<"$JUSTIFIED"
	return 1
}

# judge DIRECTORY
judge()
{
	local file name row total=0 used=" "

	while read -r file name; do
		total=$((total + 1))
		[[ $name == *_* ]] && continue
		if reason "$file" "$name" >/dev/null; then
			used+="$row "
			continue
		fi
		echo "$file: $name() is one word"
	done < <(statics "$1")
	[[ $total -gt 1000 ]] || echo "only $total static functions are found"
	row=0
	while read -r file name _; do
		[[ -n $file ]] || continue
		row=$((row + 1))
		[[ $used == *" $row "* ]] || echo "nothing needs the reason for $file $name"
	done <<<"$JUSTIFIED"
}

list()
{
	local file name

	statics "$top" | while read -r file name; do
		[[ $name == *_* ]] || echo "$file $name: $(reason "$file" "$name" || echo "no reason")"
	done
}

# planted DESCRIPTION REPORT FILE LINE...: with these lines at the end of that file
planted()
{
	local description=$1 report=$2 file=$3
	local found

	shift 3
	cp "$copy/$file" "$copy/saved"
	printf '%s\n' "$@" >>"$copy/$file"
	found=$(judge "$copy")
	mv "$copy/saved" "$copy/$file"
	grep -qxF -- "$report" <<<"$found" && return 0
	echo "not reported: $description"
	echo "$found"
	return 1
}

self_test()
{
	local failed=0

	copy=$(mktemp -d) || return 1
	trap 'rm -rf "$copy"' EXIT
	cp -r "$top/module" "$top/userspace-tools" "$top/selftests" "$copy/" || return 1
	planted "one word in the module" "module/main.c: wait() is one word" module/main.c \
		'static int wait(void)' '{' '}' || failed=1
	planted "one word, a pointer, on several lines" "userspace-tools/lib/event.c: find() is one word" \
		userspace-tools/lib/event.c 'static const struct oe_x *find(int a,' '			int b)' \
		'{' '}' || failed=1
	planted "a name that is justified elsewhere" "module/main.c: die() is one word" module/main.c \
		'static void __init die(void)' '{' '}' || failed=1
	rm -r "$copy/selftests/vm/planted"
	planted "a row that nothing needs" "nothing needs the reason for selftests/vm/planted/* leak" \
		module/main.c '' || failed=1
	return "$failed"
}

case ${1-} in
"")
	found=$(judge "$top")
	[[ -z $found ]] || { echo "$found"; exit 1; }
	;;
--list) list ;;
--self-test) self_test ;;
*)
	echo "usage: names.sh [--list|--self-test]" >&2
	exit 2
	;;
esac
