#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# static.sh: checks of the sources that need not run them. KTAP; a tool that is
# missing is a failure, not a pass. Runs on the host, as many checks at a time as there are CPUs.

set -uo pipefail

cd "$(dirname "$0")/../.." || exit 1
VM=selftests/vm
# shellcheck source=selftests/vm/lib.sh
. "$VM/lib.sh"
trap - ERR
set +eE
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

nr=0
running=0

# run_check NUMBER DESCRIPTION COMMAND...: ok if it exits with 0; else what it printed is shown.
run_check()
{
	local log=$work/$1
	local result="$1 $2"
	local began=$SECONDS
	local status

	shift 2
	"$@" >"$log" 2>&1
	status=$?
	{
		if [ "$status" -eq 0 ]; then
			echo "ok $result"
		else
			head -n 40 "$log" | sed 's/^/# /'
			echo "not ok $result"
		fi
		echo "# $((SECONDS - began)) s"
	} >"$log.result"
}

# check DESCRIPTION COMMAND...: in the background. Its output is shown in the end, in this order.
check()
{
	nr=$((nr + 1))
	if [ "$running" -ge "$(nproc)" ]; then
		wait -n
		running=$((running - 1))
	fi
	run_check "$nr" "$@" &
	running=$((running + 1))
}

# A check that came to no end has no result, which is one too few for the plan.
show_results()
{
	local i

	wait
	for i in $(seq "$nr"); do
		cat "$work/$i.result" || echo "not ok $i came to no end"
	done >"$work/results"
	cat "$work/results"
	! grep -q '^not ok' "$work/results"
}

tracked()
{
	git ls-files -- "$@"
}

# The tracepoints' own language is laid out by hand, as everywhere in the kernel.
formatted_sources()
{
	tracked 'module/*.[ch]' 'module/**/*.[ch]' 'include/*.h' 'userspace-tools/*.[ch]' |
		grep -v '/trace\.h$'
}

kernel_source()
{
	local tree

	tree=$("$VM/kernel.sh" debug-6.12) || return 1
	readlink -f "$tree/build/source" 2>/dev/null
}

clang_format_clean()
{
	formatted_sources | xargs clang-format --dry-run -Werror
}

# Not for us: version checks (compat/ is made of them); lists of X(name), which are no
# expressions; the attribute behind a macro; the suites' declarations; structs that are const on
# newer kernels only; a list of enums and names, of which TRACE_DEFINE_ENUM() takes one.
checkpatch_clean()
{
	tracked 'module/*.[ch]' 'module/**/*.[ch]' 'include/*.h' |
		xargs -P "$(nproc)" -n 16 perl "$source/scripts/checkpatch.pl" --no-tree --no-summary --terse \
			--show-types --ignore LINUX_VERSION_CODE,CONSTANT_COMPARISON \
			--ignore COMPLEX_MACRO,TRAILING_SEMICOLON,AVOID_EXTERNS,CONST_STRUCT \
			--ignore MACRO_ARG_UNUSED,LOCKDEP -f
}

kernel_doc_clean()
{
	local out

	# The line numbers that it prints are too large by one for each file before.
	out=$(tracked 'module/*.[ch]' | xargs -n 64 perl "$source/scripts/kernel-doc" -none -Wreturn 2>&1)
	echo "$out"
	[ -z "$out" ]
}

# Every function that another file can call has its comment.
all_documented()
{
	local missing=0
	local name

	for name in $(tracked 'module/*.h' | xargs grep -hoE '\boe_[a-z_]+\(' | tr -d '(' | sort -u); do
		tracked 'module/*.[ch]' | xargs grep -qE " \* $name(\(\))? - " && continue
		# Shims, and inlines for kernels without kprobes, repeat what is documented in the .c file.
		grep -qE "^(static inline .*\b|#define )$name\(" module/compat/*.h && continue
		case $name in
		oe_opaque) continue ;;
		esac
		echo "$name has no kernel-doc"
		missing=1
	done
	return "$missing"
}

# In the folder of module.sh, and with its words to make: files compiled there are not compiled
# once more. C=2 looks at files that are up to date, too.
sparse_clean()
{
	local kernel=$1
	local log=$work/sparse-$1
	local tree
	local build
	local found

	tree=$("$VM/kernel.sh" "$kernel") || return 1
	build=$("$VM/module.sh" "$kernel") || return 1
	lock_entry "build-$kernel"
	CCACHE_DIR=$CACHE_DIR/ccache make -C "$tree/build" M="$build" W=1 C=2 "-j$(nproc)" \
		CC="ccache $(kernel_cc "$kernel" "")" modules >"$log" 2>&1 || {
		tail -n 20 "$log"
		return 1
	}
	grep -q '^  CHECK ' "$log" || {
		echo "sparse did not run"
		return 1
	}
	# Of our files only: the kernel's headers are not ours to mend.
	found=$(grep -E "^($build/)?module/.*: (warning|error):" "$log")
	echo "$found"
	[ -z "$found" ]
}

no_version_checks_outside_compat()
{
	! tracked 'module/*' | grep -v '^module/compat/' |
		xargs grep -nE 'LINUX_VERSION_CODE|KERNEL_VERSION\(|CONFIG_(X86|ARM|ARM64|RISCV)\b'
}

# Comments and empty lines do not count.
compat_is_small()
{
	tracked 'module/compat/*' | xargs cat |
		awk '!/^[ \t]*(\/\*.*|\*.*|#)?$/ { lines++ } END { print lines; exit lines > 150 }'
}

shell_clean()
{
	tracked '*.sh' '.ci/run' 'selftests/vm/guest/*' 'packaging/debian/*' | while read -r file; do
		! head -n1 "$file" | grep -qE '^#!.*sh|shellcheck' || echo "$file"
	done | xargs -P "$(nproc)" -n 16 shellcheck -x
}

userspace_clean()
{
	tracked 'selftests/*.c' 'userspace-tools/*.c' |
		xargs cppcheck --quiet --error-exitcode=1 --inline-suppr \
			--enable=warning,performance,portability --std=c11
}

licensed()
{
	local bad

	bad=$(tracked '*.c' '*.h' '*.sh' Kbuild Makefile |
		while read -r file; do
			head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-only' || echo "$file"
		done)
	echo "$bad"
	[ -z "$bad" ]
}

source=$(kernel_source) || source=
echo "KTAP version 1"
echo "1..27"
# The longest first.
check "sparse, with 6.12" sparse_clean debian-6.12
check "sparse, with 6.1" sparse_clean debian-6.1
check "shellcheck" shell_clean
check "cppcheck of the programs" userspace_clean
check "checkpatch" checkpatch_clean
check "kernel-doc" kernel_doc_clean
check "every function of a header is documented" all_documented
check "clang-format" clang_format_clean
check "a planted fault of the headers is reported" selftests/run/headers.sh --self-test
check "a planted fault of the documents is reported" selftests/run/docs.sh --self-test
check "version and architecture checks only in module/compat" no_version_checks_outside_compat
check "module/compat is small" compat_is_small
check "the files of module/ use only what is below them" selftests/run/layers.sh
check "a planted fault of the layers is reported" selftests/run/layers.sh --self-test
check "documents lead where they say, comments have subjects" selftests/run/docs.sh
check "each promise is said, kept and tested, and each test is for one" selftests/run/promises.sh --check
check "a planted fault of the promises is reported" selftests/run/promises.sh --self-test
check "each script of a guest has its header" selftests/run/headers.sh --check
check "coverage tells two files of one name apart" selftests/run/gcov.sh --self-test
check "a run changes no tracked file, publishing it one row" selftests/run/publish_test.sh
check "static functions have names of two words" selftests/run/names.sh
check "a planted fault of the names is reported" selftests/run/names.sh --self-test
check "functions and files are short" selftests/run/sizes.sh
check "a planted fault of the sizes is reported" selftests/run/sizes.sh --self-test
check "SPDX lines" licensed
check "a run of bench-peers that lies has no result" env PYTHONDONTWRITEBYTECODE=1 selftests/run/peers/report_test.py
check "the proof of the order can go red" selftests/run/check_order_test.sh
show_results
