#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
echo "1..1"
echo "ok 1 one"
exit 3
