#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh: the same work under the stock kernel, other managers and us, a guest each, one after the other.
# A run that has a result is not repeated: an interrupted series goes on. SCENARIOS, PEERS, SEEDS (words):
# which; RUNS (2): how many seeds. FRESH=1: measure those again. LIMIT (600): seconds of CPU time for a
# guest. At the end, and with --page: the page, report.py.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/../../vm/lib.sh"
# shellcheck source=selftests/vm/apt.sh
. "$VM_DIR/apt.sh"
# shellcheck source=selftests/vm/initramfs.sh
. "$VM_DIR/initramfs.sh"
# shellcheck source=selftests/run/results.sh
. "$(dirname "$0")/../results.sh"

PEERS_DIR=$REPO_ROOT/selftests/run/peers
# shellcheck source=selftests/run/peers/machine.sh
. "$PEERS_DIR/machine.sh"

OUT=$RESULTS/peers
JOB_SIZE=8M
LIMIT=${LIMIT:-600}
RUNS=${RUNS:-2}
SEEDS=${SEEDS:-$(seq -s ' ' "$RUNS")}
read -ra PEERS <<<"${PEERS:-stock stock_adj earlyoom nohang oomd us_oom us_early us_stall}"
read -ra SCENARIOS <<<"${SCENARIOS:-fast_leak slow_leak many_leakers critical_biggest plateau zram_spiral fork_bomb tmpfs_writer container legitimate_peak}"

compile_programs()
{
	local name

	for name in actor director; do
		gcc -static -O2 -Wall -Wextra -Werror "$PEERS_DIR/$name.c" -o "$JOB/$name" || die "$name.c does not compile"
		strip "$JOB/$name"
	done
}

# The files that a guest needs, but for "run".
make_job()
{
	local tools=$WORK/tools

	JOB=$WORK/job
	mkdir "$JOB"
	compile_programs
	cp "$PEERS_DIR/guest.sh" "$REPO_ROOT/packaging/oom-embedded.conf" "$JOB/"
	cp "$("$VM_DIR/module.sh" "$KERNEL_NAME")/oom_embedded.ko" "$JOB/"
	make -s -C "$REPO_ROOT" strip "KO=$JOB/oom_embedded.ko"
	"$VM_DIR/tools.sh" "$tools"
	find "$tools/usr" -type f -name oom-embeddedd -perm /111 -exec cp {} "$JOB/" \;
	strip "$JOB/oom-embeddedd"
}

commit_measured()
{
	local sources=(module include Kbuild userspace-tools packaging/oom-embedded.conf)

	git -C "$REPO_ROOT" log -1 --format=%h -- "${sources[@]}"
	git -C "$REPO_ROOT" diff --quiet HEAD -- "${sources[@]}" || echo " and changes"
}

why_no_end()
{
	grep -aom1 'Kernel panic - not syncing: .*' "$WORK/guest.console" || echo "no end in $LIMIT s of CPU time"
}

# measure PEER SCENARIO SEED
measure()
{
	local name=$1.$2.$3
	local began=$SECONDS

	printf 'PEER=%s\nSCENARIO=%s\nSEED=%s\n' "$1" "$2" "$3" >"$JOB/run"
	tar -c -C "$JOB" --owner=0 --group=0 -f "$WORK/job.tar" .
	truncate -s "$JOB_SIZE" "$WORK/job.tar"
	rm -f "$WORK"/guest.*
	run_guest "$WORK/job.tar" "$WORK/guest" || echo "failed: $(why_no_end)" >>"$WORK/guest.lines"
	{
		echo "peer $1"
		echo "scenario $2"
		echo "seed $3"
		echo "commit $COMMIT"
		echo "machine $(machine)"
		echo "host_seconds $((SECONDS - began))"
		sed 's/^/version /' "$STORE/versions"
		echo "version kernel $(<"$KERNEL/release")"
		cat "$WORK/guest.lines"
	} >"$OUT/$name.new"
	cp "$WORK/guest.console" "$OUT/$name.console"
	mv "$OUT/$name.new" "$OUT/$name.run"
	echo "$name: $((SECONDS - began)) s; $(sed -n 's/^nr_victims //p' "$OUT/$name.run") killed; $(tail -n 1 "$OUT/$name.run")"
}

measure_all()
{
	local peer scenario seed

	for seed in $SEEDS; do
		for scenario in "${SCENARIOS[@]}"; do
			for peer in "${PEERS[@]}"; do
				[[ -z ${FRESH-} ]] || rm -f "$OUT/$peer.$scenario.$seed.run"
				[[ -e $OUT/$peer.$scenario.$seed.run ]] || measure "$peer" "$scenario" "$seed"
			done
		done
	done
}

# A series that is interrupted leaves no guest running.
clean_up()
{
	[[ -z $GUEST ]] || kill "$GUEST" 2>/dev/null || true
	rm -rf "$WORK"
}

print_page()
{
	rm -rf "$OUT/page"
	mkdir -p "$OUT/page"
	"$PEERS_DIR/report.py" "$OUT" "$OUT/page"
}

main()
{
	mkdir -p "$OUT"
	if [[ ${1-} != --page ]]; then
		WORK=$(mktemp -d "$CACHE_DIR/peers.XXXXXX")
		GUEST=
		trap clean_up EXIT
		trap 'exit 143' INT TERM
		prepare_machine
		make_job
		COMMIT=$(commit_measured | tr -d '\n')
		measure_all
	fi
	print_page
	say_where "$OUT/page"
}

main "$@"
