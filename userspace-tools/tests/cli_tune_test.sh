#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "oom-embedded tune": for histories whose right answer is known.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# history "UPTIME KB"...
history_is()
{
	local point

	for point; do
		# shellcheck disable=SC2086 # two words
		printf 'uptime=%17.6f available_kb=%-12d level=%-12s\n' $point normal
	done >"$OOM_EMBEDDED_SYSFS/levels/history"
}

# One line that falls: from KB, by RATE kB/s, for SECONDS, a sample a second; then all is back.
falls()
{
	awk -v kb="$1" -v rate="$2" -v n="$3" 'BEGIN {
		for (i = 0; i < 100; i++)
			printf "uptime=%17.6f available_kb=%-12d level=%-12s\n", i, kb, "normal"
		for (i = 0; i <= n; i++)
			printf "uptime=%17.6f available_kb=%-12d level=%-12s\n", 100 + i, kb - rate * i, "normal"
		for (i = 1; i < 100; i++)
			printf "uptime=%17.6f available_kb=%-12d level=%-12s\n", 100 + n + i, kb, "normal"
	}' >"$OOM_EMBEDDED_SYSFS/levels/history"
}

# proposes DESCRIPTION KEY VALUE REASON
proposes()
{
	run tune --json
	same "tune: $1" "$3" "$(jq -r ".$2.value" <<<"$out")"
	check "tune: $1: the reason" grep -qE -- "$4" <(jq -r ".$2.reason" <<<"$out")
}

# 256 MB, and no watermark of the level oom.
make_tree "$tmp/tree"
put_file sysfs/levels/oom_kb 0
falls 200000 2560 25
# 1 s: 2560, under the least of 2 % (5242). 5 s: 12800, above 4 % (10485). 30 s: 64000.
proposes "a slow leak: imminent_oom" imminent_oom_kb 5376 '^2.0 % of the memory; no more than 2560 kB were lost in 1 s'
proposes "a slow leak: critical" critical_kb 12800 'lost in 5 s at most \(12800 kB\), above 0 kB'
proposes "a slow leak: warning" warning_kb 64000 'lost in 30 s at most \(64000 kB\), above 0 kB'
put_file sysfs/levels/oom_kb 8192
proposes "above oom_kb" critical_kb 20992 'lost in 5 s at most \(12800 kB\), above 8192 kB'
put_file sysfs/levels/oom_kb 0

falls 120000 20480 5
# 30 s: 102400, more than half of the usual 120000.
proposes "a fast leak: imminent_oom" imminent_oom_kb 20480 'lost in 1 s at most \(20480 kB\)'
proposes "a fast leak: warning no more than half of the usual" warning_kb 60160 '^half of the 120000 kB that are usually'
proposes "a fast leak: critical stays below" critical_kb 45056 '^three eighths of the 120000 kB'
history_is '10 100000' '20 100000' '30 100000'
proposes "nothing happens: warning" warning_kb 20992 '^8.0 % of the memory; no more than 0 kB'
history_is '10 100000' '20 60000'
# 40000 in 10 s, no sample between them: a tenth of it in a second.
proposes "samples far apart" imminent_oom_kb 5376 'no more than 4000 kB were lost in 1 s'

# --- grace and reserve
proposes "grace: twice the slowest answer" grace_ms 250 'slowest of 3 answers \(118 ms\)'
proposes "reserve: all were answered" reserve_kb 4096 'has answered 3 of 3'
sed -i 's/ack_ms=118/ack_ms=-/' "$OOM_EMBEDDED_SYSFS/events"
proposes "grace: nobody answered" grace_ms 0 'nobody answered in 3 windows'
proposes "reserve: nobody answered" reserve_kb 0 'nobody needs it'
sed -i '1s/ack_ms=-/ack_ms=20/' "$OOM_EMBEDDED_SYSFS/events"
proposes "grace: at least so much" grace_ms 100 'slowest of 1 answers \(20 ms\)'
put_file sysfs/reserve_kb 0
proposes "reserve: some were answered" reserve_kb 2816 '2 windows ended without an answer, 1 with one'
: >"$OOM_EMBEDDED_SYSFS/events"
proposes "grace: no emergency yet" grace_ms 500 'no window is on record'

# --- the snippet
make_tree "$tmp/tree"
run tune
cp "$tmp/out" "$tmp/tuned.conf"
same "tune: the values in force are named" 'grace_ms = 250' "$(grep -A1 'now 500$' "$tmp/tuned.conf" | tail -n 1)"
gives "tune: check accepts it" 0 'no problems found' check "$tmp/tuned.conf"
gives "tune: apply, too" 0 '^\+ grace_ms: 250$' apply --dry-run "$tmp/tuned.conf"
for point in '1 0' '1 262144' '1 9223372036854775807' '1 -5'; do
	history_is "$point" "$point"
	run tune
	cp "$tmp/out" "$tmp/tuned.conf"
	gives "tune: memory at $point: check accepts it" 0 'no problems found' check "$tmp/tuned.conf"
done

# --- nothing to go by
: >"$OOM_EMBEDDED_SYSFS/levels/history"
gives "tune: no history" 5 'measure with "oom-embedded tune -t 60"' tune
gives "tune -t: measures" 0 '^# From 4 samples of memory over [0-9]+ s' tune -t 0.3
point="$(cut -d ' ' -f 1 /proc/uptime) 100000"
history_is "$point" "$point" "$point" "$point"
put_file sysfs/levels/available_kb -100000
gives "tune -t: less than nothing counts as nothing" 0 '; 100000 kB were lost in 30 s' tune -t 0.1
rm "$OOM_EMBEDDED_SYSFS/levels/history"
gives "tune: a module without levels" 5 'history' tune
gives "tune: a word too many" 2 'too many words' tune now

finish
