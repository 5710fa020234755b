# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154,SC2317 # used by the scripts that source it; called by name
#
# Helpers for the tests of the manager, after lib.sh: a manager on a module made of plain files.
# The script writes $CONF, in which control is $tmp/control, and calls start.

make_tree "$tmp/tree"

DAEMON=$TOOLS_BUILD/oom-embeddedd
CONF=$tmp/daemon.conf
daemon=
log=$tmp/daemon.log
# A prefix for what must not outlive the test even if that is killed.
with_us=()
! setpriv --pdeathsig KILL true 2>/dev/null || with_us=(setpriv --pdeathsig KILL)

# until_true COMMAND...: within some seconds
until_true()
{
	local i

	for ((i = 0; i < 200 * ${TOOLS_PATIENCE:-1}; i++)); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.05
	done
	return 1
}

first_line()
{
	head -n 1 "$OOM_EMBEDDED_SYSFS/$1"
}

reads()
{
	[[ $(first_line "$1") == "$2" ]]
}

# becomes DESCRIPTION FILE VALUE
becomes()
{
	until_true reads "$2" "$3"
	same "$1" "$3" "$(first_line "$2")"
}

# says DESCRIPTION PATTERN: the log, sooner or later
says()
{
	if until_true grep -qE -- "$2" "$log"; then
		pass "$1"
	else
		fail "$1" "no /$2/ in:"$'\n'"$(tail -n 25 "$log")"
	fi
}

set_file()
{
	put_file "sysfs/$1" "$2"
}

# emergency_is NUMBER [global|memcg|sysrq]: the module counts by kind before it wakes anybody
emergency_is()
{
	local kind=stats/oom_${2:-global}
	local was

	was=$(first_line reconfigure_wanted)
	set_file "$kind" $(($(first_line "$kind") + $1 - was))
	set_file reconfigure_wanted "$1"
}

set_meminfo()
{
	put_file proc/meminfo \
		"$(printf 'MemTotal: 200000 kB\nMemFree: %s kB\nMemAvailable: %s kB' "$1" "$1")"
}

set_pressure()
{
	put_file proc/pressure/memory \
		"$(printf '%s avg60=0.00 avg300=0.00 total=1\n' "some avg10=$1" "full avg10=$2")"
}

command_is()
{
	# Without a reader a FIFO keeps its writer waiting.
	# shellcheck disable=SC2016 # for the inner shell
	timeout 5 sh -c 'echo "$1" >"$2"' - "$1" "$tmp/control"
}

# daemon_section [SCAN]: the beginning of each configuration
daemon_section()
{
	cat <<-CONF
		[daemon]
		sample = 30ms
		scan = ${1-60ms}
		realtime = 0
		log_level = debug
		log_rate = 0
		control = $tmp/control
		state = $tmp/state
	CONF
}

# daemon_conf NAME CONDITION LEAVE_AFTER: a normal mode of threshold 100, and one of 300
daemon_conf()
{
	daemon_section
	cat <<-CONF
		[mode normal]
		rank_threshold = 100
		[mode $1]
		rank_threshold = 300
		enter = $2
		leave_after = $3
	CONF
}

start()
{
	"${with_us[@]}" "$DAEMON" -f "$CONF" -d "$tmp/conf.d" >>"$log" 2>&1 &
	daemon=$!
	until_true grep -q 'module loaded, mode' "$log"
}

has_ended()
{
	! kill -0 "$daemon"
}

# end_well DESCRIPTION: it ends when told to, and no sanitizer has anything to say
end_well()
{
	kill -TERM "$daemon"
	until_true has_ended || kill -KILL "$daemon"
	wait "$daemon" 2>/dev/null
	same "$1" 0 "$?"
}
