#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# gcov.sh [--self-test]: the lines of the module, and of the tools, that the tests reach. Runs the
# scripts on a kernel with gcov and the tools' tests; leaves a page in CACHE_DIR. That a line
# was reached does not say that a test would notice if it were wrong.

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
# The module's, without its tests.
SOURCES='^module/(([a-su-z]|ta)[a-z_]*/)?[a-z_]*[.]c$'
LABELS=$PWD/selftests/run/labels.awk

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# MemAvailable is further from what there is than others.sh thinks.
NOT_HERE=(others.sh)
GUESTS=(oom long graceful limiting warning swapping spiral faulty)

# guest LABEL "OPTION..." TEST...: leaves what the guest counted in $WORK/counts.LABEL
guest()
{
	local label=$1
	local options
	local status=0
	local tests
	local verdict=$CACHE_DIR/results/gcov-$label.verdict

	rm -f "$verdict"
	read -ra options <<<"$2"
	shift 2
	mapfile -t tests < <(printf '%s\n' "$@" | grep -vxF -f <(printf '%s\n' "${NOT_HERE[@]}"))
	"$VM/boot.sh" --label "gcov-$label" "${options[@]}" --timeout 3600 --test-timeout 3000 --file "$ABI_FILE" \
		--append "OOMS=4 STORM=1500 RANKED=400 LIMITS=200 ROUNDS=1 CYCLES=2 SWINGS=4 CHURN=15 EACH=3 STALL_MS=2000" \
		"$KERNEL" -- "${tests[@]}" gcov_dump.sh >"$WORK/$label" 2>&1 || status=$?
	grep -vE '^ok ' "$WORK/$label" || true
	mkdir "$WORK/counts.$label"
	sed -n 's/^# gcov //p' "$verdict" | tr -d '\r' | base64 -d |
		tar -C "$WORK/counts.$label" -xz || die "the guest $label has left no counts"
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
	swapping) guest swapping "--swap 400" "${SWAPPING[@]}" ;;
	spiral) guest spiral "--icount --swap 400 --iops 300" "${SWAPPING_TIMED[@]}" ;;
	faulty) guest faulty "--mem 512" "${FAULTY[@]}" ;;
	esac
}

# Two at a time; the module is built before both want it.
count_module()
{
	local failed=0
	local running=0
	local label

	"$VM/module.sh" "$KERNEL" >/dev/null
	for label in "${GUESTS[@]}"; do
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

# The counts of all guests as one, beside the compiler's notes.
merge_module()
{
	local sum=$WORK/counts.${GUESTS[0]}
	local label

	for label in "${GUESTS[@]:1}"; do
		gcov-tool merge -o "$WORK/sum.$label" "$sum" "$WORK/counts.$label" >/dev/null
		sum=$WORK/sum.$label
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
	rm -rf "$TOOLS_CACHE"
	CACHE_DIR=$TOOLS_CACHE CFLAGS='-O1 -g --coverage' LDFLAGS=--coverage \
		userspace-tools/tests/run.sh >"$WORK/tools.log" 2>&1 || {
		grep '^not ok' "$WORK/tools.log"
		return 1
	}
}

# lines_of FILE.gcda...: "file TAB line TAB count", "file TAB line TAB number TAB count" of each branch of a
# line, and "file TAB name TAB count TAB function TAB" of each function
lines_of()
{
	gcov --branch-probabilities --json-format --stdout "$@" 2>/dev/null | jq -r '
		.files[] | .file as $file |
		(.lines[] | [$file, .line_number, .count] | @tsv),
		(.lines[] | .line_number as $line | .branches | to_entries[] |
			[$file, $line, .key, .value.count] | @tsv),
		(.functions[] | [$file, .name, .execution_count, "function", ""] | @tsv)'
}

# table PATTERN: of the files that match, from lines_of; lines that several objects have of a file
# (headers, what KUnit includes) are added up.
table()
{
	sort -t "$(printf '\t')" -k 1,1 -k 2,2n | awk -F '\t' -v pattern="$1" '
	function percent(part, whole) { return whole ? sprintf("%.1f %%", 100 * part / whole) : "" }
	function end_range() {
		if (from)
			left[range_file] = left[range_file] (left[range_file] ? ", " : "") \
				(from == to ? from : from "-" to)
		from = 0
	}
	function end_line() {
		if (!line)
			return
		lines[file]++
		reached[file] += hit > 0
		if (hit) {
			end_range()
		} else {
			if (!from || range_file != file) {
				end_range()
				from = line
				range_file = file
			}
			to = line
		}
		line = 0
	}
	{ sub(/^.*\/(userspace-tools|build\/[^\/]*)\//, "", $1) }
	$1 !~ pattern { next }
	NF == 5 { entered[$1, $2] += $3; function_file[$1, $2] = $1; function_name[$1, $2] = $2; next }
	NF == 4 { branch[$1, $2, $3] += $4; branch_file[$1, $2, $3] = $1; next }
	$1 != file || $2 != line { end_line(); file = $1; line = $2; hit = 0 }
	{ hit += $3 }
	END {
		end_line()
		end_range()
		for (key in entered)
			if (!entered[key])
				silent[function_file[key]] = silent[function_file[key]] \
					(silent[function_file[key]] ? ", " : "") "`" function_name[key] "`"
		for (key in branch) {
			branches[branch_file[key]]++
			taken[branch_file[key]] += branch[key] > 0
		}
		for (file in lines) {
			printf "| `%s` | %d | %s | %d | %s | %s | %s |\n", file, lines[file],
				percent(reached[file], lines[file]), branches[file],
				percent(taken[file], branches[file]), left[file], silent[file]
			all_lines += lines[file]
			all_reached += reached[file]
			all_branches += branches[file]
			all_taken += taken[file]
		}
		printf "| ~all | %d | %s | %d | %s | | |\n", all_lines, percent(all_reached, all_lines),
			all_branches, percent(all_taken, all_branches)
	}' | sort | sed 's/~all/**all**/'
}

# error_labels TREE: of the module's sources there; lines_of has their path in the build.
error_labels()
{
	find "$WORK/module" -name '*.gcda' -print0 | sort -z | lines_of_null |
		sed 's|^.*/build/[^/]*/||' >"$WORK/lines"
	(cd "$1" && find module -name '*.c' -not -path 'module/tests/*' | LC_ALL=C sort |
		xargs awk -f "$LABELS" "$WORK/lines")
}

write_page()
{
	local head='| file | lines | reached | branches | taken | lines not reached | functions never entered |'
	local rule='|---|---|---|---|---|---|---|'

	cat <<-EOT
	# Code that the tests reach

	Written by \`make coverage\` on $(date -u +%F), at $(git rev-parse --short HEAD), by
	$(machine). That a line was
	reached does not say that a test would notice if it were wrong. Branches are those of the compiler, those
	of the kernel's macros among them.

	## The module

	KUnit and the scripts of \`selftests/\` on \`$KERNEL\`, without those that take the machine down, and
	without the tools.

	$(error_labels .)

	$head
	$rule
	$(find "$WORK/module" -name '*.gcda' -print0 | sort -z | lines_of_null | table "$SOURCES")

	## The tools

	\`userspace-tools/tests\`, which need neither the module nor a guest. Code that wants the real module
	(emergencies, locked memory) is tested in guests, and not counted.

	$head
	$rule
	$(find "$TOOLS_CACHE" -name '*.gcda' -print0 | sort -z | lines_of_null | table '^(cli|common|daemon|lib)/.*[.]c$')
	EOT
}

lines_of_null()
{
	local files

	mapfile -d '' -t files
	lines_of "${files[@]}"
}

# Two files of one name: one is reached, one is not. And two labels.
# shellcheck disable=SC2016 # backquotes of markdown
self_test()
{
	local build=$WORK/build/planted
	local room

	for room in limits sysfs; do
		mkdir -p "$build/module/$room"
		printf 'int %s_report(int a)\n{\n\tif (a)\n\t\treturn 2;\n\treturn 1;\n}\n' "$room" >"$build/module/$room/report.c"
	done
	cat >"$build/module/main.c" <<-EOT
	int limits_report(int a);
	int main(void)
	{
		if (limits_report(0))
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
	find "$WORK/module" -name '*.gcda' -print0 | sort -z | lines_of_null |
		table "$SOURCES" >"$WORK/planted"
	error_labels "$build" >>"$WORK/planted"
	cat "$WORK/planted"
	grep -qF '`module/limits/report.c` | 4 | 75.0 % | 2 | 50.0 % | 4 |  |' "$WORK/planted" &&
		grep -qF '`module/sysfs/report.c` | 4 | 0.0 % | 2 | 0.0 % | 1-5 | `sysfs_report` |' "$WORK/planted" &&
		grep -qF '1 of 2 error labels were jumped to, from 1 of 2 places.' "$WORK/planted" &&
		grep -qF '`module/main.c:9`: out' "$WORK/planted"
}

case ${1-} in
"") ;;
--self-test) self_test; exit ;;
*) die "usage: gcov.sh [--self-test]" ;;
esac

"$VM/setup.sh"
failed=0
count_module || failed=1
merge_module
count_tools || failed=1
mkdir -p "$RESULTS"
write_page >"$PAGE.new"
mv "$PAGE.new" "$PAGE"
sed -n '/^|/p; / error labels /,/^|/p' "$PAGE"
say_where "$PAGE"
exit "$failed"
