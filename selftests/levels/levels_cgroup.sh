#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A memory cgroup that is watched has levels: a leak in it passes through all of them, in order,
# before its OOM, also if the limit is that of a cgroup above; a burst that nobody foresees enters
# them all the same. A service that is started again is watched again. Nobody hears of a cgroup that
# is not watched. A bad write has its errno and changes nothing.
#
# set: warning
# needs: memcg levels

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/levels.sh
. "$SELFTESTS/lib/levels.sh"

C=$OE/cgroups
BOX=$C/box
LIMIT_KB=24576

box_level_is()
{
	[ "$(cat "$BOX/level" 2>&1)" = "$1" ]
}

box_has_no_data()
{
	case $(cat "$BOX/level" 2>&1) in
	*"No data available"*) ;;
	*) return 1 ;;
	esac
}

box_has_no_limit()
{
	case $(cat "$BOX/level" "$BOX/available_kb" 2>&1) in
	normal*"No data available"*) ;;
	*) return 1 ;;
	esac
}

# The levels that the kernel told of the cgroup since a mark, | where its first OOM began.
box_path()
{
	since_mark "$1" | awk '
		/: oom_embedded_cgroup_level: / { sub(/.* level=/, ""); printf "%s ", $1 }
		/: oom_embedded_enter: / && !entered++ { printf "| " }'
}

# The same as the uevents have it, without the OOM.
box_uevents()
{
	since_mark "$1" | awk '/: lv cgroup box / { sub(/.*: lv cgroup box /, ""); printf "%s ", $1 }'
}

all_told()
{
	[ "$(box_uevents "$1")" = "$(box_path "$1" | sed 's/| //')" ]
}

# leak_in_box MARK OPTION...
leak_in_box()
{
	mark_levels "$1"
	mark=$1
	shift
	leak -c leaker -a 1000 -C "$inner" -l 0 "$@" >/dev/null 2>&1
	poll_until "$PATIENCE" box_level_is normal || comment "still $(cat "$BOX/level" 2>&1)"
	poll_until "$PATIENCE" all_told "$mark"
}

# refused ERRNO FILE TEXT
refused()
{
	was=$(cat "$C/$2" 2>/dev/null)
	got=$(sysfs_write "$C/$2" "$3")
	[ "$got" = "$1" ] || comment "$2 '$3': expected $1, got $got"
	[ "$(cat "$C/$2" 2>/dev/null)" = "$was" ] || comment "$2 '$3': something changed"
	[ "$got" = "$1" ] || wrong=$((wrong + 1))
}

bad_writes()
{
	refused EEXIST create box
	refused EINVAL create "box 1"
	refused EINVAL create ../box
	refused EINVAL create 'box\x00'
	refused ENOENT remove other
	refused EINVAL box/cgroup relative
	refused EINVAL box/cgroup '/outer/*'
	refused EINVAL box/cgroup '/outer/../etc'
	refused EINVAL box/cgroup '/outer\n/inner'
	refused EINVAL box/cgroup '/outer\x00'
	for file in warning critical imminent_oom; do
		refused ERANGE "box/${file}_percent" 101
		refused ERANGE "box/${file}_percent" -1
		refused EINVAL "box/${file}_percent" 5%
	done
	refused EINVAL box/warning_percent '5\x00'
	refused ERANGE box/warning_percent 8
	refused ERANGE box/critical_percent 15
	refused ERANGE box/imminent_oom_percent 9
}

fill_table()
{
	for number in $(seq 15); do
		[ "$(sysfs_write "$C/create" "more-$number")" = OK ] || return 1
	done
	[ "$(sysfs_write "$C/create" more-16)" = ENOSPC ] || return 1
	for number in $(seq 15); do
		[ "$(sysfs_write "$C/remove" "more-$number")" = OK ] || return 1
	done
}

needs levels
plan 17
load_module debounce_ms=200
short_percpu_lists
watch_levels
make_cgroup outer "${LIMIT_KB}K"
outer=$cgroup
inner=$outer/inner
set_to cgroups/create box
set_to cgroups/box/cgroup /outer/inner
check "a cgroup that does not exist has no level" box_has_no_data
make_cgroup free max
set_to cgroups/box/cgroup /free
check "one that nothing limits has a level, and no amount that is left" poll_until "$PATIENCE" box_has_no_limit
set_to cgroups/box/cgroup /outer/inner
mkdir "$inner" || bail_out "no cgroup"
cgroups="$inner $cgroups"
doze 1.5
check "nor has one without a memory controller" box_has_no_data
echo +memory >"$outer/cgroup.subtree_control" || bail_out "no memory controller"
check "once it has one it is found" poll_until 10 box_level_is normal
equal "the limit is that of the cgroup above" "$LIMIT_KB" "$(get cgroups/box/limit_kb)"
available=$(get cgroups/box/available_kb)
check "nearly all of it is available" [ "$available" -gt $((LIMIT_KB * 9 / 10)) ]

start poller poll_file "$BOX/level"
poller=$pid
leak_in_box slow -k 64 -v 4096
comment "slow: $(box_path slow)"
equal "a leak: warning, critical, imminent_oom, and only then the OOM" \
	"warning critical imminent_oom | oom" "$(box_path slow | sed 's/ normal.*//; s/ | oom.*/ | oom/')"
check "each is told by a uevent" all_told slow
check "and by poll" has_line woken "$tmp/poller.out"
stop_process "$poller"
equal "the machine is not short" "" "$(entered_levels slow)"

leak_in_box burst -p -k $((2 * LIMIT_KB))
equal "a burst: the OOM enters each level, in order" "warning critical imminent_oom oom" \
	"$(box_path burst | sed 's/| //; s/ normal.*//')"

mark_levels other
make_cgroup other 8M
leak -c leaker -a 1000 -C "$cgroup" -l 0 >/dev/null 2>&1
equal "nobody hears of a cgroup that is not watched" "" \
	"$(box_path other | sed 's/| //')$(box_uevents other)"

rmdir "$inner" || bail_out "the cgroup is not empty"
check "a cgroup that has gone has no level" poll_until 10 box_has_no_data
mkdir "$inner"
check "one that comes again is watched again" poll_until 10 box_level_is normal

wrong=0
bad_writes
equal "bad writes have their errno and change nothing" 0 "$wrong"
check "there is room for 16" fill_table
# With the watch in force, and its cgroup there.
unload_module
equal "no splat" 0 "$(splat_taint)"
finish
