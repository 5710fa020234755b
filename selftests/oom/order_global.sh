#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Global OOM by a real leak: told first, protected live, order as announced.
# OOMS: how many (default 20). KPROBES=0: by the OOM notifier alone.

SELFTESTS_LIB=$(cd "$(dirname "$0")/lib" && pwd)
# shellcheck source=lib/order.sh
. "$SELFTESTS_LIB/order.sh"

KIND=global
STAT=global

# A leaker has only the rest to eat, which is quick, and stays smaller than the shield.
order_setup()
{
	shield_kb=$(($(mem_available_kb) * 6 / 10))
}

order_round()
{
	leak_round
}

order_run kprobes="${KPROBES:-1}"
