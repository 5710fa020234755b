#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The manager and uevents of the module: a limit that was exceeded, the cgroup of an emergency, lost
# ones. The kernel sends them in the guest.

# shellcheck disable=SC2154 # set by daemon.sh
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=userspace-tools/tests/daemon.sh
. "$TESTS/daemon.sh"

DAEMON=$TOOLS_BUILD/tests/oom-embeddedd
wanted=3
set_meminfo 150000
set_pressure 0.00 0.00

# uevent EVENT KEY=VALUE...: one of the module, whole at once
uevent()
{
	printf '%s\n' 'change@/kernel/oom_embedded' ACTION=change SUBSYSTEM=oom_embedded "OOM_EVENT=$1" "${@:2}" >"$tmp/uevent"
	mv "$tmp/uevent" "$OOM_EMBEDDED_SYSFS/uevent"
	until_true test ! -e "$OOM_EMBEDDED_SYSFS/uevent"
}

# memcg_oom PATH: an emergency of that cgroup
memcg_oom()
{
	wanted=$((wanted + 1))
	emergency_is "$wanted" memcg
	until_true reads reconfigure_done "$wanted"
	uevent reconfigure "OOM_SEQ=$wanted" OOM_KIND=memcg "OOM_MEMCG=$1"
}

daemon_section >"$CONF"
cat >>"$CONF" <<-CONF
	[mode normal]
	[mode limited]
	rank_threshold = 110
	enter = limit
	leave_after = 300ms
	[mode tenant]
	rank_threshold = 120
	enter = oom memcg /tenants/
	leave_after = 300ms
	[mode often]
	rank_threshold = 130
	enter = oom memcg /apps 2 in 60s
	leave_after = never
CONF
start
uevent limit OOM_LIMIT_UID=1000 OOM_OUTCOME=exceeded
says "a limit that was exceeded leads to a mode" 'mode limited: limit$'
says "a limit: the log says whose" 'limit of user 1000: exceeded'
becomes "a limit: which is left again" rank_threshold 100
memcg_oom /tenantsx
uevent victim "OOM_SEQ=$wanted" OOM_OUTCOME=killed OOM_VICTIM_PID=7 OOM_VICTIM_COMM=x OOM_VICTIM_RANK=900
says "a victim is logged" "emergency $wanted: killed, victim 7 \(x\), ranking 900"
same "a cgroup of which the name only begins so leads to no mode" 0 "$(grep -c 'mode tenant' "$log")"
memcg_oom /tenants/a
says "a cgroup below the one of the condition does" 'mode tenant: oom memcg /tenants/$'
becomes "which is left again, too" rank_threshold 100
memcg_oom /apps
sleep 0.2
same "once is not often" 100 "$(first_line rank_threshold)"
memcg_oom /apps/inner
becomes "twice is" rank_threshold 130
: >"$OOM_EMBEDDED_SYSFS/uevent"
says "lost uevents are noted" 'uevents were lost, the count was not'
uevent later OOM_X=1
emergency_is $((wanted + 1))
becomes "one of a later module does no harm" reconfigure_done $((wanted + 1))
end_well "it ends in order"
finish
