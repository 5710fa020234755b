# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Shared by newcomer_guest.sh and deb_guest.sh, which run as a service of systemd in a guest that
# run/debian.sh has made.

# shellcheck source=selftests/lib/ktap.sh
. "$(dirname "$0")/ktap.sh"

cd "$(dirname "$0")" || exit 1
OOM=/sys/kernel/oom_embedded
export HOME=/root

# poll COMMAND...: for two minutes at most
poll()
{
	left=240
	until "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 0.5
	done
}

# typed FILE: its commands at a shell, each of which has to succeed; "check" may have findings, which
# have a status of their own
typed()
{
	while IFS= read -r line; do
		echo "# # $line"
		bash -c "$line" </dev/null >/tmp/typed 2>&1
		status=$?
		sed 's/^/#   /' /tmp/typed | head -n 30
		[ "$line" != 'oom-embedded check' ] || [ "$status" -ne 8 ] || continue
		[ "$status" -eq 0 ] || { echo "# status $status"; return 1; }
	done <"$1"
}

# program NAME: a process of that name; sets $!
program()
{
	(
		echo 0 >/proc/self/oom_score_adj
		# shellcheck disable=SC2016 # perl's
		exec perl -e '$0 = shift; sleep 1000 while 1' "$1"
	) &
}

ranked()
{
	grep -q "^ *$1  *$2 " "$OOM/oom_ranking"
}

# The kernel takes memory back from all others first, so this is one machine's OOM.
leak()
{
	(
		echo 0 >/proc/self/oom_score_adj
		# shellcheck disable=SC2016 # perl's
		exec perl -e '$0 = "batch1"; my @all; push @all, "x" x 1000000 while 1'
	) &
	# shellcheck disable=SC2034 # for the scripts that source this file
	leaker=$!
}

is_gone()
{
	! kill -0 "$1"
}

log_has()
{
	journalctl -b -u oom-embeddedd --no-pager | grep -q "$1"
}

the_end()
{
	echo "guest: the end"
	sync
	systemctl poweroff --force
}
