#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# In the guest that newcomer.sh has made, as a service of systemd: the next commands of README, a
# real OOM, and the same machine after a restart. Each line that begins with "check" or "equal" is a result.

# shellcheck disable=SC2016,SC2317 # for other shells; conditions are called by name
# shellcheck source=selftests/run/guest/debian_lib.sh
. "$(dirname "$0")/debian_lib.sh"

CONF=/etc/oom-embedded.conf

# ranking_in FILE: the ranking that a process has read about itself
ranking_in()
{
	cut -d ' ' -f 1 "$1"
}

# Asked what it knows, as oom-embeddedd(8) says.
tells()
{
	systemctl kill --kill-whom=main -s USR1 oom-embeddedd
	log_has "$1"
}

runs_anew()
{
	systemctl is-active --quiet web && [ "$(systemctl show -P MainPID web)" != "$was" ]
}

if [ -e restarted ]; then
# --- after a restart of the machine ---
ktap_done=$(cat restarted)
poll systemctl is-active oom-embeddedd
check "after a restart the module is loaded" test -d "$OOM"
equal "and the manager runs" active "$(systemctl is-active oom-embeddedd)"
equal "and the policy is in force" "rank 100" "$(cat $OOM/selection_order) $(cat $OOM/rank_threshold)"
the_end
exit
fi

# --- README, from the configuration on ---
program pacemaker
pacemaker=$!
program batch0
batch=$!
cp oom-embedded.conf "$CONF"
# They have their names a moment after their start.
poll grep -q batch0 "/proc/$batch/comm"
poll grep -q pacemaker "/proc/$pacemaker/comm"
check "README: load, check, apply, look" typed first
equal "the policy is in force" "rank 100" "$(cat $OOM/selection_order) $(cat $OOM/rank_threshold)"
check "the service has its ranking" ranked "$pacemaker" 10
equal "the expendable one is next" "$batch" "$(awk '$6 == "next" { print $2 }' $OOM/candidates)"
check "README: the kernel kills one, and what it is remembered by" typed second
check "it was the expendable one" poll is_gone "$batch"
check "there is a page about it" grep -qi '<html' incident.html
check "README: the drill" typed third
equal "the manager runs" active "$(systemctl is-active oom-embeddedd)"
equal "and starts with the system" enabled "$(systemctl is-enabled oom-embeddedd)"

# --- the udev rule ---
mkdir -p /etc/oom-embedded.d/events
printf '#!/bin/sh\necho "$OOM_EVENT $OOM_VICTIM_COMM" >>/run/told\n' >/etc/oom-embedded.d/events/tell
chmod +x /etc/oom-embedded.d/events/tell

# --- SIGHUP, and a service that is ended and started again ---
printf '[Service]\nExecStart=/usr/bin/perl -e "$$0 = shift; sleep 1000 while 1" web\n' >/etc/systemd/system/web.service
systemctl daemon-reload
systemctl start web
was=$(systemctl show -P MainPID web)
cat >/etc/oom-embedded.d/site.conf <<-CONF
	[rankings]
	late = 700
	[mode normal]
	[mode barebones]
	enter = oom
	leave_after = 1s
	service = web
	[service web]
	comm = web
	step = term
	step = restart
	restart = /usr/bin/systemctl restart web
CONF
check "the configuration with a service is in order" oom-embeddedd --check
check "systemctl reload" systemctl reload oom-embeddedd
program late
check "a ranking that is new counts for a process that starts later" poll ranked "$!" 700
check "and the service is known" poll tells 'service web: 1 processes'

# --- units: X-OOMRank=, "unit =", from the first instruction on, also of what forks twice ---
cat >started_twice <<-'SCRIPT'
	cat /proc/oom_embedded/self >"/run/$1-first"
	(setsid sh -c 'cat /proc/oom_embedded/self >"/run/$1-forked"; exec perl -e "sleep 1000 while 1"' - "$1" &)
SCRIPT
for unit in says told; do
	printf '[Service]\nType=forking\nExecStart=/bin/sh %s/started_twice %s\n' "$PWD" $unit >/etc/systemd/system/$unit.service
done
echo X-OOMRank=30 >>/etc/systemd/system/says.service
printf '[group told]\nrank = 20\nunit = told.service\n' >/etc/oom-embedded.d/units.conf
systemctl daemon-reload
check "systemctl reload, with units" systemctl reload oom-embeddedd
poll grep -q 30 $OOM/groups/units-says/rank
systemctl start says told
equal "a unit that says it, and one that is told, have their rankings from the start" "30 20" \
	"$(ranking_in /run/says-first) $(ranking_in /run/told-first)"
poll test -s /run/says-forked
poll test -s /run/told-forked
equal "and what they have become" "30 20" "$(ranking_in /run/says-forked) $(ranking_in /run/told-forked)"
rm /run/says-* /run/told-*
systemctl restart says told
equal "again after a restart" "30 20" "$(ranking_in /run/says-first) $(ranking_in /run/told-first)"

# --- a real OOM ---
before=$(cat $OOM/stats/oom_global)
leak
check "a leak ends in an OOM" poll is_gone "$leaker"
check "of the machine" test "$(cat $OOM/stats/oom_global)" -gt "$before"
check "the service that is protected lives" kill -0 "$pacemaker"
equal "the victim is remembered" batch1 "$(oom-embedded events | awk 'END { print $5 }' | cut -d / -f 1)"
check "the manager has entered its mode" poll log_has 'mode barebones'
check "and started the service again by systemctl" poll runs_anew
check "udev has run the program for the event" poll grep -q '^victim batch1$' /run/told
equal "the manager is the same, and well" active "$(systemctl is-active oom-embeddedd)"
journalctl -b -u oom-embeddedd --no-pager | tail -n 25 | sed 's/^/# /'
echo "$ktap_done" >restarted
sync
systemctl reboot
