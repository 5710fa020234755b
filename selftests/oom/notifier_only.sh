#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A kernel without kprobes keeps the promises for global OOM by the notifier alone.
# OOMS: how many (default 20).
#
# set: rest matrix

dir=$(cd "$(dirname "$0")" && pwd)
KPROBES=0 exec "$dir/order_global.sh" "$@"
