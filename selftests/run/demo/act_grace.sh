#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Act 2: the same leak, and a program that sheds load when it is told.

# shellcheck source=demo/scene.sh
. "$(dirname "$0")/scene.sh"

GRACE_MS=2000

# Without a new process, which would need memory.
is_over()
{
	read -r avoided <"$OE/stats/avoided"
	[ "$avoided" -gt 0 ] || somebody_died
}

state()
{
	sed -n 's/^State:[^A-Z]*\([A-Z]\).*/\1/p' "/proc/$1/status"
}

# How long the window was open, in ms.
used_ms()
{
	log_since_mark | sed -n 's|.*oom_embedded: seq=.* grace=\([0-9]*\)/[0-9]*ms .*|\1|p' | head -n 1
}

plan 7
load_module selection_order=rank rank_threshold=$THRESHOLD grace_ms=$GRACE_MS
trace_start oe_order counter
start_programs ranked handler
before_mb=$(size_mb "$web_ui")
say "The same device, and grace_ms=$GRACE_MS: before anybody is chosen, userspace has up to"
say "$((GRACE_MS / 1000)) seconds. The web-ui waits in poll(2) for that: told of an emergency it drops its"
say "cache, pauses the updater, and says that it is done."
tell_programs

say
say "The updater starts to leak:"
mark_log
check "the leak ends" leak_until is_over
shout b "  Out of memory."
say

poll_until 5 log_says 'oom_embedded: seq='
style=g
all_alive || style=r
check "everybody lives" all_alive
equal "no victim was chosen" "" "$(marked_victims oe_order)"
check "the record says avoided" log_says 'oom_embedded: seq=1 .*victim=none .*outcome=avoided'
equal "the web-ui was told and is done" "1 1" \
	"$(get reconfigure_wanted) $(get reconfigure_done)"
equal "the updater is paused" T "$(state "$updater")"
shout $style "The kernel killed: nobody"
shout $style "Still running:     $(survivors)"
say "The web-ui went from $before_mb to $(size_mb "$web_ui") MB; $(used_ms) ms after userspace was told the"
say "kernel got its memory. The module's record:"
log_since_mark | sed -n 's/^.*\(oom_embedded: seq=.*\)/\1/p' | head -n 1 | quote
fact used_ms "$(used_ms)"
fact dropped_mb $((before_mb - $(size_mb "$web_ui")))
equal "no splat" 0 "$(splat_taint)"
finish
