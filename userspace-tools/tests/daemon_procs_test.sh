#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The processes that the manager takes for those of a service: pidfiles that cannot be trusted, more
# processes than the manager can hold.

# shellcheck disable=SC2153,SC2154 # set by daemon.sh
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/daemon.sh
. "$TESTS/daemon.sh"

set_meminfo 150000
wanted=3

daemon_section >"$tmp/head.conf"
cat >>"$tmp/head.conf" <<-CONF
	[mode normal]
	[mode barebones]
	enter = oom
	leave_after = never
CONF

# put_stat PID COMM BORN
put_stat()
{
	put_file "proc/$1/stat" "$1 ($2) S 1 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 $3 0 0"
}

emergency()
{
	wanted=$((wanted + 1))
	emergency_is "$wanted"
	until_true reads reconfigure_done "$wanted"
}

# sleeper: a process that waits for its end; sets $pid
sleeper()
{
	"${with_us[@]}" sleep 1000 &
	pid=$!
	disown
}

# bystander NAME: a process that may be named in a pidfile; sets victim[NAME]
declare -A victim
bystander()
{
	sleeper
	victim[$1]=$pid
}

lives()
{
	kill -0 "${victim[$1]}" 2>/dev/null
}

dies()
{
	! lives "$1"
}

# fate DESCRIPTION SERVICE dies|lives
fate()
{
	# A signal that was sent takes its time on a busy machine.
	[[ $3 == lives ]] || until_true dies "$2"
	if lives "$2"; then
		same "$1" "$3" lives
	else
		same "$1" "$3" dies
	fi
}

service_by_pidfile()
{
	bystander "$1"
	mkdir -p "$(dirname "$2")"
	[[ -e $2 ]] || echo "${victim[$1]}" >"$2"
	printf '[service %s]\npidfile = %s\nstep = kill\n' "$1" "$2" >>"$CONF"
	services+=" $1"
}

write_pidfiles()
{
	mkdir -p "$tmp"/{plain,open,linked,sticky}
	service_by_pidfile plain "$tmp/plain/pid"
	ln -s "$tmp/plain" "$tmp/short"
	service_by_pidfile short "$tmp/short/pid2"
	chmod 1777 "$tmp/sticky"
	service_by_pidfile sticky "$tmp/sticky/pid"
	service_by_pidfile writable "$tmp/plain/writable"
	chmod 0666 "$tmp/plain/writable"
	service_by_pidfile by_group "$tmp/plain/by_group"
	chmod 0660 "$tmp/plain/by_group"
	service_by_pidfile open "$tmp/open/pid"
	chmod 0777 "$tmp/open"
	service_by_pidfile linked "$tmp/linked/to/pid"
	ln -s "$tmp/linked/to" "$tmp/open/to"
	sed -i "s|^pidfile = $tmp/linked/to/pid|pidfile = $tmp/open/to/pid|" "$CONF"
	mkfifo "$tmp/plain/fifo"
	service_by_pidfile fifo "$tmp/plain/fifo"
	python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$tmp/plain/socket"
	service_by_pidfile socket "$tmp/plain/socket"
	service_by_pidfile nonsense "$tmp/plain/nonsense"
	echo "${victim[nonsense]}x" >"$tmp/plain/nonsense"
}

# As root only: files of other users, and files for other users' processes.
write_others_pidfiles()
{
	service_by_pidfile others "$tmp/plain/others"
	chown nobody "$tmp/plain/others"
	service_by_pidfile exchanged "$tmp/foreign/pid"
	chown nobody "$tmp/foreign"
	service_by_pidfile own "$tmp/plain/own"
	chown nobody "$tmp/plain/own"
	fake_process "${victim[own]}" "$(id -u nobody)" own 1 0 0 /
	fake_process "${victim[others]}" 0 others 1 0 0 /
}

test_pidfiles()
{
	local services=''

	cp "$tmp/head.conf" "$CONF"
	chmod 0755 "$tmp"
	write_pidfiles
	[[ $EUID -ne 0 ]] || write_others_pidfiles
	sed -i "/^leave_after = never/a service =$services" "$CONF"
	start
	emergency
	fate "a pidfile" plain dies
	fate "by a symbolic link of root's, as /var/run is" short dies
	fate "in a sticky directory, as /tmp is" sticky dies
	fate "that everybody can write to" writable lives
	fate "that a group can write to" by_group lives
	fate "in a directory that everybody can write to" open lives
	fate "by a symbolic link that everybody can replace" linked lives
	fate "that is no file" fifo lives
	fate "that is a socket" socket lives
	says "which is told" 'service socket: .* is not used: No such device or address'
	fate "that holds more than a number" nonsense lives
	says "a refusal is told, with its reason" 'service writable: .*/plain/writable is not used: others can write to it'
	same "once" 1 "$(grep -c 'service writable: .* is not used' "$log")"
	[[ $EUID -eq 0 ]] || return 0
	fate "of a user, with a process of his own" own dies
	fate "of a user, with a process of root's" others lives
	fate "of root's, that a user can exchange" exchanged lives
}

# The number in a pidfile is used up with the process that it was about.
test_reused_number()
{
	local services=''

	end_well "it ends in order"
	cp "$tmp/head.conf" "$CONF"
	service_by_pidfile again "$tmp/plain/again"
	sed -i "/^leave_after = never/a service =$services" "$CONF"
	: >"$log"
	start
	until_true status_says 'service again: 1 processes'
	emergency
	fate "the process of a pidfile ends" again dies
	check "a number that is left over names nobody" until_true status_says 'service again: 0 processes'
	bystander again
	echo "${victim[again]}" >"$tmp/plain/again"
	check "until it is written anew" until_true status_says 'service again: 1 processes'
	end_well "it ends in order once more"
}

status_says()
{
	: >"$log"
	kill -USR1 "$daemon"
	until_true grep -q "module loaded" "$log"
	sleep 0.1
	grep -q "$1" "$log"
}

none_lives()
{
	! kill -0 "$@"
}

# Real processes, whose names stand in the procfs of the test.
test_many_processes()
{
	local pids=()

	cp "$tmp/head.conf" "$CONF"
	printf '[service many]\ncomm = many\nstep = kill\n' >>"$CONF"
	sed -i "/^leave_after = never/a service = many" "$CONF"
	for ((i = 0; i < 60; i++)); do
		sleeper
		pids+=("$pid")
		fake_process "$pid" 0 many 1 0 0 /
	done
	: >"$log"
	start
	emergency
	check "60 processes of a service get their signal" until_true none_lives "${pids[@]}"
	says "all of them" 'many: signal 9 to 60 processes'
	end_well "it ends in order again"

	for ((i = 0; i < 60; i++)); do
		sleeper
		fake_process "$pid" 0 many 1 0 0 /
	done
	: >"$log"
	(ulimit -n 40 && exec "${with_us[@]}" "$DAEMON" -f "$CONF" -d '' >>"$log" 2>&1) &
	daemon=$!
	says "what cannot be held is told" 'service many: [0-9]+ processes cannot be held and get no signal'
	end_well "it ends in order without descriptors, too"
}

test_pidfiles
test_reused_number
test_many_processes
finish
