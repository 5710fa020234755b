#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# In a guest that dkms.sh has prepared: modprobe finds the module that DKMS installed and
# gives it the parameters of modprobe.d.

# shellcheck source=lib/oom.sh
. "$(dirname "$0")/lib/oom.sh"

OPTIONS=/etc/modprobe.d/oom_embedded.conf
MODULE=/lib/modules/$(uname -r)/updates/dkms/oom_embedded.ko

# The options of the file, one NAME=VALUE a line.
options()
{
	sed -n 's/^options oom_embedded //p' "$OPTIONS" | tr -s ' ' '\n'
}

# The values of the same names in sysfs.
shown()
{
	options | while IFS='=' read -r name value; do
		echo "$name=$(get "$name")"
	done
}

{ [ -e "$OPTIONS" ] && [ -e "$MODULE" ]; } || skip_all "only in a guest that dkms.sh made"

plan 5
equal "modprobe finds what DKMS installed" \
	"insmod $MODULE" "$(modprobe -D oom_embedded | cut -d ' ' -f 1,2)"
check "modprobe loads it" modprobe oom_embedded
equal "it starts with the parameters of modprobe.d" "$(options)" "$(shown)"
check "modprobe -r unloads it" modprobe -r oom_embedded

# So that the values above were not just the defaults.
load_module
equal "without modprobe.d each of them is another one" "" \
	"$(shown | grep -Fx "$(options)")"
finish
