#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# matrix.sh [CELL...]: one source, every kernel. Builds the module for each cell's kernel,
# boots it and runs the scripts that belong to every kernel, with small settings. Prints a
# table and leaves its rows in CACHE_DIR; publish.sh publishes them. JOBS (default 1): how many cells
# at a time, of two guests each. "matrix.sh --page" prints the page that publish.sh wants.

set -uo pipefail

cd "$(dirname "$0")/../.." || exit 1
VM=selftests/vm
# shellcheck source=selftests/vm/lib.sh
. "$VM/lib.sh"
# shellcheck source=selftests/run/lists.sh
. selftests/run/lists.sh
# shellcheck source=selftests/run/results.sh
. selftests/run/results.sh
# shellcheck source=selftests/run/sections.sh
. selftests/run/sections.sh
trap - ERR
set +eE

PAGE=$PUBLISHED/kernels.md
LOGS=$CACHE_DIR/matrix
ROWS=$RESULTS/kernels

# cell, kernel, options of boot.sh. COVERAGE=WORDS among them: the coverage that the module is to
# report on a kernel that cannot give it everything.
CELLS='
x86_64-5.10      debian-5.10
x86_64-6.1       debian-6.1
x86_64-6.1-cloud debian-6.1-cloud
x86_64-6.1-rt    debian-6.1-rt
x86_64-6.12      debian-6.12
x86_64-6.12-rt   debian-6.12-rt
x86_64-7         debian-7
i386-6.1         i386-6.1
arm64-5.10       arm64-5.10
arm64-6.1        arm64-6.1
arm64-6.12       arm64-6.12
arm64-7          arm64-7
armhf-5.10       armhf-5.10
armhf-6.1        armhf-6.1
armhf-6.12       armhf-6.12
riscv64-6.12     riscv64-6.12
riscv64-7        riscv64-7
nokprobes        small-nokprobes COVERAGE=global
bare             small-bare      COVERAGE=global,guard --smp 1
bare-64mb        small-bare      COVERAGE=global,guard --smp 1 --mem 64
none-lockdep     small-none      --mem 128
rt-lockdep       small-rt        --mem 128
swap             debian-7        --swap 64
kcfi             small-cfi       --append cfi=kcfi
fineibt          small-cfi       --append cfi=fineibt
kcfi-7           small7-cfi      COVERAGE=global,memcg,guard,no-window --append cfi=kcfi
i386-kunit       i386-small
core             debian-6.1      --without core
core-armhf       armhf-6.12      --without core
'

# A remark on a cell beside its results.
note_of()
{
	case $1 in
	nokprobes) echo "without CONFIG_KPROBES the OOM notifier is the only way in" ;;
	bare) echo "without CONFIG_MEMCG, CONFIG_SMP, CONFIG_CPUSETS, CONFIG_PSI" ;;
	bare-64mb) echo "the same with 64 MB of RAM" ;;
	none-lockdep) echo "PREEMPT_NONE; lockdep, DEBUG_ATOMIC_SLEEP" ;;
	rt-lockdep) echo "PREEMPT_RT; lockdep with PROVE_RAW_LOCK_NESTING, DEBUG_ATOMIC_SLEEP" ;;
	swap) echo "64 MB of swap on a disk, in use" ;;
	kcfi) echo "kCFI: each indirect call is checked against its type" ;;
	kcfi-7) echo "the same on the newest kernel, whose tracepoints have other prototypes; clang has no function of its own for a memory cgroup's OOM there" ;;
	fineibt) echo "FineIBT's checks of each callee; qemu has no CET, so ENDBR itself is not enforced" ;;
	i386-kunit) echo "KUnit with 32-bit longs" ;;
	core|core-armhf) echo "PROFILE=core: without the features that a build may leave out" ;;
	esac
}

# Small: every path once or twice. Generous limits: a busy host is slow.
KNOBS="OOMS=2 STORM=300 RANKED=300 CYCLES=1 PATIENCE=60 ROUNDS=1 RATES=102400"

# guest CELL PART KERNEL OPTIONS SCRIPT...: one boot; leaves CELL.PART.log
guest()
{
	local cell=$1
	local part=$2
	local kernel=$3
	local knobs=$KNOBS
	local options=()
	local word

	for word in $4; do
		case $word in
		COVERAGE=*) knobs+=" $word" ;;
		*) options+=("$word") ;;
		esac
	done
	shift 4
	rm -f "$CACHE_DIR/results/matrix-$cell.$part".*
	"$VM/boot.sh" --label "matrix-$cell.$part" --timeout 1800 --test-timeout 600 \
		"${options[@]}" --append "$knobs" --file "$ABI_FILE" "$kernel" -- "$@" \
		</dev/null >"$LOGS/$cell.$part.log" 2>&1
}

# run_cell CELL KERNEL OPTION...: in two guests at the same time. Leaves CELL.log, CELL.failed
# (if so) and the row. SCRIPTS="a.sh b.sh" runs these, in one guest, and writes no table.
run_cell()
{
	local cell=$1
	local kernel=$2
	local scripts
	local began=$SECONDS
	local status=0
	local pids=()
	local pid

	shift 2
	rm -f "$LOGS/$cell".*log "$LOGS/$cell.failed"
	if [[ -n ${SCRIPTS-} ]]; then
		read -ra scripts <<<"$SCRIPTS"
		guest "$cell" scripts "$kernel" "$*" "${scripts[@]}" || status=1
	else
		guest "$cell" core "$kernel" "$*" "${MATRIX[@]}" &
		pids+=($!)
		guest "$cell" timed "$kernel" "$* --icount" "${MATRIX_TIMED[@]}" &
		pids+=($!)
		for pid in "${pids[@]}"; do
			wait "$pid" || status=1
		done
	fi
	cat "$LOGS/$cell".*.log >"$LOGS/$cell.log"
	[[ $status -eq 0 ]] || touch "$LOGS/$cell.failed"
	[[ -n ${SCRIPTS-} ]] || row "$cell" "$kernel" "$status" "$*" >"$ROWS/$cell.row"
	echo "$((SECONDS - began)) s: $cell: $(grep -c '^ok' "$LOGS/$cell.log") passed," \
		"$(grep -c '^not ok' "$LOGS/$cell.log") failed"
	grep '^not ok' "$LOGS/$cell.log"
	return "$status"
}

# The findings of coverage.sh in the guest.
found()
{
	sed -n "s/^# found: $2=//p" "$CACHE_DIR/results/matrix-$1.core.verdict" 2>/dev/null | tr -d '\r'
}

# built_with KERNEL [FEATURE...]: the compiler of the module, which may be without features, and the
# kernel's own where that is another one.
built_with()
{
	local config
	local own
	local ours

	config=$("$VM/kernel.sh" "$1")/config
	ours=$(compiler <"$CACHE_DIR/build/$(build_entry "$@").cc")
	own=$(sed -n 's/^CONFIG_CC_VERSION_TEXT="\(.*\)"/\1/p' "$config" | compiler)
	[[ $ours == "$own" ]] && echo "$ours" || echo "$ours (kernel: $own)"
}

# sizes CELL KERNEL [FEATURE...]: in KiB, text and data; as loaded; all that it takes with nothing set.
sizes()
{
	local cell=$1
	local text

	shift
	text=$(section_bytes "$CACHE_DIR/build/$(build_entry "$@")/oom_embedded.ko" "$TEXT_AND_DATA")
	echo "$((text / 1024)), $(found "$cell" memory | sed 's/ /, /')"
}

# From "x86_64-linux-gnu-gcc-14 (Debian 14.2.0-19) 14.2.0" to "gcc 14.2.0".
compiler()
{
	awk 'NR == 1 {
		name = /clang/ ? "clang" : "gcc"
		for (i = 1; i <= NF; i++)
			if ($i ~ /^[0-9]+\.[0-9]+\.[0-9]+$/)
				version = $i
		print name, version
	}'
}

# "N passed" and why what was not passed was not.
tests_column()
{
	awk '
	/^ok - / { passed++ }
	/^skip - / { skip(substr($0, 8)) }
	/^not ok - / && !bad { bad = substr($0, 10) }
	function skip(text,    part)
	{
		split(text, part, ": ")
		sub(/ .*/, "", part[2])
		sub(/\.sh$/, "", part[2])
		why[part[3]] = why[part[3]] (part[3] in why && why[part[3]] ? ", " : "") part[2]
		skipped++
	}
	END {
		printf "%d passed", passed
		for (reason in why)
			printf "; %s: %s skipped", reason, why[reason]
		if (bad)
			printf "; **failed**: %s", bad
		printf "\n"
	}' "$1"
}

# A row of the table.
row()
{
	local cell=$1
	local kernel=$2
	local status=$3
	local mem
	local cpus=2
	local note
	local verdict=ok
	local without=()

	mem=256
	is_debug_kernel "$kernel" && mem=512
	[[ $4 =~ --mem\ ([0-9]+) ]] && mem=${BASH_REMATCH[1]}
	[[ $4 =~ --smp\ ([0-9]+) ]] && cpus=${BASH_REMATCH[1]}
	[[ ! $4 =~ --without\ ([a-z,]+) ]] || read -ra without <<<"${BASH_REMATCH[1]//,/ }"
	[[ $status -eq 0 ]] || verdict="**failed**"
	note=$(note_of "$cell")
	# shellcheck disable=SC2016 # backquotes of markdown
	printf '| `%s`%s | %s | %s | %s, %s CPU, %s MB | %s | %s | %s | %s |\n' "$cell" \
		"${note:+<br>$note}" "$(found "$cell" release)" "$(built_with "$kernel" "${without[@]}")" \
		"$verdict" "$cpus" "$mem" "$(tests_column "$LOGS/$cell.log")" \
		"$(found "$cell" coverage)" "$(sizes "$cell" "$kernel" "${without[@]}")" \
		"$(tried)"
}

# The commit and the machine.
tried()
{
	local commit

	commit=$(git rev-parse --short HEAD)
	git diff --quiet HEAD -- . || commit+=-dirty
	echo "$commit, $(machine)"
}

# The row of a cell: of this machine's last run, or the published one.
row_of()
{
	if [[ -e $ROWS/$1.row ]]; then
		cat "$ROWS/$1.row"
	else
		awk -v cell="\`$1\`" '{ name = $2; sub(/<br>.*/, "", name) } name == cell' "$PAGE" 2>/dev/null |
			grep . || echo "| \`$1\` | not run | | | | | | |"
	fi
}

table()
{
	local cell

	echo "| cell | kernel | module built with | boot | tests | \`coverage\` | KiB | source |"
	echo "|---|---|---|---|---|---|---|---|"
	awk 'NF { print $1 }' <<<"$CELLS" | while read -r cell; do
		row_of "$cell"
	done
}

print_page()
{
	cat <<-EOT
	# The kernels it was tried on

	Found by \`make check-matrix\` and copied here by \`make publish-results\`: one source, built for each of these kernels without a
	warning, booted in emulated machines, and put through the scripts of the core and of the
	capabilities (\`MATRIX\`, and \`MATRIX_TIMED\` on one CPU whose clock counts instructions, in
	\`selftests/run/lists.sh\`) with real OOMs. \`make check-matrix CELL=arm64-6.1\` does one.

	The first part are Debian's own kernels as they are, the second our own builds of Debian's
	6.12, each without something or with a check, and Debian's with a module that leaves out all it
	can. \`coverage\` is what the module itself says on
	that kernel; a script that needs what is not there is skipped, and the module has to say
	so. The KiB are text and data, the module as loaded, stripped as by \`make install\`, and all that it takes with nothing set: with
	pages, spare objects and stacks (rows of before 30 November 2026 have one figure: as loaded, in bytes). The
	source is the commit that was tried, and the machine, since one cell may be run alone: a row
	says nothing about code that is newer than its commit.

	$(table)

	Not shown anywhere: what depends on real hardware's timing, and ENDBR enforced by a CPU
	with CET. The scripts that take the machine down run in \`make check\` only, on x86_64.
	EOT
}

main()
{
	local wanted=("$@")
	local line
	local known
	local cell
	local running=0

	mkdir -p "$ROWS" "$LOGS"
	if [[ ${1-} == --page ]]; then
		print_page
		return
	fi
	known=$(awk 'NF { print $1 }' <<<"$CELLS")
	for cell in "${wanted[@]}"; do
		grep -qxF -- "$cell" <<<"$known" || die "no cell '$cell' (there are: ${known//$'\n'/ })"
	done
	"$VM/setup.sh" matrix || exit 1
	[[ ${#wanted[@]} -gt 0 ]] || mapfile -t wanted <<<"$known"
	for cell in "${wanted[@]}"; do
		read -ra line < <(awk -v cell="$cell" '$1 == cell' <<<"$CELLS")
		[[ $running -lt ${JOBS:-1} ]] || { wait -n; running=$((running - 1)); }
		run_cell "${line[@]}" &
		running=$((running + 1))
	done
	wait
	echo
	table | awk -v wanted="${wanted[*]}" '
		BEGIN { for (i = split(wanted, name, " "); i; i--) want["`" name[i] "`"] }
		{ cell = $2; sub(/<br>.*/, "", cell) }
		NR < 3 || cell in want'
	[[ -n ${SCRIPTS-} ]] || say_where "$ROWS"
	for cell in "${wanted[@]}"; do
		[[ ! -e $LOGS/$cell.failed ]] || exit 1
	done
}

main "$@"
