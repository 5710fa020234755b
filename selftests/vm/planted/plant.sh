#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# plant.sh none|leak|abba|uaf
echo "1..1"
insmod /lib/oom-embedded/plant.ko "bug=$1" && rmmod plant || printf "not "
echo "ok 1 loaded and unloaded"
