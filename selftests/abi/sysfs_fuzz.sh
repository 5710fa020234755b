#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Random writes and reads of all files by the grammar of the ABI page, beside OOMs: what is taken reads back, what
# is refused changes nothing.
# COUNT: writes and reads (default 20000).
# SEED: of what is written (default 1).
#
# set: once
# needs: memcg guard limits report events levels groups

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

COUNT=${COUNT:-20000}
SEED=${SEED:-1}

# A cgroup that runs out of memory again and again, whatever the settings are.
loop_in()
{
	while [ ! -e "$tmp/stop" ]; do
		timeout 5 leak -c loop -C "$1" -h 512 -l 65536
		doze 0.1
	done >/dev/null 2>&1
}

sysrqs()
{
	while [ ! -e "$tmp/stop" ]; do
		leak -c fodder -h 256 >/dev/null 2>&1 &
		doze 0.3
		sysrq_oom
		doze 0.2
		kill -KILL $! 2>/dev/null
		wait $!
	done 2>/dev/null
}

loops_ended()
{
	for one in $background; do
		dead "$one" || return 1
	done
}

for need in memcg guard limits report events levels groups; do
	needs "$need"
done
plan 4
load_module
quiet_console
make_cgroup oe_fuzz 4M
in_background loop_in "$cgroup"
in_background sysrqs
sysfs_fuzz "$SEED" "$COUNT"
equal "no violation" 0 $?
comment "fuzz ooms $(($(get stats/oom_memcg) + $(get stats/oom_sysrq)))"
check "beside OOMs" [ "$(get stats/oom_sysrq)" -gt 0 ]
: >"$tmp/stop"
check "the loops end" poll_until "$PATIENCE" loops_ended
equal "no splat" 0 "$(splat_taint)"
finish
