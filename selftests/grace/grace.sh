#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# With a handler that gives memory back in time no process dies; without one the kill is late by
# no more than the grace time.
# ROUNDS: how many of each kind (default 3).
#
# set: graceful matrix_timed

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

ROUNDS=${ROUNDS:-3}
GRACE=500
# Besides the window: telling userspace (200 ms at most), and an emulated CPU.
SLACK=600
CACHE=$(sized 24576)
# More than the kernel keeps back while memory is fragmented: up to 4 MiB a zone.
[ "$CACHE" -ge 8192 ] || CACHE=8192

# attend MODE [OPTION...]: sets $handler
attend()
{
	handler_mode=$1
	shift
	start handler handler "$@" "$handler_mode"
	handler=$pid
}

# Ends it; its report is in $tmp/handler.out.
end_handler()
{
	kill -TERM "$handler"
	wait "$handler"
	reaped="$reaped $handler"
}

said()
{
	[ "$(grep -c "$2" "$tmp/$1.out")" -gt "$3" ]
}

refill_cache()
{
	fills=$(grep -c full "$tmp/handler.out")
	kill -USR1 "$handler"
	poll_until "$PATIENCE" said handler full "$fills" || bail_out "the handler does not answer"
}

# Nearly all that there is; the rest is leaked slowly. Some more is left for what the watermarks
# may be raised by, or whoever comes by is the one to be out of memory.
most_kb()
{
	if [ -n "$1" ]; then
		echo $(($(cat "$1/memory.max") / 1024 - $(cat "$1/memory.current") / 1024 - 4096))
	else
		echo $(($(mem_available_kb) - $(sized 32768) - 4096))
	fi
}

# Holds what would only have to be eaten before each OOM of the machine, if that is much.
make_full()
{
	spare_kb=$(($(mem_available_kb) - 98304))
	[ "$spare_kb" -le 0 ] || spawn filler "$spare_kb" 0 -a -1000
}

avoided_more_than()
{
	[ "$(get stats/avoided)" -gt "$1" ] || ! alive "$pid"
}

# cooperative KIND [CGROUP]: nobody dies, in all OOMs of that kind
cooperative()
{
	set_to grace_ms 5000
	attend drop -k "$CACHE" ${2:+-C "$2"}
	spared=$(get stats/avoided)
	dead=$(nr_marked oe_victims)
	mark_log
	alive_after=0
	for _ in $(seq "$ROUNDS"); do
		refill_cache
		before=$(get stats/avoided)
		# From the OOM on it would take a second to eat what the handler gives.
		# shellcheck disable=SC2046 # options
		spawn leaker "$(most_kb "$2")" 900 -g -l 0 -s 10 -k "$(sized 256)" $([ -z "$2" ] || echo -C "$2")
		kill -USR1 "$pid"
		poll_until "$PATIENCE" avoided_more_than "$before"
		alive "$pid" && alive_after=$((alive_after + 1))
		stop_process "$pid"
	done
	equal "$1: with a handler that gives memory back nobody dies" \
		"$ROUNDS alive, victims ''" "$alive_after alive, victims '$(marked_after "$dead")'"
	check "$1: stats/avoided counts them" [ $(($(get stats/avoided) - spared)) -ge "$ROUNDS" ]
	check "$1: the record says avoided" log_says \
		"kind=${1%,*} .*victim=none .*grace=[0-9]+/[1-9][0-9]*ms outcome=avoided"
	equal "$1: the handler missed none" "$(get reconfigure_wanted)" "$(get reconfigure_done)"
	check "$1: it lives" alive "$handler"
	end_handler
	equal "$1: it answered without a page fault" 0 \
		"$(awk 'NF == 3 { sum += $3; n++ } END { print n ? sum : "no line" }' "$tmp/handler.out")"
}

# One OOM with a victim, and how long it took, in ms: from entry to the kernel's mark.
leak_until_killed()
{
	# shellcheck disable=SC2046 # options
	spawn leaker 256 900 -g -l 0 $([ -z "$1" ] || echo -C "$1")
	kill -USR1 "$pid"
	reap "$pid"
	[ "$rc" = 137 ] || comment "the leaker ended with $rc" | tee -a "$tmp/not_killed"
}

# The longest time from an OOM's entry to its victim in the trace, in ms, and how many.
longest_wait()
{
	sed -n 's/.* \([0-9]*\)\.\([0-9]*\): \(oom_embedded_enter\|mark_victim\): .*/\1 \2 \3/p' \
		"$TRACING/instances/oe_wait/trace" | awk '
		$3 == "oom_embedded_enter" { entered = $1 * 1000 + $2 / 1000; next }
		entered { n++; ms = $1 * 1000 + $2 / 1000 - entered; entered = 0
			  if (ms > longest) longest = ms }
		END { printf "%d %d", n, longest }'
}

# in_vain DESCRIPTION ROUNDS [CGROUP]: the victim dies in time
in_vain()
{
	echo >"$TRACING/instances/oe_wait/trace"
	: >"$tmp/not_killed"
	for _ in $(seq "$2"); do
		leak_until_killed "$3"
	done
	waits=$(longest_wait)
	comment "$1: of ${waits% *} waits the longest was ${waits#* } ms of $GRACE"
	equal "$1: the victim dies" "" "$(cat "$tmp/not_killed")"
	check "$1: no later than promised" \
		[ "${waits% *}" -ge "$2" -a "${waits#* }" -le $((GRACE + SLACK)) ]
}

# useless MODE: a handler that is no help. A few pages may come back all the same, its own if it
# dies: then nobody dies in that OOM, but in the one that follows at once.
useless()
{
	set_to grace_ms "$GRACE"
	sleep 2.1 # the budget is full again
	ended=$(($(get stats/grace_timeouts) + $(get stats/avoided)))
	attend "$1"
	in_vain "a handler that means to $1" 1
	check "$1: there was a window, and it ended" \
		[ $(($(get stats/grace_timeouts) + $(get stats/avoided))) -gt "$ended" ]
	stop_process "$handler"
}

# The time that each OOM since the mark was granted, in ms.
granted()
{
	log_since_mark | sed -n 's|.*oom_embedded: seq=.* grace=[0-9]*/\([0-9]*\)ms .*|\1|p'
}

# The first of several OOMs in a row has the whole window; time used in vain comes back
# more slowly than the next ones come.
in_a_row()
{
	# Longer than it takes a slow guest to come to the next OOM, four times over.
	GRACE=2000
	set_to grace_ms "$GRACE"
	sleep 8.1
	mark_log
	in_vain "one OOM after the other" 2 "$cgroup"
	windows=$(granted | tr '\n' ' ')
	comment "granted: $windows"
	equal "and the window is not a fresh one each time" "$GRACE, less" \
		"${windows%% *}, $(granted | awk -v grace="$GRACE" \
			'NR > 1 && $1 < grace { less = 1 } END { print less ? "less" : "the same" }')"
	GRACE=500
}

# A memory cgroup has none where the compiler has left no function to wrap.
has_memcg_window()
{
	gives memcg && ! gives no-window
}

notifier_only()
{
	load_module selection_order=rank rank_threshold=100 kprobes=0
	cooperative "global, kprobes=0"
}

cgroup=
if has_memcg_window; then
	plan 38
else
	plan 30
fi
load_module selection_order=rank rank_threshold=100
trace_start oe_victims counter
trace_start oe_wait mono
echo 1 >"$TRACING/instances/oe_wait/events/oom_embedded/oom_embedded_enter/enable" ||
	bail_out "no tracepoint oom_embedded_enter"
if has_memcg_window; then
	make_cgroup oe_grace 48M
	cooperative memcg "$cgroup"
	set_to grace_ms "$GRACE"
	attend idle -C "$cgroup"
	in_vain "memcg, a handler that does nothing" "$ROUNDS" "$cgroup"
	end_handler
fi
make_full
cooperative global
set_to grace_ms "$GRACE"
attend idle
in_vain "global, a handler that does nothing" "$ROUNDS"
end_handler
equal "it was told each time" \
	"$(get reconfigure_wanted)" "$(awk 'END { print $1 }' "$tmp/handler.out")"
in_a_row
for mode in die stop starve; do
	useless "$mode"
done
sleep 2.1
victims=$(get stats/victims)
waits=$(get stats/grace_timeouts)
sysrq_before=$(get stats/avoided)
spawn expendable 1024 1000
sysrq_kills "sysrq: the victim dies when the window has passed" "$pid"
equal "sysrq: after a window, and memory is not asked for" "1 1 0" \
	"$(($(get stats/victims) - victims)) $(($(get stats/grace_timeouts) - waits)) $(($(get stats/avoided) - sysrq_before))"
notifier_only
equal "no hung task, no splat" 0 "$(splat_taint)"
finish
