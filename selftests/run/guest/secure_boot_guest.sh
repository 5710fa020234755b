#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# In the guest that secure_boot.sh has made, where the firmware has Secure Boot and a machine owner's
# key: which modules the kernel loads, and what is left of the module's coverage, with lockdown as the
# kernel sets it by itself (integrity), and as far as it goes (confidentiality).

# shellcheck disable=SC2317 # conditions are called by name
# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

MODULES=/lib/oom-embedded
LOCKDOWN=/sys/kernel/security/lockdown

[ -e "$MODULES/foreign.ko" ] || skip_all "only in a guest that secure_boot.sh made"

lockdown()
{
	sed 's/.*\[\(.*\)\].*/\1/' "$LOCKDOWN"
}

# refused MODULE WHY: it is, and the log or insmod says why
refused()
{
	mark_log
	! insmod "$MODULES/$1" >"$tmp/insmod" 2>&1 && ! loaded || return 1
	log_since_mark >>"$tmp/insmod"
	sed 's/^/# /' "$tmp/insmod"
	grep -qE "$2" "$tmp/insmod"
}

# A kprobe as a user makes it: is it taken?
user_probe()
{
	sh -c "echo 'p:oe_user do_exit' >$TRACING/kprobe_events" 2>"$tmp/probe" &&
		sh -c "echo >$TRACING/kprobe_events"
}

no_user_probe()
{
	! user_probe && grep -q 'not permitted' "$tmp/probe"
}

# denied FILE: it is there, and does not take a value that it would take without lockdown
denied()
{
	[ -e "$1" ] && ! sh -c "echo 0 >$1" 2>"$tmp/denied" && grep -q 'not permitted' "$tmp/denied"
}

# The module's trace events as a user switches them on.
events_traced()
{
	echo 1 >"$TRACING/events/oom_embedded/enable" && [ "$(cat "$TRACING/events/oom_embedded/enable")" = 1 ] &&
		echo 0 >"$TRACING/events/oom_embedded/enable"
}

# Without tracing, which confidentiality takes away: the protected one is the bigger one by far.
protects()
{
	spawn vital 40960 50
	vital=$pid
	spawn spare 4096 900
	spare=$pid
	echo f >/proc/sysrq-trigger
	reap "$spare" && alive "$vital"
	result=$?
	kill -9 "$vital"
	reap "$vital"
	return "$result"
}

plan 20
mount -t securityfs securityfs /sys/kernel/security 2>/dev/null
equal "the kernel has locked itself down" integrity "$(lockdown)"
equal "and wants signatures" Y "$(cat /sys/module/module/parameters/sig_enforce)"
check "an unsigned module is refused" refused unsigned.ko 'unsigned|Required key|not permitted|verification'
check "one that was signed with another key, too" refused foreign.ko 'Key was rejected|not available|verification'
check "and one that was changed after it was signed" refused changed.ko 'Key was rejected|not available|verification'
check "the one that is signed with the owner's key is loaded" insmod "$MODULES/signed.ko" rank_threshold=100 selection_order=rank
comment "coverage: $(get coverage)"
equal "lockdown=integrity takes nothing of the coverage" "global memcg guard" "$(get coverage)"
check "in an OOM the protected process lives" protects
check "a user's own kprobes are allowed" user_probe
check "the module's trace events are allowed" events_traced
check "kprobes cannot be switched off" denied /sys/kernel/debug/kprobes/enabled
check "the module is unloaded" rmmod oom_embedded

echo confidentiality >"$LOCKDOWN"
equal "lockdown goes further" confidentiality "$(lockdown)"
check "the module is loaded" insmod "$MODULES/signed.ko" rank_threshold=100 selection_order=rank
comment "coverage: $(get coverage)"
equal "lockdown=confidentiality takes nothing of the coverage either" "global memcg guard" "$(get coverage)"
check "in an OOM the protected process lives" protects
check "a user's own kprobes are refused" no_user_probe
check "the module's trace events are refused" denied "$TRACING/events/oom_embedded/enable"
check "kprobes cannot be switched off here either" denied /sys/kernel/debug/kprobes/enabled
check "the module is unloaded" rmmod oom_embedded
finish
