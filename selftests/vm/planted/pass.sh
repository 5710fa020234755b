#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Two results and one that is skipped; where the OOM killer's view is right.
echo "KTAP version 1"
echo "1..4"
[ "$(cat /proc/self/oom_score_adj)" = -1000 ] || printf "not "
echo "ok 1 a test is out of the OOM killer's reach"
[ "$(run0 cat /proc/self/oom_score_adj)" = 0 ] || printf "not "
echo "ok 2 - what run0 starts is not"
echo "ok 3 cannot be tried # SKIP no such thing here"
[ "$*" = "with arguments" ] || printf "not "
echo "ok 4 arguments arrive"
