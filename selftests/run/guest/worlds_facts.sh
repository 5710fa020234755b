# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# The facts of a random world, told when it is over: sourced by worlds_guest.sh.

tell_trace()
{
	awk -v pollers=" $pollers " -v started="$started" '
		BEGIN { n = split(started, list, " "); for (i = 1; i <= n; i++) ours[list[i]] }
		sub(/.*: mark_victim: pid=/, "") { print "# w t mark", $1; next }
		/: sched_waking: / {
			sub(/.* pid=/, "")
			if (index(pollers, " " $1 " ")) print "# w t waking"
			next
		}
		/: suspend_resume: (freeze|thaw)_processes/ {
			sub(/.*suspend_resume: /, "")
			sub(/_processes.*\] /, " ")
			print "# w t sleep", $0
			next
		}
		/: sched_process_fork: / {
			sub(/.* pid=/, "")
			parent = $1
			sub(/.*child_pid=/, "")
			if (parent in ours)
				print "# w t fork", parent, $1
			next
		}
		sub(/.*: (tracing_mark_write: )?(oe|w) /, "&") {
			sub(/.*: (tracing_mark_write: )?/, "")
			print "# w t " $0
		}' "$TRACING/instances/$TRACE/trace"
	grep -h overrun "$TRACING/instances/$TRACE"/per_cpu/cpu*/stats | awk '{ n += $2 } END { print "# w lost", n + 0 }'
}

tell_living()
{
	for one in $started; do
		if alive "$one"; then
			say "living $one $(state "$one")"
		else
			# A victim is a child of ours that nobody has waited for.
			wait "$one"
			say "ended $one $?"
			reaped="$reaped $one"
		fi
	done
}

tell_counted()
{
	tell_events
	say "done $(get reconfigure_done)"
	for file in "$OE"/stats/*; do
		say "stat ${file##*/} $(cat "$file")"
	done
	say "stat reconfigure_wanted $(get reconfigure_wanted)"
	say "kernel_kills $(($(vmstat oom_kill) - kills_before))"
}

# Records and counters of one moment. Telling them takes memory, too: an emergency may come meanwhile.
# An emergency after the last mark is not in them.
tell_moment()
{
	for _ in 1 2 3 4 5; do
		nr_seen
		before=$seen
		mark told
		tell_counted >"$tmp/counted"
		nr_seen
		[ "$seen" != "$before" ] || break
	done
	cat "$tmp/counted"
}

tell_facts()
{
	say "coverage $(get coverage)"
	say "uptime $(cut -d ' ' -f 1 /proc/uptime)"
	sizes last
	tell_living
	tell_moment
	log_since_mark | sed -n 's/.*Killed process \([0-9]*\) .*/# w killed \1/p'
	tell_trace
}

tell_events()
{
	sed 's/  *$//; s/^/# w event /' "$OE/events"
}
