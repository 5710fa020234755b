#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# early_kb comes before the OOM, or the leak was too fast for it. With the value of the packaged
# configuration it does for leaks of up to 40 MB a second, and nobody dies before zram was used. A result
# is a line "early: CASE, EARLY | KIND...", a KIND for each rate.
# EARLY: values of early_kb, with commas (default 3%, the packaged one).
# RATES: KiB/s, with commas (default 8192,40960); those after "-" are not judged.
#
# set: alone
# needs: icount events levels

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/levels.sh
. "$SELFTESTS/lib/levels.sh"

EARLY=${EARLY:-3%}
RATES=${RATES:-8192,40960}
ROOM=49152
SWAP_KB=49152
PATIENCE=300
# So much must be in zram before the module knows what it brings.
KNOWN_PAGES=1024

case_plain()
{
	:
}

case_disk()
{
	swap_to "$DISK" "$SWAP_KB"
}

# Every other page is all zeroes.
case_zram()
{
	use_zram "$SWAP_KB"
	options=-X
}

# zram that brings nothing.
case_dense()
{
	use_zram "$SWAP_KB"
	options=-x
}

# zram that takes no more than a part of its size.
case_limited()
{
	use_zram "$SWAP_KB"
	echo 8M >/sys/block/zram0/mem_limit || bail_out "no mem_limit"
	options=-x
}

end_case()
{
	swapoff "$DISK" 2>/dev/null
	drop_zram
}

# The kind of the first emergency since then.
first_emergency()
{
	tail -n "+$((events_before + 1))" "$OE/events" | tr ' ' '\n' | sed -n 's/^kind=//p' | head -n 1
}

# Pages since boot.
swapped_out()
{
	awk '$1 == "pswpout" { print $2 }' /proc/vmstat
}

# leak_at RATE: sets $kind, and $swapped to the pages that were swapped out meanwhile
leak_at()
{
	poll_until "$PATIENCE" level_is normal || comment "still $(level_get level)"
	events_before=$(wc -l <"$OE/events")
	swapped_before=$(swapped_out)
	# shellcheck disable=SC2086 # a list
	leak -c leaker -a 1000 -k 128 -v "$1" -l 0 $options >"$tmp/leak" 2>&1
	kind=$(first_emergency)
	swapped=$(($(swapped_out) - swapped_before))
}

# judge CASE EARLY
judge()
{
	judged=yes
	missed=
	row=
	for rate in $(echo "$RATES" | tr "," " "); do
		if [ "$rate" = - ]; then
			judged=
			continue
		fi
		leak_at "$rate"
		row="$row | $kind"
		comment "$1, $rate KiB/s: $swapped pages swapped out"
		first_swapped=${first_swapped:-$swapped}
		[ -z "$judged" ] || [ "$kind" = early ] || missed="$missed $rate"
	done
	comment "early: $1, $2$row"
	equal "$1, early_kb=$2: before the OOM at each rate" "" "$missed"
}

run_case()
{
	spawn filler $(($(level_get available_kb) - ROOM)) 0 -a -1000 -L
	filler=$pid
	options=
	first_swapped=
	"case_$1"
	for early in $(echo "$EARLY" | tr ',' ' '); do
		set_to early_kb "$early"
		judge "$1" "$early"
	done
	set_to early_kb 0
	stop_process "$filler"
	[ -z "$options" ] ||
		check "$1: nobody died before zram was used" test "$first_swapped" -ge "$KNOWN_PAGES"
	end_case
}

values=$(echo "$EARLY" | tr ',' '\n' | wc -l)
needs events
needs levels
plan $((5 * values + 4))
load_module selection_order=rank rank_threshold=100
short_percpu_lists
swapoff "$DISK" 2>/dev/null
for one in plain disk zram dense limited; do
	run_case "$one"
done
equal "no splat" 0 "$(splat_taint)"
finish
