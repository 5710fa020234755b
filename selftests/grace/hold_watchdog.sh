#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A hold leaves alone the processes that have a watchdog open, and stops the others. It looks at
# so many descriptors, and stops nobody whom it could not look at.
#
# set: rest alone

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

FOREIGN=/lib/oom-embedded/oe_foreign.ko

# The kernel's own, where it can be had, has two devices; otherwise one that does nothing.
make_watchdogs()
{
	if [ -c /dev/watchdog0 ]; then
		watchdogs="/dev/watchdog /dev/watchdog0"
		undo=true
		return 0
	fi
	if modprobe softdog soft_noboot=1 2>/dev/null; then
		watchdogs="/dev/watchdog /dev/watchdog0"
		undo="rmmod softdog"
		return 0
	fi
	[ -e "$FOREIGN" ] || skip_all "there is no watchdog"
	insmod "$FOREIGN" what=watchdog || skip_all "somebody else has the watchdog"
	watchdogs=/dev/watchdog
	undo="rmmod oe_foreign"
}

# holder NAME FILE: an eligible process that has it open; it is not closed without a "V". Sets $pid.
holder()
{
	# shellcheck disable=SC2016 # the inner shell's
	start "$1" run0 sh -c 'exec 5>"$0" && echo "ready $$" && printf V >&5; exec sleep 1000' "$2"
}

# One may be open at a time: softdog's two are the same.
states_with()
{
	holder feeder "$1"
	feeder=$pid
	spawn victim 1024 1000
	victim=$pid
	sysrq_oom &
	started="$started $!"
	poll_until "$PATIENCE" is_state T "$other"
	equal "$1: within the window the holder runs, another process does not" \
		"S T" "$(state "$feeder") $(state "$other")"
	set_to reconfigure_done "$(get reconfigure_wanted)"
	killed "$1: the victim is the one that was to be" "$victim"
	poll_until "$PATIENCE" is_state S "$other"
	equal "$1: then both run" "S S" "$(state "$feeder") $(state "$other")"
	stop_process "$feeder"
}

is_told()
{
	[ "$(get reconfigure_wanted)" -gt "$told" ]
}

# 70 processes with 4096 descriptors each are more than a hold looks at.
without_a_look()
{
	start files run0 odd_process files 70
	files=$pid
	holder late /dev/null
	late=$pid
	spawn victim 1024 1000
	victim=$pid
	missed=$(get stats/hold_missed)
	told=$(get reconfigure_wanted)
	sysrq_oom &
	started="$started $!"
	# The hold comes first.
	poll_until "$PATIENCE" is_told
	equal "many descriptors: a process before them is stopped, one after them runs" \
		"T S" "$(state "$other") $(state "$late")"
	check "and is counted" [ "$(get stats/hold_missed)" -gt "$missed" ]
	set_to reconfigure_done "$(get reconfigure_wanted)"
	killed "the victim is the one that was to be" "$victim"
	stop_process "$files"
}

make_watchdogs
trap 'clean_up; $undo' EXIT
# shellcheck disable=SC2086 # a list
set -- $watchdogs
plan $((3 * $# + 4))
load_module selection_order=rank rank_threshold=100 grace_ms=10000 grace_hold=1
holder other /dev/null
other=$pid
for one in "$@"; do
	states_with "$one"
done
without_a_look
equal "no splat" 0 "$(splat_taint)"
clean_up
$undo
finish
