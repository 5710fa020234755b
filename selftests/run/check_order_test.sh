#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The proof of the order must be able to go red: planted traces, good and bad.
# Needs neither a VM nor the module.

SELFTESTS=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=lib/ktap.sh
. "$SELFTESTS/lib/ktap.sh"

trace=$(mktemp) || exit 1
trap 'rm -f "$trace"' EXIT

# Each argument is one line of the trace: an event, without the columns before it.
plant()
{
	number=0
	for line in "$@"; do
		number=$((number + 1))
		case $line in
		"mark_victim:"* | "sched_waking:"*) echo " leak-99    [001] .....    $number: $line" ;;
		*) echo " witness-42 [000] .....    $number: tracing_mark_write: oe $line" ;;
		esac
	done >"$trace"
}

# verdict_on_trace VICTIMS [LATE]
verdict_on_trace()
{
	if "$SELFTESTS/progs/check_order.sh" "$trace" 4 "$1" 42 43 "${2:-0}" >/dev/null; then
		echo good
	else
		echo bad
	fi
}

POLL5="poll 5 1000"
READ5="read 5 1000"
HEAR5="uevent reconfigure 17 1000 kind=global"
DEAD5="mark_victim: pid=101 comm=leak total-vm:1kB"
POLL6="poll 6 2000"
READ6="read 6 2000"
HEAR6="uevent reconfigure 18 2000 kind=global"
DEAD6="mark_victim: pid=102"

WAKE_POLLER="sched_waking: comm=witness pid=42 prio=120 target_cpu=000"
WAKE_LISTENER="sched_waking: comm=witness pid=43 prio=120 target_cpu=001"
WAKE_OTHER="sched_waking: comm=other pid=4 prio=120 target_cpu=001"

plan 36

plant "$POLL5" "$READ5" "$HEAR5" "$DEAD5" "uevent victim 17 1000" \
	"$HEAR6" "$POLL6" "$DEAD6" "$READ6" "uevent victim 18 2000"
equal "two victims, each told of" good "$(verdict_on_trace 2)"
equal "fewer victims than expected" bad "$(verdict_on_trace 3)"
equal "more victims than expected" bad "$(verdict_on_trace 1)"

plant
equal "an empty trace" bad "$(verdict_on_trace 2)"

plant "$HEAR5" "$DEAD5" "$POLL5" "$READ5" "$POLL6" "$READ6" "$HEAR6" "$DEAD6"
equal "a victim before the poll" bad "$(verdict_on_trace 2)"

plant "$POLL5" "$READ5" "$DEAD5" "$HEAR5"
equal "a victim before the uevent" bad "$(verdict_on_trace 1)"

plant "$POLL5" "$READ5" "$HEAR5" "$DEAD5" "$POLL6" "$READ6" "$DEAD6"
equal "a missing uevent" bad "$(verdict_on_trace 2)"

plant "$POLL5" "$READ5" "$HEAR5" "$DEAD5" "$HEAR6" "$DEAD6"
equal "a missing poll" bad "$(verdict_on_trace 2)"

plant "$POLL5" "$READ5" "uevent victim 17 1000" "$DEAD5"
equal "another uevent in place of reconfigure" bad "$(verdict_on_trace 1)"

plant "$POLL5" "$READ5" "$HEAR5" "$DEAD5" "$POLL5" "$HEAR6" "$DEAD6"
equal "a repeated count" bad "$(verdict_on_trace 2)"

plant "$POLL5" "$READ5" "$HEAR5" "$DEAD5" "poll 7 2000" "read 7 2000" "$HEAR6" "$DEAD6"
equal "a gap in the counts" bad "$(verdict_on_trace 2)"

plant "$POLL5" "read 6 1000" "$HEAR5" "$DEAD5"
equal "an attribute that disagrees with the wake-up" bad "$(verdict_on_trace 1)"

plant "$POLL5" "$READ5" "$HEAR5" "$DEAD5" "$POLL6" "$READ6" "$HEAR5" "$DEAD6"
equal "a repeated uevent number" bad "$(verdict_on_trace 2)"

plant "$POLL5" "$READ5" "$HEAR5" "$POLL6" "$READ6" "$HEAR6" "$DEAD5" "$DEAD6"
equal "told twice, then two victims" bad "$(verdict_on_trace 2)"

plant "$POLL5" "$READ5" "$HEAR5" "$DEAD5" "$DEAD6"
equal "a second victim in one episode" bad "$(verdict_on_trace 2)"

plant "$POLL5" "$READ5" "$HEAR5" "$DEAD5" "$POLL6" "$READ6" "$HEAR6"
equal "told of an OOM without a victim" bad "$(verdict_on_trace 1)"

plant "$POLL5" "$READ5" "lost uevents" "$HEAR5" "$DEAD5"
equal "an overflow of the uevent socket" bad "$(verdict_on_trace 1)"

plant "$WAKE_POLLER" "$WAKE_LISTENER" "$DEAD5" "$POLL5" "$READ5" "$HEAR5" \
	"uevent victim 17 1000" "$WAKE_LISTENER" "$WAKE_POLLER" "$POLL6" \
	"$DEAD6" "$HEAR6" "$READ6"
equal "woken before the victim, run after it" good "$(verdict_on_trace 2)"

plant "$WAKE_LISTENER" "$DEAD5" "$WAKE_POLLER" "$POLL5" "$READ5" "$HEAR5"
equal "the poller woken after the victim" bad "$(verdict_on_trace 1)"

plant "$WAKE_POLLER" "$DEAD5" "$WAKE_LISTENER" "$POLL5" "$READ5" "$HEAR5"
equal "the listener woken after the victim" bad "$(verdict_on_trace 1)"

plant "$WAKE_OTHER" "$DEAD5" "$POLL5" "$READ5" "$HEAR5"
equal "somebody else woken before the victim" bad "$(verdict_on_trace 1)"

plant "$POLL5" "$READ5" "$WAKE_LISTENER" "$DEAD5" "uevent victim 16 1000" "$HEAR5"
equal "woken before the victim, while the thread for other uevents had something to say" good "$(verdict_on_trace 1)"

plant "$POLL5" "$READ5" "$WAKE_LISTENER" "$DEAD5"
equal "the listener woken and never heard of" bad "$(verdict_on_trace 1)"

plant "$POLL5" "$WAKE_POLLER" "$READ5" "$HEAR5" "$DEAD5" "$HEAR6" "$DEAD6" "$POLL6" "$READ6"
equal "the poller woken while it read, and not for the next victim" bad \
	"$(verdict_on_trace 2)"

plant "$WAKE_POLLER" "$WAKE_LISTENER" "$DEAD5" "$DEAD6" "$POLL5" "$READ5" "$HEAR5" \
	"$POLL6" "$READ6" "$HEAR6"
equal "one wake-up, two victims" bad "$(verdict_on_trace 2)"

plant "$WAKE_POLLER" "$WAKE_LISTENER" "$DEAD5" "$POLL6" "$READ6" "$HEAR5"
equal "woken in time for the wrong count" bad "$(verdict_on_trace 1)"

plant "$POLL5" "$READ5" "$HEAR5" "$DEAD5" "$POLL6" "$READ6" "$DEAD6" "uevent victim 17 1000" \
	"$HEAR6" "uevent victim 18 2000" "poll 7 3000" "read 7 3000" "uevent reconfigure 19 3000" \
	"mark_victim: pid=103"
equal "a uevent after its victim" bad "$(verdict_on_trace 3)"
equal "a uevent that the module calls late" good "$(verdict_on_trace 3 1)"

plant "$POLL5" "$READ5" "$DEAD5" "$POLL6" "$READ6" "$DEAD6" "$HEAR5" "$HEAR6"
equal "two late ones, and the module says of one" bad "$(verdict_on_trace 2 1)"
equal "two late ones, and the module says of both" good "$(verdict_on_trace 2 2)"

plant "$POLL5" "$READ5" "$DEAD5"
equal "a late one that never comes" bad "$(verdict_on_trace 1 1)"

plant "$HEAR5" "$DEAD5" "$POLL5" "$READ5"
equal "a poll is never late" bad "$(verdict_on_trace 1 1)"

AVOID6="uevent no_victim 18 2000 kind= trigger= victim= outcome=avoided"
plant "$POLL5" "$READ5" "$HEAR5" "$DEAD5" "uevent victim 17 1000" "$POLL6" "$READ6" "$HEAR6" \
	"$AVOID6" "poll 7 3000" "read 7 3000" "uevent reconfigure 19 3000" "$DEAD6"
equal "an avoided OOM between two victims" good "$(verdict_on_trace 2)"

plant "$POLL5" "$READ5" "$HEAR5" "$DEAD5" "$POLL6" "$READ6" "$HEAR6" "$AVOID6" "$DEAD6"
equal "a victim after an avoided OOM, not told of" bad "$(verdict_on_trace 2)"

plant "$POLL5" "$READ5" "$HEAR5" "$DEAD5" "$HEAR6" "$AVOID6" "poll 7 3000" "read 7 3000" \
	"uevent reconfigure 19 3000" "$DEAD6"
equal "an avoided OOM that no poll told of" bad "$(verdict_on_trace 2)"

plant "$WAKE_POLLER" "$WAKE_LISTENER" "$DEAD5" "$POLL6" "$READ6" "$HEAR6" "$AVOID6"
equal "woken for an avoided OOM only" bad "$(verdict_on_trace 1)"

verdict
