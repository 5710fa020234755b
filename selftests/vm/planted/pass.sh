#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Two results and one that is skipped. A result is good only if the OOM killer sees the test right.
echo "KTAP version 1"
echo "1..4"
[ "$(cat /proc/self/oom_score_adj)" = -1000 ] || printf "not "
echo "ok 1 a test is out of the OOM killer's reach"
[ "$(run0 cat /proc/self/oom_score_adj)" = 0 ] || printf "not "
echo "ok 2 - a program of run0 is not"
echo "ok 3 cannot be tried # SKIP no such thing here"
[ "$*" = "with arguments" ] || printf "not "
echo "ok 4 arguments arrive"
