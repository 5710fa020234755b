# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# The faults of random worlds that take more than a line: sourced by worlds_guest.sh.

KPROBES=/sys/kernel/debug/kprobes/enabled
PM_TEST=/sys/power/pm_test
PM_TIMEOUT=/sys/power/pm_freeze_timeout
DISK=/run/oe_disk

# Both are tried; what comes of it is a fact for the oracle.
step_ftrace()
{
	if echo 0 2>/dev/null >/proc/sys/kernel/ftrace_enabled; then
		say "switched ftrace off"
	else
		say "switched ftrace refused"
	fi
	say "coverage $(get coverage)"
}

step_kprobes()
{
	echo 0 >"$KPROBES" || bail_out "no $KPROBES"
	# The module looks once a second.
	doze 1.5
	say "coverage $(get coverage)"
}

# A disk without a byte to spare.
fill_disk()
{
	[ ! -d "$DISK" ] || return 0
	{ mkdir "$DISK" && mount -t tmpfs -o size=64k tmpfs "$DISK"; } || bail_out "no disk to fill"
	dd if=/dev/zero of="$DISK/full" bs=4k 2>/dev/null && bail_out "the disk is not full"
	return 0
}

leave_disk()
{
	[ ! -d "$DISK" ] || { umount "$DISK" && rmdir "$DISK"; }
}

# step_suspend NAME HOW: processes are frozen, and thawed. The leak is one that cannot be
# frozen before it has its memory, or is killed.
step_suspend()
{
	read -r freeze_ms <"$PM_TIMEOUT" || bail_out "no suspend"
	# A guest on a busy host takes long to use all its memory.
	echo 240000 >"$PM_TIMEOUT"
	echo freezer >"$PM_TEST" || bail_out "no $PM_TEST"
	echo 1 >/sys/module/suspend/parameters/pm_test_delay
	leak_start "$1" populate "$2" -
	poll_until "$PATIENCE" is_ready "$1" "$pid"
	mark "begin suspend"
	kill -USR1 "$pid"
	if echo freeze 2>/dev/null >/sys/power/state; then
		mark "end suspend"
	else
		mark "end suspend refused"
	fi
	echo none >"$PM_TEST"
	echo "$freeze_ms" >"$PM_TIMEOUT"
	# The rest of the resume is done by others.
	doze 1
	leak_wait
}

# Records made before the mark are told; those made after it may go with the module.
step_unload()
{
	mark "begin unload"
	tell_events
	rmmod oom_embedded || bail_out "the module cannot be unloaded"
	mark "end unload"
	if unloaded; then
		say "unloaded gone"
	else
		say "unloaded there"
	fi
}

# The settings come as module parameters; groups and rankings are gone.
step_load()
{
	given=
	while read -r verb name value _; do
		[ "$verb" != param ] || given="$given $name=$value"
	done <"$WORLD"
	kills_before=$(vmstat oom_kill)
	mark "begin load"
	# shellcheck disable=SC2086 # words
	insmod "$MODULE" $given || bail_out "insmod $given failed"
	mark "end load"
	watch_again
	say "coverage $(get coverage)"
}
