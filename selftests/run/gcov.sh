#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# gcov.sh [GUEST...]: the lines of the module, and of the tools, that the tests reach. Runs the
# scripts on a kernel with gcov and the tools' tests; leaves a page in CACHE_DIR. That a line
# was reached does not say that a test would notice if it were wrong. GUEST: only these are run, and what the others have
# counted in an earlier run of the same sources is taken.
# gcov.sh --left: the last run's gaps in the module with their reasons, as the page has them, for who writes these.
# The lines of which a branch was not taken:
#   coverage/report.py branches CACHE_DIR/results/coverage-module.counts . .
# gcov.sh --self-test: are planted gaps reported?

set -euo pipefail

cd "$(dirname "$0")/../.." || exit 1
VM=selftests/vm
# shellcheck source=selftests/vm/lib.sh
. "$VM/lib.sh"
# shellcheck source=selftests/run/lists.sh
. selftests/run/lists.sh
# shellcheck source=selftests/run/results.sh
. selftests/run/results.sh

KERNEL=small-gcov
PAGE=$RESULTS/coverage.md
TOOLS_CACHE=$CACHE_DIR/gcov-tools
# A guest's programs leave their counts there, below the name of the folder that they were built in.
PREFIX=/var/counts
# The module's, without its tests.
SOURCES='^module/(([a-su-z]|ta)[a-z_]*/)?[a-z_]*[.]c$'
TOOLS_SOURCES='^(cli|common|daemon|lib)/.*[.]c$'
COVERAGE=$PWD/selftests/run/coverage
REPORT=(python3 -B "$COVERAGE/report.py")

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# MemAvailable is further from what there is than others.sh thinks.
NOT_HERE=(others.sh)
# The longest first.
GUESTS=(faulty oom long limiting spiral graceful warning swapping tools storms
	adversary nodes)

# verdict_of LABEL: the file of what the guest has said
verdict_of()
{
	echo "$RESULTS/gcov-$1.verdict"
}

# guest LABEL "OPTION..." TEST...: what it counts is in its verdict.
guest()
{
	local label=$1
	local options
	local status=0
	local tests

	rm -f "$(verdict_of "$label")"
	read -ra options <<<"$2"
	shift 2
	mapfile -t tests < <(printf '%s\n' "$@" | grep -vxF -f <(printf '%s\n' "${NOT_HERE[@]}"))
	"$VM/boot.sh" --label "gcov-$label" "${options[@]}" --timeout 3600 --test-timeout 3000 --file "$ABI_FILE" \
		--append "OOMS=4 STORM=1500 RANKED=400 LIMITS=200 ROUNDS=1 CYCLES=2 SWINGS=4 CHURN=15 EACH=3 STALL_MS=2000 softdog.soft_noboot=1 GCOV_PREFIX=$PREFIX" \
		"$KERNEL" -- "${tests[@]}" gcov_dump.sh >"$WORK/$label" 2>&1 || status=$?
	grep -vE '^ok ' "$WORK/$label" || true
	return "$status"
}

# play LABEL
play()
{
	case $1 in
	oom) guest oom "" "${DEBUG[@]}" "${OOM[@]}" "${REST[@]}" reload.sh ;;
	long) guest long "" "${STOCK[@]}" "${ONCE[@]}" "${LONG[@]}" paged_read.sh groups_many.sh ;;
	graceful) guest graceful "" "${GRACEFUL[@]}" ;;
	warning) guest warning "" "${WARNING[@]}" ;;
	limiting) guest limiting --icount "${LIMITING[@]}" ;;
	swapping) guest swapping "--swap 400" "${SWAPPING[@]}" memsw.sh ;;
	spiral) guest spiral "--icount --swap 400 --iops 300" "${SWAPPING_TIMED[@]}" "levels_early.sh RATES=8192" ;;
	faulty) guest faulty "--mem 512" "${FAULTY[@]}" ;;
	storms)
		guest storms "" "relieve_storm.sh RELIEVES=60" "mixed.sh ROUNDS=100 CGROUPS=6" \
			"levels_cgroup_storm.sh STORM_S=10" model_paths.sh
		;;
	adversary) guest adversary "--mem 512 --swap 400" "adversary.sh SECONDS_EACH=8" ;;
	nodes) guest nodes "--mem 320 --append numa=fake=2" nodes.sh ;;
	tools) TOOLS_BUILD=$TOOLS_CACHE/build/guest TOOLS_FLAGS=COVERAGE=1 guest tools "--mem 512 --tools --udev" "${TOOLS[@]}" ;;
	esac
}

# count_module LABEL...: two at a time; the module is built before both want it.
count_module()
{
	local failed=0
	local running=0
	local label

	"$VM/module.sh" "$KERNEL" >/dev/null
	for label; do
		if [[ $running -ge 2 ]]; then
			wait -n || failed=1
			running=$((running - 1))
		fi
		play "$label" &
		running=$((running + 1))
	done
	while [[ $running -gt 0 ]]; do
		wait -n || failed=1
		running=$((running - 1))
	done
	return "$failed"
}

# unpack LABEL: what the guest has counted
unpack()
{
	mkdir "$WORK/counts.$1"
	sed -n 's/^# gcov //p' "$(verdict_of "$1")" | tr -d '\r' | base64 -d | tar -C "$WORK/counts.$1" -xz ||
		die "the guest $1 has left no counts"
}

# The counts of all guests as one, beside the compiler's notes.
merge_module()
{
	local sum=
	local label

	for label in "${GUESTS[@]}"; do
		unpack "$label"
		if [[ -n $sum ]]; then
			gcov-tool merge -o "$WORK/sum.$label" "$sum" "$WORK/counts.$label" >/dev/null
			sum=$WORK/sum.$label
		else
			sum=$WORK/counts.$label
		fi
	done
	gather "$sum" '*.gcda'
	gather "$CACHE_DIR/build/$KERNEL" '*.gcno'
}

# gather DIRECTORY PATTERN: copies what a build or a guest has of module/ to $WORK/module, each file
# in its room: there is a report.c in two of them.
gather()
{
	local file
	local to

	while IFS= read -r file; do
		to=$WORK/module/${file##*/module/}
		mkdir -p "$(dirname "$to")"
		cp "$file" "$to"
	done < <(find "$1" -path '*/module/*' -name "$2")
}

count_tools()
{
	# The counts of an earlier run would be added.
	rm -rf "$TOOLS_CACHE/build/tools-counted"
	CACHE_DIR=$TOOLS_CACHE TOOLS_VARIANT=counted TOOLS_FLAGS=COVERAGE=1 \
		userspace-tools/tests/run.sh >"$WORK/tools.log" 2>&1 || {
		grep '^not ok' "$WORK/tools.log"
		return 1
	}
}

# The counts of the guest's programs come to lie beside the compiler's notes.
gather_tools()
{
	rsync -a --include='*/' --include='*.gcda' --exclude='*' "$WORK/counts.tools$TOOLS_CACHE/" "$TOOLS_CACHE/"
}

# lines_of FILE.gcda...: as coverage/report.py wants them
lines_of()
{
	gcov --branch-probabilities --json-format --stdout "$@" 2>/dev/null | jq -r '
		.files[] | .file as $file |
		(.lines[] | ["line", $file, .line_number, .count, .function_name] | @tsv),
		(.lines[] | .line_number as $line | .branches | to_entries[] |
			["branch", $file, $line, .key, .value.count] | @tsv),
		(.functions[] | ["function", $file, .name, .execution_count] | @tsv)' |
		sed 's#\t[^\t]*/\(userspace-tools\|build/[^/\t]*\)/#\t#'
}

# counts_of DIR: of the objects below it
counts_of()
{
	local files

	mapfile -d '' -t files < <(find "$1" -name '*.gcda' -print0 | sort -z)
	lines_of "${files[@]}"
}

# error_labels COUNTS TREE: of the module's sources there
error_labels()
{
	(cd "$2" && find module -name '*.c' -not -path 'module/tests/*' | LC_ALL=C sort |
		xargs awk -f "$COVERAGE/labels.awk" "$1")
}

# The sums of faults_load.sh and faults_write.sh, of what they had refused.
refusals()
{
	tr -d '\r' <"$(verdict_of faulty)" |
		sed -n 's/^.*# \(.* loads, of them .*\|.* calls refused\|.* of writes failed\|.* files, .* reads\)$/- \1/p'
}

# left_of_module COUNTS
left_of_module()
{
	cat <<-EOT
	Lines that were not reached, by their functions, with reasons that were found by reading:

	$("${REPORT[@]}" left "$1" "$SOURCES" . "$COVERAGE/module.reasons")

	Branches that were not taken, on lines where the source has a condition or a loop. Those of lines that were not
	reached are counted with the reason of these:

	$("${REPORT[@]}" untaken "$1" "$SOURCES" . "$COVERAGE/module.reasons" "$COVERAGE/module.branches")
	EOT
}

write_page()
{
	local head='| file | lines | reached | branches | taken | all | taken | lines not reached | functions never entered |'
	local rule='|---|---|---|---|---|---|---|---|---|'

	cat <<-EOT
	# Code that the tests reach

	Written by \`make coverage\` on $(date -u +%F), at $(git rev-parse --short HEAD), by
	$(machine). That a line was
	reached does not say that a test would notice if it were wrong. "Branches" are the compiler's on lines where the source
	has a condition or a loop; "all" are those of macros, too (WARN_ON(), wait_event(), test_bit(), locks).

	## The module

	KUnit and the scripts of \`selftests/\` on \`$KERNEL\`, without those that take the machine down.

	$(error_labels "$WORK/module.counts" .)

	$head
	$rule
	$("${REPORT[@]}" table "$WORK/module.counts" "$SOURCES" .)

	$(left_of_module "$WORK/module.counts")

	## What the kernel refuses

	\`selftests/abi/faults_load.sh\` and \`faults_write.sh\`, in the guest that the lines above were counted in: each
	allocation of a load, of a write and of a read fails once, and each call that may fail. What fails leaves
	nothing, or it works. (With KASAN and kmemleak they run in \`make check-debug\`.)

	$(refusals)

	## The tools

	\`userspace-tools/tests\`, which need neither the module nor a guest, and the tools' scripts of
	\`selftests/tools/\` in a guest with the module. What a child does between its last wait and a SIGKILL is not counted.

	$head
	$rule
	$("${REPORT[@]}" table "$WORK/tools.counts" "$TOOLS_SOURCES" userspace-tools)

	Lines that were not reached, by their functions, with reasons that were found by reading:

	$("${REPORT[@]}" left "$WORK/tools.counts" "$TOOLS_SOURCES" userspace-tools "$COVERAGE/tools.reasons")
	EOT
}

# Two files of one name: one is reached, one is not. Reasons: one that holds, one for a line that is gone, one for
# fewer branches than there are. And two labels.
# shellcheck disable=SC2016 # backquotes of markdown
self_test()
{
	local build=$WORK/build/planted
	local room

	for room in limits sysfs; do
		mkdir -p "$build/module/$room"
		printf '#define HIDDEN(a) do { if (a) hidden++; } while (0)\nstatic int hidden;\nint %s_report(int a)\n{\n\tif (a)\n\t\treturn 2;\n\tHIDDEN(a);\n\treturn !hidden;\n}\n' "$room" >"$build/module/$room/report.c"
	done
	cat >"$build/module/main.c" <<-EOT
	int limits_report(int a);
	int main(void)
	{
		if (limits_report(0) || limits_report(0))
			goto done;
		goto out;
	done:
		return 0;
	out:
		return 1;
	}
	EOT
	(
		cd "$build"
		for room in main limits/report sysfs/report; do
			gcc --coverage -c "module/$room.c" -o "module/$room.o"
		done
		gcc --coverage module/main.o module/*/report.o -o planted
		./planted
	)
	gather "$WORK/build" '*.gcda'
	gather "$WORK/build" '*.gcno'
	# As of what is inlined into several functions.
	counts_of "$WORK/module" | sed 's#^\(line\tmodule/limits/.*\t\)limits_report$#\1#' >"$WORK/counts"
	echo '@never Nobody calls it.' >"$WORK/reasons"
	echo 'module/sysfs/report.c sysfs_report never' >>"$WORK/reasons"
	cat >"$WORK/branches" <<-EOT
	@same Its argument is always the same.
	module/limits/report.c limits_report same 1 if (a)
	module/limits/report.c limits_report same 1 if (gone)
	module/main.c main same 1 if (limits_report(0) || limits_report(0))
	EOT
	{
		"${REPORT[@]}" table "$WORK/counts" "$SOURCES" "$build"
		"${REPORT[@]}" left "$WORK/counts" "$SOURCES" "$build" "$WORK/reasons"
		"${REPORT[@]}" branches "$WORK/counts" "$SOURCES" "$build"
		"${REPORT[@]}" untaken "$WORK/counts" "$SOURCES" "$build" "$WORK/reasons" "$WORK/branches"
		error_labels "$WORK/counts" "$build"
	} >"$WORK/planted"
	cat "$WORK/planted"
	grep -qF '`module/limits/report.c` | 5 | 80.0 % | 2 | 50.0 % | 4 | 50.0 % | 6 |  |' "$WORK/planted" &&
		grep -qF '`module/sysfs/report.c` | 5 | 0.0 % | 2 | 0.0 % | 4 | 0.0 % | 3-8 | `sysfs_report` |' "$WORK/planted" &&
		grep -qF -- '- Nobody calls it. **5 lines**: `module/sysfs/report.c`: sysfs_report() 5' "$WORK/planted" &&
		grep -qF -- '- No reason: a test is missing. **4 lines**: `module/limits/report.c`: limits_report() 1' "$WORK/planted" &&
		grep -qF "source	module/limits/report.c:5	1 of 2	if (a)" "$WORK/planted" &&
		grep -qF -- '- Not in the source any more: `module/limits/report.c`, limits_report(), `if (gone)`.' "$WORK/planted" &&
		grep -qF -- '- Nobody calls it. **2 branches**: `module/sysfs/report.c`: sysfs_report() 2' "$WORK/planted" &&
		grep -qF -- '- Its argument is always the same. **2 branches**: `module/limits/report.c`: limits_report() 1; `module/main.c`: main() 1' "$WORK/planted" &&
		grep -qF -- '- No reason: a test is missing. **2 branches**: `module/main.c`: main() 2' "$WORK/planted" &&
		grep -qF '1 of 2 error labels were jumped to, from 1 of 2 places.' "$WORK/planted" &&
		grep -qF '`module/main.c:9`: out' "$WORK/planted"
}

[[ ${1-} != --left ]] || { left_of_module "$RESULTS/coverage-module.counts"; exit; }
[[ ${1-} != --self-test ]] || { self_test; exit; }
for label; do
	[[ " ${GUESTS[*]} " == *" $label "* ]] || die "there is no guest $label"
done
[[ $# -gt 0 ]] || {
	rm -rf "$TOOLS_CACHE"
	set -- "${GUESTS[@]}"
}
"$VM/setup.sh"
mkdir -p "$RESULTS"
failed=0
count_module "$@" || failed=1
merge_module
count_tools || failed=1
gather_tools
counts_of "$WORK/module" >"$WORK/module.counts"
counts_of "$TOOLS_CACHE" >"$WORK/tools.counts"
write_page >"$PAGE.new"
mv "$PAGE.new" "$PAGE"
for part in module tools; do
	cp "$WORK/$part.counts" "$RESULTS/coverage-$part.counts"
done
sed -n '/^|/p; / error labels /,/^|/p; /^- /p' "$PAGE"
say_where "$PAGE"
exit "$failed"
