#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Memory cgroups that are watched come, run out of memory and go, while watches of them are made, read
# and removed: nothing is told wrong by the kernel's own checks, no watch is left, and the one that
# stays finds its cgroup again.
# STORM_S: for how many seconds (default 20).
#
# set: alone
# needs: memcg levels

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/levels.sh
. "$SELFTESTS/lib/levels.sh"

STORM_S=${STORM_S:-20}
C=$OE/cgroups
LIMIT_KB=8192

until_the_end()
{
	while [ ! -e "$tmp/end" ]; do
		"$1"
		echo >>"$tmp/$1.rounds"
	done
}

# A cgroup below another one: it runs out of memory, by its own limit or by that above, and goes.
come_and_go()
{
	mkdir -p "$outer/inner" 2>/dev/null
	echo +memory >"$outer/cgroup.subtree_control" 2>/dev/null
	leak -c leaker -a 1000 -C "$outer/inner" -l 0 >/dev/null 2>&1
	# shellcheck disable=SC3045 # busybox has -t
	read -r -t 0.1 _ <&9
	rmdir "$outer/inner" 2>/dev/null
}

# The one above goes, too, whenever it is empty.
go_above()
{
	# shellcheck disable=SC3045 # busybox has -t
	read -r -t 1 _ <&9
	rmdir "$outer/inner" "$outer" 2>/dev/null
	mkdir -p "$outer" && echo "${LIMIT_KB}K" >"$outer/memory.max"
}

watch_and_forget()
{
	echo brief >"$C/create"
	echo /outer/inner >"$C/brief/cgroup"
	cat "$C/brief/level" "$C/brief/available_kb" >/dev/null 2>&1
	echo /outer >"$C/brief/cgroup"
	cat "$C"/*/level >/dev/null 2>&1
	echo brief >"$C/remove"
}

rounds_of()
{
	wc -l 2>/dev/null <"$tmp/$1.rounds" || echo 0
}

is_enough()
{
	[ "$(rounds_of come_and_go)" -gt 5 ] && [ "$(rounds_of watch_and_forget)" -gt 5 ] &&
		[ "$(get stats/oom_memcg)" -gt 3 ]
}

# The last leaker may still be there.
inner_has_gone()
{
	rmdir "$outer/inner" 2>/dev/null
	[ ! -d "$outer/inner" ] && ! cat "$C/lasting/level" >/dev/null 2>&1
}

inner_is_there()
{
	[ "$(cat "$C/lasting/level" 2>/dev/null)" = normal ]
}

uname=$(uname -r)
kernel=${uname%%-*}
kernel=${kernel%.*}
workers=
needs levels
plan 5
load_module
watch_levels
make_cgroup outer "${LIMIT_KB}K"
outer=$cgroup
set_to cgroups/create lasting
set_to cgroups/lasting/cgroup /outer/inner
for work in come_and_go go_above watch_and_forget; do
	until_the_end "$work" 2>/dev/null &
	started="$started $!"
	workers="$workers $!"
done
read_uptime
storm_end=$((uptime_s + STORM_S))
while [ "$uptime_s" -lt "$storm_end" ]; do
	doze 1
	read_uptime
done
check "cgroups and watches came and went, and ran out of memory" poll_until "$PATIENCE" is_enough
: >"$tmp/end"
# shellcheck disable=SC2086 # a list
wait $workers
comment "storm: $kernel | $STORM_S | $(rounds_of come_and_go) | $(rounds_of watch_and_forget) | $(get stats/oom_memcg) | $(splat_taint)"
equal "the lasting one is left" lasting "$(find "$C" -mindepth 1 -maxdepth 1 -type d | sed 's/.*\///')"
check "and has none when it has gone" poll_until "$PATIENCE" inner_has_gone
# Longer than it takes to look for it once more.
doze 3
mkdir -p "$outer/inner"
echo +memory >"$outer/cgroup.subtree_control"
check "it finds its cgroup again" poll_until "$PATIENCE" inner_is_there
rmdir "$outer/inner"
equal "no splat" 0 "$(splat_taint)"
finish
