#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# limits.sh [KERNEL]: fourteen ways to work against a limit, on a stock kernel (debian-6.12) in a
# guest; prints the table of limits/adversary.sh and leaves it in CACHE_DIR for publish.sh.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/../vm/lib.sh"
# shellcheck source=selftests/run/results.sh
. "$(dirname "$0")/results.sh"

NAME=${1:-debian-6.12}

# Sets VERDICT to what the guest said. boot.sh names its logs by its process.
attack()
{
	local pid

	"$VM_DIR/boot.sh" --mem 512 --swap 400 --modprobe --timeout 1500 --test-timeout 1400 "$NAME" -- \
		adversary.sh >&2 &
	pid=$!
	wait "$pid" || status=1
	VERDICT=$CACHE_DIR/logs/$NAME-adversary.sh-$pid/verdict.log
}

# "# row STRATEGY key=value..." becomes a row.
print_rows()
{
	awk '$1 == "#" && $2 == "row" {
		for (i = 4; i <= NF; i++) {
			split($i, pair, "=")
			value[pair[1]] = pair[2]
		}
		printf "| %s | %.1f s | %.1f s | %d | %d | %d | %d |\n", $3, value["above_ms"] / 1000,
			value["last_ms"] / 1000, value["signals"], value["ended"], value["innocents"], value["lines"]
	}' "$VERDICT"
}

print_page()
{
	cat <<-EOT
	# Limits against users that work against them

	Written by \`selftests/run/limits.sh\` on $(date -u +%Y-%m-%d), kernel $NAME, $(machine), in a guest
	with 512 MB, 400 MB of swap and two CPUs in software emulation.

	A user with a limit of 100 MB (2 s allowed, SIGKILL 2 s after SIGTERM, \`period_ms\` 500) goes for
	200 MB for 20 s, ignores SIGTERM, and does what the first column says. The time above the limit is
	measured without the module: by the memory and swap that the machine has less. Innocents are a small
	process of the same user, and one of another user.

	| strategy | above the limit | last seen above | signals in the log | ended | innocents ended | lines in the log |
	|---|---|---|---|---|---|---|
	EOT
	print_rows
	cat <<-'EOT'

	plain: nothing else. storm: 20 processes with a part each, and new ones for those that end. reaper: the
	same, and their parent adopts orphans, so that it cannot be seen who made them. saw: small for 0.3 s of
	each second. ptrace: a child that its parent stops on its way out. rename: a name that a rule protects,
	for half of the time. hide: that name from the first SIGTERM on. memfd: a file in memory, not mapped.
	swap: swapped out. setuid: by a set-uid program of root. userns: as a subordinate user, in a user
	namespace. stop: a child that stops itself. shm: SysV memory without an attachment, which nobody's end
	brings back; the user is told to be blocked. tmpfs: ten processes that map one file of 60 MB, which is
	below the limit.

	The time that is declared: the allowance, twice the time from SIGTERM to SIGKILL, 10 s for a process that
	does not come to its end, and a second for the scans: 17 s with these settings, after the first scan that
	sees the user above, which comes after 0.5 s at most. If no process is kept from its end, it is 4 s in
	place of the 10: 11 s. In reaper, the innocent process of the same user goes with all others of that
	user. The clock of this guest is that of a busy host, which may add some tenths of a second.
	EOT
}

status=0
attack
grep -q '^# row ' "$VERDICT" || die "the guest measured nothing"
mkdir -p "$RESULTS"
print_page | tee "$RESULTS/limits.md"
say_where "$RESULTS/limits.md"
exit "$status"
