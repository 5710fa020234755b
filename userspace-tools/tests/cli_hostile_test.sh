#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Odd names, huge lists, broken and missing files: nothing is believed, nothing crashes, and
# what is printed steers no terminal and breaks no document.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/hostile.sh
. "$TESTS/hostile.sh"

FILES=(abi_version mode coverage rank_threshold oom_ranking candidates events report levels/level
	levels/history levels/available_kb groups/batch/rank limits/1000/max_kb
	reconfigure_wanted stats/victims)

# survives_in NAME=VALUE...
survives_in()
{
	local command
	local bad=

	for command in "${COMMANDS[@]}"; do
		[[ $command != watch* ]] || continue
		# shellcheck disable=SC2086 # words
		env "$@" timeout -s KILL 20 "$TOOLS_BUILD/tests/oom-embedded" $command >"$tmp/out" 2>"$tmp/err" </dev/null
		status=$?
		judge
	done
	same "environment: ${*//[^ -~]/?}" '' "$bad"
}

# each_file FUNCTION: the tree with one file after the other spoilt
spoil()
{
	local how=$1
	local file
	local path

	make_tree "$tmp/tree"
	for file in "${FILES[@]}"; do
		path=$OOM_EMBEDDED_SYSFS/$file
		case $how in
		empty) : >"$path" ;;
		truncated) truncate -s $(($(stat -c %s "$path") * 2 / 3)) "$path" ;;
		binary) head -c 70000 /dev/urandom >"$path" ;;
		long) printf '%70000s' x | tr ' ' 9 >"$path" ;;
		gone) rm "$path" ;;
		directory) rm "$path" && mkdir "$path" ;;
		esac
	done
}

for how in empty truncated binary long gone directory; do
	spoil "$how"
	survives "every file $how"
done

make_tree "$tmp/tree"
FAKE_ERRORS=
for file in "${FILES[@]}"; do
	[[ $file == abi_version ]] || FAKE_ERRORS+=" $file=13"
done
export FAKE_ERRORS
survives "every file unreadable"
gives "candidates: for root only" 4 'permission denied \(are you root\?\)' candidates
gives "report: for root only" 4 'permission denied' report
gives "status: shows the rest" 0 'selection_order' status -v
FAKE_ERRORS='events=5' gives "events: an error of the kernel" 1 '(Input/output|I/O) error' events
unset FAKE_ERRORS

# --- truncated lists say so
make_tree "$tmp/tree"
truncate -s -40 "$OOM_EMBEDDED_SYSFS/candidates"
sed -i '$s/unkillable.*//' "$OOM_EMBEDDED_SYSFS/candidates"
gives "candidates: a line that is cut off" 1 'left out 1 line that cannot be read' candidates
same "candidates: the others are there" 5 "$(wc -l <<<"$out")"

# --- names that others choose
make_tree "$tmp/tree"
evil=$'\e[2J\e]0;x\a<script>alert(1)</script>"\'&\xff\xfe'
printf '%s' "$evil" >"$OOM_EMBEDDED_PROC/400/comm"
{
	fake_candidate 1 400 800 default 52000 next "$evil"
	fake_candidate 2 300 800 default 52000 eligible ''
	fake_candidate 3 200 800 "group:$(printf '%0100d' 7)" 52000 eligible "$(printf '%0300d' 8)"
	fake_candidate 4 99999999999999999999 800 default 1 eligible x
} >"$OOM_EMBEDDED_SYSFS/candidates"
{
	fake_event 4 1795260330.5 1040.1 "$evil" 388 "$evil" "$evil" "$evil" "$evil"
	fake_event 5 9e99 -5 global -1 '<img/src=x/onerror=alert(1)>' killed '"><script>'
	echo 'seq=6 time=nan uptime=inf victim_comm=<script>alert(2)</script> outcome=killed victim_pid=1'
	echo 'seq=7 ==== = a= =b time=1 time=2 order=99999999999999999999'
	echo 'nothing at all'
} >"$OOM_EMBEDDED_SYSFS/events"
printf 'ReportSeq: 5\n<b>: <script>\n\nhead\n1 2 3 4 5 6 %s\n' '<script>alert(3)</script>' \
	>"$OOM_EMBEDDED_SYSFS/report"
mkdir -p "$OOM_EMBEDDED_SYSFS/groups/$evil" 2>/dev/null || mkdir -p "$OOM_EMBEDDED_SYSFS/groups/evil&<b>"
printf '%s' "$evil" | tee "$OOM_EMBEDDED_SYSFS/"{coverage,levels/level,groups/batch/comm} >/dev/null
survives "names that are meant to hurt"
for what in status candidates events report 'rank 400' 'group list' check; do
	# shellcheck disable=SC2086 # words
	run $what --json
	check "$what --json: is JSON all the same" jq -e . "$tmp/out"
done
for seq in 4 5 6 7; do
	run incident "$seq"
	same "incident $seq: no tag that is not ours" '' \
		"$(grep -aoiE '<(script|img|b>|iframe|object|link|base)[^>]*' "$tmp/out" | grep -v '^<b>')"
done
if command -v promtool >/dev/null; then
	printf 'enforce"} 1\nevil{x="' >"$OOM_EMBEDDED_SYSFS/mode"
	run metrics
	check "metrics: labels cannot be forged" promtool check metrics <"$tmp/out"
else
	skip "metrics: labels cannot be forged" "no promtool (Debian package prometheus)"
fi

# --- the environment
make_tree "$tmp/tree"
while read -r line; do
	# shellcheck disable=SC2046 # words
	survives_in $(printf '%b' "$line")
done <<'ROWS'
LINES=99999999999 COLUMNS=99999999999
LINES=-1 COLUMNS=0
TZ=:/dev/zero TZDIR=/proc/self
TZ=\x1b[2J%s%n
LC_ALL=../../../dev/zero LANG=\xff LOCPATH=/dev/shm:/proc/self LANGUAGE=%n
LC_ALL=xx.UTF-8 LOCPATH=/nonexistent
TERM=../../../etc/passwd TERMINFO=/proc/self TERMCAP=\x1b[2J
NO_COLOR=%n BASH_ENV=/nonexistent ENV=/nonexistent IFS=/
ROWS

# --- a directory of another user, who changes what is at the path of -o while it is looked at
if [[ $EUID -ne 0 ]] || ! command -v perl >/dev/null; then
	skip "a link that comes meanwhile" "needs root and perl"
else
	mkdir "$tmp/theirs"
	chmod 711 "$tmp"
	chown 65534 "$tmp/theirs"
	echo precious >"$tmp/precious"
	# shellcheck disable=SC2016 # for perl
	perl -e '$> = 65534; chdir shift; while (1) { symlink "../precious", "l"; rename "l", "out";
		open my $f, ">", "r"; close $f; rename "r", "out" }' "$tmp/theirs" &
	swapper=$!
	disown
	for ((i = 0; i < 150; i++)); do
		ASAN_OPTIONS=detect_leaks=0 "$TOOLS_BUILD/tests/oom-embedded" metrics -o "$tmp/theirs/out" >/dev/null 2>&1
	done
	kill -KILL "$swapper"
	same "a link that comes meanwhile is not followed" precious "$(cat "$tmp/precious")"
fi

# --- lists of ten thousand
make_tree "$tmp/tree"
awk 'BEGIN {
	for (i = 1; i <= 10000; i++)
		printf "%6u %10d %4u %-10s %12d %-10s %-60s\n", i, i + 1000, 500, "default",
			100000 - i, i == 1 ? "next" : "eligible", "worker" i
}' >"$OOM_EMBEDDED_SYSFS/candidates"
run candidates
same "candidates: ten thousand" "0 10001" "$status $(wc -l <"$tmp/out")"
run candidates --json
same "candidates: ten thousand, JSON" 10000 "$(jq '.candidates | length' "$tmp/out")"
{
	sed '/^$/,$d' "$OOM_EMBEDDED_SYSFS/report"
	echo
	echo 'PID UID RSS_KB SWAP_KB RANK SOURCE COMM'
	awk 'BEGIN { for (i = 1; i <= 10000; i++) printf "%10d %10d %10d %10d %4d %-20s %-60s\n", i, 0, 20000 - i, 0, 500, "default", "w" i }'
} >"$tmp/report" && mv "$tmp/report" "$OOM_EMBEDDED_SYSFS/report"
run incident
same "incident: ten thousand processes, a page of sensible size" "0 small" \
	"$status $([[ $(stat -c %s "$tmp/out") -lt 200000 ]] && echo small)"

finish
