#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# check_order.sh TRACE FIRST VICTIMS POLLER LISTENER [LATE]: was userspace told before every
# victim?
#
# TRACE is the text of a trace instance whose clock is strictly ordered over all CPUs. It
# has the kernel's mark_victim and sched_waking of the witness's threads POLLER and
# LISTENER, which hears the uevent reconfigure and no other, and the witness's markers. Between the victim before and each victim there
# must be exactly one poll wake-up and exactly one reconfigure uevent. It counts when the
# thread has run and said so, or when it was idle and the kernel woke it, and what it then
# says is that this was the reason: a message that wakes its reader has arrived, whenever
# a busy CPU lets the reader run.
#
# Counts go up by one from FIRST (the count before the first OOM), uevent numbers by one
# from whatever they start with; the attribute, read after a wake-up, must say what the
# wake-up meant. There must be VICTIMS victims. An OOM that says of itself that it was avoided
# has none, and must have been told of all the same. LATE (0) is how many uevents the module says
# the OOM path did not go on waiting for: these may come after the victim, but come.
#
# Prints a comment for each offence; exit status 1 if there was any.

[ $# -eq 5 ] || [ $# -eq 6 ] || {
	echo "usage: $0 TRACE FIRST VICTIMS POLLER LISTENER [LATE]" >&2
	exit 2
}

# The program needs no maths library: busybox awk has none.
# shellcheck disable=SC2016 # $ is awk's
exec awk -v first="$2" -v expected="$3" -v poller="$4" -v listener="$5" -v late="${6:-0}" '
function bad(text) {
	printf "# line %d: %s\n", FNR, text
	offences++
}

# Way: "poll" or "uevent". told: said by the witness since the victim before; woken: by
# the kernel, and not yet said why; owed: woken before a victim, to be said after it;
# missing: uevents that are late.
function judge(way, pid) {
	if (owed[way])
		bad("the witness never said why it was woken: " way)
	owed[way] = 0
	if (told[way] > 1)
		bad(told[way] " " way " for one victim")
	if (!told[way] && !woken[way]) {
		if (way == "uevent" && nr_late < late) {
			nr_late++
			missing++
		} else {
			bad("victim " pid " without a " way " before it")
		}
	}
	if (told[way])
		before[way]++
	else
		owed[way] = woken[way]
	told[way] = 0
}

function say(way, avoided) {
	if (owed[way] && avoided)
		bad("before the victim it was woken for an OOM that was avoided: " way)
	if (owed[way] || avoided)
		owed[way] = 0
	else
		told[way]++
	woken[way] = 0
}

BEGIN { count = first; seq = -1; base = -1 }

# The trace is read twice: first for what is to become of each OOM.
NR == FNR {
	if (sub(/.*: oe uevent reconfigure /, "") && base < 0)
		base = $1 - first - 1
	if (/ outcome=avoided/ && sub(/.*: oe uevent no_victim /, ""))
		avoided[$1]
	next
}

/: mark_victim: / {
	sub(/.*pid=/, "")
	victims++
	judge("poll", $1)
	judge("uevent", $1)
	next
}

/: sched_waking: / {
	sub(/.* pid=/, "")
	if ($1 == poller && !reading)
		woken["poll"] = 1
	if ($1 == listener)
		woken["uevent"] = 1
	next
}

!/: oe (poll|read|uevent|lost) / { next }

{ sub(/.*: oe /, "") }

$1 == "poll" {
	say("poll", ($2 + base) in avoided)
	reading = 1
	if ($2 != count + 1)
		bad("poll " $2 " after count " count)
	count = $2
}

$1 == "read" {
	reading = 0
	if ($2 != count)
		bad("woken for " count ", read " $2)
}

$1 == "uevent" && $2 == "reconfigure" {
	if (missing) {
		missing--
		woken["uevent"] = 0
	} else {
		say("uevent", $3 in avoided)
	}
	if (seq >= 0 && $3 != seq + 1)
		bad("uevent " $3 " after uevent " seq)
	seq = $3
}

$1 == "lost" { bad("the uevent socket overflowed") }

END {
	if (told["poll"] || told["uevent"])
		bad("told of an OOM that had no victim")
	if (owed["poll"] || owed["uevent"])
		bad("the witness never said why it was woken")
	if (missing)
		bad("a uevent that was late never came")
	if (victims != expected)
		bad("expected " expected " victims, found " victims + 0)
	printf "# of %d victims, the poller had even run before %d, the listener before %d\n",
		victims, before["poll"], before["uevent"]
	if (nr_late)
		printf "# %d uevents were late, of %d that the module says of\n", nr_late, late
	exit offences ? 1 : 0
}' "$1" "$1"
