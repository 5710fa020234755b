#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The trend of memory over days: weeks are played to it with a clock of their own; and what the
# manager that was there before has seen counts for the next one, for modes, status and metrics.

# shellcheck disable=SC2154 # set by daemon.sh
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/daemon.sh
. "$TESTS/daemon.sh"

PLAY=$TOOLS_BUILD/tests/trend_play
export OOM_EMBEDDED_STATE=$tmp/state

# write_conf TIME
write_conf()
{
	daemon_conf worn "forecast_slow $1" 300ms >"$CONF"
}

stories=$("$PLAY")
while read -r line; do
	case $line in
	ok\ *) pass "${line#ok }" ;;
	not\ ok\ *) fail "${line#not ok }" "$stories" ;;
	esac
done <<<"$stories"
same "every story is told" 18 "$nr"

set_meminfo 150000
set_pressure 0.00 0.00
put_file proc/loadavg '0.10 0.1 0.1 1/1 1'
set_file levels/available_kb 20000

write_conf 24h
start
says "without a past nothing is known" 'mode normal'
same "so there is no mode for it" 100 "$(first_line rank_threshold)"
same "a file of one size" "$(stat -c %s "$tmp/state.trend")" \
	"$("$PLAY" "$tmp/other" && stat -c %s "$tmp/other")"
same "that nobody else may read" 600 "$(stat -c %a "$tmp/state.trend")"
end_well "it ends"

"$PLAY" "$tmp/state.trend"
: >"$log"
start
says "what the manager before has seen is said" \
	'falls by 2[34][0-9]{3} kB a day: it will be gone in (19|20) hours'
becomes "20 hours are less than 24: the mode is entered" rank_threshold 300
gives "status says so" 0 '^trend .*gone in (19|20) hours' status
gives "metrics have it" 0 '^oom_embedded_slow_forecast_seconds 7[0-9]{4}$' metrics
sed -i "s|^state = .*|state = $tmp/elsewhere|" "$CONF"
kill -HUP "$daemon"
says "the file may be another one" 'read again'
OOM_EMBEDDED_STATE=$tmp/elsewhere gives "which has the trend, too" 0 \
	'^trend .*gone in (19|20) hours' status
end_well "it ends again"

write_conf 12h
: >"$log"
start
becomes "they are more than 12" rank_threshold 100
chmod 666 "$tmp/state.trend"
gives "a file that others may write to is not read" 0 '^trend .*not falling' status
end_well "and again"

# reads_time TIME: is it one of forecast_slow?
reads_time()
{
	write_conf "$1"
	"$DAEMON" -c -f "$CONF" -d '' 2>&1
}

for time in 1h 3d 20d; do
	check "forecast_slow $time" reads_time "$time"
done
for time in 21d 3w 3 ''; do
	refused=$(reads_time "$time")
	same "not forecast_slow '$time'" 2 $?
done
same "what is meant is said" 1 "$(grep -c 'forecast_slow 24h' <<<"$refused")"
finish
