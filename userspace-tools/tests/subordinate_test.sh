#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The subordinate users and groups of a limit: from files in place of /etc/passwd, /etc/subuid and
# /etc/subgid, by the command line and the manager. Nothing is left out without a word.

# shellcheck disable=SC2154,SC2317 # set by daemon.sh; called by name
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/daemon.sh
. "$TESTS/daemon.sh"

DAEMON=$TOOLS_BUILD/tests/oom-embeddedd
export OOM_EMBEDDED_ETC=$tmp/etc
mkdir "$OOM_EMBEDDED_ETC"
printf '%s\n' 'root:x:0:0::/:/bin/sh' 'ann:x:1001:100::/:/bin/sh' 'bob:x:1002:100::/:/bin/sh' \
	'cat:x:1003:1003::/:/bin/sh' 'ann2:x:1001:100::/:/bin/sh' >"$OOM_EMBEDDED_ETC/passwd"

# subordinate subuid|subgid LINE...
subordinate()
{
	printf '%s\n' "${@:2}" >"$OOM_EMBEDDED_ETC/$1"
}

# adds DESCRIPTION LIMIT RANGES [PATTERN]: what the program says matches the pattern, and it says nothing
# without one
adds()
{
	make_tree "$tmp/tree"
	gives "$1" 0 "${4-^\$}" limit add "$2" max_kb=64M
	[[ -n ${4-} ]] || same "$1: not a word" '' "$out$err"
	file_is "$1: the ranges" "limits/$2/subordinate" "$3"
}

# --- of one user
subordinate subuid '1001:100000:65536' 'ann2:400000:10' 'bob:200000:1000' 'x:1:1' '1001:0:5' '1001:9' 'ann:5' \
	'1001:7:1x' '1001:4294967290:100' ':1:1' 'ann:300000:4294967295'
adds "a user, by number and by each name" 1001 '100000-165535 400000-400009'
adds "a user, by name alone" 1002 200000-200999
adds "a user without any" 1003 ''
printf 'ann:100000:10' >"$OOM_EMBEDDED_ETC/subuid"
adds "a last line without its end" 1001 100000-100009
subordinate subuid "$(printf 'ann:%0300d' 0)1001:5000:10" 'ann:100000:10'
adds "the rest of a long line is no line" 1001 100000-100009
rm "$OOM_EMBEDDED_ETC/subuid"
adds "no file" 1001 ''

# --- of several users, and of a group
subordinate subuid 'ann:100000:65536' '1002:165536:65536' 'cat:231072:65536' '1009:500000:10' '2000:600000:10'
adds "several users: what is side by side is one range" 1001-1009 '100000-296607 500000-500009'
adds "not those of others" 1002-1003 165536-296607
subordinate subgid 'ann:700000:10' '1002:700005:10' 'cat:800000:10' '100:900000:10'
adds "a group: of the users whose first group it is" gid:100 700000-700014
adds "several groups" gid:100-1003 '700000-700014 800000-800009'
adds "a group that nobody has" gid:5 ''
make_tree "$tmp/tree"
gives "a cgroup has none" 0 '^$' limit add cgroup:/user.slice max_kb=64M

# --- nothing is left out without a word
mapfile -t many < <(for i in {1..9}; do echo "ann:${i}00000:10"; done)
first_seven='100000-100009 200000-200009 300000-300009 400000-400009 500000-500009 600000-600009 700000-700009'
subordinate subuid "${many[@]}"
adds "more than a limit has room for" 1001 "$first_seven" \
	'limit 1001: /etc/subuid has 9 ranges for it, of which 7 count: "subordinate" says which'
make_tree "$tmp/tree"
gives "unless they are said" 0 '^$' limit add 1001 subordinate='900000-900009'
same "unless they are said: not a word" '' "$out$err"
file_is "unless they are said: the ranges" limits/1001/subordinate 900000-900009
subordinate subuid 'dan@corp:100000:10' '1001:200000:10'
adds "a user that is not in passwd, perhaps one of subuid that is not there either" 5000 '' \
	'limit 5000: not in /etc/passwd, and /etc/subuid has a name that is not there either'
adds "one that is" 1002 ''
subordinate subuid 'ann:100000:10' '5001:200000:10'
adds "a user that is not in passwd, and subuid has no stranger" 5000 ''
adds "a user that is not in passwd, by number" 5001 200000-200009

# --- a configuration
printf '[limit 1001]\nmax_kb = 64M\n[limit 1002-1003]\nmax_kb = 64M\nsubordinate = 5-6\n' >"$tmp/apply.conf"
subordinate subuid "${many[@]}" 'bob:10000:10'
make_tree "$tmp/tree"
gives "apply" 0 'limit 1001: .* 9 ranges' apply "$tmp/apply.conf"
same "apply: one line" 1 "$(wc -l <<<"$err")"
file_is "apply: the ranges" limits/1001/subordinate "$first_seven"
file_is "apply: those that are said" limits/1002-1003/subordinate 5-6

if [[ -x $DAEMON ]]; then
	make_tree "$tmp/tree"
	set_meminfo 150000
	set_pressure 0.00 0.00
	: >"$log"
	{
		daemon_section
		cat "$tmp/apply.conf"
	} >"$CONF"
	start
	becomes "the manager: the ranges" limits/1001/subordinate "$first_seven"
	says "the manager: it says what is left out" 'limit 1001: /etc/subuid has 9 ranges for it, of which 7 count'
	becomes "the manager: those that are said" limits/1002-1003/subordinate 5-6
	end_well "the manager: it ends in order"
fi
finish
