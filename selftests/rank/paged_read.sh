#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A list longer than a page, read in small pieces, is one consistent list: lines of one width, no
# process twice, none missing, also while others come and go.
# RANKED: how many (default 3000, less if memory is short).
#
# set: long

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

# How many of $1 paused children have room in most of the memory; the cost of one
# is tried with a few, as a kernel with KASAN needs several times as much.
SAMPLE=100

# From $before to $after KiB; more memory than a sample takes may be freed meanwhile.
sampled()
{
	before=$(mem_available_kb)
	start sample forkstorm keep "$SAMPLE"
	after=$(mem_available_kb)
	kill -TERM "$pid"
	reap "$pid"
	[ "$before" -gt "$after" ]
}

affordable()
{
	poll_until "$PATIENCE" sampled || bail_out "a sample takes no memory"
	child_kb=$(((before - after) / SAMPLE + 1))
	nr=$((after * 3 / 4 / child_kb))
	[ "$nr" -lt "$1" ] || nr=$1
	comment "$nr processes of $child_kb KiB"
}

# paged FILE BYTES: into $tmp/list, so many bytes a read(2)
paged()
{
	dd if="$OE/$1" bs="$2" of="$tmp/list" 2>/dev/null
}

widths()
{
	awk '{ print length($0) }' "$tmp/list" | sort -u | wc -l
}

# Column $1 holds the pid.
pids_in_list()
{
	awk -v column="$1" '{ print $column }' "$tmp/list" | sort
}

twice()
{
	pids_in_list "$1" | uniq -d
}

# Of those who were there all the time.
missing()
{
	pids_in_list "$1" >"$tmp/found"
	awk 'NR == FNR { found[$1]; next } !($1 in found)' "$tmp/found" "$tmp/expected"
}

# consistent NAME FILE PID_COLUMN BYTES
consistent()
{
	paged "$2" "$4"
	equal "$1: one width, nobody twice, nobody missing" "1 width, twice: , missing: " \
		"$(widths) width, twice: $(twice "$3" | head -n 3), missing: $(missing "$3" | head -n 3)"
}

# The first piece of the list by descriptor 3, then by four others, the rest by 3. Sets
# $rest_error to what the last says.
crowded_out()
{
	exec 3<"$OE/oom_ranking" 4<"$OE/oom_ranking" 5<"$OE/oom_ranking" \
		6<"$OE/oom_ranking" 7<"$OE/oom_ranking"
	dd bs=100 count=1 <&3 >/dev/null 2>&1
	dd bs=100 count=1 <&4 >/dev/null 2>&1
	dd bs=100 count=1 <&5 >/dev/null 2>&1
	dd bs=100 count=1 <&6 >/dev/null 2>&1
	dd bs=100 count=1 <&7 >/dev/null 2>&1
	rest_error=$(dd bs=4096 <&3 2>&1 >"$tmp/rest")
	exec 3<&- 4<&- 5<&- 6<&- 7<&-
}

is_stale()
{
	case $1 in
	*"Stale file handle"*) return 0 ;;
	esac
	return 1
}

# To the end by descriptor 3, and once more.
past_the_end()
{
	exec 3<"$OE/oom_ranking"
	dd bs=4096 <&3 >/dev/null 2>&1
	more=$(dd bs=4096 <&3 2>&1 >"$tmp/rest")
	exec 3<&-
}

plan 14
echo 30000 >/proc/sys/kernel/threads-max
load_module
affordable "${RANKED:-3000}"
check "the list is longer than a page" [ "$nr" -gt 200 ]
start holder ranked 600 forkstorm keep "$nr"
sed -n 's/^\(child\|ready\) //p' "$tmp/holder.out" | sort >"$tmp/expected"

consistent "37 bytes a read" oom_ranking 1 37
cp "$tmp/list" "$tmp/by_37"
equal "nobody is listed but they" "$((nr + 1)) $(get stats/ranked)" \
	"$(wc -l <"$tmp/list") $((nr + 1))"
consistent "64 KiB a read" oom_ranking 1 65536
check "both are the same list" cmp "$tmp/by_37" "$tmp/list"
consistent "candidates, 100 bytes a read" candidates 2 100

crowded_out
equal "a list that had to go does not go on in another one" 0 "$(wc -c <"$tmp/rest")"
check "its reader is told to begin anew" is_stale "$rest_error"
past_the_end
equal "the end is the end, however often it is read" 0 "$(wc -c <"$tmp/rest")"
is_stale "$more" && stale=yes || stale=no
equal "and no error" no "$stale"

ranked 700 forkstorm churn &
started="$started $!"
ranked 701 forkstorm churn &
started="$started $!"
consistent "others come and go, 37 bytes a read" oom_ranking 1 37
consistent "others come and go, 4096 bytes a read" oom_ranking 1 4096
consistent "others come and go, candidates" candidates 2 512
equal "no splat" 0 "$(splat_taint)"
finish
