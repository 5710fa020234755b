#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A record tells the victim's command line: which of several processes of one name it was. It is
# escaped, so that no process can add a key to its record, and it is not known, rather than waited
# for, if it is not in memory or its lock is held, by the process that asks for memory, too.
#
# set: swapping
# needs: swap memcg guard events levels

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

# Kernels before 5.16 have nothing that leaves out what is not in memory.
known()
{
	case $(uname -r) in
	5.1[0-5].*) return 1 ;;
	esac
}

# expected TEXT: where it can be known
expected()
{
	if known; then
		printf '%s\n' "$1"
	else
		echo -
	fi
}

asked_once()
{
	[ "$(relieve)" = granted ]
}

# The end of the line, as it is: nothing after it but blanks.
command_line()
{
	tail -n 1 "$OE/events" | sed -n 's/^.* asked_group=[^ ]* victim_cmdline=\([^ ]*\) *$/\1/p'
}

# keys: of the last record
keys()
{
	tail -n 1 "$OE/events" | tr ' ' '\n' | sed -n 's/=.*//p' | tr '\n' ' '
}

# victim ARGUMENT...: the next in order; sets $pid.
victim()
{
	start victim odd_argv "$@"
	echo "$pid 900" >"$OE/oom_ranking" || bail_out "no ranking"
}

# A victim before may still be giving its memory back.
kill_next()
{
	poll_until "$PATIENCE" asked_once || bail_out "no victim: $(cat "$tmp/relieve.err")"
	reap "$pid"
}

# dies_as TEXT DESCRIPTION ARGUMENT...
dies_as()
{
	dies_text=$1
	dies_what=$2
	shift 2
	victim "$@"
	kill_next
	equal "$dies_what" "$pid odd_argv killed $dies_text" \
		"$(recorded victim_pid) $(recorded victim_comm) $(recorded outcome) $(command_line)"
}

# Of one name and one size, and the lowest pid does not go first.
six_of_one_name()
{
	for port in 1 2 3 4 5 6; do
		start "web$port" odd_argv wait /opt/web.py --port "$port"
		echo "$pid 80$port" >"$OE/oom_ranking"
		eval "web$port=$pid"
	done
	told=
	wanted=
	for port in 6 5 4 3 2 1; do
		eval "pid=\$web$port"
		kill_next
		told="$told$(command_line) "
		wanted="$wanted$(expected "odd_argv\\x20wait\\x20/opt/web.py\\x20--port\\x20$port") "
	done
	equal "each of six processes of one name is told apart" "$wanted" "$told"
}

hostile_text()
{
	victim wait plain
	kill_next
	all_keys=$(keys)
	dies_as "$(expected 'odd_argv\x20wait\x20a\x0ab\x20victim_pid\x3d1\x20\x22\x27\x5cx20%s%n\x20\x1b[2J\xc3\xbc\x7f')" \
		"no text gets out of its value" wait "a
b" victim_pid=1 "\"'\\x20%s%n" "$(printf '\033[2J\303\274\177')"
	equal "and the record has the keys that each has" "$all_keys" "$(keys)"
	long=$(printf '%0150d' 0)
	dies_as "$(expected "odd_argv\\x20wait\\x20$(printf '%086d' 0)")" "the first 100 bytes" wait "$long"
	long=$(printf '%0150d' 0 | tr 0 '\377')
	dies_as "$(expected "odd_argv\\x20wait\\x20$(printf '%086d' 0 | sed 's/0/\\xff/g')")" \
		"the first 100 bytes, whatever they are" wait "$long"
	dies_as - "no text at all" title ""
}

of_its_own_making()
{
	dies_as "$(expected 'web:\x20idle')" "a title that it has given itself" title "web: idle"
	dies_as "$(expected 'else\x20where')" "arguments that it has moved" moved "else where"
	dies_as - "none is left" nothing text
}

not_at_hand()
{
	dies_as - "what is swapped out is not brought in" swapped text
	dies_as "$(expected 01234567)" "of two pages, that which is there" border 0123456789
	dies_as - "what it may not read itself" unreadable text
	dies_as - "shared memory is not touched" shared text
	dies_as - "nor is a file" file text
	dies_as - "what it has unmapped is not there" gap text
	dies_as - "nor is it above all other memory" top text
}

# It is the process that asks for memory, and holds the lock.
lock_is_held()
{
	make_cgroup oe_maps 6M
	start maps odd_argv maps "$cgroup"
	reap "$pid"
	equal "the process that asks holds its lock: nothing is waited for" "memcg $pid $pid -" \
		"$(recorded kind) $(recorded trigger_pid) $(recorded victim_pid) $(command_line)"
}

has_no_victim()
{
	relieve >"$tmp/nobody"
	[ "$(recorded outcome)" = no_victim ]
}

# The last victim had one. Half a second after it a request is only not granted.
nobody_has_died()
{
	set_to rank_threshold 1000
	poll_until "$PATIENCE" has_no_victim
	equal "nobody: no command line" "no_victim -" "$(recorded outcome) $(command_line)"
	set_to rank_threshold 100
}

# A process that gets SIGTERM first is would_*.
is_asked_to_end()
{
	set_to early_term_ms 10000
	victim wait politely
	kill_next
	equal "of the process that was sent SIGTERM, too" \
		"sigterm $pid $(expected 'odd_argv\x20wait\x20politely')" \
		"$(recorded outcome) $(recorded would_pid) $(command_line)"
	set_to early_term_ms 0
}

# The kernel's victim may have gone before anybody can look.
of_another_choice()
{
	set_to mode observe
	victim wait ours
	ours=$pid
	spawn theirs 16384 110
	before=$(get reconfigure_wanted)
	sysrq_oom
	reap "$pid"
	poll_until "$PATIENCE" has_record "$before"
	case $(command_line) in
	- | leak\\x20-c\\x20theirs*) said=right ;;
	*) said=$(command_line) ;;
	esac
	equal "the kernel's own choice: not the command line of ours" "$pid right" "$(recorded victim_pid) $said"
	set_to mode enforce
	stop_process "$ours"
}

has_record()
{
	[ "$(recorded seq)" -gt "$1" ]
}

needs events
needs levels
plan 21
load_module selection_order=rank rank_threshold=100
comment "$(uname -r): $(expected known)"
six_of_one_name
hostile_text
of_its_own_making
not_at_hand
lock_is_held
is_asked_to_end
nobody_has_died
of_another_choice
equal "no splat" 0 "$(splat_taint)"
finish
