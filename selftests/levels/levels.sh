#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# In leaks of several speeds every change of the level is seen in order, by poll and by uevent,
# and imminent_oom is entered before the OOM.
# LEAKS: how many of each speed (default 1).
# FULL_LEAKS: how many at full speed (default LEAKS).
# RATES: KiB/s, 0 for full speed (default 1024 10240 102400 0).
#
# set: warning matrix
# needs: levels

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/levels.sh
. "$SELFTESTS/lib/levels.sh"

LEAKS=${LEAKS:-1}
FULL_LEAKS=${FULL_LEAKS:-$LEAKS}
RATES=${RATES:-"1024 10240 102400 0"}

# All but a little is filled first, which KASAN makes slow.
PATIENCE=120
# KiB/s. At this rate it is nearly a second from one watermark to the next: longer than an
# emulated CPU stands still.
IN_TIME=10240

# KiB that are left for the leak: a few seconds of it.
room_for()
{
	case $1 in
	1024) echo 16384 ;;
	10240) echo 32768 ;;
	*) echo 65536 ;;
	esac
}

# make_room KB: holds all but about that.
make_room()
{
	levels_off
	filler_kb=$(($(level_room) - $1))
	spawn filler "$filler_kb" 0 -a -1000
	filler=$pid
}

# leak_once RATE MARK
leak_once()
{
	mark_levels "$2"
	leak -c leaker -a 1000 -k 128 -v "$1" -l 0 >/dev/null 2>&1
	poll_until "$PATIENCE" level_is normal ||
		comment "still $(level_get level), with $(level_room) KiB of $room"
	poll_until "$PATIENCE" all_announced "$2"
}

# The CPUs of an emulated machine take turns of 100 ms, in which a timer of another one is not
# heard: a leak has eaten megabytes by then. On one CPU a real-time thread comes when it wants.
on_one_cpu()
{
	for one in $$ $(watcher_thread); do
		taskset -p 1 "$one" >/dev/null || bail_out "cannot stay on one CPU"
	done
}

# How fast it really was, KiB/s, from the first warning to the OOM.
speed()
{
	awk '/: oom_embedded_level: / || /: oom_embedded_enter: / {
			for (i = 1; i < NF; i++)
				if ($(i + 1) ~ /^oom_embedded_/)
					now = $i + 0
		}
		/level=warning was=normal/ { sub(/.*available_kb=/, ""); kb = $1; began = now }
		/: oom_embedded_enter: / && began { print int(kb / (now - began)); exit }' "$tmp/path.$1"
}

# A level is told while memory is still above the next watermark: what passes levels by, and
# is told of them afterwards, has had no warning.
late()
{
	awk -v marks="0 $(level_get warning_kb) $(level_get critical_kb) $(level_get imminent_oom_kb) 0" '
		BEGIN { split(marks, mark, " ") }
		/: oom_embedded_enter: / { exit }
		/: oom_embedded_level: / {
			sub(/.*: level=/, "")
			level = $1
			sub(/.*available_kb=/, "")
			if (level < 4 && $1 + 0 < mark[level + 2])
				print "level " level " at " $1 " KiB"
		}' "$tmp/path.$1"
}

leaks_at()
{
	rate=$1
	count=$LEAKS
	[ "$rate" != 0 ] || count=$FULL_LEAKS
	make_room "$(sized "$(room_for "$rate")")"
	room=$(level_room)
	# In a small room they leave some for what the kernel may keep back after the OOM.
	if [ "$room" -lt 24576 ]; then
		watermarks $((room / 2)) $((room / 3)) $((room / 6)) 0
	else
		watermarks $((room * 3 / 4)) $((room / 2)) $((room / 4)) 0
	fi
	poll_until "$PATIENCE" level_is normal || bail_out "$(level_get level) to begin with"
	good=0
	speeds=
	: >"$tmp/wrong"
	: >"$tmp/unseen"
	for number in $(seq "$count"); do
		at=$rate.$number
		leak_once "$rate" "$at"
		since_mark "$at" >"$tmp/path.$at"
		judge "$at" >"$tmp/judged"
		[ "$rate" = 0 ] || [ "$rate" -gt "$IN_TIME" ] || late "$at" >>"$tmp/judged"
		[ -s "$tmp/judged" ] || good=$((good + 1))
		cat "$tmp/judged" >>"$tmp/wrong"
		all_announced "$at" ||
			echo "uevents: $(announced_levels "$at")" >>"$tmp/unseen"
		broken_links "$at" >>"$tmp/unseen"
		polled_wrongly "$at" >>"$tmp/unseen"
		speeds="$speeds $(speed "$at")"
		echo >"$TRACING/instances/$WATCH/trace"
	done
	stop_process "$filler"
	comment "rate $rate: warned before the OOM $good of $count; really, KiB/s:$speeds"
	equal "a leak of $rate KiB/s: warning, critical, imminent_oom, and only then the OOM" \
		"" "$(cat "$tmp/wrong")"
	equal "a leak of $rate KiB/s: each change told by a uevent and by poll" \
		"" "$(cat "$tmp/unseen")"
}

# shellcheck disable=SC2086 # a list
set -- $RATES
needs levels
plan $((2 * $# + 2))
load_module hysteresis_kb=2048 debounce_ms=200
short_percpu_lists
on_one_cpu
watch_levels
for one; do
	leaks_at "$one"
done
mark_levels end
check "after the last one the level is normal" level_is normal
equal "no splat" 0 "$(splat_taint)"
finish
