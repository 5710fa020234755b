#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# soak.sh [PART...]: thousands of emergencies of all kinds at the same time and a thousand loads on each kernel, a
# million random writes and reads, and what the sanitisers say that make check has no time for. With a
# thread of the host for each CPU. Leaves a page in CACHE_DIR; a part that was not run here keeps the row that is published.
# soak.sh --page: the page of what is there.
# OOMS, CYCLES, COUNT: other numbers than those of PARTS.

set -euo pipefail

cd "$(dirname "$0")/../.." || exit 1
VM=selftests/vm
# shellcheck source=selftests/vm/lib.sh
. "$VM/lib.sh"
# shellcheck source=selftests/run/results.sh
. selftests/run/results.sh

ROWS=$RESULTS/soak
PAGE=$RESULTS/soak.md
# The kernel, emergencies, loads.
STORMS='
debian-6.1  10000 1000
debian-6.12 10000 1000
debian-7    10000 1000
debug-6.12  1000  100
'
KERNELS=(debian-6.1 debian-6.12 debian-7 debug-6.12)
SANITISED=(coverage.sh exceptions.sh groups.sh guard.sh inherit.sh kill_set.sh order_global.sh order_memcg.sh
	order_sysrq.sh reload.sh sysfs_fuzz.sh)
# MemTotal counts what KMSAN keeps for itself, two thirds. One sizes its processes by it, and for the other most memory
# is in no process, which is an exception of the order.
NOT_FOR_KMSAN=(kill_set.sh order_global.sh)
PARTS=("${KERNELS[@]}" "${KERNELS[@]/%/-loads}" fuzz kcsan kmsan)

# storm_field PART FIELD
storm_field()
{
	awk -v part="$1" -v field="$2" '$1 == part { print $field }' <<<"$STORMS"
}

# boot LABEL KERNEL CPUS APPEND TEST...
boot()
{
	local label=$1
	local kernel=$2
	local cpus=$3
	local append=$4
	local began=$SECONDS

	shift 4
	rm -f "$RESULTS/soak-$label.verdict"
	"$VM/boot.sh" --label "soak-$label" --threads --smp "$cpus" --timeout 14400 --append "$append" "$kernel" -- "$@" \
		>"$ROWS/$label.log" 2>&1 || true
	grep -E '^not ok|^skip' "$ROWS/$label.log" || true
	echo "$((SECONDS - began)) s" >"$ROWS/$label.seconds"
	[[ -e $RESULTS/soak-$label.verdict ]] || die "the guest did not boot: $(<"$ROWS/$label.log")"
}

# told LABEL KEY: what the guest has said of it
told()
{
	sed -n "s/^.*# $2 //p" "$RESULTS/soak-$1.verdict" | tr -d '\r' | tail -n 1
}

# ended LABEL: how many tests, and in what time
ended()
{
	echo "$(tail -n 1 "$ROWS/$1.log") | $(<"$ROWS/$1.seconds")"
}

# The commit of the module, and the day.
measured()
{
	echo "$(module_commit), $(date -u +%Y-%m-%d)"
}

run_storm()
{
	local row=$1
	local kind

	boot "$1" "$1" 4 "OOMS=${OOMS:-$(storm_field "$1" 2)} slab_nomerge" soak.sh
	for kind in global memcg sysrq request victims kernel_kb; do
		row+=" | $(told "$1" "soak $kind" | sed 's/ / → /')"
	done
	echo "| $row | $(ended "$1") | $(measured) |" >"$ROWS/$1.row"
}

# Most of its time it waits.
run_loads()
{
	local row=$1
	local kind

	boot "$1-loads" "$1" 2 "CYCLES=${CYCLES:-$(storm_field "$1" 3)} slab_nomerge" soak_loads.sh
	for kind in cycles cycles_kernel_kb; do
		row+=" | $(told "$1-loads" "soak $kind" | sed 's/ / → /')"
	done
	echo "| $row | $(ended "$1-loads") | $(measured) |" >"$ROWS/$1-loads.row"
}

run_fuzz()
{
	local row=debian-6.12
	local key

	boot fuzz debian-6.12 2 "COUNT=${COUNT:-1000000}" sysfs_fuzz.sh
	for key in writes refused reads commits ooms violations; do
		row+=" | $(told fuzz "fuzz $key")"
	done
	echo "| $row | $(ended fuzz) | $(measured) |" >"$ROWS/fuzz.row"
}

# run_sanitised PART KERNEL
run_sanitised()
{
	local scripts=("${SANITISED[@]}")

	[[ $1 != kmsan ]] ||
		mapfile -t scripts < <(printf '%s\n' "${SANITISED[@]}" | grep -vxF -f <(printf '%s\n' "${NOT_FOR_KMSAN[@]}"))
	boot "$1" "$2" 4 "OOMS=2 CYCLES=2 COUNT=5000 STORM=2000 PATIENCE=180" "${scripts[@]}"
	echo "| $2 | ${#scripts[@]} | $(ended "$1") | $(measured) |" >"$ROWS/$1.row"
}

# published_row SECTION KERNEL: the row of an earlier run, maybe of another machine
published_row()
{
	awk -v section="## $1" -v row="| $2 |" '
		/^## / { inside = $0 == section }
		inside && index($0, row) == 1 { print }' "$PUBLISHED/soak.md"
}

# row PART SECTION KERNEL
row()
{
	local published

	if [[ -e $ROWS/$1.row ]]; then
		cat "$ROWS/$1.row"
	else
		published=$(published_row "$2" "$3")
		echo "${published:-| $3 | not run |}"
	fi
}

print_page()
{
	local kernel

	cat <<-EOT
	# Soak

	Written by \`make soak\`, $(machine), guests with four CPUs, two where it says so, each in a thread of the host, in
	the newest qemu that Debian has. A row has the commit of the module and the day of its run. "Passed" are
	tests; a kernel that complains on its console is a failed one.

	## Emergencies

	\`selftests/oom/soak.sh\`: four cgroups run out of memory in a loop, SysRq asks for victims, userspace does, and the
	machine itself runs out of memory again and again, all at the same time. Memory is that of the kernel in KiB,
	before and after: objects of slabs, vmalloc and the memory of each CPU. A difference above 256 fails;
	so does, in rows after 386c252, one above 4096 of all unreclaimable slab pages, where blocks above 8 KiB are.

	| kernel | of the machine | of cgroups | SysRq | requests | killed | memory | tests | time | module |
	|---|---|---|---|---|---|---|---|---|---|
	EOT
	for kernel in "${KERNELS[@]}"; do
		row "$kernel" Emergencies "$kernel"
	done
	cat <<-'EOT'

	debug-6.12 has KASAN, lockdep, UBSAN, debug objects and kmemleak, which looks at the end.

	## Loads

	`selftests/oom/soak_loads.sh`: the module is loaded, decides, and is unloaded, over and over, while a cgroup
	runs out of memory. Two CPUs.

	| kernel | loads | memory | tests | time | module |
	|---|---|---|---|---|---|
	EOT
	for kernel in "${KERNELS[@]}"; do
		row "$kernel-loads" Loads "$kernel"
	done
	cat <<-'EOT'

	## Random writes and reads

	`selftests/abi/sysfs_fuzz.sh`: all files, by the grammar of the ABI page, beside OOMs. What is taken reads back, what is
	refused changes nothing, and each hundred operations all files are compared with what they should be. Two CPUs.

	| kernel | writes | of these refused | reads | commits of staged values | OOMs | violations | tests | time | module |
	|---|---|---|---|---|---|---|---|---|---|
	EOT
	row fuzz "Random writes and reads" debian-6.12
	cat <<-EOT

	## Sanitisers

	KCSAN (data races) and KMSAN (memory that is read before it was written), kernels of their own:
	${SANITISED[*]}.
	Not with KMSAN: ${NOT_FOR_KMSAN[*]}. MemTotal counts what KMSAN keeps for itself, two thirds: the one sizes its
	processes by it, and for the other most memory is in no process, which is an exception of the order.

	| kernel | scripts | tests | time | module |
	|---|---|---|---|---|
	EOT
	row kcsan Sanitisers debug-6.12-kcsan
	row kmsan Sanitisers debug-6.12-kmsan
}

run_part()
{
	echo "== $1"
	rm -f "$ROWS/$1.row"
	case $1 in
	*-loads) run_loads "${1%-loads}" ;;
	debian-* | debug-6.12) run_storm "$1" ;;
	fuzz) run_fuzz ;;
	kcsan) run_sanitised kcsan debug-6.12-kcsan ;;
	kmsan) run_sanitised kmsan debug-6.12-kmsan ;;
	esac
	cat "$ROWS/$1.row"
}

mkdir -p "$ROWS"
if [[ ${1-} == --page ]]; then
	print_page
	exit
fi
"$VM/setup.sh" matrix
for part; do
	[[ " ${PARTS[*]} " == *" $part "* ]] || die "there is no part $part"
done
[[ $# -gt 0 ]] || set -- "${PARTS[@]}"
# The loads wait for most of their time: all of them beside the rest.
for part; do
	[[ $part != *-loads ]] || run_part "$part" &
done
for part; do
	[[ $part == *-loads ]] || run_part "$part"
done
wait
print_page >"$PAGE"
say_where "$PAGE"
for part; do
	grep -qE '[1-9][0-9]* passed, 0 failed' "$ROWS/$part.row" || die "$part is not green"
done
