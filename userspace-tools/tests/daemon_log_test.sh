#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The lines of the manager's log in a minute: how many, which not, and what is said of those. Waits for
# that minute, beside the other tests.

# shellcheck disable=SC2154 # set by daemon.sh
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/daemon.sh
. "$TESTS/daemon.sh"

set_meminfo 150000

# The lines of the start count, too.
daemon_section 1h | sed 's/^log_rate = .*/log_rate = 12/; s/^sample = .*/sample = 60s/' >"$CONF"
printf '[mode normal]\n' >>"$CONF"
start
begin=$SECONDS
for ((i = 0; i < 30; i++)); do
	command_is status
done
command_is 'mode elsewhere'
says "an error is always written" 'there is no mode elsewhere'
same "lines of a minute: no more than log_rate" 12 "$(grep -vc error: "$log")"
until [[ $SECONDS -gt $((begin + 61)) ]]; do
	sleep 1
done
command_is status
says "the next minute: how many were left out" 'warning: [0-9]+ lines were left out'
says "the next minute: lines are written again" 'module loaded, mode'
end_well "it ends in order"
finish
