#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# kprobes/enabled=0 of debugfs takes nothing away, or `coverage` tells that something is lost. It
# tells the truth, also when the module was loaded with kprobes off.
#
# set: rest
# needs: memcg

SELFTESTS_LIB=$(cd "$(dirname "$0")/lib" && pwd)
# shellcheck source=lib/ways.sh
. "$SELFTESTS_LIB/ways.sh"

ways_run /sys/kernel/debug/kprobes/enabled
