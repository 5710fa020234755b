#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The module is loaded, decides, and is unloaded, over and over, while a cgroup runs out of memory: what is
# protected lives, and the kernel has as much memory afterwards.
# CYCLES: how often (default 20).
#
# set: alone
# needs: memcg guard

PATIENCE=${PATIENCE:-120}
# shellcheck source=../lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=../lib/kernel_memory.sh
. "$SELFTESTS/lib/kernel_memory.sh"
CYCLES=${CYCLES:-20}

# A memory cgroup runs out of memory whether the module is there or not.
storm_of_one()
{
	while [ ! -e "$tmp/stop" ]; do
		leak -c storm -C "$1" -R 900 -l 0 -k 1024
		doze 1
	done >/dev/null 2>&1
}

cycle()
{
	insmod "$MODULE" rank_threshold=100 || return 1
	set_to oom_ranking "$shield 50"
	oomloop 1 300 >/dev/null || return 1
	rmmod oom_embedded || return 1
	unloaded
}

# cycles N: sets $cycled
cycles()
{
	rm -f "$tmp/stop"
	background=
	in_background storm_of_one "$1"
	cycled=0
	while [ "$cycled" -lt "$2" ] && cycle; do
		cycled=$((cycled + 1))
	done
	: >"$tmp/stop"
	poll_until "$PATIENCE" storms_are_over
}

storms_are_over()
{
	for one in $background; do
		dead "$one" || return 1
	done
}

needs memcg
needs guard
plan 4
load_module
unload_module
spawn shield 8192 -
shield=$pid
make_cgroup oe_soak_cycles 4M
cycles "$cgroup" $((CYCLES / 10 + 1))
measure first
before_kb=$quiet_kb
before_pages_kb=$quiet_pages_kb
cycles "$cgroup" "$CYCLES"
measure second
grown first second
comment "soak cycles $cycled"
comment "soak cycles_kernel_kb $before_kb $quiet_kb"
equal "the module went and came" "$CYCLES" "$cycled"
check "what was protected while it was there lives" alive "$shield"
check "the kernel has its memory back after that" has_come_back "$before_kb" "$before_pages_kb"
equal "no splat" 0 "$(splat_taint)"
finish
