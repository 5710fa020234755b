#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
echo "ok 1 one"
