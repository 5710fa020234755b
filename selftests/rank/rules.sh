#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Rules with several conditions: all of them must be met, the more exact rule counts, and a cgroup
# may come later or be a pattern. No process gains a protection that it was not given.
#
# set: once matrix
# needs: events groups

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

USER_ID=4242

# group NAME RANK: makes one
group()
{
	set_to groups/create "$1"
	set_to "groups/$1/rank" "$2"
}

# rules NAME RULE...: a line each
rules()
{
	rules_of=$1
	shift
	printf '%s\n' "$@" >"$OE/groups/$rules_of/rules" 2>/dev/null
}

# ranks DESCRIPTION RANKING RULE...: that is what those rules give to the process $pid
ranks()
{
	description=$1
	expected=$2
	shift 2
	rules crew "$@" || bail_out "cannot write $*"
	equal "$description" "$expected" "$(ranking_of "$pid")"
}

# refused ERRNO TEXT: and the rules are as before
refused()
{
	was=$(cat "$OE/groups/crew/rules")
	got=$(sysfs_write "$OE/groups/crew/rules" "$2")
	[ "$1 $was" = "$got $(cat "$OE/groups/crew/rules")" ] || offences="$offences '$2': $got, not $1;"
}

# A file of its own in a directory that everybody may enter.
make_daemon()
{
	mkdir -p "$tmp/bin"
	chmod 755 "$tmp" "$tmp/bin"
	cp "$(command -v leak)" "$tmp/bin/leak" ||
		bail_out "no copy of leak"
	daemon=$tmp/bin/leak
}

# The file is the daemon's; the name under which its program is called stays.
run_daemon()
{
	run_name=$1
	shift
	start "$run_name" "$@" "$daemon" -c daemon -h 64
}

conditions()
{
	start daemon "$daemon" -c daemon -h 64 -C "$CGROUP/oe_rules/below"
	full="exe=$daemon cgroup=/oe_rules comm=d?emon uid=0"
	ranks "all conditions are met" "100 group:crew" "$full"
	equal "it is read as it was written" "$full" "$(get groups/crew/rules)"
	equal "it is counted" 1 "$(get groups/crew/nr_members)"
	for wrong in "exe=$daemon exe=/bin/busybox" "cgroup=/oe_rules cgroup=/oe_other" \
		"comm=d?emon comm=demon" "uid=0 uid=1-9"; do
		from=${wrong% *}
		to=${wrong#* }
		ranks "one condition is not met: $to" "" "${full%%"$from"*}$to${full#*"$from"}"
	done
	ranks "one of several rules is enough" "100 group:crew" "comm=other uid=5" "uid=0 comm=daemon" ""
	# No rule at all.
	printf '\n' >"$OE/groups/crew/rules"
	equal "an empty line clears them" "/0/" "/$(get groups/crew/nr_members)/$(get groups/crew/rules)"
}

exactness()
{
	group other 200
	for pair in "exe=$daemon cgroup=/oe_rules" "cgroup=/oe_rules comm=daemon" "comm=daemon uid=0" \
		"comm=daemon+uid=0 comm=daemon" "exe=$daemon cgroup=/oe_rules+comm=daemon+uid=0"; do
		exact=${pair%% *}
		rules crew "$(echo "${pair#* }" | tr + ' ')"
		rules other "$(echo "$exact" | tr + ' ')"
		equal "${pair% *} counts before ${pair#* }" "200 group:other" "$(ranking_of "$pid")"
	done
	rules crew uid=0 comm=daemon
	rules other comm=d*
	equal "of equally exact rules the more protective one counts" "100 group:crew" "$(ranking_of "$pid")"
	set_to groups/other/cgroup /oe_rules
	equal "the files of one condition count with them" "200 group:other" "$(ranking_of "$pid")"
	set_to groups/remove other
}

paths()
{
	ranks "a pattern fits the cgroup" "100 group:crew" "cgroup=/oe_r*/b[a-f]l?w"
	ranks "and those below it" "100 group:crew" "cgroup=/oe_r*"
	ranks "but no other" "" "cgroup=/oe_r*/b"
	ranks "a star stays between two slashes" "" "cgroup=/oe*w"
	ranks "the root is above all" "100 group:crew" "cgroup=/"
	ranks "a cgroup that does not exist has nobody" "" "cgroup=//oe_rules/later/"
	equal "its path is tidied up" "cgroup=/oe_rules/later" "$(get groups/crew/rules)"
	mkdir "$CGROUP/oe_rules/later" || bail_out "no cgroup"
	spawn later 64 - -C "$CGROUP/oe_rules/later"
	equal "it is bound when it comes" "100 group:crew" "$(ranking_of "$pid")"
	stop_process "$pid"
	poll_until "$PATIENCE" rmdir "$CGROUP/oe_rules/later"
	mkdir "$CGROUP/oe_rules/later" || bail_out "no cgroup"
	spawn again 64 - -C "$CGROUP/oe_rules/later"
	equal "and when it comes again" "100 group:crew" "$(ranking_of "$pid")"
}

# N rules, as sysfs_write takes them.
lines_of()
{
	for line in $(seq "$1"); do
		printf 'uid=%d\\n' "$line"
	done
}

syntax()
{
	offences=
	rules crew 'comm=a\x20b\x5c*\x0a' "uid=7"
	equal "values are escaped" 'comm=a\x20b\x5c*\x0a uid=7' \
		"$(tr '\n' ' ' <"$OE/groups/crew/rules" | sed 's/ $//')"
	for text in comm comm= =x name=x 'comm=a comm=b' 'uid=0 comm=\\x4' "comm=\\\\" 'comm=\\x00' \
		'comm=\\q' 'comm=\x00' uid=root uid=2-1 'exe=bin/leak' 'exe=/' 'exe=/bin' 'cgroup=a' 'cgroup=/a/../b' \
		'uid=0\nuid' 'cgroup=/.' 'cgroup=/..' "cgroup=/$(printf '%0256d' 0)"; do
		refused EINVAL "$text"
	done
	refused ENOENT 'uid=0\nexe=/there/is/none'
	refused ERANGE uid=4294967295
	refused ENAMETOOLONG comm=sixteen-letters-
	refused ENOSPC "$(lines_of 17)"
	deep=$(seq 600 | sed 's|.*|/a|' | tr -d '\n')
	refused EINVAL "cgroup=$deep"
	refused EINVAL "comm=$(printf '%064d' 0 | tr 0 '*')"
	equal "bad lines are refused, and change nothing" "" "$offences"
	rules crew 'cgroup=/.hidden/..a/...'
	equal "a name may begin with dots" 'cgroup=/.hidden/..a/...' "$(get groups/crew/rules)"
	equal "sixteen rules are not too many" "OK 16" \
		"$(sysfs_write "$OE/groups/crew/rules" "$(lines_of 16)") $(wc -l <"$OE/groups/crew/rules")"
}

# gains DESCRIPTION: the process $pid has no protection
gains_nothing()
{
	equal "$1: gains nothing" "" "$(ranking_of "$pid")"
	stop_process "$pid"
}

attackers()
{
	rules crew "exe=$daemon" "comm=daemon"
	run_daemon mine
	equal "root's own is protected by its executable, or by its name" "100 group:crew" "$(ranking_of "$pid")"
	stop_process "$pid"
	run_daemon theirs as_user -u $USER_ID
	gains_nothing "the same program by a user"
	start renamed as_user -u $USER_ID leak -c daemon -h 64
	gains_nothing "a user's process that takes the name"
	ln "$daemon" "$tmp/bin/hard" && mkdir "$tmp/bin/link" && mv "$tmp/bin/hard" "$tmp/bin/link/leak"
	start linked as_user -u $USER_ID "$tmp/bin/link/leak" -c linked -h 64
	gains_nothing "a hard link by a user"
	start userns as_user -u $USER_ID as_user -N "$daemon" -c daemon -h 64
	gains_nothing "root of a user's own namespace"
	chmod u+s "$daemon"
	run_daemon suid as_user -u $USER_ID
	gains_nothing "a set-uid program of a user"
	chmod u-s "$daemon"

	set_to groups/crew/trust name
	equal "trust is shown" name "$(get groups/crew/trust)"
	run_daemon trusted as_user -u $USER_ID
	equal "trust=name: a user's process is protected, too" "100 group:crew" "$(ranking_of "$pid")"
	set_to groups/crew/trust root
	equal "and is not any more" "" "$(ranking_of "$pid")"
	set_to groups/crew/rank 900
	equal "a rule that does not protect is for all" "900 group:crew" "$(ranking_of "$pid")"
	set_to groups/crew/rank 100
	set_to default_rank 100
	set_to rank_threshold 50
	set_to groups/crew/rank 99
	equal "what protects is below default_rank" "" "$(ranking_of "$pid")"
	set_to default_rank 500
	set_to groups/crew/rank 100
	rules crew "exe=$daemon uid=$USER_ID"
	equal "a user who is named is meant" "100 group:crew" "$(ranking_of "$pid")"
	stop_process "$pid"
}

# Root itself: the file that a rule means.
files()
{
	rules crew "exe=$daemon"
	start memfd as_user -m "$daemon" -c daemon -h 64
	gains_nothing "a copy in a memfd"
	mkdir "$tmp/bin/copy" && cp "$daemon" "$tmp/bin/copy/leak"
	start copied "$tmp/bin/copy/leak" -c daemon -h 64
	gains_nothing "a copy"
	mkdir "$tmp/bin/bound"
	: >"$tmp/bin/bound/leak"
	mount --bind "$daemon" "$tmp/bin/bound/leak" || bail_out "no bind mount"
	start bound "$tmp/bin/bound/leak" -c bound -h 64
	equal "a bind mount is the same file" "100 group:crew" "$(ranking_of "$pid")"
	stop_process "$pid"
	umount "$tmp/bin/bound/leak"
	run_daemon moved
	mv "$daemon" "$tmp/bin/moved"
	equal "a file that is renamed is the same" "100 group:crew" "$(ranking_of "$pid")"
	cp "$tmp/bin/moved" "$daemon"
	rm -r "$tmp/bin/moved" "$tmp/bin/link"
	equal "it is, too, while it is deleted" "100 group:crew" "$(ranking_of "$pid")"
	kept=$pid
	run_daemon upgraded
	equal "another file of that path is not" "" "$(ranking_of "$pid")"
	rules crew "exe=$daemon"
	equal "until the rule is written again" "100 group:crew/" "$(ranking_of "$pid")/$(ranking_of "$kept")"
	stop_process "$kept"
}

# The kernel holds the victim's lock while it tells of it.
decision()
{
	spawn victim 2048 600
	victim=$pid
	rules crew "exe=$daemon uid=0"
	set_to groups/crew/rank 800
	sysrq_kills "a rule by executable decides who dies" "$upgraded"
	check "and another process lives" alive "$victim"
	equal "the record says so" "victim_source=group:crew" \
		"$(grep " victim_pid=$upgraded " "$OE/events" | tr ' ' '\n' | grep '^victim_source=')"
}

# written_in CGROUP TEXT: as the rules of crew, in a cgroup namespace with that root.
written_in()
{
	# shellcheck disable=SC2016 # expanded by that shell
	sh -c 'echo $$ >"$0/cgroup.procs" && exec as_user -c sysfs_write "$@"' "$1" "$OE/groups/crew/rules" "$2"
}

# A container writes paths as it sees them; its own place in the tree is no pattern.
namespaces()
{
	for root in box 'st*r' 'back\slash'; do
		mkdir "$CGROUP/oe_rules/$root" || bail_out "no cgroup $root"
	done
	equal "a path is taken from the root that the writer sees" "OK cgroup=/oe_rules/box/inner" \
		"$(written_in "$CGROUP/oe_rules/box" cgroup=/inner) $(get groups/crew/rules)"
	equal "as is a pattern" "OK cgroup=/oe_rules/box/*" \
		"$(written_in "$CGROUP/oe_rules/box" 'cgroup=/*') $(get groups/crew/rules)"
	equal "below a name that would be a pattern there is no rule" EINVAL \
		"$(written_in "$CGROUP/oe_rules/st*r" cgroup=/inner)"
	equal "below one with a backslash there is no pattern" "EINVAL OK" \
		"$(written_in "$CGROUP/oe_rules/back\\slash" 'cgroup=/*') $(written_in "$CGROUP/oe_rules/back\\slash" cgroup=/inner)"
	for root in box 'st*r' 'back\slash'; do
		poll_until "$PATIENCE" rmdir "$CGROUP/oe_rules/$root"
	done
}

needs events
needs groups
plan 56
load_module selection_order=rank
trace_start oe_victims counter
make_daemon
make_cgroup oe_rules max
mkdir "$cgroup/below" || bail_out "no cgroup below"
cgroups="$cgroup/below $cgroup/later $cgroups"
group crew 100
conditions
exactness
paths
syntax
attackers
files
upgraded=$pid
namespaces
decision
equal "no splat" 0 "$(splat_taint)"
finish
