#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The manager misses no real OOM, also when it is killed in the middle; a mode counts in the
# emergency that led to it; the manager is never chosen and does not grow; with strict overcommit a
# mode ends a process that asks for more and more before it is refused.
# OOMS: how many (default 20).
#
# set: tools
# needs: tools

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/manager.sh
. "$SELFTESTS/lib/manager.sh"

OOMS=${OOMS:-20}
# Helpers are not counted.
LOCKED_KB=1024
# So much may be promised at first, and below so much the mode is entered.
PROMISES_MB=32
WARNED_MB=16

conf=$tmp/oom-embedded.conf
log=$tmp/daemon.log

field()
{
	awk -v key="$2:" '$1 == key { print $2 }' "/proc/$1/status"
}

write_conf()
{
	cat >"$conf" <<-CONF
		[daemon]
		sample = 100ms
		scan = 200ms
		log_rate = 0
		control = $tmp/control
		[policy]
		selection_order = badness
		rank_threshold = 0
		[rankings]
		ranked* = 321
		[mode normal]
		[mode promised]
		enter = commit_left ${WARNED_MB}M
		leave_after = 100ms
		service = promiser
		[mode tight]
		enter = level warning
		leave_after = 1s
		grace_ms = 5000
		step = kill next
		[mode barebones]
		enter = oom
		leave_after = 1s
		rank_threshold = 300
		service = saver
		[service promiser]
		comm = promiser
		step = term
		[service saver]
		comm = saver
		step = signal USR1
		step = wait 500ms
		step = kill
	CONF
}

handled()
{
	[ "$(get reconfigure_wanted)" = "$(get reconfigure_done)" ]
}

not_said()
{
	! grep -Eq "$1" "$log"
}

says()
{
	grep -Eq "$1" "$log"
}

is_ranked()
{
	[ "$(ranking_of "$1")" = "$2" ]
}

threshold_is()
{
	[ "$(get rank_threshold)" = "$1" ]
}

# Memory, descriptors: a leak makes one of them grow.
size_of_daemon()
{
	ls "/proc/$manager/fd" >"$tmp/fds"
	echo "$(field "$manager" VmLck) kB locked, $(field "$manager" VmData) kB data," \
		"$(wc -l <"$tmp/fds") descriptors"
}

processes_are_protected()
{
	[ "$(grep -Ec " 0 +$1 +oom-(scribe|worker)" "$OE/oom_ranking")" = 2 ]
}

test_protection()
{
	equal "the manager has ranking 0" "0 explicit" "$(ranking_of "$manager")"
	check "and so have its processes" processes_are_protected inherited
	check "it has locked at most $LOCKED_KB kB: $(field "$manager" VmLck)" \
		[ "$(field "$manager" VmLck)" -le "$LOCKED_KB" ]
	check "all of what it uses" [ "$(field "$manager" VmLck)" -ge 600 ]
	start ranked leak -c ranked-one -h 64
	equal "a process has its ranking by its name from the beginning" "321 group:rankings--99938964-ranked" "$(ranking_of "$pid")"
	stop_process "$pid"
	start renamed leak -c other -h 64
	equal "a process of another name has none" "" "$(ranking_of "$pid")"
	stop_process "$pid"
}

# Without the manager the big one would die: its mode protects it in time.
test_mode_in_time()
{
	spawn big 24000 250
	big=$pid
	spawn small 256 900
	small=$pid
	equal "the big one is the next to die" "$big " "$(predicted_first 1)"
	sysrq_oom
	killed "the emergency's own mode protects it: the small one dies" "$small"
	check "the big one lives" alive "$big"
	check "the emergency is acknowledged" poll_until "$PATIENCE" handled
	stop_process "$big"
	check "back to normal" poll_until "$PATIENCE" threshold_is 0
}

test_service()
{
	start saver leak -c saver -h 64 -r 10 -g
	saver=$pid
	# The first signal opens its gate, which changes nothing; the second ends it.
	poll_until "$PATIENCE" scanned saver
	oomloop 1 >/dev/null
	reap "$saver"
	equal "a service's steps are done: it was signalled, then killed" "137 1" \
		"$rc $(grep -c 'saver: signal 10 to 1 ' "$log")"
}

# The step must not wait for the module, which waits for the manager to acknowledge.
test_kill_next()
{
	# From a more severe mode the steps are not done.
	poll_until "$PATIENCE" threshold_is 0
	spawn guilty 24000 900
	guilty=$pid
	spawn protected 48000 0
	timeouts=$(get stats/grace_timeouts)
	requests=$(get stats/oom_request)
	watermark=$(get levels/warning_kb)
	set_to levels/warning_kb "$(awk '$1 == "MemTotal:" { print $2 - 1 }' /proc/meminfo)"
	killed "a mode that nobody was named in kills the first in order" "$guilty"
	check "the manager has heard so" poll_until "$PATIENCE" says 'kill next: the first in order was killed'
	set_to levels/warning_kb "$watermark"
	check "the protected one lives" alive "$pid"
	equal "one emergency of kind request, acknowledged in its window" "1 0" \
		"$(($(get stats/oom_request) - requests)) $(($(get stats/grace_timeouts) - timeouts))"
	equal "the record says so" "request $guilty" "$(recorded kind) $(recorded victim_pid)"
	check "and that there was a window" [ "$(recorded grace_ms)" -gt 0 ]
	stop_process "$pid"
	check "back to normal again" poll_until "$PATIENCE" threshold_is 0
}

# scanned SERVICE [NR]: so many processes of it are known now
scanned()
{
	kill -USR1 "$manager"
	sleep 0.3
	[ "$(grep -Eo "service $1: [0-9]+ processes" "$log" | tail -n 1)" = \
		"service $1: ${2:-1} processes" ]
}

last_mode_is()
{
	[ "$(grep -Eo 'mode [a-z]+:' "$log" | tail -n 1)" = "mode $1:" ]
}

meminfo_of()
{
	awk -v key="$1:" '$1 == key { print $2 }' /proc/meminfo
}

# It asks for 10 MB a second and touches nothing: the manager has more than a second.
test_promises()
{
	start promiser as_user -u 1000 leak -c promiser -g -l 0 -k 1024 -s 100 -n
	promiser=$pid
	check "a process that will ask for more and more is known" poll_until "$PATIENCE" \
		scanned promiser
	ratio_was=$(cat /proc/sys/vm/overcommit_ratio)
	echo $(($(meminfo_of Committed_AS) + $(cat /proc/sys/vm/admin_reserve_kbytes) +
		$(cat /proc/sys/vm/user_reserve_kbytes) + PROMISES_MB * 1024)) \
		>/proc/sys/vm/overcommit_kbytes
	echo 2 >/proc/sys/vm/overcommit_memory
	kill -USR1 "$promiser"
	reap "$promiser"
	echo 1 >/proc/sys/vm/overcommit_memory
	echo "$ratio_was" >/proc/sys/vm/overcommit_ratio
	equal "strict overcommit: it is told to end before it is refused" 143 "$rc"
	check "by the mode" says 'mode promised: commit_left'
	check "which is left" poll_until "$PATIENCE" last_mode_is normal
	# Until then the manager has a descriptor for it.
	check "the process is forgotten" poll_until "$PATIENCE" scanned promiser 0
}

test_many()
{
	before=$(size_of_daemon)
	check "$OOMS emergencies, and nobody else died" oomloop "$OOMS"
	check "each was acknowledged" poll_until "$PATIENCE" handled
	check "none was missed" not_said 'missed|left out'
	equal "it is as big as before" "$before" "$(size_of_daemon)"
	check "it lives" alive "$manager"
}

test_killed()
{
	kill -KILL "$manager"
	reap "$manager"
	missed_from=$(get reconfigure_done)
	check "killed: 3 emergencies go on without it" oomloop 3
	equal "and are not acknowledged" "$missed_from" "$(get reconfigure_done)"
	start_manager "$conf" "$log"
	check "started again, it says what it missed" poll_until "$PATIENCE" \
		says '3 emergencies were missed'
	check "and catches up" poll_until "$PATIENCE" handled
	check "it goes on" oomloop 2
	check "as before" poll_until "$PATIENCE" handled
}

test_reloaded_module()
{
	unload_module
	load_module
	check "after the module was loaded anew it is protected again" poll_until "$PATIENCE" \
		is_ranked "$manager" "0 explicit"
	check "so are its processes" poll_until "$PATIENCE" processes_are_protected explicit
	check "and the next to die is somebody else" oomloop 1
	check "it is at work" poll_until "$PATIENCE" handled
	kill -TERM "$manager"
	reap "$manager"
	equal "it ends in order" 0 "$rc"
}

plan 40
load_module
write_conf
start_manager "$conf" "$log"
test_protection
test_mode_in_time
test_service
test_promises
test_kill_next
test_many
test_killed
test_reloaded_module
finish
