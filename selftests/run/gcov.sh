#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# gcov.sh [--self-test]: the lines of the module, and of the tools, that the tests reach. Runs the
# scripts on the debug kernel with gcov and the tools' tests; leaves a page in CACHE_DIR. That a line
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

KERNEL=debug-6.12-gcov
PAGE=$RESULTS/coverage.md
TOOLS_CACHE=$CACHE_DIR/gcov-tools

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# guest LABEL TEST...: leaves what the guest counted in $WORK/counts.LABEL
guest()
{
	local label=$1
	local status=0

	shift
	"$VM/boot.sh" --label "gcov-$label" --timeout 3600 --test-timeout 1200 --file "$ABI_FILE" \
		--append "OOMS=4 STORM=1500 RANKED=400 LIMITS=200 RATES=0 ROUNDS=1 CYCLES=2" \
		"$KERNEL" -- "$@" gcov_dump.sh >"$WORK/$label" 2>&1 || status=$?
	grep -vE '^ok ' "$WORK/$label" || true
	mkdir "$WORK/counts.$label"
	sed -n 's/^# gcov //p' "$CACHE_DIR/results/gcov-$label.verdict" | tr -d '\r' | base64 -d |
		tar -C "$WORK/counts.$label" -xz
	return "$status"
}

# Two at a time; the module is built before both want it. Not uevent_tight.sh: with KASAN it took
# eight minutes.
count_module()
{
	local failed=0
	local pid

	"$VM/module.sh" "$KERNEL" >/dev/null
	guest oom "${DEBUG[@]}" "${OOM[@]}" "${REST[@]}" reload.sh &
	pid=$!
	guest long "${STOCK[@]}" "${ONCE[@]}" writes.sh paged_read.sh groups_many.sh "${WARNING[@]}" ||
		failed=1
	wait "$pid" || failed=1
	guest graceful "${GRACEFUL[@]}" &
	pid=$!
	guest limiting "${LIMITING[@]}" || failed=1
	wait "$pid" || failed=1
	return "$failed"
}

# The counts of all guests as one, beside the compiler's notes.
merge_module()
{
	local sum=$WORK/counts.oom
	local label

	for label in long graceful limiting; do
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

# lines_of FILE.gcda...: "file TAB line TAB count" and "file TAB function" of what was never entered
lines_of()
{
	gcov --json-format --stdout "$@" 2>/dev/null | jq -r '
		.files[] | .file as $file |
		(.lines[] | [$file, .line_number, .count] | @tsv),
		(.functions[] | select(.execution_count == 0) | [$file, .name] | @tsv)'
}

# table PATTERN: of the files that match, from lines_of; lines that several objects have of a file
# (headers) are added up.
table()
{
	awk -F '\t' -v pattern="$1" '
	{ sub(/^.*\/(userspace-tools|build\/[^\/]*)\//, "", $1) }
	$1 !~ pattern { next }
	NF == 3 {
		key = $1 SUBSEP $2
		if (!(key in counts))
			lines[$1]++
		counts[key] += $3
		next
	}
	{ silent[$1] = silent[$1] (silent[$1] ? ", " : "") "`" $2 "`" }
	END {
		for (key in counts)
			if (counts[key]) {
				split(key, part, SUBSEP)
				reached[part[1]]++
			}
		for (file in lines) {
			printf "| `%s` | %d | %.0f %% | %s |\n", file, lines[file],
				100 * reached[file] / lines[file], silent[file]
			all += lines[file]
			met += reached[file]
		}
		printf "| ~all | %d | %.1f %% | |\n", all, 100 * met / all
	}' | sort | sed 's/~all/**all**/'
}

write_page()
{
	local head='| file | lines | reached | functions never entered |'
	local rule='|---|---|---|---|'

	cat <<-EOT
	# Code that the tests reach

	Written by \`make coverage\` on $(date -u +%F), at $(git rev-parse --short HEAD), by
	$(machine). That a line was
	reached does not say that a test would notice if it were wrong.

	## The module

	KUnit and the scripts of \`selftests/\` on \`$KERNEL\`, without those that take the machine down, and
	without the tools.

	$head
	$rule
	$(find "$WORK/module" -name '*.gcda' -print0 | sort -z | lines_of_null | table '^module/[a-z_/]*[.]c$')

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

# Two files of one name: one is reached, one is not.
# shellcheck disable=SC2016 # backquotes of markdown
self_test()
{
	local build=$WORK/build/planted
	local room

	for room in limits sysfs; do
		mkdir -p "$build/module/$room"
		printf 'int %s_report(void)\n{\n\treturn 1;\n}\n' "$room" >"$build/module/$room/report.c"
	done
	printf 'int limits_report(void);\nint main(void)\n{\n\treturn !limits_report();\n}\n' \
		>"$build/module/main.c"
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
		table '^module/[a-z_/]*[.]c$' >"$WORK/planted"
	cat "$WORK/planted"
	grep -q '`module/limits/report.c` | 2 | 100 %' "$WORK/planted" &&
		grep -q '`module/sysfs/report.c` | 2 | 0 %' "$WORK/planted"
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
sed -n '/^|/p' "$PAGE"
say_where "$PAGE"
exit "$failed"
