#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Limits come and go, and a bad write changes nothing: errno, rights, races, unload.
# LIMITS: how many at a time (default 1000).
#
# set: limiting
# needs: limits

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/limits.sh
. "$SELFTESTS/lib/limits.sh"

L=$OE/limits
NR=${LIMITS:-1000}

everything()
{
	(cd "$L" && find . | sort && head -n 1 period_ms measure ./*/max_kb ./*/*_ms ./*/signal ./*/subordinate 2>/dev/null)
}

# refused ERRNO FILE TEXT [COMMAND...]
refused()
{
	want=$1
	where=$2
	what=$3
	shift 3
	known=$(everything)
	got=$("$@" sysfs_write "$L/$where" "$what")
	[ "$got" = "$want" ] || offence "$where '$what' $*: expected $want, got $got"
	[ "$(everything)" = "$known" ] || offence "$where '$what' $*: something changed"
}

# taken FILE TEXT SHOWN
taken()
{
	got=$(sysfs_write "$L/$1" "$2")
	[ "$got" = OK ] || offence "$1 '$2': $got"
	[ "$(cat "$L/$1")" = "$3" ] || offence "$1 '$2': reads back '$(cat "$L/$1")'"
}

bad_uids()
{
	for file in create remove; do
		for text in '\n' ' ' abc ' 5' '5 ' '5 6' '5\n6' 0x10 +5 5.0 - '5\x00' '\x00' '\xff'; do
			refused EINVAL "$file" "$text"
		done
		for text in gid: gid:x gid:5- 5- 5-4 uid:5 cgroup: cgroup:x \
			'cgroup:/a b' 'cgroup:/a*' 'cgroup:/a\n/b' 'cgroup:/a\x01b'; do
			refused EINVAL "$file" "$text"
		done
		for text in 0 gid:0 0-5 5-4294967295 '0\n' -1 4294967295 4294967296 18446744073709551616; do
			refused ERANGE "$file" "$text"
		done
	done
	refused EEXIST create 3000
	refused EEXIST create '3000\n'
	deep=$(seq 130 | sed 's|.*|/a|' | tr -d '\n')
	refused EINVAL create "cgroup:$deep"
	refused EINVAL create "cgroup:/$(printf '%0240d' 0)"
	refused EINVAL create "cgroup:/$(printf '%0256d' 0)"
	for text in 1 3001 4294967294; do
		refused ENOENT remove "$text"
	done
}

bad_values()
{
	for file in exceed_allowed_ms term_timeout_ms refill_ms warn_ms; do
		for text in '\n' x ' 5' '5 ' 0x10 +5 5s '5\x00'; do
			refused EINVAL "3000/$file" "$text"
		done
		for text in -1 4294967296; do
			refused ERANGE "3000/$file" "$text"
		done
	done
	for text in '\n' x 5T 5KB 5MM M % ' 5' '5 ' '5 M' 1.5G '5\x00'; do
		refused EINVAL 3000/max_kb "$text"
	done
	for text in -1 101% 18446744073709551616; do
		refused ERANGE 3000/max_kb "$text"
	done
	for text in '\n' x 100ms '100\x00'; do
		refused EINVAL period_ms "$text"
	done
	for text in 0 9 60001 -1; do
		refused ERANGE period_ms "$text"
	done
	for text in '\n' x none TERMS 15 'TERM ' 'TERM\x00'; do
		refused EINVAL 3000/signal "$text"
	done
	for text in x 5- 5-4 -5-6 '5,6' '5\x00' gid:5; do
		refused EINVAL 3000/subordinate "$text"
	done
	for text in 0 0-5 5-4294967295; do
		refused ERANGE 3000/subordinate "$text"
	done
	refused EEXIST 3000/subordinate 3000
	refused EEXIST 3000/subordinate '5-9 7-8'
	refused ENOSPC 3000/subordinate '1 2 3 4 5 6 7 8'
	for text in '\n' x pss 'rss ' 0; do
		refused EINVAL measure "$text"
	done
	for file in rss_kb shared_kb exceeded_ms left_ms nr_kills; do
		refused open:EACCES "3000/$file" 1
	done
}

good_values()
{
	taken 3000/max_kb 12345 12345
	taken 3000/max_kb '20K\n' 20
	taken 3000/max_kb 3M 3072
	taken 3000/max_kb 2G 2097152
	taken 3000/max_kb 0 0
	taken 3000/signal USR1 USR1
	taken 3000/signal 'TERM\n' TERM
	taken 3000/subordinate '7 1-5\n' '7-7 1-5'
	taken 3000/subordinate '\n' ''
	taken measure rss rss
	taken measure private private
	for file in exceed_allowed_ms term_timeout_ms refill_ms warn_ms; do
		taken "3000/$file" 0 0
		taken "3000/$file" '4294967295\n' 4294967295
	done
	for name in cgroup:/a/b cgroup:/a/c cgroup:/a; do
		[ "$(sysfs_write "$L/create" $name)" = OK ] || offence "create $name"
	done
	refused EEXIST create cgroup:/a/c
	refused EINVAL 'cgroup:!a!c/subordinate' 5
	taken 'cgroup:!a!c/subordinate' '\n' ''
	refused ENOENT remove cgroup:/a/d
	for name in cgroup:/a/c cgroup:/a cgroup:/a/b; do
		[ "$(sysfs_write "$L/remove" $name)" = OK ] || offence "remove $name"
	done
	taken period_ms 10 10
	taken period_ms 60000 60000
	taken period_ms 1000 1000
}

# refused_for ERRNO COMMAND...: every writable file, for a caller with fewer rights
refused_for()
{
	errno=$1
	shift
	for pair in create:3002 remove:3000 period_ms:500 measure:rss 3000/max_kb:7 \
		3000/exceed_allowed_ms:7 3000/term_timeout_ms:7 3000/refill_ms:7 \
		3000/warn_ms:7 3000/signal:HUP 3000/subordinate:5; do
		refused "$errno" "${pair%:*}" "${pair#*:}" "$@"
	done
}

modes()
{
	stat -c '%a %n' "$L/create" "$L/remove" "$L/period_ms" "$L/measure" "$L"/3000/* |
		sed "s|$L/||" | tr '\n' ' ' | sed 's/ $//'
}

limit_threads()
{
	cat /proc/[0-9]*/comm 2>/dev/null | grep -c '^oom_embed_limit'
}

nr_limits()
{
	find "$L" -mindepth 1 -type d | wc -l
}

# from FIRST LAST FILE: those uids, one write each
write_uids()
{
	uid=$1
	while [ "$uid" -le "$2" ]; do
		echo "$uid" 2>/dev/null >"$L/$3"
		uid=$((uid + 1))
	done
}

# Both at once, over and over, and somebody who reads.
race()
{
	rounds=6
	while [ $rounds -gt 0 ]; do
		write_uids 4000 4030 create
		write_uids 4000 4030 remove
		rounds=$((rounds - 1))
	done
}

read_all()
{
	while [ ! -e "$tmp/enough" ]; do
		cat "$L"/*/* >/dev/null 2>&1
	done
}

racing()
{
	mark_log
	read_all &
	reader=$!
	race &
	first=$!
	race &
	second=$!
	race
	wait $first $second
	: >"$tmp/enough"
	wait $reader
	write_uids 4000 4030 remove
	equal "makers and removers of the same limits: none is left" 1 "$(nr_limits)"
	check "and the kernel has nothing to say about it" nothing_said
}

nothing_said()
{
	! log_says 'sysfs|kobject|duplicate|WARN'
}

needs limits
plan 15
load_module
equal "without a limit there is no thread" 0 "$(limit_threads)"
set_to limits/create 3000
equal "with one there is" 1 "$(limit_threads)"
equal "the files and their modes" \
	"200 create 200 remove 644 period_ms 644 measure 644 3000/exceed_allowed_ms 444 3000/exceeded_ms 444 3000/left_ms 644 3000/max_kb 444 3000/nr_kills 644 3000/refill_ms 444 3000/rss_kb 444 3000/shared_kb 644 3000/signal 644 3000/subordinate 644 3000/term_timeout_ms 644 3000/warn_ms" \
	"$(modes)"
equal "a new limit limits nothing" "0 0 5000 1000 private" \
	"$(limit_of 3000 max_kb) $(limit_of 3000 exceed_allowed_ms) $(limit_of 3000 term_timeout_ms) $(get limits/period_ms) $(get limits/measure)"
good_values
table "good values are taken and read back, in KiB"
bad_uids
table "bad numbers of users: EINVAL, ERANGE, EEXIST, ENOENT, and nothing changed"
bad_values
table "bad values: EINVAL, ERANGE, and nothing changed"
refused_for open:EACCES as_user -u 1000
table "an ordinary user: EACCES"
refused_for EPERM as_user -N
refused_for EPERM as_user -r
table "root without the right to: EPERM"

exec 5<"$L/3000/rss_kb"
drop_limit 3000
equal "a removed limit reads as no device" "" "$(cat <&5 2>/dev/null)"
exec 5<&-
equal "with the last limit the thread goes" 0 "$(limit_threads)"
set_to limits/create 3000
racing
write_uids 10001 $((10000 + NR)) create
equal "$NR limits" $((NR + 1)) "$(nr_limits)"
unload_module
load_module
equal "unloaded with them, and loaded without" "0 0 0" "$(nr_limits) $(limit_threads) $(splat_taint)"
finish
