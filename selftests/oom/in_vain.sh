#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# No process dies in vain: a hog goes before processes that hold next to nothing, and for
# memory that is in no process the one that asks for it dies.
#
# set: graceful
# needs: events

# The hog fills all memory, on the slowest host, too.
PATIENCE=${PATIENCE:-120}
# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

TINY=10

count_alive()
{
	nr_alive=0
	for one in "$@"; do
		! alive "$one" || nr_alive=$((nr_alive + 1))
	done
	echo "$nr_alive"
}

tiny_processes()
{
	tiny=
	for i in $(seq "$TINY"); do
		spawn "tiny$i" 64 900
		tiny="$tiny $pid"
	done
}

# A hog fills the memory; sets $hog.
hog_leaks()
{
	spawn hog 512 500 -g -l 0
	hog=$pid
	kill -USR1 "$hog"
}

# The small ones differ by a page or two, so any of them may be the next.
may_die()
{
	candidate_verdict "$1" | sed 's/^next$/eligible/'
}

before_a_hog()
{
	tiny_processes
	spawn hog $(($(mem_available_kb) / 2)) 500
	hog=$pid
	equal "there is a hog: it is next" next "$(candidate_verdict "$hog")"
	# shellcheck disable=SC2086 # a list
	set -- $tiny
	equal "who would die in vain is small" small "$(candidate_verdict "$1")"
	set_to min_gain_kb 0
	equal "min_gain_kb=0: the ranking alone decides" "eligible eligible" \
		"$(may_die "$2") $(candidate_verdict "$hog")"
	set_to min_gain_kb 4096
	stop_process "$hog"
	equal "without a hog nobody is small" eligible "$(may_die "$2")"

	victims=$(get stats/victims)
	hog_leaks
	killed "an OOM: the hog dies" "$hog"
	equal "in one emergency" $((victims + 1)) "$(get stats/victims)"
	equal "the record says why" gain "$(recorded reason)"
	# shellcheck disable=SC2086 # a list
	equal "all that hold next to nothing live" "$TINY" "$(count_alive $tiny)"
	for one in $tiny; do
		stop_process "$one"
	done
}

has_victims()
{
	[ "$(get stats/victims)" -gt "$1" ]
}

# killed_as N: the record of the Nth kill; an OOM that was avoided has one, too
killed_as()
{
	grep ' outcome=killed ' "$OE/events" | sed -n "$1p" | tr ' ' '\n'
}

# A file of tmpfs belongs to no process.
in_tmpfs()
{
	mkdir "$tmp/full"
	mount -t tmpfs -o size=100% tmpfs "$tmp/full" || bail_out "no tmpfs"
	bystanders=
	for i in 1 2 3 4 5 6 7 8; do
		spawn "service$i" "$(sized 2048)" 900
		bystanders="$bystanders $pid"
	done
	# Most of it in large pieces: the debug kernel takes minutes for small ones.
	dd if=/dev/zero of="$tmp/full/first" bs=1M 2>/dev/null \
		count=$((($(mem_available_kb) - 49152) / 1024))
	victims=$(get stats/victims)
	# The writer is the least expendable of them.
	spawn writer 64 100 -g -f "$tmp/full/file" -l 0
	writer=$pid
	kill -USR1 "$writer"
	killed "tmpfs: the writer dies" "$writer"
	first=$(killed_as $((victims + 1)) | sed -n 's/^victim_pid=//p; s/^reason=//p' | tr '\n' ' ')
	rm "$tmp/full/first" "$tmp/full/file"
	equal "tmpfs: before all others, and the record says why" "$writer not_in_processes " "$first"
	# shellcheck disable=SC2086 # a list
	nr_alive=$(count_alive $bystanders)
	# Until the file is gone, this shell asks, too, and may not be chosen.
	check "tmpfs: no more than two others die" [ "$nr_alive" -ge 6 ]
	used=$(killed_as $((victims + 1)) | sed -n 's/^used_kb=//p')
	held=$(killed_as $((victims + 1)) | sed -n 's/^processes_kb=//p')
	check "tmpfs: the record says how much of the memory in use is in processes" \
		[ "$held" -lt $((used / 2)) ]
	umount "$tmp/full"
}

needs events
plan 13
load_module selection_order=rank rank_threshold=100
before_a_hog
in_tmpfs
equal "no splat" 0 "$(splat_taint)"
finish
