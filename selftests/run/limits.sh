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
	does not come to its end, and a second for the scans: 17 s with these settings. If no process is kept
	from its end, it is 4 s in place of the 10: 11 s. It is the time above as the scans see it. From
	outside one `period_ms` more can be seen for the first scan that sees the user above, and one for
	each time that the user was below at a scan: half a second each here. In reaper, the innocent process
	of the same user goes with all others of that user. The clock of this guest is that of a busy host.
	EOT
}

# These were measured once, on a module of before, and stay.
print_before()
{
	cat <<-'EOT'

	## The same before the limits held

	The same program and script on 2026-11-29, kernel debian-6.12, with the module of commit 84d3d7f, each
	watched for 12 s from when it is above on; 12.0 s means until the end of that.

	| strategy | above the limit | last seen above | signals in the log | ended | innocents ended | lines in the log |
	|---|---|---|---|---|---|---|
	| plain | 3.9 s | 3.9 s | 2 | 1 | 0 | 4 |
	| storm | 12.0 s | 12.0 s | 9 | 4 | 0 | 10 |
	| reaper | 12.0 s | 12.0 s | 9 | 4 | 0 | 10 |
	| saw | 5.7 s | 9.2 s | 2 | 0 | 0 | 6 |
	| ptrace | 12.1 s | 12.1 s | 0 | 0 | 0 | 1 |
	| rename | 12.0 s | 12.0 s | 9 | 1 | 1 | 17 |
	| hide | 12.0 s | 12.0 s | 2 | 1 | 1 | 4 |
	| memfd | 12.0 s | 12.0 s | 0 | 0 | 0 | 0 |
	| swap | 12.0 s | 12.0 s | 1 | 0 | 0 | 3 |
	| setuid | 4.3 s | 4.3 s | 2 | 1 | 0 | 4 |
	| userns | 12.0 s | 12.0 s | 0 | 0 | 0 | 0 |
	| stop | 4.0 s | 4.0 s | 2 | 1 | 0 | 4 |
	| shm | 12.0 s | 12.0 s | 1 | 0 | 0 | 3 |
	| tmpfs | 0.0 s | 0.0 s | 7 | 3 | 0 | 8 |

	In tmpfs the user was never above its limit, and processes of it ended all the same.

	## What was wrong, and its test

	The last column is what was seen with the module of 84d3d7f.

	| was wrong | test | seen |
	|---|---|---|
	| ten processes that map one file count it ten times, and end for it | `one_file` of `limits_hold.sh`, tmpfs of `adversary.sh` | three ended, above |
	| a child that its parent stops on its way out keeps its memory for ever | `held_back`, ptrace | not a signal in 12 s, above; the script allows it 17 s |
	| one victim at a time | `together`, `storms`, storm, reaper | `together` was red, 9.7 s with a timeout of 1 s; storm was red; reaper was above until the end, and is allowed 14 s |
	| memory that is in no process, or swapped out | `files`, memfd, swap, shm | the last three were red |
	| subordinate users, ranges, groups, cgroups | `limits_who.sh`, `limits_write.sh`, userns | userns was red; for the others only read: `create` took one number |
	| one scan below resets the allowance | `saw` | red; saw of `adversary.sh` was not: 5.7 s above, with pauses, until 9.2 s |
	| busy processes keep it from scanning | `busy` | barely red: 29 scans in 3 s, where 30 are asked for (6.1 and 6.12) |
	| processes that share memory end one after the other | `chained` | red on the module of 53695f7 |
	| a name that comes and goes | `renamed`, rename, hide | both of the last were red, twice each: above until the end, and an innocent process ended |
	| a warning, a signal of its own | `warned` | red by itself: the files did not exist |

	## The cost of a scan

	The time of the thread for a scan in ns, with 1,000 limits and all processes of users who have one. The
	clock counts instructions; kernel debian-6.12; from the log of 53695f7. 84d3d7f was measured twice, the second
	time with 710,361, 2,006,788 and 4,110,258 for 0, 1,250 and 5,000. Without a limit there is no thread
	(`limits_write.sh`).

	| processes | 0 | 1,250 | 2,500 | 5,000 | 10,000 |
	|---|---|---|---|---|---|
	| 84d3d7f | 710,389 | 2,011,627 | 2,674,581 | 4,110,713 | 6,848,054 |
	| 53695f7 | 362,719 | 1,663,863 | 2,278,180 | 3,613,040 | 6,159,927 |
	EOT
}

status=0
attack
grep -q '^# row ' "$VERDICT" || die "the guest measured nothing"
mkdir -p "$RESULTS"
{ print_page; print_before; } | tee "$RESULTS/limits.md"
say_where "$RESULTS/limits.md"
exit "$status"
