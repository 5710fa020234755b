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

LEAKER_MOST_KB=81920
KIND=global
STAT=global

# A leaker has only the rest to eat, which is quick, and stays smaller than the shield. On a bigger machine it
# would become so big that the batch were small beside it (min_gain_kb).
order_setup()
{
	available_kb=$(mem_available_kb)
	shield_kb=$((available_kb * 6 / 10))
	[ $((available_kb - shield_kb)) -le "$LEAKER_MOST_KB" ] || shield_kb=$((available_kb - LEAKER_MOST_KB))
}

order_round()
{
	leak_round
}

order_run kprobes="${KPROBES:-1}"
