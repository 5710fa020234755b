#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Without memory, or if the kernel refuses a thread or a probe, a write fails with an errno and
# changes nothing, or it is done in full: each file that can be written, each allocation of the
# write. A read without memory fails, or what was read is all of it.
#
# set: faulty
# needs: faults limits groups levels report events

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/faults.sh
. "$SELFTESTS/lib/faults.sh"

NTH=/sys/module/oe_faults/parameters/nth

# Options of fail_each: allocations are refused, unless refuse_calls() says otherwise.
refusing=

# each FILE TEXT [UNDO_FILE UNDO_TEXT]...: see progs/fail_each.c.
each()
{
	echo "$1" >>"$tmp/tried"
	# shellcheck disable=SC2086 # options
	fail_each $refusing "$@" >"$tmp/each" || offences=$((offences + 1))
	sed 's/^\([^#]\)/# \1/' "$tmp/each"
	count_tries
}

# Of the last lines "...: N refused, M writes failed".
count_tries()
{
	awk '/ refused, / { n += $(NF - 4) } END { print n + 0 }' "$tmp/each" >"$tmp/nr"
	read -r nr <"$tmp/nr"
	tries=$((tries + nr))
}

settings()
{
	each mode observe
	each rank_threshold 18
	each default_rank 400
	each selection_order rank
	each allow_offers 0
	each mirror_oom_score_adj 1
	each min_gain_kb 1M
	each early_kb 1M
	each early_term_ms 100
	each stall_percent 20
	each stall_ms 3000
	each grace_ms 100
	each grace_hold 1
	each reserve_kb 1M
	each console_first 1
	each no_victim_action unprotect
	each memcg_no_victim_action fail
	each levels/warning_kb 90%
	each levels/critical_kb 9%
	each levels/imminent_oom_kb 5%
	each levels/oom_kb 1%
	each levels/hysteresis_kb 2%
	each levels/debounce_ms 500
	each levels/forecast_alert_ms 1000
}

rankings()
{
	each oom_ranking "SELF 18" oom_ranking "SELF -"
	each oom_ranking "SELF 18 self
1 400" oom_ranking "SELF -
1 -"
	each /proc/oom_embedded/self 700 oom_ranking "SELF -"
}

# The first one makes what all of them share.
groups()
{
	each groups/create first groups/remove first
	set_to groups/create g
	each groups/create second groups/remove second
	each groups/remove g groups/create g
	each groups/g/rank 18
	each groups/g/precedence 18
	each groups/g/pids SELF groups/g/pids -SELF
	each groups/g/cgroup /a/b
	each groups/g/comm 'pump*'
	each groups/g/uid 1000-2000
	each groups/g/rules "exe=/bin/busybox cgroup=/a/b* comm=pump uid=3
uid=7"
	each groups/g/trust name
	each groups/g/signal USR1
}

# Of what is staged a commit has to make rules again.
STAGED="rank_threshold 30
groups/g/rank 7
groups/g/cgroup /a/c
groups/g/rules uid=8 ; comm=x*"
PRESENT="rank_threshold 0
groups/g/rank 500
groups/g/cgroup
groups/g/rules"

staged()
{
	each staged/set "$STAGED" staged/clear 1
	set_to staged/set "$STAGED"
	each staged/clear 1 staged/set "$STAGED"
	each staged/commit 1 staged/set "$PRESENT" staged/commit 1 staged/set "$STAGED"
	set_to staged/clear 1
}

limits()
{
	each limits/create 3003 limits/remove 3003
	each limits/create gid:3003-3004 limits/remove gid:3003-3004
	each limits/create cgroup:/a/b limits/remove cgroup:/a/b
	set_to limits/create 3003
	each limits/create 3005 limits/remove 3005
	each limits/remove 3003 limits/create 3003
	each limits/measure rss
	each limits/period_ms 500
	each limits/3003/max_kb 4096
	each limits/3003/exceed_allowed_ms 1
	each limits/3003/term_timeout_ms 1
	each limits/3003/refill_ms 1
	each limits/3003/warn_ms 1
	each limits/3003/signal USR1
	each limits/3003/subordinate 103003-103005
}

cgroups()
{
	each cgroups/create first cgroups/remove first
	set_to cgroups/create c
	each cgroups/create second cgroups/remove second
	each cgroups/remove c cgroups/create c
	each cgroups/c/cgroup /a/b
	each cgroups/c/warning_percent 20
	each cgroups/c/critical_percent 9
	each cgroups/c/imminent_oom_percent 5
}

# A victim each time that the write succeeds.
relieving()
{
	nth=1
	got=
	echo relieve >>"$tmp/tried"
	while [ "$got" != OK ]; do
		spawn victim 256 900
		got=$(sysfs_write -f $nth "$OE/relieve" 1)
		case $got in
		ENOMEM)
			alive "$pid" || offence "relieve, number $nth: ENOMEM, and somebody died"
			stop_process "$pid"
			;;
		OK|SPARED)
			reap "$pid"
			[ "$rc" = 137 ] || offence "relieve, number $nth: $got, and $rc"
			;;
		*) offence "relieve, number $nth: $got"; break ;;
		esac
		nth=$((nth + 1))
	done
	tries=$((tries + nth - 2))
	each -1 reconfigure_done "$(get reconfigure_wanted)"
	echo reconfigure_done >>"$tmp/tried"
}

# refuse_calls FUNCTION RETURNED ERRNO: from now on, of a module that has done nothing yet.
refuse_calls()
{
	unload_module
	grep -q '^oe_faults ' /proc/modules && rmmod oe_faults
	insmod "$FAULTS_MODULE" function="$1" error="$2" || bail_out "no probe on $1"
	load_module
	refusing="-c $NTH -e $3"
}

calls_of()
{
	[ "$tries" -gt 0 ] || offence "$1 was not called"
	comment "$1: $tries calls refused"
	total=$((total + tries))
	tries=0
}

# Threads, probes and directories.
refused_calls()
{
	refuse_calls kthread_create_on_node -12 ENOMEM
	each limits/create 3003 limits/remove 3003
	each cgroups/create c cgroups/remove c
	each early_kb 1M
	calls_of threads
	refuse_calls tracepoint_probe_register -12 ENOMEM
	each oom_ranking "SELF 18" oom_ranking "SELF -"
	set_to staged/set "rank_threshold 30
mirror_oom_score_adj 1"
	echo 1 >"$NTH"
	equal "a commit that is refused names the value, and changes none" "ENOMEM mirror_oom_score_adj 0 0" \
		"$(sysfs_write "$OE/staged/commit" 1) $(get staged/refused) $(get rank_threshold) $(get mirror_oom_score_adj)"
	set_to staged/clear 1
	each mirror_oom_score_adj 1
	set_to cgroups/create c
	each stall_percent 20
	calls_of tracepoints
	refuse_calls register_kprobe -22 EINVAL
	set_to cgroups/create c
	each stall_percent 20
	calls_of kprobes
	refuse_calls kobject_add -12 ENOMEM
	each groups/create g groups/remove g
	each limits/create 3003 limits/remove 3003
	each cgroups/create c cgroups/remove c
	calls_of directories
	unload_module
	rmmod oe_faults
	refusing=
}

# Of the files that can be written, as far as names are the same for each group, limit and cgroup.
not_tried()
{
	sed "s|/3003/|/<uid>/|; s|/[gc]/|/<name>/|" "$tmp/tried" | sort -u >"$tmp/tried.sorted"
	{
		find "$OE" -type f -perm -200 | sed "s|$OE/||; s|/3003/|/<uid>/|; s|/[gc]/|/<name>/|"
		find /proc/oom_embedded /sys/module/oom_embedded/parameters -type f -perm -200
	} | sort -u | grep -vxF -f "$tmp/tried.sorted"
}

reads()
{
	(cd "$OE" && find . -type f -perm -400 | sed 's|^\./||') >"$tmp/readable"
	find /proc/oom_embedded -type f >>"$tmp/readable"
	# shellcheck disable=SC2046 # words
	fail_each -r $(cat "$tmp/readable") >"$tmp/each" || offences=$((offences + 1))
	grep '^#' "$tmp/each"
	count_tries
	comment "$(wc -l <"$tmp/readable") files, $nr reads"
}

list_is_refused()
{
	(cat "$OE/oom_ranking" 2>&1) >"$tmp/list"
	grep -q 'Cannot allocate memory' "$tmp/list"
}

mirror_is_refused()
{
	[ "$(sysfs_write "$OE/mirror_oom_score_adj" 1)" = ENOMEM ] && [ "$(get mirror_oom_score_adj)" = 0 ]
}

without_a_stand_in()
{
	load_module
	all_fail build_ranked list_is_refused || offence "oom_ranking: $(head -n 1 "$tmp/list")"
	all_fail oe_own_adj_begin mirror_is_refused || offence "mirror_oom_score_adj: $(get mirror_oom_score_adj)"
}

needs limits
needs groups
needs levels
needs report
needs events
needs_faults
plan 13
inject_by_task
quiet_console
load_module
tries=0
total=0
settings
table "settings"
rankings
table "rankings"
groups
table "groups, from the first one on"
staged
table "staged settings"
limits
table "limits, from the first one on"
cgroups
table "watched cgroups, from the first one on"
relieving
table "a victim on request: it dies, or it was refused"
equal "no file that can be written was left out" "" "$(not_tried)"
comment "$tries allocations of writes failed"
tries=0
reads
table "reads"
tries=0
refused_calls
table "threads, probes and directories that are refused"
comment "$total calls of writes failed"
without_a_stand_in
table "and all allocations of a part of the module"
equal "no splat" 0 "$(splat_taint)"
finish
