#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh [NAME=VALUE...]: which functions execute the instructions between the entry of an OOM and the victim's
# mark, with the module and without, and those of a fork; on stock 6.12; counted by qemu, so that nothing in the guest is traced.
# Leaves a page in CACHE_DIR for publish.sh. NAMES as in guest.sh.

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/../../vm/lib.sh"
# shellcheck source=selftests/run/results.sh
. "$(dirname "$0")/../results.sh"

PROFILE=$REPO_ROOT/selftests/run/profile
BENCH=$REPO_ROOT/selftests/run/bench
# shellcheck source=selftests/run/bench/programs.sh
. "$BENCH/programs.sh"
KERNEL=debian-6.12
# As bench/run.sh; the addresses are the same in each boot.
GUEST=(--icount --mem 2048 --timeout 7200 --test-timeout 7100)
GUEST+=(--append slab_nomerge --append "clearcpuid=erms,fsrm" --append nokaslr)

# address NAME: as the first guest has found it
address()
{
	sed -n "s/^# profile address $1 //p" "$RESULTS/profile-addresses.verdict" | tr -d '\r' | grep . ||
		die "no address of $1"
}

# play LABEL ARGUMENT...: the guest, with these arguments of boot.sh
play()
{
	local label=$1

	shift
	"$VM_DIR/boot.sh" "${GUEST[@]}" --label "$label" "$@" "$KERNEL" -- profile/guest.sh >&2
}

main()
{
	local counts=$CACHE_DIR/build/profile/counts
	local library=$CACHE_DIR/build/profile/counts.so
	local plugin

	add_programs profile "$BENCH"/{cost,herd,poller,provoke,rank}.c
	gcc -O2 -Wall -Wextra -Werror -shared -fPIC "$PROFILE/counts.c" -o "$library"
	play profile-addresses --append SYMBOLS=1
	plugin=$library,out=$counts,stop=$(address trace_event_raw_event_mark_victim)
	plugin+=,start=$(address out_of_memory),start=$(address mem_cgroup_out_of_memory)
	play profile --append "$*" --plugin "$plugin"
	plugin=$library,out=$counts.forks,stop=$(address release_task),start=$(address kernel_clone)
	play profile-forks --append "$* FORKS=1" --plugin "$plugin"
	python3 -B "$PROFILE/page.py" "$RESULTS/profile.verdict" "$counts" "$RESULTS/profile-forks.verdict" \
		"$counts.forks" "$(module_commit)" "$(machine)" >"$RESULTS/profile.md"
	rm "$counts" "$counts.forks"
	cat "$RESULTS/profile.md"
	say_where "$RESULTS/profile.md"
}

main "$@"
