#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "oom-embedded check": each thing that it knows is found where it is, and not where it is not.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# finds ID SEVERITY DESCRIPTION: it is found in the tree as it is; then the tree is mended.
finds()
{
	run check --json
	same "check: $3" "$2" "$(jq -r --arg id "$1" '.findings[] | select(.id == $id) | .severity' <<<"$out")"
	if [[ -z $2 || $2 == note ]]; then
		same "check: $3: the exit status" 0 "$status"
	else
		same "check: $3: the exit status" 8 "$status"
	fi
	make_tree "$tmp/tree"
}

make_tree "$tmp/tree"
gives "check: nothing wrong" 0 '^no problems found$' check
run check --json
same "check: nothing wrong, JSON" '[]' "$(jq -c .findings <<<"$out")"

put_file sysfs/mode observe
finds mode warning "mode observe"
put_file sysfs/coverage global
finds coverage note "no memcg in coverage"
put_file sysfs/coverage 'global memcg guard no-window'
finds coverage note "no-window in coverage"
put_file proc/sys/vm/panic_on_oom 1
finds panic_on_oom error "vm.panic_on_oom"
put_file proc/sys/vm/oom_kill_allocating_task 1
finds oom_kill_allocating_task warning "vm.oom_kill_allocating_task"
put_file proc/sys/vm/oom_kill_allocating_task 1
put_file sysfs/coverage 'global memcg'
finds oom_kill_allocating_task error "vm.oom_kill_allocating_task without a guard"
put_file proc/sys/vm/overcommit_memory 2
finds overcommit note "strict overcommit"
put_file proc/sys/vm/overcommit_memory 2
gives "check: strict overcommit: how much is left" 0 ' 133472 kB more are promised' check
put_file proc/sys/vm/overcommit_memory 0
gives "check: no strict overcommit" 0 '^no problems found$' check
put_file proc/sys/vm/swappiness 0
finds swappiness note "vm.swappiness=0 with free swap"
put_file proc/sys/vm/swappiness 0
put_file proc/meminfo 'SwapFree: 0 kB'
gives "check: vm.swappiness=0 without swap" 0 '^no problems found$' check
make_tree "$tmp/tree"
put_file sysfs/default_rank 50
finds default_rank warning "default_rank below rank_threshold"
put_file sysfs/rank_threshold 0
put_file sysfs/selection_order badness
finds no_effect warning "rankings without an effect"
for level in warning critical imminent_oom oom; do
	put_file "sysfs/levels/${level}_kb" 0
done
finds levels note "no watermarks"
put_file sysfs/stats/inherit_failed 3
finds counters note "counters that should be 0"
rm "$OOM_EMBEDDED_PROC/100/fd/3"
finds no_handler error "a grace window, and no handler"
printf 'oom-embedded\n' >"$OOM_EMBEDDED_PROC/100/comm"
finds no_handler error "nobody but oom-embedded watch"
rm "$OOM_EMBEDDED_PROC/100/fd/3"
put_file sysfs/grace_ms 0
finds no_handler warning "no handler"
put_file sysfs/grace_ms 0
finds no_grace note "a handler, and no grace window"
put_file sysfs/reconfigure_done 1
finds not_acknowledged warning "emergencies not acknowledged"
put_file cgroup/system/memory.oom.group 1
finds oom_group error "memory.oom.group"
mkdir -p "$OOM_EMBEDDED_CGROUP/system/inner"
put_file proc/100/cgroup 0::/system/inner
put_file cgroup/system/memory.oom.group 1
finds oom_group error "memory.oom.group above"
put_file proc/100/oom_score_adj 500
finds oom_score_adj warning "protected, and oom_score_adj above 0"
put_file proc/200/oom_score_adj -1000
sed -i 's/next /unkillable /' "$OOM_EMBEDDED_SYSFS/candidates"
finds oom_score_adj warning "ranked, and oom_score_adj -1000"
sed -i 's/VmLck:.*/VmLck: 0 kB/' "$OOM_EMBEDDED_PROC/100/status"
finds not_locked warning "a critical process not locked in memory"
sed -i 's/ next / protected /; s/ eligible / protected /' "$OOM_EMBEDDED_SYSFS/candidates"
finds nobody error "nobody may be chosen"
# --- what else has a say
for manager in earlyoom systemd-oomd nohang oomd; do
	fake_process 600 0 "$manager" 1000 0 0 /system
	finds other_manager warning "$manager runs"
done
put_file proc/sys/vm/oom_dump_tasks 1
put_file proc/consoles 'tty0                 -WU (EC p  )    4:7'
finds oom_dump_tasks '' "vm.oom_dump_tasks with a screen"
put_file proc/meminfo $'MemTotal: 262144 kB\nSwapTotal: 65536 kB'
put_file proc/swaps $'Filename Type Size Used Priority\n/dev/zram0 partition 65536 0 100'
finds zram note "swap on zram"
ln -s /dev/watchdog "$OOM_EMBEDDED_PROC/300/fd/7"
finds watchdog error "who feeds the watchdog may be chosen"
sed -i '/ 300 /s/ next \| eligible / small /' "$OOM_EMBEDDED_SYSFS/candidates"
ln -s /dev/watchdog "$OOM_EMBEDDED_PROC/300/fd/7"
finds watchdog error "a small process that feeds the watchdog may be chosen"
ln -s /dev/watchdog0 "$OOM_EMBEDDED_PROC/100/fd/7"
finds watchdog '' "who feeds the watchdog is protected"
sed -i 's/^Uid:.*/Uid:\t1000\t1000\t1000\t1000/' "$OOM_EMBEDDED_PROC/100/status"
finds users_process note "a user's process is protected"


# --- rules of groups
put_file sysfs/groups/batch/rank 50
put_file sysfs/groups/batch/trust name
put_file sysfs/groups/batch/comm 'ba[t]ch'
finds trust warning "a group protects whoever takes a name"
put_file sysfs/groups/batch/trust name
put_file sysfs/groups/batch/comm batch
finds trust '' "a group trusts a name and does not protect"
put_file sysfs/groups/batch/rank 50
put_file sysfs/groups/batch/rules $'comm=b\\x61tch uid=1000\ncomm=b\\x61tch'
gives "check: a process only seems to be protected" 0 \
	'batch/200 has a name that group batch protects, but it is a process of user 1000' check
run check --json
same "check: which is two notes" 'note note' \
	"$(jq -r '[.findings[] | select(.id == "not_trusted") | .severity] | join(" ")' <<<"$out")"
make_tree "$tmp/tree"
put_file sysfs/groups/batch/rank 50
put_file sysfs/groups/batch/rules $'comm=batch uid=1000\ncomm=batch cgroup=/batch\nexe=/bin/sh comm=batch'
finds not_trusted '' "a name, and more than that"
put_file sysfs/groups/batch/rules $'uid=0\nexe=/no/such\\x20program uid=0'
finds executable warning "a rule for an executable that is gone"
put_file sysfs/groups/batch/rules 'exe=/bin/sh uid=0'
finds executable '' "a rule for an executable that is there"

put_file sysfs/groups/batch/rules "exe=/bin/s\\x68 uid=0"
ln -s '/bin/sh (deleted)' "$OOM_EMBEDDED_PROC/201/exe"
gives "check: an upgrade has replaced an executable" 8 'batch/201 still executes the file that was /bin/sh before' check
finds replaced warning "a process executes what was replaced"
put_file sysfs/groups/batch/rules "exe=/bin/sh uid=0"
ln -s '/bin/sh' "$OOM_EMBEDDED_PROC/201/exe"
finds replaced '' "a process executes what is there"

FAKE_ERRORS='candidates=13' gives "check: without root, it says what it cannot see" 0 'run it as root' check

put_file sysfs/groups/batch/rules 'exe=/bin/sh uid=0'
OOM_EMBEDDED_PROC=$tmp/nowhere gives "check: without procfs, it says what it cannot see" 0 \
	'cannot see whether somebody follows reconfigure_wanted' check
rm -r "$OOM_EMBEDDED_SYSFS/limits"
gives "check: a module without limits" 0 '^no problems found$' check
make_tree "$tmp/tree"

# Fifty workers of one kind are one finding.
for pid in {1000..1049}; do
	fake_process "$pid" 0 worker 100 0 0 /system
	fake_candidate 9 "$pid" 5 group:core 100 protected worker >>"$OOM_EMBEDDED_SYSFS/candidates"
done
gives "check: the same thing is said once" 8 'worker is protected .*\(50 times\)' check

# --- configuration files
make_tree "$tmp/tree"
printf '[policy]\nrank_threshold = 100\n' >"$tmp/good.conf"
printf '[policy]\nrank_threshold = 5000\n[group x]\ncolour = red\n' >"$tmp/bad.conf"
gives "check FILE: good" 0 'no problems' check "$tmp/good.conf"
gives "check FILE: errors with file and line" 7 '^[^ ]*/bad.conf:2: ' check "$tmp/bad.conf"
same "check FILE: all of them" 1 "$(grep -c '/bad.conf:4: ' <<<"$out")"
gives "check FILE: the system's state too" 7 'panic_on_oom' check "$tmp/bad.conf" --sysfs="$(
	put_file proc/sys/vm/panic_on_oom 2
	echo "$OOM_EMBEDDED_SYSFS"
)"
# The ranges are the module's, from its header.
make_tree "$tmp/tree"
in_range()
{
	printf '[%s]\n%s = %s\n' "$3" "$4" "$5" >"$tmp/range.conf"
	gives "check FILE: $4 = $5 is $1" "$2" . check "$tmp/range.conf"
}
in_range "in range" 0 levels debounce_ms 600000
in_range "out of range" 7 levels debounce_ms 600001
in_range "in range" 0 levels forecast_alert_ms 3600000
in_range "out of range" 7 levels forecast_alert_ms 3600001
in_range "in range" 0 limits period_ms 10
in_range "out of range" 7 limits period_ms 9
in_range "out of range" 7 limits period_ms 60001
in_range "in range" 0 'limit 1000' exceed_allowed_ms 4294967295
in_range "out of range" 7 'limit 1000' term_timeout_ms 4294967296
# said DESCRIPTION PATTERN LINE...: a configuration that can never do what it says
said()
{
	local description=$1
	local pattern=$2

	shift 2
	printf '%s\n' "$@" >"$tmp/never.conf"
	gives "check FILE: $description" 7 "never.conf:$pattern" check "$tmp/never.conf"
}
said "a name of 16 bytes" "2: .*'sixteen-bytes-xx' matches no process: names are cut off after 15" \
	'[rankings]' 'sixteen-bytes-xx = 5'
said "a pattern of 16 bytes, and any number more" "2: .*matches no process" '[group a]' 'comm = *sixteen-bytes?xx*'
said "a pattern of a service" "2: .*matches no process" '[service a]' 'comm = [ab]ixteen-bytes-xx'
# A line and what is wrong with it, and all lines; ";" ends one. Two patterns of [rankings] have one hash.
while IFS='|' read -r nr pattern lines; do
	IFS=';' read -ra lines <<<"$lines"
	said "${lines[*]:(-2)}" "$nr: .*$pattern" "${lines[@]}"
done <<'ROWS'
2|'colour'|[daemon];colour = red
3|sample is said twice|[daemon];sample = 1s;sample = 2s
2|rank_threshold has no value|[policy];rank_threshold =
3|is already said in line 2|[policy];rank_threshold = 5;rank_threshold = 6
3|.line 2. would be one group, rankings--89477aac-a|[rankings];a????*?.+ = 5;a+.?*.*.. = 6
2|leave_after: 'soon' is neither a time|[mode a];leave_after = soon
2|'..' is no name of a group|[mode a];rank... = 5
2|'colour'|[service a];colour = red
4|time_limit is said twice|[service a];comm = x;time_limit = 1s;time_limit = 2s
3|does not say by which command it is restarted|[service a];comm = x;step = restart
1|helper a has no command|[helper a];[mode b];step = helper a
2|knows no 'colour'|[helper a];colour = red
2|'HEAVY' is no signal|[mode a];step = signal HEAVY
2|'' is no signal|[mode a];step = signal
2|'long' is no time|[mode a];step = sleep long
2|which helper|[mode a];step = helper 5s
2|at most 15 words|[mode a];step = run /bin/true 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
3|at most 4 terms|[mode a];[mode b];enter = load 1 and load 2 and load 3 and load 4 and load 5
4|no .group three|[group one];[group two];[mode a];step = kill next in three
4|no .group three|[group one];[group two];[mode a];rank.three = 5
6|no .helper three|[helper one];command = /bin/true;[helper two];command = /bin/true;[mode a];step = helper three
4|critical_percent = 20 is not below warning_percent = 10|[cgroup a];cgroup = /a;warning_percent = 10;critical_percent = 20
ROWS
printf '%s\n' '[group one]' 'rank = 5' 'comm = [!a]*' '[group two]' 'rank = 6' '[helper one]' 'command = /bin/true' \
	'[helper two]' 'command = /bin/true' '[mode a]' '[mode b]' 'rank.two = 7' 'enter = oom' 'step = helper one' \
	'step = kill next in two' 'step = sleep 1s' '[cgroup a]' 'cgroup = /batch' 'warning_percent = 0' 'critical_percent = 50' \
	>"$tmp/second.conf"
put_file sysfs/relieve ''
gives "check FILE: the second of two, and a watermark that is off" 0 'no problems found' check "$tmp/second.conf"
rm "$OOM_EMBEDDED_SYSFS/relieve"
printf '%s\n' '[rankings]' 'fifteen-bytes-x = 5' '*fifteen[-+]bytes\-x* = 6' >"$tmp/fits.conf"
gives "check FILE: a configuration that just fits" 0 'no problems' check "$tmp/fits.conf"
gives "check FILE: not there" 5 'No such file' check "$tmp/none.conf"
gives "check FILE FILE: two of them" 7 'bad.conf:2' check "$tmp/good.conf" "$tmp/bad.conf"
printf '[rankings]\npacer = 10\n' >"$tmp/good.conf"
OOM_EMBEDDED_PROC=$tmp/nowhere gives "check FILE: without procfs, nothing is said of processes that are not seen" 0 \
	'1 finding|one finding|cannot see' check "$tmp/good.conf"
same "check FILE: no name is missing then" '' "$(grep pacer <<<"$out")"
if has_namespaces; then
	mkdir -p "$tmp/etc/oom-embedded.d"
	cp "$tmp/good.conf" "$tmp/etc/oom-embedded.conf"
	ETC=$tmp/etc gives "check: what is installed" 0 "/etc/oom-embedded.conf:2: 'pacer' is to be protected" check
	printf '[policy]\ncolour = red\n' >"$tmp/etc/oom-embedded.d/one.conf"
	ETC=$tmp/etc gives "check: an error in what is installed" 7 '/etc/oom-embedded.d/one.conf:2: ' check
else
	skip "check: what is installed" "no right to make a mount namespace"
fi
export OOM_EMBEDDED_SYSFS=$tmp/nowhere
gives "check FILE: without the module, the file only" 0 'only the configuration was checked' check "$tmp/good.conf"
gives "check: without the module" 3 'not loaded' check

finish
