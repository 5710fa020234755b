# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# For tests in a guest that run the manager: sourced after oom.sh.

# start_manager CONFIGURATION LOG: returns when that configuration is in force; sets $manager. The log
# begins anew: a line of an earlier manager is not taken for one of this.
start_manager()
{
	: >"$2"
	run0 oom-embeddedd -f "$1" -d '' >>"$2" 2>&1 &
	manager=$!
	started="$started $manager"
	poll_until "$PATIENCE" grep -q 'module loaded, mode' "$2" ||
		bail_out "the manager did not start: $(cat "$2")"
}
