#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# kernel.ftrace_enabled=0 is refused, or `coverage` tells that something is lost. It tells the
# truth, also when the module was loaded with ftrace off.
#
# set: rest
# needs: memcg

SELFTESTS_LIB=$(cd "$(dirname "$0")/lib" && pwd)
# shellcheck source=lib/ways.sh
. "$SELFTESTS_LIB/ways.sh"

ways_run /proc/sys/kernel/ftrace_enabled
