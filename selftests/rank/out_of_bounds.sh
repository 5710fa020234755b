#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# However wide a group is, its signal does not reach init, a process of ranking 0 or a kernel
# thread.
#
# set: once
# needs: groups

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

# Signals that were generated, as PID SIGNAL, by the kernel's own tracepoint.
signals_sent()
{
	sed -n 's/.*signal_generate: sig=\([0-9]*\) .* pid=\([0-9]*\) .*/\2 \1/p' \
		"$TRACING/instances/oe_victims/trace"
}

# sent PID SIGNAL: how often.
sent()
{
	signals_sent | grep -cx "$1 $2"
}

was_sent()
{
	[ "$(sent "$1" "$2")" -gt 0 ]
}

needs groups
plan 6
load_module selection_order=rank rank_threshold=100
trace_start oe_victims counter
spawn member 1024 500
member=$pid
spawn zero 1024 0
zero=$pid
spawn victim 1024 1000
victim=$pid
set_to groups/create everybody
set_to groups/everybody/uid 0
# URG: no process of the harness dies of it.
set_to groups/everybody/signal URG
echo 1 >"$TRACING/instances/oe_victims/events/signal/signal_generate/enable"
sysrq_kills "the victim dies" "$victim"
check "a member by uid 0 is sent the signal" poll_until "$PATIENCE" was_sent "$member" 23
equal "init is not" 0 "$(sent 1 23)"
equal "a process of ranking 0 is not" 0 "$(sent "$zero" 23)"
equal "a kernel thread is not" 0 "$(sent 2 23)"
echo 0 >"$TRACING/instances/oe_victims/events/signal/signal_generate/enable"
equal "no splat" 0 "$(splat_taint)"
finish
