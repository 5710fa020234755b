#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# [rankings] as groups of the module: their names, their order, what a reload and another manager do,
# and what happens when the module has no room for them.

# shellcheck disable=SC2154,SC2317 # set by daemon.sh; called by name
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/daemon.sh
. "$TESTS/daemon.sh"

DAEMON=$TOOLS_BUILD/tests/oom-embeddedd
MODULE_GROUPS=256
FAKE_GROUPS=8
set_meminfo 150000
set_pressure 0.00 0.00

# write_conf LINE...: of [rankings], which begin in line 10
write_conf()
{
	daemon_section >"$CONF"
	printf '%s\n' '[rankings]' "$@" >>"$CONF"
}

# The groups of [rankings]: name, rank, precedence, trust, comm.
groups()
{
	local group

	for group in "$OOM_EMBEDDED_SYSFS"/groups/rankings-*/; do
		[[ ! -d $group ]] ||
			echo "$(basename "$group")" "$(cd "$group" && head -qn 1 rank precedence trust comm | tr '\n' ' ')"
	done | sed 's/ *$//'
}

# reload PATTERN: and wait until the log says so
reload()
{
	: >"$log"
	kill -HUP "$daemon"
	until_true grep -qE -- "$1" "$log"
}

put_group()
{
	put_file "sysfs/groups/$1/rank" 1
	put_file "sysfs/groups/$1/precedence" 0
	put_file "sysfs/groups/$1/trust" root
	put_file "sysfs/groups/$1/comm" "$1"
}

test_start()
{
	# Left by a manager that was killed.
	put_group rankings-old
	write_conf 'pacemaker = 10' 'db_1 = 20 trust=name' 'updater = 900' 'u* = 300' 'a-name-of-15-ch = 300'
	start
	same "a line is a group with the pattern as its rule; a line counts before those of a lower ranking after it" \
		"rankings--1d42cf4e-u 300 1 root u*
rankings-a-name-of-15-ch 300 1 root a-name-of-15-ch
rankings-db_1 20 2 name db_1
rankings-pacemaker 10 2 root pacemaker
rankings-updater 900 2 root updater" "$(groups)"
	says "whom a name protects is said" "conf:10: 'pacemaker' protects processes of root only"
	same "other groups are left alone" 800 "$(first_line groups/batch/rank)"
}

test_reload()
{
	write_conf 'pacemaker = 20' 'updater = 900'
	reload 'read again'
	same "a reload: other rankings, and lines that are gone" \
		$'rankings-pacemaker 20 1 root pacemaker\nrankings-updater 900 1 root updater' "$(groups)"
	write_conf 'pacemaker = 30' 'later = 40' '[levels]' 'warning_kb = 1M' 'critical_kb = 90%'
	reload 'stays'
	same "a reload that the module refuses changes nothing" \
		$'rankings-pacemaker 20 1 root pacemaker\nrankings-updater 900 1 root updater' "$(groups)"
	write_conf 'pacemaker = 30 trust=all'
	reload 'stays'
	says "no such word of trust: its line" "conf:10: ranking: '30 trust=all' is not a number"
	write_conf 'pacemaker = 30' '[group rankings-x]' 'rank = 1'
	reload 'stays'
	says "a group of such a name: its line" 'conf:11: \[group rankings-x\]: names that begin with rankings-'
	write_conf 'later = 600' '[policy]' 'default_rank = 700'
	reload 'read again'
	says "protected by the default_rank of the configuration" "conf:10: 'later' protects processes of root only"
	write_conf
	reload 'read again'
	same "without lines there are no groups" '' "$(groups)"
	end_well "it ends in order"
}

# Others have taken all places but two.
test_no_room()
{
	local i

	make_tree "$tmp/tree"
	for ((i = 0; i < FAKE_GROUPS - 3; i++)); do
		put_group "other$i"
	done
	write_conf 'one = 10' 'two = 20' 'three = 30'
	: >"$log"
	start
	says "no room: said with its line" 'conf:12: cannot write .rankings-three. to .*/groups/create: there are as many already'
	same "no room: nothing is said of the files of that group" '' "$(grep -E 'groups/rankings-three/|has no groups' "$log")"
	same "no room: the others are in force" \
		$'rankings-one 10 1 root one\nrankings-two 20 1 root two' "$(groups)"
	end_well "no room: it ends in order"
	for ((; i < MODULE_GROUPS - 3; i++)); do
		mkdir "$OOM_EMBEDDED_SYSFS/groups/other$i"
	done
	run check "$CONF"
	same "no room: check says so, with the line" 1 \
		"$(grep -c "conf:12: .* needs 3 groups, and 254 others are there: the module has room for 256" <<<"$out$err")"
	printf '[group %s]\nrank = 1\n' four five six >"$tmp/groups.conf"
	gives "no room: check says so of a group, too" 8 'groups.conf:5: .* needs 3 groups, and 25[0-9] others are there' \
		check "$tmp/groups.conf"
}

# Units that say themselves how much they matter.
test_units()
{
	local units=$tmp/systemd/usr/lib/systemd/system

	make_tree "$tmp/tree"
	export OOM_EMBEDDED_SYSTEMD=$tmp/systemd
	mkdir -p "$units"
	printf '[Service]\nX-OOMRank=30\n' >"$units/pump.service"
	printf '[Service]\nX-OOMRank=many\n' >"$units/wrong.service"
	write_conf
	: >"$log"
	start
	same "a unit with X-OOMRank= is a group" '30 cgroup=/system.slice/pump.service' \
		"$(first_line groups/units-pump/rank) $(first_line groups/units-pump/rules)"
	says "a unit with a wrong one is said" 'warning: wrong.service: X-OOMRank= is no number from 0 to 1000'
	sed -i 's/30/31/' "$units/pump.service"
	reload 'read again'
	same "a reload reads the units again" 31 "$(first_line groups/units-pump/rank)"
	rm "$units/pump.service"
	reload 'read again'
	check "a unit that is gone takes its group along" test ! -e "$OOM_EMBEDDED_SYSFS/groups/units-pump"
	end_well "units: it ends in order"
	unset OOM_EMBEDDED_SYSTEMD
}

test_start
test_reload
test_units
test_no_room
finish
