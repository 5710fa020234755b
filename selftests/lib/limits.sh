# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Shared by the scripts about limits. To be sourced after oom.sh, which sets these:
# shellcheck disable=SC2154 # tmp, pid

# limit UID MAX_KB ALLOWED_MS TERM_TIMEOUT_MS: makes one; the size comes last, so that it
# is in force as a whole.
limit()
{
	set_to limits/create "$1"
	set_limit "$1" exceed_allowed_ms "$3"
	set_limit "$1" term_timeout_ms "$4"
	set_limit "$1" max_kb "$2"
}

set_limit()
{
	set_to "limits/$1/$2" "$3"
}

drop_limit()
{
	set_to limits/remove "$1"
}

limit_of()
{
	get "limits/$1/$2"
}

limit_is()
{
	[ "$(limit_of "$1" "$2")" = "$3" ]
}

# until_limit UID FILE VALUE
until_limit()
{
	poll_until "$PATIENCE" limit_is "$@"
}

# until_outcome UID OUTCOME: the log says so, since the mark.
until_outcome()
{
	poll_until "$PATIENCE" log_says "uid=$1 .*outcome=$2"
}

# until_recovered UID: the user was above, since the mark, and no longer is. That exceeded_ms is 0
# does not show it: so it is in the first moment, too.
until_recovered()
{
	until_outcome "$1" recovered
	until_limit "$1" exceeded_ms 0
}

is_above()
{
	[ "$(limit_of "$1" exceeded_ms)" -gt 0 ]
}

until_above()
{
	poll_until "$PATIENCE" is_above "$1"
}

# scans N: at least so many have been made when it returns.
scans()
{
	scans_left=$1
	scan_thread=$(scan_thread)
	while [ "$scans_left" -gt 0 ]; do
		scan_switches || bail_out "no thread that scans"
		scans_before=$switches
		set_to limits/period_ms "$(get limits/period_ms)"
		poll_until "$PATIENCE" scanned_since "$scans_before"
		scans_left=$((scans_left - 1))
	done
}

scanned_since()
{
	scan_switches && [ "$switches" -gt "$1" ]
}

# It sleeps after each scan. Sets $switches: how often it has.
scan_switches()
{
	while read -r key switches; do
		[ "$key" != voluntary_ctxt_switches: ] || return 0
	done <"/proc/$scan_thread/status"
	return 1
}

scan_thread()
{
	for dir in /proc/[0-9]*; do
		read -r comm 2>/dev/null <"$dir/comm" || continue
		[ "$comm" != oom_embed_limit ] || echo "${dir#/proc/}"
	done
}

# glutton_of UID NAME KB [GLUTTON OPTION...]: that user's process; sets $pid. It holds its
# memory by then, or has died of it.
glutton_of()
{
	glutton_uid=$1
	glutton_name=$2
	glutton_kb=$3
	shift 3
	start "$glutton_name" glutton -u "$glutton_uid" -c "$glutton_name" -h "$glutton_kb" "$@"
	until_held "$glutton_name" "$pid"
}

until_held()
{
	poll_until "$PATIENCE" has_held "$1" "$2" || bail_out "$1 did not get its memory"
}

has_held()
{
	has_line held "$tmp/$1.out" || ! alive "$2"
}

# The log's lines about a limit since the mark, in order: the outcomes, the victims.
outcomes()
{
	log_since_mark | awk -v limit=" limit uid=$1 " '
		index($0, limit) && sub(/.*outcome=/, "") { printf "%s%s", n++ ? " " : "", $0 }'
}

victims_of()
{
	log_since_mark | awk -v limit=" limit uid=$1 " '
		index($0, limit) && sub(/.* victim=[^ ]*\//, "") { printf "%s%s", n++ ? " " : "", $1 }'
}
