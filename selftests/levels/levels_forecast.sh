#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The forecast of a steady leak, of a machine at rest, and of one whose leak has ended. On a busy host no
# leak is steady by the host's clock, so the guest's counts instructions.
#
# set: limiting
# needs: icount levels

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/levels.sh
. "$SELFTESTS/lib/levels.sh"

# A leak of 4 MB/s for 32 MB. The level oom, at 24 MB, is the end that is forecast.
RATE_KB=4096
LEAK_KB=32768
END_KB=24576

forecast_is_off()
{
	[ "$(level_get oom_forecast_ms)" = -1 ]
}

# Seconds of CLOCK_MONOTONIC when the tracepoint said so.
entered_at()
{
	since_mark "$1" | awk -v level="level=$2 " '
		/: oom_embedded_level: / && index($0, level) {
			for (i = 1; i < NF; i++)
				if ($(i + 1) == "oom_embedded_level:") {
					print $i + 0
					exit
				}
		}'
}

# Three looks at a leak, a line each: uptime, forecast. Sets $ended, the time of its end.
observe_leak()
{
	level_set oom_kb $(($(level_get available_kb) - END_KB))
	echo >"$TRACING/instances/$WATCH/trace"
	mark_levels forecast
	start leaker leak -c leaker -k 64 -v $RATE_KB -l $LEAK_KB
	# Three periods of 250 ms, and the one in which it began.
	sleep 1.2
	for one in 1 2 3; do
		echo "$(cut -d ' ' -f 1 /proc/uptime) $(level_get oom_forecast_ms)"
		sleep 0.7
	done >"$tmp/looks"
	poll_until "$PATIENCE" level_is oom || comment "never below oom_kb"
	ended=$(entered_at forecast oom)
}

# How many forecasts are less than 20 % off.
nr_good()
{
	awk -v ended="${ended:-0}" '{
		truth = (ended - $1) * 1000
		off = ($2 - truth) * 100 / (truth > 0 ? truth : 1)
		printf "# forecast %d ms, really %d ms: %d %% off\n", $2, truth, off >"/dev/stderr"
		good += off > -20 && off < 20
	}
	END { print good + 0 }' "$tmp/looks"
}

needs levels
plan 5
load_module
short_percpu_lists
watch_levels
level_set debounce_ms 100
watermarks 0 0 0 0
level_set oom_kb 1
sleep 2
equal "the forecast of a machine at rest is -1" -1 "$(level_get oom_forecast_ms)"
observe_leak
equal "three forecasts of a steady leak are less than 20 % off" 3 "$(nr_good 2>"$tmp/said")"
cat "$tmp/said"
poll_until "$PATIENCE" grep -q '^eaten' "$tmp/leaker.out"
check "it is -1 again when it has stopped" poll_until 10 forecast_is_off
stop_process "$pid"
check "it is -1 when its memory is back" poll_until 10 forecast_is_off
equal "no splat" 0 "$(splat_taint)"
finish
