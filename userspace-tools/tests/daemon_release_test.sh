#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The memory of a service that was killed and cannot exit: the manager has the kernel take it away.

# shellcheck disable=SC2154,SC2317 # set by daemon.sh; called by name
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/daemon.sh
. "$TESTS/daemon.sh"

set_meminfo 150000
HELD_KB=20000

# begin_held NAME: a process of that name that cannot exit; sets $held
begin_held()
{
	"${with_us[@]}" "$TOOLS_BUILD/tests/held" "$1" "$HELD_KB" >"$tmp/$1.out" 2>&1 &
	until_true grep -q ready "$tmp/$1.out"
	held=$(sed -n 's/^ready //p' "$tmp/$1.out")
	fake_process "$held" 0 "$1" 1 0 0 /
	echo "$held" >"$tmp/$1.pid"
}

resident_kb()
{
	awk '$1 == "VmRSS:" { kb = $2 } END { print kb + 0 }' "/proc/$1/status"
}

has_little()
{
	[[ $(resident_kb "$1") -lt $((HELD_KB / 4)) ]]
}

# "t" of a tracer, or "Z" when it has ended.
state_of()
{
	awk '$1 == "State:" { print $2 }' "/proc/$1/status"
}

is_held()
{
	[[ $(state_of "$1") == t ]]
}

# As the kernel's own system call says it: EBADF where there is one.
has_mrelease()
{
	python3 -c 'import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall(448, -1, 0)
sys.exit(ctypes.get_errno() == 38)'
}

daemon_section >"$CONF"
cat >>"$CONF" <<-CONF
	[mode normal]
	[mode barebones]
	enter = oom
	leave_after = never
	service = stuck
	[service stuck]
	pidfile = $tmp/stuck.pid
	step = kill
CONF
begin_held stuck
same "the process holds its memory" yes "$([[ $(resident_kb "$held") -ge $HELD_KB ]] && echo yes)"
start
emergency_is 4
says "it was killed" 'stuck: signal 9 to 1 processes'
until_true is_held "$held"
if has_mrelease; then
	until_true has_little "$held"
	same "it has given its memory back" yes "$(has_little "$held" && echo yes)"
else
	pass "it has given its memory back # SKIP no process_mrelease(2)"
fi
same "although it cannot exit" t "$(state_of "$held")"
end_well "the manager ends in order"

finish
