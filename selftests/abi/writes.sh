#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A write is taken whole, or refused with the errno of the ABI and then changes nothing.
#
# set: long
# needs: levels groups

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

NUMBERS="rank_threshold default_rank groups/g/rank groups/g/precedence"
WORDS="mode selection_order no_victim_action groups/g/signal groups/g/trust"
RULES="groups/g/cgroup groups/g/comm groups/g/uid"
WRITABLE="$NUMBERS $WORDS $RULES groups/g/rules grace_ms grace_hold allow_offers mirror_oom_score_adj stall_percent stall_ms reserve_kb reconfigure_done oom_ranking groups/g/pids"

# The contents of all writable files, for a comparison with those of before.
everything()
{
	# shellcheck disable=SC2086 # a list of files
	(cd "$OE" && exec head -n 1000 $WRITABLE)
}

remember()
{
	known=$(everything)
}

unchanged()
{
	[ "$(everything)" = "$known" ] || offence "$*: something changed"
}

# refused ERRNO FILE TEXT [SYSFS_WRITE OPTION...]; ERRNO may be several, with | between.
refused()
{
	errno=$1
	file=$2
	text=$3
	shift 3
	got=$(sysfs_write "$@" "$OE/$file" "$text")
	case "|$errno|" in
	*"|$got|"*) ;;
	*) offence "$file '$text' $*: expected $errno, got $got" ;;
	esac
	unchanged "$file '$text' $*"
}

# taken FILE TEXT SHOWN
taken()
{
	got=$(sysfs_write "$OE/$1" "$2")
	[ "$got" = OK ] || offence "$1 '$2': $got"
	[ "$(get "$1")" = "$3" ] || offence "$1 '$2': reads back '$(get "$1")'"
}

# mode_is OCTAL FILE...
mode_is()
{
	octal=$1
	shift
	for file in "$@"; do
		found=$(stat -c '%a %u %g' "$OE/$file")
		[ "$found" = "$octal 0 0" ] || offence "$file: $found"
	done
}

good_values()
{
	for file in $NUMBERS; do
		taken "$file" 0 0
		taken "$file" '1000\n' 1000
		taken "$file" 17 17
	done
	for word in off observe enforce; do
		taken mode "$word" "$word"
		taken mode "$word\\n" "$word"
	done
	for word in rank badness; do
		taken selection_order "$word\\n" "$word"
	done
	for word in reboot unprotect panic; do
		taken no_victim_action "$word\\n" "$word"
	done
	for word in TERM STOP USR1 none; do
		taken groups/g/signal "$word\n" "$word"
		taken groups/g/signal "$word" "$word"
	done
	taken groups/g/signal SIGWINCH WINCH
	taken groups/g/comm 'a b*[!c]?\n' 'a b*[!c]?'
	taken groups/g/uid '0-4294967294\n' 0-4294967294
	taken groups/g/uid 7-7 7
	taken groups/g/cgroup '/\n' /
	for file in $RULES; do
		taken "$file" '\n' ''
	done
	taken grace_ms '10000\n' 10000
	taken grace_ms 0 0
	taken grace_hold 1 1
	taken grace_hold '0\n' 0
	taken allow_offers '0\n' 0
	taken allow_offers 1 1
	taken mirror_oom_score_adj '1\n' 1
	taken mirror_oom_score_adj 0 0
	taken stall_percent '100\n' 100
	taken stall_percent 0 0
	taken stall_ms '60000\n' 60000
	taken stall_ms 2000 2000
	taken reserve_kb 1M 1024
	taken reserve_kb '1K\n' 1
	taken reserve_kb 0% 0
	taken reconfigure_done '0\n' 0
	# write(2) of nothing is no request: the kernel does not even ask us.
	for file in $WRITABLE; do
		[ "$(sysfs_write "$OE/$file" '')" = OK ] || offence "$file: empty write"
	done
}

bad_numbers()
{
	for file in $NUMBERS; do
		for text in '\n' ' ' abc 12abc '1 2' '5\n6' ' 5' '5 ' 0x10 +5 1e2 5.0 - \
			-- --5 '5\x00' '\x005' '\x00' '\xff\xfe\x80' '5\x01' '5\n\x00'; do
			refused EINVAL "$file" "$text"
		done
		for text in 1001 -1 65536 4294967296 4294967301 18446744073709551616 \
			18446744073709551621 -18446744073709551615; do
			refused ERANGE "$file" "$text"
		done
		refused 'EINVAL|ERANGE' "$file" 1 -p 5000
		refused EINVAL "$file" '5\n' -p 5000
	done
}

bad_words()
{
	for text in '\n' ' ' on ENFORCE Enforce enforc enforcee ' enforce' 'enforce ' \
		'off\nenforce' 'enforce\n\n' 'enforce\x00' '\x00' '\x00enforce' '\xff' 1 0; do
		refused EINVAL mode "$text"
	done
	for text in RANK ranks ran 'rank,badness' 'rank\x00' 'rank\nx'; do
		refused EINVAL selection_order "$text"
	done
	for text in kill PANIC 'panic reboot' 'reboot\x00' unprotec; do
		refused EINVAL no_victim_action "$text"
	done
	for file in $WORDS; do
		refused EINVAL "$file" enforce -p 5000
	done
	refused EINVAL relieve '1\x00'
}

bad_graces()
{
	for text in '\n' abc 1s '1 ' ' 1' 0x1 '1\x00' '1\n2'; do
		refused EINVAL grace_ms "$text"
		refused EINVAL grace_hold "$text"
		refused EINVAL allow_offers "$text"
		refused EINVAL mirror_oom_score_adj "$text"
		refused EINVAL stall_percent "$text"
		refused EINVAL stall_ms "$text"
		refused EINVAL reserve_kb "$text"
	done
	for text in 10001 -1 4294967296; do
		refused ERANGE grace_ms "$text"
	done
	for text in 101 -1 4294967296; do
		refused ERANGE stall_percent "$text"
	done
	for text in 0 1999 60001 -1 4294967296; do
		refused ERANGE stall_ms "$text"
	done
	for text in 2 -1 4294967296; do
		refused ERANGE grace_hold "$text"
		refused ERANGE allow_offers "$text"
		refused ERANGE mirror_oom_score_adj "$text"
	done
	for text in -1 101% 51% 4294967295G 18446744073709551616; do
		refused ERANGE reserve_kb "$text"
	done
	for text in 1KB 1k1 K % 1.5M 1T '1 M' '5%%'; do
		refused EINVAL reserve_kb "$text"
	done
}

bad_groups()
{
	for text in '\n' ' ' A a.b a/b .. . 'a b' 'a\nb' 'a\x00' '\x00' '\xff' a=b \
		0123456789012345678901234567890123; do
		refused EINVAL groups/create "$text"
		refused EINVAL groups/remove "$text"
	done
	refused EINVAL groups/create a -p 5000
	refused EEXIST groups/create g
	refused EEXIST groups/create 'g\n'
	refused ENOENT groups/remove no
	for text in ' ' term TERMINATE SIG SIGnone sigterm 'TERM USR1' 'TERM\x00' RTMIN 9 0 15; do
		refused EINVAL groups/g/signal "$text"
	done
	for text in 'a\nb' 'a\x00' '\x00' '\n\n'; do
		for file in $RULES; do
			refused EINVAL "$file" "$text"
		done
	done
	refused EINVAL groups/g/comm x -p 64
	for text in root -1 1- - 2-1 1-2-3 ' 1' '1 ' 0x1 1,2; do
		refused EINVAL groups/g/uid "$text"
	done
	for text in 4294967295 0-4294967295 18446744073709551616; do
		refused 'ERANGE|EINVAL' groups/g/uid "$text"
	done
	for text in relative ' /' ./x /a/../b /..; do
		refused EINVAL groups/g/cgroup "$text"
	done
	for text in '\n' ' ' abc "$a b" " $a" "$a " "$a\x00" '\x00' "+$a" 2 -2; do
		refused EINVAL groups/g/pids "$text"
	done
	for text in "$gone" "-$gone" 0 4194304 99999999999999999999 "$thread"; do
		refused ESRCH groups/g/pids "$text"
	done
	for text in "$gone\n$b" "$b\n$gone" "-$a\n$gone" "-$a\n$b\nx"; do
		refused 'ESRCH|EINVAL' groups/g/pids "$text"
	done
}

bad_counts()
{
	for text in '\n' abc '0x0' '0 0' '0\x00' ' 0' '0 '; do
		refused EINVAL reconfigure_done "$text"
	done
	for text in 1 -1 18446744073709551616; do
		refused ERANGE reconfigure_done "$text"
	done
}

bad_rankings()
{
	for text in '\n' ' ' abc "$a" "$a " "$a\\n" "$a abc" "$a 5 6" " $a 5" "$a 5 " "x 5" \
		"$a 5\\x00" "\\x00" "$a\\x005" "$a --" "$a - -" "$a 0x5" "$a +5" "$a 5\\n\\x00" \
		"\\xff\\xff 5" "$a,5" "$a -x"; do
		refused EINVAL oom_ranking "$text"
	done
	for text in "$a 1001" "$a -1" "$a 4294967301" "$a 18446744073709551621"; do
		refused ERANGE oom_ranking "$text"
	done
	for text in "$gone 5" "$gone -" "4194304 5" "2147483647 5" "2147483648 5" \
		"4294967297 5" "99999999999999999999 5" "$thread 5" "$thread -"; do
		refused ESRCH oom_ranking "$text"
	done
	refused 'ESRCH|EINVAL' oom_ranking "0 5"
	refused 'ESRCH|EINVAL' oom_ranking "-$a 5"
	# 2 is kthreadd
	refused EINVAL oom_ranking "2 5"
	refused EINVAL oom_ranking "2 5\\n"
}

# One bad line among good ones, in every place.
bad_lines()
{
	for bad in "$b 1001:ERANGE" "$gone 5:ESRCH" "$b x:EINVAL" "2 5:EINVAL" "$thread 5:ESRCH"; do
		errno=${bad##*:}
		bad=${bad%:*}
		refused "$errno" oom_ranking "$bad\\n$a 5\\n$b 6\\n"
		refused "$errno" oom_ranking "$a 5\\n$bad\\n$b 6\\n"
		refused "$errno" oom_ranking "$a 5\\n$b -\\n$bad"
	done
}

# A page or more: many lines, each of them good.
over_long()
{
	line="$a 5\\n"
	text=
	length=0
	while [ "$length" -lt 4096 ]; do
		text=$text$line
		length=$((length + ${#a} + 3))
	done
	refused EINVAL oom_ranking "$text"
	refused EINVAL oom_ranking "$a 5" -p 4096
	refused EINVAL oom_ranking "$a 5\\n" -p 10000
}

good_rankings()
{
	sysfs_write "$OE/oom_ranking" "$a 1\\n$b 1000" >"$tmp/got"
	equal "several lines in one write, the last without newline" \
		"OK, 1 explicit, 1000 explicit" \
		"$(cat "$tmp/got"), $(ranking_of "$a"), $(ranking_of "$b")"
	sysfs_write "$OE/oom_ranking" "$a -\\n$b 7\\n" >"$tmp/got"
	equal "clear one and set the other" "OK, , 7 explicit" \
		"$(cat "$tmp/got"), $(ranking_of "$a"), $(ranking_of "$b")"
	sysfs_write "$OE/oom_ranking" "$a 3\\n$a 4\\n" >"$tmp/got"
	equal "of two lines for one process the last counts" "OK, 4 explicit" \
		"$(cat "$tmp/got"), $(ranking_of "$a")"
	sysfs_write "$OE/oom_ranking" "$a -\\n" >"$tmp/got"
	sysfs_write "$OE/oom_ranking" "$a -\\n" >>"$tmp/got"
	equal "clearing what is clear is no error" "OK OK" "$(tr '\n' ' ' <"$tmp/got" | sed 's/ $//')"
}

# A legal value for each file, other than the present one.
other_value()
{
	case $1 in
	rank_threshold | default_rank | groups/g/rank | groups/g/precedence) echo 18 ;;
	groups/g/signal) echo KILL ;;
	groups/g/trust) echo name ;;
	groups/g/rules) echo uid=18 ;;
	groups/g/cgroup) echo / ;;
	groups/g/comm) echo other ;;
	groups/g/uid) echo 18 ;;
	groups/g/pids) echo "$b" ;;
	grace_ms) echo 18 ;;
	grace_hold) echo 1 ;;
	allow_offers) echo 0 ;;
	mirror_oom_score_adj) echo 1 ;;
	stall_percent) echo 20 ;;
	stall_ms) echo 2000 ;;
	reserve_kb) echo 64 ;;
	mode) echo observe ;;
	selection_order) echo rank ;;
	no_victim_action) echo unprotect ;;
	reconfigure_done) echo 0 ;;
	oom_ranking) echo "$b 8" ;;
	esac
}

# refused_for ERRNO COMMAND...: every writable file, for a caller with fewer rights
refused_for()
{
	errno=$1
	shift
	for file in $WRITABLE; do
		got=$("$@" sysfs_write "$OE/$file" "$(other_value "$file")")
		[ "$got" = "$errno" ] || offence "$*: $file: expected $errno, got $got"
	done
	unchanged "$*"
}

after_an_oom()
{
	spawn victim 4096 1000
	sysrq_oom
	reap "$pid"
	[ "$(get reconfigure_wanted)" = 1 ] || offence "wanted: $(get reconfigure_wanted)"
	remember
	refused ERANGE reconfigure_done 2
	taken reconfigure_done 1 1
	remember
	refused ERANGE reconfigure_done 0
	refused ERANGE reconfigure_done 2
	taken reconfigure_done '1\n' 1
}

hammer()
{
	sysfs_write -n 400 "$OE/$1" "$2" >/dev/null &
	hammers="$hammers $!"
	started="$started $!"
}

is_one_of()
{
	case " $2 " in
	*" $(get "$1") "*) ;;
	*) offence "$1: '$(get "$1")' is none of: $2" ;;
	esac
}

hammering()
{
	for one in $hammers; do
		alive "$one" && return 0
	done
	return 1
}

concurrent_writers()
{
	hammers=
	sysfs_write "$OE/oom_ranking" "$a 11\\n$b 11" >/dev/null
	hammer rank_threshold 100
	hammer rank_threshold 200
	hammer rank_threshold 300x
	hammer mode observe
	hammer mode enforce
	hammer oom_ranking "$a 11\\n$b 11\\n"
	hammer oom_ranking "$a 22\\n$b 22\\n"
	hammer oom_ranking "$a 33\\n$gone 33\\n"
	set_to rank_threshold 100
	while hammering; do
		is_one_of rank_threshold "100 200"
		is_one_of mode "observe enforce"
		ranking_of "$a" >"$tmp/seen"
		grep -Eq '^(11|22) explicit$' "$tmp/seen" || offence "saw $(cat "$tmp/seen")"
	done
	[ "$(ranking_of "$a")" = "$(ranking_of "$b")" ] ||
		offence "two whole writes, half of each: $(ranking_of "$a"), $(ranking_of "$b")"
}

# bad_parameter TEXT_OF_ERRNO PARAMETER: insmod fails and leaves nothing.
bad_parameter()
{
	unload_module
	if insmod "$MODULE" "$2" 2>"$tmp/insmod"; then
		offence "insmod $2 succeeded"
	fi
	grep -q "$1" "$tmp/insmod" || offence "insmod $2: $(cat "$tmp/insmod")"
	unloaded || offence "insmod $2 left something behind"
}

bad_parameters()
{
	for parameter in mode=on mode= selection_order=size no_victim_action=die rank_threshold=abc \
		default_rank=5x rank_threshold= kprobes=perhaps grace_ms=long reserve_kb=1X grace_hold=y; do
		bad_parameter 'Invalid argument' "$parameter"
	done
	for parameter in rank_threshold=1001 default_rank=1001 rank_threshold=-1 grace_ms=10001 \
		reserve_kb=51% grace_hold=2; do
		bad_parameter 'Numerical result out of range' "$parameter"
	done
}

needs levels
needs groups
plan 24
load_module
spawn a 64 10
a=$pid
spawn b 64 10
b=$pid
start threads odd_process thread
thread=$(awk '/^ready/ { print $3 }' "$tmp/threads.out")
spawn gone 64 -
gone=$pid
stop_process "$gone"

set_to groups/create g
spawn c 64 -
c=$pid
set_to groups/g/pids "$c"

# shellcheck disable=SC2086 # a list of files
mode_is 644 $WRITABLE
mode_is 444 abi_version coverage reconfigure_wanted
mode_is 400 candidates
mode_is 200 groups/create groups/remove
for file in "$OE"/stats/*; do
	mode_is 444 "stats/${file##*/}"
done
table "the files have the modes of the ABI and belong to root"
good_values
table "good values are taken and read back"
remember
bad_numbers
table "numbers: malformed EINVAL, out of range ERANGE"
bad_words
table "words: anything else EINVAL"
bad_graces
table "grace and reserve: malformed EINVAL, out of range ERANGE"
bad_groups
table "groups: malformed EINVAL, EEXIST, ENOENT, no such process ESRCH"
bad_counts
table "reconfigure_done: malformed EINVAL, beyond wanted ERANGE"
good_rankings
remember
bad_rankings
table "oom_ranking: malformed EINVAL, range ERANGE, no such process ESRCH"
bad_lines
table "oom_ranking: one bad line spoils the whole write"
over_long
table "oom_ranking: a page or more EINVAL"
for file in abi_version coverage reconfigure_wanted candidates stats/victims; do
	refused open:EACCES "$file" 1
done
table "what is read-only cannot even be opened for writing"

refused_for open:EACCES as_user -u 1000
table "an ordinary user: EACCES"
refused_for EPERM as_user -N
table "root of a user namespace: EPERM"
refused_for EPERM as_user -r
table "root without CAP_SYS_RESOURCE: EPERM"
equal "an ordinary user cannot read candidates" "" \
	"$(as_user -u 1000 cat "$OE/candidates" 2>/dev/null)"

after_an_oom
table "reconfigure_done: from what it was to wanted, both included"
concurrent_writers
table "concurrent writers: each write whole, bad ones without effect"

bad_parameters
table "bad module parameters: insmod fails with the errno and leaves nothing"
load_module mode=observe rank_threshold=7 default_rank=8 selection_order=rank \
	no_victim_action=unprotect grace_ms=9 grace_hold=1 reserve_kb=1M
equal "good module parameters are the start values" "observe 7 8 rank unprotect 9 1 1024" \
	"$(cd "$OE" && cat mode rank_threshold default_rank selection_order no_victim_action \
		grace_ms grace_hold reserve_kb | tr '\n' ' ' | sed 's/ $//')"
equal "no splat" 0 "$(splat_taint)"
finish
