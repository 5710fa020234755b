#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# In every global OOM by a real leak a poller and a uevent listener run before the victim is
# marked, protected processes live, and `candidates` names the victim.
# OOMS: how many (default 20).
# KPROBES: 0 for the OOM notifier alone.
#
# set: oom matrix

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
