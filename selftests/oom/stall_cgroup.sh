#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A memory cgroup that spends its time on reading again what was taken from it at its limit: if it is watched, the
# first in order in it dies, and nobody outside, though the machine has memory. A file that is read over and over in
# it is no stall. If nobody in it may be killed, nobody is, and another cgroup is not held up by that. A cgroup that is
# not watched is left alone. Of two, one in the other, the inner one comes first. Its disk is to be a slow one, as for stall.sh. On the debug kernel, by hand: without a disk.
# SECONDS_BUSY: how long a harmless load goes on (default 4).
#
# set: swapping_timed
# needs: memcg guard events levels groups

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/stall.sh
. "$SELFTESTS/lib/stall.sh"

SECONDS_BUSY=${SECONDS_BUSY:-4}
PATIENCE=${PATIENCE:-90}

LIMIT_MB=40
HOG_MB=35
# The needy one reads so much, and has room for 5.
NEEDED_MB=24

needs guard

# Only the disk is wanted. Without one a file in memory is a disk, too, and a fast one.
find_disk()
{
	swap=$(awk 'NR == 2 { print $1 }' /proc/swaps)
	disk=$swap
	PERCENT=20
	[ -z "$disk" ] || return 0
	disk=/dev/loop0
	PERCENT=1
	head -c $((NEEDED_MB << 20)) /dev/zero >"$tmp/disk" && losetup "$disk" "$tmp/disk"
}

# box NAME: a cgroup of that name; sets $cgroup
box()
{
	make_cgroup "$1" ${LIMIT_MB}M
	echo 0 >"$cgroup/memory.swap.max"
}

watch_box()
{
	echo "$1" >"$OE/cgroups/create"
	echo "${cgroup#"$CGROUP"}" >"$OE/cgroups/$1/cgroup"
	poll_until "$PATIENCE" is_measured "$1" || bail_out "cgroup $1 is not watched"
}

is_measured()
{
	[ "$(cat "$OE/cgroups/$1/stall_percent" 2>/dev/null)" = 0 ]
}

# in_box COMMAND...: sets $pid
in_box()
{
	# shellcheck disable=SC2016 # for the shell that is started
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$cgroup" "$@" >"$tmp/in_box.out" 2>&1 &
	pid=$!
	started="$started $pid"
}

# needy: in the box, ranking 60; sets $needy
needy()
{
	in_box retouch "$disk" "$NEEDED_MB"
	needy=$pid
	echo "$needy 60" >"$OE/oom_ranking"
}

has_refaults()
{
	[ "$(sed -n 's/^workingset_refault_file //p' "$cgroup/memory.stat")" -gt "$1" ]
}

# Of the last decision that killed: another cgroup finds nobody again and again.
of_kill()
{
	grep "outcome=killed" "$OE/events" | tail -n 1 | sed -n "s/.* $1=\([^ ]*\).*/\1/p"
}

harmless()
{
	box reader
	watch_box reader
	# Held open, as the pages of a disk go with the last one who closes it.
	# shellcheck disable=SC2016 # for the shell that is started
	in_box sh -c 'exec 9<"$0"; while :; do head -c 32000000 "$0"; done >/dev/null' "$disk"
	reader=$pid
	spawn still $((HOG_MB * 1024)) 900 -C "$cgroup"
	still=$pid
	most=$(most_in cgroups/reader/stall_percent "$SECONDS_BUSY")
	check "a file that is read over and over is no stall" [ "$most" -le "$PERCENT" ]
	check "it was reclaimed" has_refaults 500
	equal "nobody dies of it" 0 "$(get stats/victims)"
	stop_process "$reader"
	stop_process "$still"
	echo reader >"$OE/cgroups/remove"
}

# Not watched is the one at its limit; the one above is, is short, and has a process that comes first.
below()
{
	make_cgroup above $((LIMIT_MB + 36))M
	above=$cgroup
	watch_box above
	echo +memory >"$above/cgroup.subtree_control"
	make_cgroup above/beside max
	spawn beside $((30 * 1024)) 950 -C "$cgroup"
	beside=$pid
	box above/alone
	spawn hog $((HOG_MB * 1024)) 900 -C "$cgroup"
	hog=$pid
	needy
	check "it reads again what was taken from it" poll_until "$PATIENCE" has_refaults 200
	doze "$SECONDS_BUSY"
	comment "above: $(cat "$OE/cgroups/above/available_kb") of $(cat "$OE/cgroups/above/limit_kb") kB"
	equal "a cgroup that is not watched is left alone, its neighbours too" 0 "$(get stats/victims)"
	stop_process "$needy"
	stop_process "$hog"
	stop_process "$beside"
	echo above >"$OE/cgroups/remove"
}

# Both cgroups are watched and stalled, and the outer one has a process that comes first. The pages of another reader
# would be there for all.
nested()
{
	stop_process "$needy"
	stop_process "$guarded_needy"
	echo 1 >/proc/sys/vm/drop_caches
	make_cgroup outer ${LIMIT_MB}M
	outer=$cgroup
	echo 0 >"$outer/memory.swap.max"
	watch_box outer
	echo +memory >"$outer/cgroup.subtree_control"
	make_cgroup outer/beside max
	spawn beside 1024 950 -C "$cgroup"
	beside=$pid
	box outer/inner
	watch_box inner
	spawn hog $(((HOG_MB - 2) * 1024)) 900 -C "$cgroup"
	hog=$pid
	needy
	killed "of two that are stalled the inner one comes first: its hog dies" "$hog"
	poll_until "$PATIENCE" grep -q outcome=killed "$OE/events"
	equal "the record names the inner one" "hog ${cgroup#"$CGROUP"}" "$(of_kill victim_comm) $(of_kill memcg)"
	check "who comes first in the outer one lives" alive "$beside"
	stop_process "$needy"
	stop_process "$beside"
	echo inner >"$OE/cgroups/remove"
	echo outer >"$OE/cgroups/remove"
}

# Its hog has ranking 50: protected.
protected()
{
	box guarded
	watch_box guarded
	spawn guarded $((HOG_MB * 1024)) 50 -C "$cgroup"
	guarded=$pid
	needy
	guarded_needy=$needy
	told=$(get stats/oom_memcg)
	check "nobody may be killed: it is told" poll_until "$PATIENCE" gives_more stats/oom_memcg "$told"
	poll_until "$PATIENCE" recorded_is outcome no_victim
	equal "and nobody is" "early no_victim 0" "$(recorded kind) $(recorded outcome) $(get stats/victims)"
	check "its figure goes on" [ "$(cat "$OE/cgroups/guarded/stall_percent")" -gt "$PERCENT" ]
}

no_report()
{
	! cat "$OE/report" >"$tmp/report" 2>/dev/null || [ ! -s "$tmp/report" ]
}

gives_more()
{
	[ "$(get "$1")" -gt "$2" ]
}

recorded_is()
{
	[ "$(recorded "$1")" = "$2" ]
}

stalled()
{
	spawn outside 4096 999
	outside=$pid
	box box
	watch_box box
	start poller poll_file "$OE/cgroups/box/stall_percent"
	poller=$pid
	spawn hog $((HOG_MB * 1024)) 900 -C "$cgroup"
	hog=$pid
	mark_log
	# A window would hold up the machine's emergencies.
	echo 10000 >"$OE/grace_ms"
	echo 10000 >"$OE/early_term_ms"
	needy
	check "a stall: a victim is chosen" poll_until "$PATIENCE" has_victims 1
	killed "it is the first in order in the cgroup" "$hog"
	poll_until "$PATIENCE" grep -q outcome=killed "$OE/events"
	equal "the record says what it was" "early killed hog ${cgroup#"$CGROUP"}" \
		"$(of_kill kind) $(of_kill outcome) $(of_kill victim_comm) $(of_kill memcg)"
	comment "stall_percent=$(of_kill stall_percent)"
	equal "there was neither a window nor SIGTERM" "0 0" "$(of_kill grace_ms) $(get stats/sigterm)"
	check "and the share of time" [ "$(of_kill stall_percent)" -gt "$PERCENT" ]
	check "it counts as a cgroup's" [ "$(get stats/oom_memcg)" -gt "$told" ]
	equal "not as the machine's" "0 0" "$(get stats/oom_global) $(get stats/oom_request)"
	check "the poller of its file was woken" poll_until "$PATIENCE" has_line woken "$tmp/poller.out"
	equal "memory had not run out" 0 "$(sed -n 's/^oom //p' "$cgroup/memory.events")"
	check "the machine has no report of it" no_report
	sleep 3
	equal "with memory back there is no second one" 1 "$(get stats/victims)"
	check "the needy one lives" alive "$needy"
	check "so does the hog of the other cgroup" alive "$guarded"
	check "so does the one outside, though it comes first" alive "$outside"
	stop_process "$poller"
}

# nothing_there NAME: its file says that there is nothing to say.
nothing_there()
{
	case $(cat "$OE/cgroups/$1/stall_percent" 2>&1) in
	*"No data available"*) ;;
	*) return 1 ;;
	esac
}

find_disk || skip_all "no disk"
[ -z "$swap" ] || swapoff "$swap" || bail_out "swapoff $swap"
needs events
needs levels
needs groups
plan 29
load_module selection_order=rank rank_threshold=100 stall_percent=$PERCENT stall_ms=2000
set_to cgroups/create ghost
check "a cgroup that does not exist has no stall" nothing_there ghost
set_to cgroups/remove ghost
harmless
below
protected
stalled
nested
stop_process "$guarded"
check "the module can be unloaded while it measures" unload_module
stop_process "$needy"
if [ -n "$swap" ]; then
	check "the disk is swap again" swapon "$swap"
else
	check "the disk is not in use any more" losetup -d "$disk"
fi
equal "no splat" 0 "$(splat_taint)"
finish
