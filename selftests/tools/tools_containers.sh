#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The commands and the configuration of the user guide's page about containers do what the page says, typed
# as they stand there, for a service in the cgroup that the page names.
#
# set: tools
# needs: tools memcg

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"
# shellcheck source=lib/levels.sh
. "$SELFTESTS/lib/levels.sh"
# shellcheck source=lib/manager.sh
. "$SELFTESTS/lib/manager.sh"

GUIDE=$SELFTESTS/containers.md
CONF=/etc/oom-embedded.conf
# The reader's own program, which the page names.
STEP=/usr/local/sbin/refuse-new-work
LIMIT_KB=24576
LEVELS_OF='## Warn a container before its OOM'
RANK_OF='## Rank a container'

# block HEADING NUMBER: a block of code in a section of the page, as in run/newcomer.sh.
block()
{
	awk -v heading="$1" -v want="$2" '
		/^#/ { inside = $0 == heading; nr = 0; open = 0; next }
		!inside { next }
		/^    / { if (!open) nr++; open = 1; if (nr == want) { sub(/^    /, ""); print } next }
		/^$/ { if (open && nr == want) print; next }
		{ open = 0 }' "$GUIDE"
}

# typed NAME HEADING NUMBER: a block of commands; it fails if one of them does.
typed()
{
	typed=$tmp/$1
	shift
	block "$@" >"$typed"
	[ -s "$typed" ] || return 1
	# shellcheck disable=SC2016 # the inner shell's
	sh -ec '. "$0"; . "$1"' "$tmp/system" "$typed" >"$typed.out" 2>&1 && return
	comment "$(cat "$typed" "$typed.out")"
	return 1
}

# The programs of the service and of its system, which note that they were called. Functions come before
# what busybox has itself.
make_programs()
{
	mkdir -p "${STEP%/*}"
	printf '#!/bin/sh\necho "%s" >>%s\n' "${STEP##*/}" "$tmp/calls" >"$STEP"
	chmod +x "$STEP"
	for program in logger systemctl; do
		printf '%s() { echo "%s $*" >>%s; }\n' "$program" "$program" "$tmp/calls"
	done >"$tmp/system"
}

called()
{
	grep -Eq "^$1" "$tmp/calls" 2>/dev/null
}

make_service()
{
	for slice in /system.slice /system.slice/web.service; do
		mkdir "$CGROUP$slice" || bail_out "no cgroup $slice"
		echo +memory >"$CGROUP${slice%/*}/cgroup.subtree_control" || bail_out "no memory controller"
		cgroups="$CGROUP$slice $cgroups"
	done
	service=$CGROUP/system.slice/web.service
	echo "${LIMIT_KB}K" >"$service/memory.max" || bail_out "no limit"
}

write_conf()
{
	{
		echo '[mode normal]'
		block "$LEVELS_OF" 2
		block "$LEVELS_OF" 4
	} >"$CONF"
}

service_level_is()
{
	[ "$(cat "$OE/cgroups/web/level" 2>&1)" = "$1" ]
}

# It holds what it has taken, short of an OOM.
fill_service()
{
	spawn web-worker $((LIMIT_KB * 94 / 100)) - -a 1000 -C "$service"
	worker=$pid
}

plan 12
load_module debounce_ms=200
short_percpu_lists
make_service
make_programs
check "the commands that watch the cgroup" typed watch "$LEVELS_OF" 1
check "oom-embedded cgroup list has it" grep -q '^web .*/system.slice/web.service$' "$tmp/watch.out"
check "it has a level" poll_until "$PATIENCE" service_level_is normal
write_conf
check "the configuration" oom-embedded apply "$CONF"
equal "the percentage of the configuration" 20 "$(get cgroups/web/warning_percent)"
start_manager "$CONF" "$tmp/log"
typed loop "$LEVELS_OF" 3 &
started="$started $!"
fill_service
check "the loop of the script is told" poll_until "$PATIENCE" called "logger web has [0-9]+ of $LIMIT_KB kB left"
check "and goes on to its next command" poll_until "$PATIENCE" called 'systemctl reload web'
check "the manager takes the step of its mode" poll_until "$PATIENCE" called 'refuse-new-work'
equal "before an OOM" 0 "$(get stats/oom_memcg)"
check "the commands that rank the cgroup" typed rank "$RANK_OF" 1
equal "its process has the ranking of the group" "800 group:web" "$(ranking_of "$worker")"
check "the command that ends the levels" typed end "$LEVELS_OF" 5
finish
