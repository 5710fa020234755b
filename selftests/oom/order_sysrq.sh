#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The same in every OOM by sysrq f.
# OOMS: how many (default 20).
#
# set: stock matrix_timed

SELFTESTS_LIB=$(cd "$(dirname "$0")/lib" && pwd)
# shellcheck source=lib/order.sh
. "$SELFTESTS_LIB/order.sh"

KIND=global
STAT=sysrq

order_setup()
{
	shield_kb=16384
}

# The more expendable one is the smaller one, and started second.
order_round()
{
	fodder second 4096 600
	second=$pid
	fodder first 1024 900
	first_to_die=$pid
	order_announce 2
	echo "$first_to_die $second " | tr -d '\n' >>"$tmp/intended"
	sysrq_oom
	expect_killed "$first_to_die"
	sysrq_oom
	expect_killed "$second"
}

order_run kprobes=1
