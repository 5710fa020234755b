#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh [KERNEL]: measures what the module costs, on a stock kernel (debian-6.12) in a
# guest whose clock counts instructions; prints the table and leaves it in CACHE_DIR, that of the
# default kernel for publish.sh. A goal that is not met is no failure here.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/../../vm/lib.sh"
# shellcheck source=selftests/run/results.sh
. "$(dirname "$0")/../results.sh"

BENCH_DIR=$REPO_ROOT/selftests/run/bench
DEFAULT_KERNEL=debian-6.12
NAME=${1:-$DEFAULT_KERNEL}

# 10,000 processes are about 1 GB. Clearing a page by bytes would count 4096 instructions.
# The time limit is for a machine that has other work.
GUEST=(--icount --mem 2048 --timeout 3600 --test-timeout 3500)
GUEST+=(--append slab_nomerge --append "clearcpuid=erms,fsrm")

# shellcheck source=selftests/run/bench/programs.sh
. "$BENCH_DIR/programs.sh"
# shellcheck source=selftests/run/sections.sh
. "$REPO_ROOT/selftests/run/sections.sh"

# Sets VERDICT to what the guest said. boot.sh names its logs by its process.
measure()
{
	local pid

	"$VM_DIR/boot.sh" "${GUEST[@]}" "$NAME" -- bench/guest.sh >&2 &
	pid=$!
	wait "$pid" || die "the guest did not measure everything"
	VERDICT=$CACHE_DIR/logs/$NAME-guest.sh-$pid/verdict.log
}

# installed_module [FEATURE]: the path of the module, without FEATURE, as "make install" leaves it.
installed_module()
{
	local ko=$CACHE_DIR/build/bench/installed.ko

	cp "$("$VM_DIR/module.sh" "$NAME" "$@")/oom_embedded.ko" "$ko"
	make -s -C "$REPO_ROOT" strip "KO=$ko"
	echo "$ko"
}

# The sizes of a build without each feature, and without all, and where they come from.
sizes()
{
	local feature ko

	resident_sections "$(installed_module)" | sed 's/^/# bench section /'
	echo "# bench whole_program $("$BENCH_DIR/whole_program.sh" "$("$VM_DIR/module.sh" "$NAME" core)" \
		"$("$VM_DIR/kernel.sh" "$NAME")/build")"
	for feature in limits levels groups report events core; do
		ko=$(installed_module "$feature")
		echo "# bench without $feature $(section_bytes "$ko" "$TEXT_AND_DATA") $(section_bytes "$ko" .)"
	done
}

main()
{
	local commit ko
	local table=$CACHE_DIR/results/bench-$NAME.md

	check_kernel_name "$NAME"
	SECONDS=0
	add_programs bench "$BENCH_DIR"/*.c
	commit=$(module_commit)
	ko=$(installed_module)
	# As of now: somebody may build another one while the guest runs.
	local text resident
	text=$(section_bytes "$ko" "$TEXT_AND_DATA")
	resident=$(section_bytes "$ko" .)
	sizes >"$CACHE_DIR/results/bench-$NAME.sizes"
	measure
	grep -h '^# bench ' "$CACHE_DIR/results/bench-$NAME.sizes" "$VERDICT" | awk -v kernel_name="$NAME" -v commit="$commit" \
		-v date="$(date -u +%F)" -v machine="$(machine)" -v text="$text" -v resident="$resident" \
		-v seconds="$SECONDS" -f "$BENCH_DIR/report.awk" >"$table" ||
		die "incomplete: $VERDICT"
	cat "$table"
	if [[ $NAME == "$DEFAULT_KERNEL" ]]; then
		cp "$table" "$RESULTS/benchmarks.md"
		say_where "$RESULTS/benchmarks.md"
	fi
}

main "$@"
