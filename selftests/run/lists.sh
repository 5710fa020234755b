# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # read by check.sh, matrix.sh and gcov.sh
#
# The sets of scripts, for make check, make check-matrix and make coverage alike: each script
# says it in its header, "# set: WORD...". The words are explained here, and in README.md.

SELFTESTS_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ABI_PAGE=Documentation/ABI/testing/sysfs-kernel-oom_embedded
ABI_FILE=$ABI_PAGE:/selftests/$(basename "$ABI_PAGE")

# The folders of the scripts that a guest runs, in the order of the table in README.md.
SCRIPT_FOLDERS=(oom rank grace levels limits records abi tools)
SET_WORDS=(
	oom rest stock once long graceful warning swapping swapping_timed limiting tools going_away matrix matrix_timed debug faulty alone
)
NEED_WORDS=(memcg guard page kunit faults tools udev persist share icount swap modprobe limits report events levels groups)

# list_scripts: the paths, in the order of the table.
list_scripts()
{
	local folder

	for folder in "${SCRIPT_FOLDERS[@]}"; do
		find "$SELFTESTS_DIR/$folder" -name '*.sh' | LC_ALL=C sort
	done
}

# header_words KEY FILE: the words behind "# KEY:".
header_words()
{
	sed -n "/^#/!{/^\$/q}; s/^# $1: //p" "$2"
}

# script_needs WORD NAME
script_needs()
{
	local path

	path=$(list_scripts | grep "/$2\$") || return 1
	[[ " $(header_words needs "$path") " == *" $1 "* ]]
}

# scripts_of SET: the names, a line each.
# shellcheck disable=SC2016 # $ is awk's
scripts_of()
{
	list_scripts | xargs awk -v set="$1" '
		FNR == 1 { header = 1 }
		!/^#/ { header = 0 }
		header && /^# set: / {
			for (i = 3; i <= NF; i++)
				if ($i == set) {
					name = FILENAME
					sub(/.*\//, "", name)
					print name
				}
		}'
}

# Tests that depend on the kernel's version, and on locks and lifetimes, too: on every kernel,
# on the debug kernel in make check-debug; in two sets that take about as long, for two guests at a time.
mapfile -t OOM < <(scripts_of oom)
mapfile -t REST < <(scripts_of rest)
# Tests that depend on the kernel's version only: not on the debug kernel.
mapfile -t STOCK < <(scripts_of stock)
# Tests of the module alone, the same on every kernel: make check has them on one stock kernel;
# in two sets again, for the older one and for the newer one.
mapfile -t ONCE < <(scripts_of once)
mapfile -t LONG < <(scripts_of long)
# One capability each; they take longest. make check has each on one stock kernel, make check-long on
# all, make check-matrix where it is asked to.
mapfile -t GRACEFUL < <(scripts_of graceful)
mapfile -t WARNING < <(scripts_of warning)
# Those that want swap, on a disk of 400 MB or in zram: boot.sh --swap --modprobe.
mapfile -t SWAPPING < <(scripts_of swapping)
# Of these, those that judge a share of time: the clock counts instructions.
mapfile -t SWAPPING_TIMED < <(scripts_of swapping_timed)
mapfile -t LIMITING < <(scripts_of limiting)
# Those that need the tools of userspace-tools/ in the guest: boot.sh --tools.
mapfile -t TOOLS < <(scripts_of tools)
# Those that take the guest down have a boot of their own, with one CPU: the waiter for memory
# then leaves the CPU to the processes that were told.
mapfile -t GOING_AWAY < <(scripts_of going_away)
# Tests that show on every kernel in about a minute that the module works there. The core: each kind
# of OOM, each way in, the guard, what a fork inherits, the ABI; and the capabilities: groups, levels,
# the report.
mapfile -t MATRIX < <(scripts_of matrix)
# Grace and limits, in a second guest at the same time. Timing is judged
# where the clock counts instructions, which a busy host does not add to. The others are here so
# that both guests take as long.
mapfile -t MATRIX_TIMED < <(scripts_of matrix_timed)
# For the debug kernel: tests of KUnit and fault injection, which only it has, and the locks and
# lifetimes of tests that are run once elsewhere.
mapfile -t DEBUG < <(scripts_of debug)
# There, too: one thing after the other is refused by the kernel. They take minutes.
mapfile -t FAULTY < <(scripts_of faulty)
