#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A user's attempts to become protected, and the result of each: no protection that was not
# given to it. The table is in Documentation/user-guide/say-who-matters.md; more attempts are in
# rules.sh, inherit.sh and offer.sh.
# LOOKS: how often it is looked at names that change (default 10).
#
# set: once
# needs: groups

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

USER_ID=4242
LOOKS=${LOOKS:-10}

# attempt NAME COMMAND...: sets $target to the process that it wants protected, and $result
attempt()
{
	start "$@"
	target=$(awk '/^ready/ { print $2; exit }' "$tmp/$1.out")
	result=$(awk '/^ready/ { print $3; exit }' "$tmp/$1.out")
}

protection_of()
{
	protection=$(ranking_of "$1")
	echo "${protection:-nothing}"
}

# gets DESCRIPTION RESULT [RANKING]: and the attempt is over
gets()
{
	equal "$1" "$2, ${3:-nothing}" "$result, $(protection_of "$target")"
	[ "$target" = "$pid" ] || kill -KILL "$target"
	stop_process "$pid"
}

by_cgroup()
{
	make_cgroup oe_vital max
	vital=$cgroup
	make_cgroup oe_home max
	home=$cgroup
	mkdir "$home/oe_vital" "$home/a" "$home/b" || bail_out "no cgroups"
	cgroups="$home/oe_vital $home/a $home/b $cgroups"
	chown -R $USER_ID "$home"
	echo $$ >"$home/a/cgroup.procs"
	set_to groups/crew/rules "cgroup=/oe_vital"
	attempt join attacker join "$vital"
	gets "moves into a protected cgroup" EACCES
	attempt clone attacker clone "$vital"
	gets "makes a child in a protected cgroup" EACCES
	attempt copy attacker join "$home/oe_vital"
	gets "has a cgroup of that name below its own" OK
	attempt delegated attacker join "$home/b"
	gets "moves between its own cgroups" OK
	set_to groups/crew/rules "cgroup=/oe_home/b"
	attempt given attacker join "$home/b"
	gets "the same, where one is named: it was given to this user" OK "100 group:crew"
	attempt born attacker clone "$home/b"
	gets "makes a child in that one" OK "100 group:crew"
	echo $$ >"$CGROUP/cgroup.procs"
}

by_file()
{
	mkdir -p "$tmp/bin" && chmod 755 "$tmp" "$tmp/bin"
	printf '#!/bin/sh\necho "ready $$ OK"\nsleep 1000\n' >"$tmp/bin/vital"
	chmod 755 "$tmp/bin/vital"
	set_to groups/crew/rules "comm=vital"
	attempt script as_user -u $USER_ID "$tmp/bin/vital"
	gets "a script of the name" OK
	set_to groups/crew/rules "exe=$tmp/bin/vital"
	set_to groups/crew/trust name
	attempt interpreter as_user -u $USER_ID "$tmp/bin/vital"
	gets "a protected script executes its interpreter, also where names are trusted" OK
	cp "$(command -v leak)" "$tmp/bin/leak"
	set_to groups/crew/rules "exe=$tmp/bin/leak"
	attempt memfd as_user -u $USER_ID -m "$tmp/bin/leak" -h 64
	gets "a copy of the protected file in a memfd" ""
	attempt same as_user -u $USER_ID "$tmp/bin/leak" -h 64
	gets "the file itself, where names are trusted" "" "100 group:crew"
	set_to groups/crew/trust root
	attempt same as_user -u $USER_ID "$tmp/bin/leak" -h 64
	gets "the file itself, where they are not" ""
	cp "$(command -v attacker)" "$tmp/bin/attacker"
	chmod 4755 "$tmp/bin/attacker"
	set_to groups/crew/rules "comm=attacker uid=0"
	attempt suid as_user -u $USER_ID "$tmp/bin/attacker" become_root
	gets "a set-uid program that becomes root altogether is root's" OK "100 group:crew"
	exec 7>"$OE/oom_ranking"
	attempt written attacker write 7 "1 900"
	gets "writes to oom_ranking, which root has opened" EPERM
	# shellcheck disable=SC2016 # the inner shell's
	attempt inside as_user -u $USER_ID as_user -N \
		sh -c 'echo "$$ 5" >&7 && said=OK; echo "ready $$ ${said:-refused}"; exec sleep 1000'
	gets "the same as root of its own user namespace" refused
	exec 7>&-
}

parent_of()
{
	sed -n 's/^PPid:[^0-9]*//p' "/proc/$1/status"
}

# A protected process that has a child of the user, for which it is parent and heir.
by_family()
{
	set_to groups/crew/rules "comm=keeper uid=0"
	attempt family attacker family
	keeper=$pid
	child=$result
	equal "a protected process has a child of the user" "100 group:crew, nothing" \
		"$(protection_of "$keeper"), $(protection_of "$child")"
	attempt trace attacker trace "$child"
	gets "traces that child" OK
	set_to oom_ranking "$keeper 90"
	equal "the protected one is given a ranking that children inherit" "90 explicit, nothing" \
		"$(protection_of "$keeper"), $(protection_of "$child")"
	kill -USR1 "$child"
	poll_until "$PATIENCE" has_line made "$tmp/family.out"
	# shellcheck disable=SC2046 # two numbers
	set -- $(sed -n 's/^made //p' "$tmp/family.out")
	equal "both are the protected one's children now" "$keeper $keeper" \
		"$(parent_of "$1") $(parent_of "$2")"
	equal "makes a child that is its sibling" nothing "$(protection_of "$1")"
	equal "has an orphan adopted" nothing "$(protection_of "$2")"
	kill -KILL "$1" "$2" "$child"
	stop_process "$keeper"
}

by_number()
{
	spawn first 64 50
	number=$pid
	stop_process "$number"
	start second odd_process pid "$number" as_user -u $USER_ID leak -c second -h 64
	equal "has the number of a protected process that has ended" "second, nothing" \
		"$(cat "/proc/$number/comm"), $(protection_of "$number")"
	kill -KILL "$number"
	stop_process "$pid"
}

# Looks at every moment of a child's life.
by_race()
{
	set_to groups/crew/rules "comm=vital"
	start storm attacker storm vital
	seen=0
	for _ in $(seq "$LOOKS"); do
		seen=$((seen + $(grep -c 'group:crew' "$OE/oom_ranking") + \
			$(awk '$4 == "group:crew"' "$OE/candidates" | grep -c .)))
	done
	equal "its children take the name and end, $LOOKS looks" 0 "$seen"
	stop_process "$pid"
}

needs groups
plan 23
load_module
set_to groups/create crew
set_to groups/crew/rank 100
by_cgroup
by_file
by_family
by_number
by_race
equal "no splat" 0 "$(splat_taint)"
finish
