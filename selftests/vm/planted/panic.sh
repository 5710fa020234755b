#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# After a reboot the panic's log is in pstore.
if [ "$1" = after-reboot ]; then
	echo "1..1"
	grep -q sysrq_handle_crash /sys/fs/pstore/dmesg-* || printf "not "
	echo "ok 1 the panic reached pstore"
	exit
fi
echo "1..2"
echo "ok 1 before the panic"
echo c >/proc/sysrq-trigger
