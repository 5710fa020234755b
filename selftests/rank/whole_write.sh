#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A write of several lines to oom_ranking is seen whole or not at all: while two processes exchange
# their rankings all the time, one of them, and no other number of them, is expendable in each list.
# LOOKS: how many lists (default 200).
#
# set: once

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

LOOKS=${LOOKS:-200}
MEMBERS=60

# lines FIRST LAST: of all members, those between have a ranking of their own, too
lines()
{
	text="$first $1"
	for member in $between; do
		text="$text\\n$member 300"
	done
	printf '%s\\n%s' "$text" "$last $2"
}

exchange()
{
	while [ ! -e "$tmp/stop" ]; do
		sysfs_write "$OE/oom_ranking" "$one_way"
		sysfs_write "$OE/oom_ranking" "$other_way"
	done >"$tmp/written"
}

plan 3
load_module
between=
for _ in $(seq $MEMBERS); do
	sleep 1000 &
	started="$started $!"
	between="$between $!"
done
between=${between# }
first=${between%% *}
last=${between##* }
between=${between#* }
between=${between% *}
one_way=$(lines 900 50)
other_way=$(lines 50 900)
equal "the lines are taken" OK "$(sysfs_write "$OE/oom_ranking" "$one_way")"
exchange &
writer=$!
i=0
while [ $i -lt "$LOOKS" ]; do
	awk -v a="$first" -v b="$last" '$2 == a || $2 == b { sum += $3 } END { print sum }' "$OE/candidates"
	i=$((i + 1))
done | sort | uniq -c | awk '{ print $2 }' >"$tmp/sums"
: >"$tmp/stop"
wait $writer
comment "$(wc -l <"$tmp/written") writes"
equal "in $LOOKS lists no write was seen in part" 950 "$(tr '\n' ' ' <"$tmp/sums" | sed 's/ $//')"
equal "no splat" 0 "$(splat_taint)"
finish
