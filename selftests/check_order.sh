#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# check_order.sh TRACE FIRST VICTIMS: was userspace told before every victim?
#
# TRACE is the text of a trace instance whose clock is strictly ordered over all
# CPUs, with the kernel's mark_victim and the witness's markers. Between the victim
# before and each victim there must be exactly one poll wake-up and exactly one
# reconfigure uevent. Counts go up by one from FIRST (the count before the first
# OOM), uevent numbers by one from whatever they start with; the attribute, read
# after a wake-up, must say what the wake-up meant. There must be VICTIMS victims.
#
# Prints a comment for each offence; exit status 1 if there was any.

[ $# -eq 3 ] || {
	echo "usage: $0 TRACE FIRST VICTIMS" >&2
	exit 2
}

# The program needs no maths library: busybox awk has none.
# shellcheck disable=SC2016 # $ is awk's
exec awk -v first="$2" -v expected="$3" '
function bad(text) {
	printf "# line %d: %s\n", NR, text
	offences++
}

function victim(pid) {
	victims++
	if (polls == 0)
		bad("victim " pid " without a poll wake-up before it")
	if (polls > 1)
		bad(polls " poll wake-ups for one victim")
	if (uevents == 0)
		bad("victim " pid " without a reconfigure uevent before it")
	if (uevents > 1)
		bad(uevents " reconfigure uevents for one victim")
	polls = uevents = 0
}

BEGIN { count = first; seq = -1 }

/: mark_victim: / {
	sub(/.*pid=/, "")
	victim($1)
	next
}

!/: oe (poll|read|uevent|lost) / { next }

{ sub(/.*: oe /, "") }

$1 == "poll" {
	polls++
	if ($2 != count + 1)
		bad("poll " $2 " after count " count)
	count = $2
}

$1 == "read" && $2 != count { bad("woken for " count ", read " $2) }

$1 == "uevent" && $2 == "reconfigure" {
	uevents++
	if (seq >= 0 && $3 != seq + 1)
		bad("uevent " $3 " after uevent " seq)
	seq = $3
}

$1 == "lost" { bad("the uevent socket overflowed") }

END {
	if (polls || uevents)
		bad("told of an OOM that had no victim")
	if (victims != expected)
		bad("expected " expected " victims, found " victims + 0)
	exit offences ? 1 : 0
}' "$1"
