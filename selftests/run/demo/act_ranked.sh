#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Act 1: the same device with the module, and a ranking for each program.

# shellcheck source=demo/scene.sh
. "$(dirname "$0")/scene.sh"

# at_us EVENT: the time of the first such event in the trace, in us of the monotonic
# clock; the witness says it itself, in ns.
at_us()
{
	awk -v event="$1" '
	event ~ /^oe / && (where = index($0, ": " event " ")) {
		split(substr($0, where + length(event) + 3), word, " ")
		printf "%.0f", word[2] / 1000
		exit
	}
	index($0, ": " event ": ") {
		for (i = 1; i < NF; i++)
			if ($(i + 1) == event ":")
				printf "%.0f", $i * 1000000
		exit
	}' "$tmp/time"
}

# When the module was asked. Its own tracepoints come later; the last of them says how
# long it all took.
entered_us()
{
	sed -n 's/^.* \([0-9.]*\): oom_embedded_done: .* total_ns=\([0-9]*\).*/\1 \2/p' "$tmp/time" |
		awk '{ printf "%.0f", $1 * 1000000 - $2 / 1000; exit }'
}

# in_ms US: since the kernel ran out of memory
in_ms()
{
	awk -v us="$1" -v entry="$entered" \
		'BEGIN { printf (us > 0 ? "%8.2f ms" : "      never"), (us - entry) / 1000 }'
}

# ms_before_victim US
ms_before_victim()
{
	awk -v us="$1" -v victim="$marked" 'BEGIN { printf "%.1f", (victim - us) / 1000 }'
}

is_before_victim()
{
	[ -n "$1" ] && [ -n "$marked" ] && [ "$1" -lt "$marked" ]
}

tell_moment()
{
	say "The last moment, on one clock:"
	say
	sort -n <<-EOT | while read -r us what; do say "$(in_ms "$us")  $what"; done
		${entered:-0} the kernel has no memory left; the module hears of it
		${polled:-0} userspace is told: a program waiting in poll(2) runs
		${heard:-0} userspace is told: the uevent arrives, as udev sees it
		${marked:-0} the kernel chooses its victim: $victim
	EOT
	say
	if is_before_victim "$polled" && is_before_victim "$heard"; then
		shout b "Userspace knew it $(ms_before_victim "$polled") ms (poll) and $(ms_before_victim "$heard") ms (uevent) before."
	else
		shout r "Userspace was not told before."
	fi
	say "(On an emulated processor; a real one is faster, the order is the same.)"
}

plan 10
load_module selection_order=rank rank_threshold=$THRESHOLD
trace_start oe_order counter
trace_start oe_time mono
echo 1 >"$TRACING/instances/oe_time/events/oom_embedded/oom_embedded_done/enable"
start_programs ranked
watch_oom oe_order "$TRACING/instances/oe_time/trace_marker"
wanted=$(get reconfigure_wanted)
say "The same device, now with oom_embedded loaded. Each program has a ranking: the"
say "higher, the more expendable. Below the threshold of $THRESHOLD it is protected."
say "The last column is the module's dry run (the file \"candidates\")."
tell_programs
equal "the stock kernel would kill the pacemaker" "$pacemaker" "$(biggest_by_oom_score)"
equal "the dry run says: the updater" "$updater " "$(predicted_first 1)"

say
say "The updater starts to leak:"
mark_log
check "the leak ends in a death" leak_until somebody_died
shout b "  Out of memory."
say

poll_until 5 log_says 'oom_embedded: seq='
check "userspace is told before the victim is chosen" told_before oe_order "$wanted" 1
cat "$TRACING/instances/oe_time/trace" >"$tmp/time"
entered=$(entered_us)
polled=$(at_us "oe poll")
heard=$(at_us "oe uevent reconfigure")
marked=$(at_us mark_victim)
victim=$(role_of "$(marked_victims oe_order | cut -d ' ' -f 1)")
check "its poll runs before" is_before_victim "$polled"
check "its uevent is read before" is_before_victim "$heard"
tell_moment

say
killed "the updater dies" "$updater"
check "the pacemaker lives" alive "$pacemaker"
equal "and is still the biggest process" "$pacemaker" "$(biggest)"
style=g
alive "$pacemaker" || style=r
shout $style "The kernel killed: $victim"
shout $style "Still running:     $(survivors)"
say "The module's record, one line in the kernel's log:"
log_since_mark | sed -n 's/^.*\(oom_embedded: seq=.*\)/\1/p' | head -n 1 | quote
fact victim "$victim"
fact survivor_mb "$(size_mb "$pacemaker")"
fact poll_ms "$(ms_before_victim "$polled")"
fact uevent_ms "$(ms_before_victim "$heard")"
equal "no splat" 0 "$(splat_taint)"
finish
