#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "oom-embedded watch" and "top" while things happen; in a real terminal, of tmux.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

PROGRAM=$TOOLS_BUILD/tests/oom-embedded
PATIENCE=200 # tenths of a second

# soon DESCRIPTION COMMAND...: it becomes true
soon()
{
	local description=$1
	local i

	shift
	for ((i = 0; i < PATIENCE; i++)); do
		if "$@" >/dev/null 2>&1; then
			pass "$description"
			return 0
		fi
		sleep 0.1
	done
	fail "$description" "$(tail -n 20 "$tmp/watch" 2>/dev/null)$(screen_text 2>/dev/null)"
}

# --- what the rest relies on
make_tree "$tmp/tree"

flip()
{
	local i

	for ((i = 0; i < 50; i++)); do
		put_file sysfs/levels/level warning
		put_file sysfs/levels/level oom
	done
	: >"$tmp/flipped"
}

flip &
torn=
while [[ ! -e $tmp/flipped ]]; do
	read -r value <"$OOM_EMBEDDED_SYSFS/levels/level"
	[[ $value =~ ^(normal|warning|oom)$ ]] || torn+="'$value' "
done
wait
same "a file that changes has a value all the time" "" "$torn"

# --- watch
make_tree "$tmp/tree"
"$PROGRAM" watch -d 0.1 >"$tmp/watch" 2>"$tmp/watch.err" &
watcher=$!
trap 'tmux -S "$tmp/tmux" kill-server 2>/dev/null; cleanup' EXIT
soon "watch: how things are" grep -qE '^[0-9:.]+Z now +seq=3 done=3 level=normal$' "$tmp/watch"
put_file sysfs/levels/level warning
soon "watch: a level" grep -qE '^[0-9:.]+Z level +level=warning was=normal available_kb=160000$' "$tmp/watch"
put_file sysfs/reconfigure_wanted 4
soon "watch: an OOM" grep -qE ' oom +seq=4 done=3$' "$tmp/watch"
fake_event 4 1795260400.25 1110.0 global 389 batch killed rank >>"$OOM_EMBEDDED_SYSFS/events"
soon "watch: the decision" grep -qE '^11:26:40.250Z decision +seq=4 kind=global .*victim_pid=389 victim_comm=batch .*victim_cmdline=/usr/bin/batch\\x20--nightly outcome=killed reason=rank' "$tmp/watch"
fake_event 4 1795260400.25 1110.0 global - - victim_pending pending | sed 's/total_ns=[0-9]*/total_ns=9/' \
	>>"$OOM_EMBEDDED_SYSFS/events"
soon "watch: and decided again" grep -qE ' decision +seq=4 .*outcome=victim_pending' "$tmp/watch"
put_file sysfs/reconfigure_done 4
soon "watch: the acknowledgement" grep -qE ' done +seq=4$' "$tmp/watch"
put_file sysfs/limits/1000/exceeded_ms 250
soon "watch: a limit is exceeded" grep -qE ' limit +uid=1000 what=exceeded rss_kb=1024 max_kb=65536$' "$tmp/watch"
put_file sysfs/limits/1000/nr_kills 1
soon "watch: somebody was killed for it" grep -q 'what=killed' "$tmp/watch"
put_file sysfs/limits/1000/exceeded_ms 0
soon "watch: it recovers" grep -q 'what=recovered' "$tmp/watch"
same "watch: each thing once, nothing of before" 9 "$(wc -l <"$tmp/watch")"
kill -INT "$watcher"
wait "$watcher"
same "watch: ends by a signal, in order" 0 "$?"

# begun COMMAND...: once the watcher that writes to $tmp/watch has begun
begun()
{
	local i

	for ((i = 0; i < PATIENCE; i++)); do
		if grep -q now "$tmp/watch"; then
			break
		fi
		sleep 0.1
	done
	"$@"
}

: >"$tmp/watch"
begun put_file sysfs/reconfigure_wanted 5 &
timeout 60 "$PROGRAM" watch -d 0.1 -n 1 --json >"$tmp/watch"
same "watch --json -n 1: a document a line" '"now" 4 "oom" 5' "$(jq -c '.event, .seq' "$tmp/watch" | paste -sd' ')"
wait
for json in '' --json; do
	# shellcheck disable=SC2086 # no word or one
	timeout 20 "$PROGRAM" watch -d 0.1 $json >/dev/full 2>"$tmp/watch.err"
	same "watch $json: ends if nobody takes its lines" "1 oom-embedded: cannot write the output: No space left on device" \
		"$? $(cat "$tmp/watch.err")"
done
: >"$tmp/watch"
begun rm -r "$OOM_EMBEDDED_SYSFS" &
timeout 60 "$PROGRAM" watch -d 0.1 >"$tmp/watch" 2>&1
same "watch: the module is unloaded" 3 "$?"
wait

# --- top without a terminal
make_tree "$tmp/tree"
if has_top; then
	gives "top: without a terminal it is printed, once" 0 '1 +200 +800 group:batch +52000  next +batch' top
	run top -n 2 -d 0.1
	same "top -n 2" 2 "$(grep -c '^oom-embedded ' <<<"$out")"
	mkdir "$OOM_EMBEDDED_SYSFS"/{groups/g,cgroups/c}{1..12}
	gives "top: more cgroups than are shown" 0 '^        and 9 more cgroups$' top
	gives "top: more groups than there is room for" 0 '^and [0-9]+ more$' top
	same "top: all groups, those that are not shown counted" 13 \
		"$(awk '/^POS|^ *POS/ { exit } /^and / { sum += $2 } /^(batch|g[0-9]+) / { sum++ } END { print sum }' <<<"$out")"
	rm -r "$OOM_EMBEDDED_SYSFS/cgroups"
	gives "top: a module without cgroups" 0 '^batch ' top
	make_tree "$tmp/tree"
else
	skip "top: without a terminal it is printed" "built without ncurses"
fi
gives "top: no JSON" 2 'prints no JSON' top --json

# --- in a terminal
if ! command -v tmux >/dev/null; then
	skip "top in a terminal" "no tmux"
	finish
fi

terminal()
{
	tmux -S "$tmp/tmux" -f /dev/null "$@"
}

screen_text()
{
	terminal capture-pane -p -t live
}

shows()
{
	screen_text | grep -qE -- "$1"
}

shows_not()
{
	! shows "$1"
}

# open_terminal COLUMNS LINES TERM WORD...
open_terminal()
{
	local columns=$1
	local lines=$2
	local term=$3

	shift 3
	terminal kill-session -t live 2>/dev/null
	terminal new-session -d -s live -x "$columns" -y "$lines" \
		"ASAN_OPTIONS=$ASAN_OPTIONS TERM=$term '$PROGRAM' $*; echo status \$?; sleep 1000"
}

# A sanitizer takes terabytes of addresses.
VM_LIMIT=unlimited
grep -q __asan_init "$PROGRAM" || VM_LIMIT=400000
# So that the server does not end with a session, just when the next one begins.
terminal new-session -d -s stays 'sleep 1000'
if ! has_top; then
	skip "top" "built without ncurses"
	finish
fi
export OOM_EMBEDDED_SYSFS OOM_EMBEDDED_PROC OOM_EMBEDDED_CGROUP ASAN_OPTIONS UBSAN_OPTIONS
# obeys DESCRIPTION KEYS: the last one pauses, so that all were obeyed; then it goes on
obeys()
{
	terminal send-keys -t live -l -- "$2"
	soon "top: $1" shows '^PAUSED'
	terminal send-keys -t live p
	soon "top: $1: goes on" shows_not '^PAUSED'
}

# outlives_terminal TERM: ends with its terminal although a hang-up is ignored
outlives_terminal()
{
	rm -f "$tmp/ended"
	terminal kill-session -t live 2>/dev/null
	terminal new-session -d -s live -x 80 -y 24 \
		"trap '' HUP; ASAN_OPTIONS=exitcode=99:detect_leaks=0 TERM=$1 '$PROGRAM' top -d 0.2; echo status \$? >$tmp/ended"
	soon "top: TERM=$1: is there" shows ' next +batch'
	terminal kill-session -t live
	soon "top: TERM=$1: ends with its terminal" grep -q status "$tmp/ended"
}

open_terminal 100 30 screen top -d 0.2
soon "top: candidates in their order" shows '^ +1 +200 +800 group:batch +52000  next +batch'
check "top: policy" shows 'mode enforce  order rank  threshold 100'
check "top: groups" shows '^batch +800 +2  USR1'
check "top: last events" shows '3  11:25:30.500Z global +leak/412 +batch/388 +killed rank'
put_file sysfs/levels/level critical
put_file sysfs/levels/oom_forecast_ms 12500
soon "top: the level and the forecast follow" shows 'critical .*OOM in 12.5 s'
terminal send-keys -t live p
soon "top: pauses" shows '^PAUSED'
put_file sysfs/levels/level oom
sleep 0.6
check "top: and then stands still" shows 'critical'
terminal send-keys -t live p
soon "top: goes on" shows 'level +oom '
for i in {7..60}; do
	fake_candidate "$i" $((i + 1000)) 500 default 10 eligible "worker$i"
done >>"$OOM_EMBEDDED_SYSFS/candidates"
soon "top: a line that is too long is cut off" shows 'worker8'
check "top: at the events" shows_not 'worker60'
terminal send-keys -t live NPage NPage NPage NPage NPage
soon "top: scrolls" shows 'worker60'
terminal send-keys -t live PPage PPage PPage PPage PPage PPage
soon "top: and back" shows ' next +batch'
terminal send-keys -t live '?'
soon "top: ? shows the help" shows '^page up, down +by half'
terminal send-keys -t live x
soon "top: and any key ends it" shows ' next +batch'
terminal resize-window -t live -x 60 -y 12 2>/dev/null
soon "top: in a small window" shows '^OOMs'
terminal send-keys -t live q
soon "top: q ends it, in order" shows 'status 0'
open_terminal 100 45 screen top -d 0.2
soon "top: with room, the parts of the memory over time" shows '^parts +[.]+P*C*[PC.]*$'
check "top: their names" shows '^ +[0-9]+ s: P processes'
same "top: eight lines of them" 8 \
	"$(terminal capture-pane -p -t live | grep -cE '^(parts  |       ) [PCTSZ#.]{80,}$')"
terminal send-keys -t live q
open_terminal 80 24 vt100 top -d 0.2
soon "top: on a vt100" shows ' next +batch'
check "top: on 80 columns" shows '^POS|^ *POS +PID +RANK SOURCE'
terminal send-keys -t live C-c
soon "top: Ctrl-C ends it, in order" shows 'status 0'
# ncurses forgets some memory when it does not know a terminal.
ASAN_OPTIONS=exitcode=99:detect_leaks=0 open_terminal 80 24 nothing-like-it top -d 0.2
soon "top: a terminal that nobody has described" shows ' next +batch'
terminal send-keys -t live j
soon "top: scrolls there, too" shows_not ' next +batch'
terminal send-keys -t live k
soon "top: and back there" shows ' next +batch'
put_file sysfs/levels/level warning
soon "top: the level follows there, too" shows 'level +warning '
obeys "slower, and pauses" ----------p
put_file sysfs/levels/level oom
sleep 0.5
check "top: ten times slower by half, it stands for a minute" shows_not 'level +oom '
obeys "faster, and pauses" ++++++++++++p
put_file sysfs/levels/level critical
soon "top: and is fast again" shows 'level +critical '
terminal send-keys -t live q
soon "top: is left there, too" shows 'status 0'
ASAN_OPTIONS=exitcode=99:detect_leaks=0 open_terminal 80 24 nothing-like-it top -d 0.2
soon "top: is there again" shows ' next +batch'
mv "$OOM_EMBEDDED_SYSFS" "$tmp/away"
soon "top: the module is unloaded there, too" shows 'status 3'
mv "$tmp/away" "$OOM_EMBEDDED_SYSFS"
put_file sysfs/levels/level oom
outlives_terminal nothing-like-it
outlives_terminal screen
open_terminal 80 24 dumb top
soon "top: a terminal that can do nothing" shows 'status 9'
open_terminal 20 5 vt100 top -d 0.2
soon "top: a tiny window" shows '^level'
terminal send-keys -t live q
soon "top: a tiny window, in order" shows 'status 0'
# capture-pane -e has colours as escapes: ESC [ 3 N m.
coloured()
{
	terminal capture-pane -e -p -t live | grep -q $'\e\[[0-9;]*3[1-3]m'
}

open_terminal 80 24 screen top -d 0.2
soon "top: in colours" coloured
terminal send-keys -t live q
with_environment()
{
	terminal kill-session -t live 2>/dev/null
	terminal new-session -d -s live -x 80 -y 24 \
		"$1 ASAN_OPTIONS=$ASAN_OPTIONS TERM=screen '$PROGRAM' top -d 0.2; echo status \$?; sleep 1000"
}
with_environment 'NO_COLOR=1'
soon "top: NO_COLOR: is there" shows ' next +batch'
check "top: NO_COLOR: without colours" eval '! coloured'
for size in 0 1 65535; do
	with_environment "COLUMNS=$size LINES=$size"
	soon "top: COLUMNS=$size of the environment: the terminal's size counts" shows ' next +batch'
	with_environment "stty cols $size rows $size; ulimit -v $VM_LIMIT;"
	sleep 1
	terminal send-keys -t live q
	soon "top: a terminal that says $size: is left in order" shows 'status 0'
done
open_terminal 80 24 vt100 watch -d 0.2
soon "watch: in a terminal, how things are" shows 'now .*level=oom'
put_file sysfs/levels/level warning
soon "watch: in a terminal" shows 'level=warning was=oom'
terminal send-keys -t live C-c
soon "watch: Ctrl-C ends it, in order" shows 'status 0'
make_tree "$tmp/tree"
open_terminal 80 24 vt100 top -d 0.2
soon "top: is there" shows ' next +batch'
rm -r "$OOM_EMBEDDED_SYSFS"
soon "top: the module is unloaded" shows 'status 3'

finish
