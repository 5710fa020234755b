#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Memory that swings inside the hysteresis changes the level once, outside it once a crossing; the
# alert of the forecast; the history; systemd's memory pressure protocol.
# SWINGS: how often (default 6).
#
# set: warning
# needs: levels

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/levels.sh
. "$SELFTESTS/lib/levels.sh"

SWINGS=${SWINGS:-6}
SWING_KB=32768
# No swing lasts so long, on the slowest host.
NEVER_MS=600000

nr_said()
{
	[ "$(grep -cE '^(up|down)' "$tmp/swing.out")" -ge "$1" ]
}

# turn NUMBER LEVEL: the next half of a swing; waits for that level, "-" for none.
turn()
{
	kill -USR1 "$swing"
	poll_until "$PATIENCE" nr_said "$1" || comment "turn $1 does not end"
	[ "$2" = - ] || poll_until "$PATIENCE" level_is "$2" || comment "turn $1: never $2"
}

# swing_around MARK HYSTERESIS_KB DEBOUNCE_MS LEVEL_DOWN LEVEL_UP: around a warning watermark
# that lies in the middle, and waits for the levels.
swing_around()
{
	watermarks 0 0 0 0
	level_set debounce_ms 0
	poll_until "$PATIENCE" level_is normal
	level_set hysteresis_kb "$2"
	level_set debounce_ms "$3"
	start swing swing "$SWING_KB"
	swing=$pid
	level_set warning_kb $(($(level_get available_kb) - SWING_KB / 2))
	mark_levels "$1"
	for number in $(seq "$SWINGS"); do
		turn $((2 * number - 1)) "$4"
		turn $((2 * number)) "$5"
		# So that the watcher has looked at it, were it to change anything.
		[ "$5" != - ] || sleep 0.2
	done
	poll_until 5 all_announced "$1"
	stop_process "$swing"
}

# The alert enters imminent_oom long before any watermark.
alert()
{
	watermarks 0 0 0 0
	mark_levels alert
	level_set forecast_alert_ms 60000
	start leaker leak -c leaker -k 64 -v 8192 -l 49152
	poll_until "$PATIENCE" level_is imminent_oom
	level_set forecast_alert_ms 0
	stop_process "$pid"
	poll_until "$PATIENCE" level_is normal
	poll_until 5 all_announced alert
	equal "the forecast enters imminent_oom, and leaves it" "imminent_oom normal " \
		"$(entered_levels alert)"
}

# Between two looks memory goes below three watermarks at once.
at_once()
{
	set_to mode off
	kb=$(level_get available_kb)
	watermarks $((kb + 12288)) $((kb + 8192)) $((kb + 4096)) 0
	mark_levels at_once
	set_to mode enforce
	poll_until "$PATIENCE" level_is imminent_oom
	poll_until 5 all_announced at_once
	equal "what falls through several levels is told of each, in order" \
		"warning critical imminent_oom " "$(announced_levels at_once)"
	watermarks 0 0 0 0
	poll_until "$PATIENCE" level_is normal
}

# Lines of one width, times that do not go back, levels that the ABI has, parts that are not more
# than all of the memory.
bad_history()
{
	awk -v total="$(mem_total_kb)" '{
		if (NR > 1 && length($0) != width)
			print "width: " $0
		width = length($0)
		sub(/uptime= */, "uptime=")
		if ($0 !~ /^uptime=[0-9]+\.[0-9]+ available_kb=[0-9]+ +level=[a-z_]+ +free_kb=[0-9]+ +anon_kb=[0-9]+ +cache_kb=[0-9]+ +shmem_kb=[0-9]+ +slab_kb=[0-9]+ +store_kb=[0-9]+ *$/)
			print "form: " $0
		sum = 0
		for (i = 4; i <= NF; i++) {
			split($i, part, "=")
			sum += part[2]
		}
		if (sum > total || sum < total / 2)
			print "sum: " sum " of " total ": " $0
		sub(/uptime=/, "")
		if ($1 + 0 < before)
			print "time: " $0
		before = $1 + 0
	}
	END { if (NR < 10 || NR > 512) print NR " lines" }' "$LEVELS/history"
}

# Each change of the level that the trace has since a mark is in the history: the levels there,
# in order, end with these.
in_history()
{
	sed 's/.*level=\([a-z_]*\) .*/\1/' "$LEVELS/history" | uniq | tr '\n' ' '
}

ends_with()
{
	case $1 in
	*"$2") return 0 ;;
	esac
	comment "$1"
	return 1
}

nr_pressure()
{
	since_mark "$1" | grep -c ': lv pressure$'
}

needs levels
plan 13
load_module
short_percpu_lists
# The client of systemd takes the file of procfs, and would not take that of sysfs.
trace_start refused mono
MEMORY_PRESSURE_WATCH=$LEVELS/level start other level_watch \
	"$TRACING/instances/refused/trace_marker"
check "systemd's client refuses a file of sysfs" \
	grep -q ': lv refused' "$TRACING/instances/refused/trace"
stop_process "$pid"
export MEMORY_PRESSURE_WATCH=/proc/oom_embedded/pressure
watch_levels
watcher=$pid

swing_around inside $((SWING_KB * 3 / 4)) 0 warning -
equal "$SWINGS swings inside the hysteresis: one change" "warning " "$(entered_levels inside)"
equal "and one uevent" 1 "$(nr_announced inside)"
swing_around outside 1024 100 warning normal
equal "$SWINGS swings outside it: one change a crossing" $((2 * SWINGS)) "$(nr_entered outside)"
check "and a uevent each" all_announced outside
equal "systemd's client is woken for each that is worse, once, and for no other" \
	"$SWINGS" "$(nr_pressure outside)"
swing_around bounced 1024 "$NEVER_MS" warning -
equal "$SWINGS swings outside it, but shorter than the debounce: one change" "warning " \
	"$(entered_levels bounced)"
watermarks 0 0 0 0
level_set debounce_ms 0
poll_until "$PATIENCE" level_is normal
equal "the client saw nothing else, and nothing broke" "" \
	"$(grep -E ': lv (pressure broken|lost|refused)' "$TRACING/instances/$WATCH/trace")"
mark_levels history
alert
at_once
equal "the history: its form" "" "$(bad_history)"
check "the history: every change of the level" ends_with "$(in_history)" \
	"normal $(entered_levels history)"
check "who has the file of procfs open does not keep the module" rmmod oom_embedded
stop_process "$watcher"
finish
