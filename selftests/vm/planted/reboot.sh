#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
echo "1..2"
echo "ok 1 before the reboot"
reboot -f
