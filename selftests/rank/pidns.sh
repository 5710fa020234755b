#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A pid means the writer's process when it is written, and is shown as the reader's pid namespace
# has it; members of a group that are not in that namespace are not shown.
#
# set: once debug

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

# In the namespace, as its init: ranks itself and a child, and leaves its view behind.
inside()
{
	view=$1
	stranger=$2
	trap - EXIT
	leak -c inside -h 64 >"$view/leak.out" 2>&1 &
	child=$!
	echo "$child" >"$view/child"
	sysfs_write "$OE/oom_ranking" "1 222\n$child 321\n" >"$view/written"
	sysfs_write "$OE/oom_ranking" "$stranger 5" >"$view/stranger"
	# Our helpers inherit: not these.
	awk '$3 == "explicit" { print $1, $2 }' "$OE/oom_ranking" | sort >"$view/ranking"
	awk -v pid="$child" '$2 == pid { print $7 }' "$OE/candidates" >"$view/candidates"
	if [ -d "$OE/groups/both" ]; then
		leak -c member -h 64 >"$view/member.out" 2>&1 &
		echo $! >"$view/member"
		echo $! >"$OE/groups/both/pids"
		cat "$OE/groups/both/pids" >"$view/members"
	fi
	echo "ready"
	# Until the outside has looked.
	sleep 1000
}

# The number out here of the process that is NUMBER in the namespace.
outside_pid()
{
	all_status |
		awk -v inner="$1" '/^Pid:/ { pid = $2 } /^NSpid:/ && NF == 3 && $3 == inner { print pid }'
}

if [ "$1" = inside ]; then
	inside "$2" "$3"
	exit
fi

members_of_both()
{
	equal "the reader inside sees only the members inside" "$(cat "$tmp/member")" "$(tr -d ' ' <"$tmp/members")"
	equal "the one outside sees all" "$(printf '%s\n' "$stranger" "$(outside_pid "$(cat "$tmp/member")")" | sort -n)" \
		"$(tr -d ' ' <"$OE/groups/both/pids")"
}

load_module
spawn stranger 64 444
stranger=$pid
if built groups; then
	plan 10
	set_to groups/create both
	set_to groups/both/pids "$stranger"
else
	plan 8
fi
start namespace as_user -p "$0" inside "$tmp" "$stranger"
child=$(cat "$tmp/child")
outside=$(outside_pid "$child")

check "the same process has two numbers" [ "$child" -ne "$outside" ]
equal "a write inside is taken" OK "$(cat "$tmp/written")"
equal "and ranks the process that was meant" "321 explicit" "$(ranking_of "$outside")"
equal "as well as the namespace's init" "222 explicit" "$(ranking_of "$(outside_pid 1)")"
equal "and not ours" "" "$(ranking_of 1)"
equal "a number from outside means nobody inside" ESRCH "$(cat "$tmp/stranger")"
equal "the reader inside sees these two, by its own numbers" "1 222,$child 321" \
	"$(sort -n "$tmp/ranking" | tr '\n' ',' | sed 's/,$//')"
equal "also in candidates" inside "$(cat "$tmp/candidates")"
! built groups || members_of_both
kill -KILL "$(outside_pid 1)"
finish
