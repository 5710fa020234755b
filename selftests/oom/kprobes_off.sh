#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# kprobes/enabled=0 of debugfs takes nothing away, or `coverage` tells that something is lost. What
# it says is what happens, also when the module was loaded with it off.
#
# set: rest
# needs: memcg

SELFTESTS_LIB=$(cd "$(dirname "$0")/lib" && pwd)
# shellcheck source=lib/ways.sh
. "$SELFTESTS_LIB/ways.sh"

ways_run /sys/kernel/debug/kprobes/enabled
