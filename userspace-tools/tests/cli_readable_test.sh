#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Output on a terminal: names in UTF-8 as they are, and lines that are not longer than it is wide.
# Bytes that steer it, right-to-left text and letters that only look like Latin stay escaped.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# on_terminal COLUMNS WORD...: its output, without the carriage returns
on_terminal()
{
	local columns=$1
	local line

	shift
	printf -v line '%q ' "$TOOLS_BUILD/tests/oom-embedded" "$@"
	LC_ALL=${locale-C.UTF-8} timeout 60 script -qec "stty cols $columns && $line" /dev/null </dev/null 2>&1 | tr -d '\r'
}

# names_are NAME...: as the module writes them, one process each
names_are()
{
	local name
	local nr=0

	for name; do
		nr=$((nr + 1))
		fake_candidate "$nr" $((nr + 400)) 500 default $((9000 - nr)) eligible "$name"
	done >"$OOM_EMBEDDED_SYSFS/candidates"
}

# escaped TEXT: as the module writes it
escaped()
{
	local byte

	for byte in $(printf '%s' "$1" | od -An -v -tx1); do
		if ((0x$byte > 0x20 && 0x$byte < 0x7f)); then
			printf '%b' "\\x$byte"
		else
			printf '\\x%s' "$byte"
		fi
	done
}

# shown DESCRIPTION NAME EXPECTED: on a terminal, in the list
shown()
{
	names_are "$2"
	same "$1" "$3" "$(on_terminal 200 candidates | awk '$2 == 401 { print $7 }')"
}

if ! command -v script >/dev/null; then
	skip "names on a terminal" "no script (Debian package bsdutils)"
	finish
fi

make_tree "$tmp/tree"

# --- what is shown
shown "letters of Latin" "gr$(escaped ö)$(escaped ß)e" größe
shown "Cyrillic by itself" "$(escaped привет)" привет
shown "Chinese" "$(escaped 数据)d" 数据d
shown "the rest of a name that has a blank" "a\\x20$(escaped é)" 'a\x20é'

# --- what is not
while read -r bytes what; do
	shown "$what stays escaped" "x$bytes" "x$bytes"
done <<'ROWS'
\xe2\x80\xae a format from right to left
\xd7\x90 a letter from right to left
\xcc\x81 a mark that combines
\xc2\xa0 a blank of another kind
\xe2\x80\x8b a letter of no width
\xee\x80\x80 a letter of private use
\xed\xa0\x80 half of a pair of UTF-16
\xf0\x9f\x98\x80 a picture
\xef\xbf\xbd a replacement
ROWS
shown "a control character stays escaped" 'a\x1b[2J' 'a\x1b[2J'
shown "one of the second set, in UTF-8, too" 'a\xc2\x9b2J' 'a\xc2\x9b2J'
shown "too long a form of a letter stays escaped" '\xc1\xa9\xe0\x83\xa9' '\xc1\xa9\xe0\x83\xa9'
shown "half a letter stays escaped" '\xc3' '\xc3'
shown "and what follows is shown" "\\xc3$(escaped ö)" '\xc3ö'
shown "what looks like a name in Latin stays escaped" "p$(escaped а)cemaker" "p$(escaped а)cemaker"
names_are $'a\xc2\x9b2J\e]0;x\a'
same "raw bytes that steer are not passed on" '' "$(on_terminal 200 candidates | grep -P '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]')"

# --- where
shown_name=$(escaped größe)
names_are "$shown_name"
sed -i 's/eligible/next    /' "$OOM_EMBEDDED_SYSFS/candidates"
check "in status" grep -q '^next *größe/401' <(on_terminal 200 status)
if has_top; then
	check "in top" grep -q größe <(TERM=xterm on_terminal 120 top -n 1)
	check "in top on a terminal that nobody has described" grep -q größe <(TERM=nonsense on_terminal 120 top -n 1)
else
	skip "in top" "built without ncurses"
fi
locale=C
check "not in another locale" grep -qF "$shown_name" <(on_terminal 200 candidates)
unset locale
LC_ALL=C.UTF-8 run candidates
check "not in a pipe: programs read what the module wrote" grep -qF "$shown_name" "$tmp/out"
LC_ALL=C.UTF-8 run candidates --json
same "nor in JSON" "$shown_name" "$(jq -r '.candidates[0].comm' "$tmp/out")"
same "nor in JSON on a terminal" "$shown_name" "$(on_terminal 200 candidates --json | jq -r '.candidates[0].comm')"

# --- how wide
names_are "$(escaped 数据)" web
same "columns are counted, not bytes" 1 "$(on_terminal 200 candidates | sed -n '2,$p' | grep -ob ' eligible' | cut -d : -f 2 | wc -l | awk '{ print $1 - 1 }')"
make_tree "$tmp/tree"
same "a table is as wide as the terminal" "" "$(on_terminal 40 candidates --all | awk 'length > 40')"
check "and its rows begin as before" grep -q '^  *1  *200' <(on_terminal 40 candidates --all)
names_are "$(escaped 数据数据数据数据)"
same "a wide letter is not cut in two" "" \
	"$(for columns in {50..70}; do on_terminal "$columns" candidates | iconv -f UTF-8 -t UTF-8 2>&1 >/dev/null; done)"
# COLUMNS may say anything.
for columns in 0 -1 99999999999999999999 '' x; do
	same "COLUMNS=$columns is not believed" "" "$(COLUMNS=$columns LINES=$columns on_terminal 40 candidates --all | awk 'length > 40')"
done
run candidates --all
check "in a pipe nothing is cut" grep -q 'SET_RANK$' "$tmp/out"

finish
