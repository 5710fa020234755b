#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# levels.sh [PART...]: how a machine runs short, in guests of their own, one after the other
# (default: all of PARTS).
# levels.sh --page: what they found, as a page; a row that was not measured here stays as published.
# Settings of the scripts (CASES, RATES, EACH) come from the environment.

set -euo pipefail

cd "$(dirname "$0")/../.."
# shellcheck source=selftests/vm/lib.sh
. selftests/vm/lib.sh
# shellcheck source=selftests/run/results.sh
. selftests/run/results.sh

PARTS=(leaks leaks_6.12 cma highmem quiet quiet_6.12 storm account early harmless)
PAGE=$PUBLISHED/levels.md

# settings NAME...: those of the environment, as arguments of a script
settings()
{
	local name

	for name; do
		[[ -z ${!name-} ]] || printf ' %s=%s' "$name" "${!name}"
	done
}

boot()
{
	selftests/vm/boot.sh --label "levels-$1" --timeout 14400 --test-timeout 14300 "${@:2}"
}

# The commit of what was measured; results.sh says where.
note_commit()
{
	mkdir -p "$RESULTS"
	git log -1 --format=%h -- module include Kbuild >"$RESULTS/levels-$1.commit"
	git diff --quiet HEAD -- module include Kbuild || echo " and changes" >>"$RESULTS/levels-$1.commit"
}

run_part()
{
	local swap=(--swap 400 --modprobe)

	note_commit "$1"
	case $1 in
	leaks) boot "$1" --icount "${swap[@]}" debian-6.1 -- "levels_leaks.sh$(settings CASES RATES)" ;;
	leaks_6.12) boot "$1" --icount "${swap[@]}" debian-6.12 -- "levels_leaks.sh KERNEL=6.12$(settings CASES RATES)" ;;
	cma) boot "$1" --icount --append cma=64M arm64-6.12 -- "levels_leaks.sh CASES=cma$(settings RATES)" ;;
	highmem) boot "$1" --icount --mem 1200 i386-6.1 -- "levels_leaks.sh CASES=highmem ROOM=245760$(settings RATES)" ;;
	quiet) boot "$1" --icount "${swap[@]}" debian-6.1 -- "levels_quiet.sh$(settings EACH COST_S CGROUPS)" ;;
	quiet_6.12) boot "$1" --icount "${swap[@]}" debian-6.12 -- "levels_quiet.sh$(settings EACH COST_S CGROUPS)" ;;
	storm) boot "$1" debian-6.12 -- "levels_cgroup_storm.sh$(settings STORM_S)" ;;
	account) boot "$1" --tools "${swap[@]}" debian-6.1 -- "tools_account.sh MORE=1" ;;
	early) boot "$1" --icount "${swap[@]}" debian-6.1 -- \
		"levels_early.sh EARLY=${EARLY:-1%,2%,3%} RATES=2048,8192,40960,-,204800" ;;
	harmless) boot "$1" --icount "${swap[@]}" debian-6.1 -- "levels_harmless.sh$(settings EACH LEFT LOADS)" ;;
	*) die "there is no part $1 (${PARTS[*]})" ;;
	esac
}

# found WORD: the rows, each with the commit it was found at.
found()
{
	local verdict

	for verdict in "$RESULTS"/levels-*.verdict; do
		[[ -e $verdict ]] || continue
		sed -n "s/^# $1: \(.*\)/| \1 | $(tr -d '\n' <"${verdict%.verdict}.commit") |/p" "$verdict"
	done
}

published()
{
	awk -v title="## $1" '$0 == title { inside = 1; next } /^## / { inside = 0 }
		inside && /^\| / && past { print } /^\|---/ { past = 1 } !/^\|/ { past = 0 }' "$PAGE"
}

# rows TITLE WORD KEYS: the published rows of a table, each replaced by the one that was found and has
# the same first KEYS columns, and those that are new.
rows()
{
	awk -F ' *[|] *' -v keys="$3" '
		{
			key = $2 (keys > 1 ? "|" $3 : "")
			if (!(key in row))
				order[++n] = key
			row[key] = $0
		}
		END { for (i = 1; i <= n; i++) print row[order[i]] }' \
		<(published "$1") <(found "$2")
}

print_page()
{
	cat <<-EOT
	# Levels

	Measured by \`make check-levels\` on $(machine): debian-6.1 with 256 MB and, where a row says so, debian-6.12;
	for CMA arm64-6.12 with 256 MB of which 64 MB are a CMA area, for high memory i386-6.1 with 1200 MB. Default
	watermarks of 15, 8 and 4 %. Times are those of a clock that counts instructions. The last column is the commit
	of the module.

	## Leaks

	The memory that was available when \`imminent_oom\` was entered, and the time from then until the
	OOM. The levels are those before the OOM. With zram and zswap a level may be left again when it becomes
	known what the data takes there. With \`memory.low\` the OOM is further away: the kernel first gives up what
	that keeps. Under strict overcommit no OOM comes: \`mmap()\` is refused, no level of the module tells it, and
	the manager's \`commit_left\` does. With cma and highmem the kernel's own memory leaks, and what is available
	is what processes might still have. With cgroup the levels are those of a memory cgroup that is watched, with a
	limit of 48 MB, and the share is one of that; cgroup_cache is the same with a cgroup full of page cache.

	| arrangement | KiB a second | available | of all memory | until the OOM | levels before it | module |
	|---|---|---|---|---|---|---|
	EOT
	rows Leaks leak 2
	cat <<-EOT

	## No false alarm

	Levels that were entered, of the machine and of 16 memory cgroups that are watched, by work that is not short
	of memory. The page cache is that of a disk: 300 MB read, 100 MB written, and 64 MB read in one of these
	cgroups, whose limit is 32 MB. What is compiled are four processes of 4 to 16 MB at a time, and what they read
	and write. Seconds are those of the guest's clock.

	| kernel | work | seconds | rounds | least available | warning below | levels | module |
	|---|---|---|---|---|---|---|---|
	EOT
	rows "No false alarm" quiet 2
	cat <<-EOT

	## Cost at rest

	The CPU time of all threads of the module on a machine that does nothing, by the scheduler's own accounting, at
	one instruction a nanosecond. The goal is 0.1 % together.

	| kernel | watched | share of a CPU | of each thread, in % | module |
	|---|---|---|---|---|
	EOT
	rows "Cost at rest" cost 2
	cat <<-EOT

	## Memory cgroups that come and go

	| kernel | seconds | cgroups | watches made and removed | OOMs | warnings | module |
	|---|---|---|---|---|---|---|
	EOT
	rows "Memory cgroups that come and go" storm 1
	cat <<-EOT

	## Owners of the memory

	States of a machine, each with so much memory of one kind; what \`oom-embedded report\` tells of the part that it
	belongs to, and its sentence of verdict. In each the parts are MemTotal within 1 %.

	| state | KiB put there | the part | verdict | module |
	|---|---|---|---|---|
	EOT
	rows "Owners of the memory" account 1
	cat <<-EOT

	## early_kb

	The kind of the first emergency with a leak of so many KiB a second: \`early\`, or that the kernel asked.
	Disk: 48 MB of swap on a disk. zram: as much, and data of which half can be compressed. dense: the
	same with data that cannot. limited: so, too, with \`mem_limit\` 8 MB.

	| arrangement | 2048 | 8192 | 40960 | 204800 | module |
	|---|---|---|---|---|---|
	EOT
	rows early_kb early 1
	cat <<-EOT

	## No false stall

	Work that keeps a disk or the CPU busy, with \`stall_percent=2\` and \`stall_ms=5000\`: who died of it, and the
	highest \`levels/stall_percent\` that was read, once a second. 12 % of memory is left beside a process that is
	first in order and does nothing; with 15 % or more nothing counts as a stall. A round is: 8 MB of a file of 128 MB,
	read over and over; the start of a program of 2 MB that is not in the page cache; four processes of 1 and 2 MB,
	with 1 MB read and 1 MB written; 300 children of one process and 8 of shells; 8 pages, each written and synced; a
	start and a read of 512 KB in a cgroup whose \`io.max\` is 20 operations a second, and a synced write. Seconds
	are those of the guest's clock. Reads are those of the disk, with what one took by the kernel's own account;
	waiting for \`io.max\` is not part of that.

	| kernel | work | seconds | rounds | reads | most | least available | levels | kills | module |
	|---|---|---|---|---|---|---|---|---|---|
	EOT
	rows "No false stall" harmless 2
}

main()
{
	local failed=0
	local part

	[[ $# -gt 0 ]] || set -- "${PARTS[@]}"
	for part; do
		run_part "$part" || failed=1
	done
	print_page
	say_where "$RESULTS"
	return "$failed"
}

if [[ ${1-} == --page ]]; then
	print_page
else
	main "$@"
fi
