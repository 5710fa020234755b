#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# levels.sh [KERNEL]: levels/levels_leaks.sh, leaks in every arrangement of swap, in a guest whose clock
# counts instructions (debian-6.1). Leaves the table in CACHE_DIR for publish.sh.

set -euo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=selftests/vm/lib.sh
. selftests/vm/lib.sh
# shellcheck source=selftests/run/results.sh
. selftests/run/results.sh

NAME=${1:-debian-6.1}
PAGE=$RESULTS/levels.md

page()
{
	cat <<-EOT
	# Levels

	How a leak passes through the levels. Measured by \`make check-levels\` ($(machine); $NAME, 256 MB,
	default watermarks of 15, 8 and 4 %, a clock that counts instructions).

	The memory that was available when \`imminent_oom\` was entered, and the time from then until the
	OOM. The levels are those before the OOM. With zram and zswap a level may be left again when it becomes
	known what the data takes there. In a cgroup with \`memory.swap.max\` of 0, beside free swap, the levels
	come with the OOM. Under strict overcommit no OOM comes: \`mmap()\` is refused, no level of the module
	tells it, and the manager's \`commit_left\` does.

	| arrangement | KiB a second | available | of all memory | until the OOM | levels before it |
	|---|---|---|---|---|---|
	EOT
	sed -n 's/^# leak: \(.*\)/| \1 |/p' "$1"
}

main()
{
	local failed=0
	local pid

	selftests/vm/boot.sh --icount --swap 400 --modprobe --timeout 7200 --test-timeout 7000 "$NAME" -- \
		levels_leaks.sh &
	pid=$!
	wait "$pid" || failed=1
	mkdir -p "$RESULTS"
	page "$CACHE_DIR/logs/$NAME-levels_leaks.sh-$pid/verdict.log" | sed 's/^\t//' >"$PAGE"
	say_where "$PAGE"
	return "$failed"
}

main
