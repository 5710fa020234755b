#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# A real OOM: its stack on the console is no failure, its kill is announced.
echo "1..2"
tracing=/sys/kernel/tracing
echo 1 >$tracing/events/oom/mark_victim/enable || printf "not "
echo "ok 1 mark_victim can be traced"
run0 tail /dev/zero
[ $? = 137 ] && grep -q mark_victim $tracing/trace || printf "not "
echo "ok 2 the OOM killer killed"
