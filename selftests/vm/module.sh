#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# module.sh KERNEL [FEATURE...]: builds the module for a kernel out of a copy of the sources and
# prints the directory with the .ko files. A warning from our sources is a failure. Without the
# features that are named (limits: OE_LIMITS=n; core: PROFILE=core).

set -euo pipefail

# shellcheck source=selftests/vm/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/vm/apt.sh
. "$VM_DIR/apt.sh"
# shellcheck source=selftests/vm/toolchain.sh
. "$VM_DIR/toolchain.sh"

# By checksum and without times: make then rebuilds what has changed, whatever its date.
copy_sources()
{
	local build=$1
	local sources=(Kbuild Makefile VERSION module)

	[[ ! -d $REPO_ROOT/include ]] || sources+=(include)
	[[ ! -d $REPO_ROOT/selftests/modules ]] || sources+=(selftests/modules)
	mkdir -p "$build"
	(cd "$REPO_ROOT" && rsync -rlpcR --delete --exclude='*.o' --exclude='*.ko' \
		--exclude='*.mod' --exclude='*.mod.c' --exclude='.*.cmd' --exclude='*.gc??' \
		--exclude=.tmp_versions "${sources[@]}" "$build/")
}

# The kernel's headers may warn under W=1, we may not. Kbuild shows our files by their full
# name (before 6.13) or relative to the module's directory.
our_warnings()
{
	local build=$1
	local line
	local file

	while IFS= read -r line; do
		file=${line%%:*}
		case $file in
		"$build"/*) echo "$line" ;;
		WARNING) echo "$line" ;;
		/*|./*) ;;
		*) [[ ! -e $build/$file ]] || echo "$line" ;;
		esac
	done < <(grep -E '^[^ ]+:[0-9]+(:[0-9]+)?: (warning|error):|^WARNING: modpost' "$build/build.log" || true)
}

# With the compiler that the kernel names, if it is not the host's. The compiler's version is kept
# for readers.
run_make()
{
	local kernel=$1
	local build=$2
	local toolchain
	local cross
	local make
	local args
	local cc

	toolchain=$(kernel_toolchain "$NAME")
	cross=$(arch_cross "$(kernel_arch "$NAME")")
	make=(make -C "$kernel/build" "M=$build" W=1 "-j$(nproc)" OE_TESTS=y modules)
	read -ra args < <(kernel_make_args "$NAME") || true
	make+=("${args[@]}")
	[[ -z $cross ]] || make+=("CROSS_COMPILE=$cross")
	[[ $NAME != *-gcov ]] || make+=(OE_GCOV=y)
	make+=("${SWITCHES[@]}")
	if [[ -n $toolchain ]]; then
		cc=$(sed -n 's/^CONFIG_CC_VERSION_TEXT="\([^ ]*\) .*/\1/p' "$kernel/config")
		toolchain_run "$toolchain" "" "$cc" --version >"$build.cc"
		toolchain_run "$toolchain" "$kernel $build" "${make[@]}" "CC=$cc"
	else
		cc=$(kernel_cc "$NAME" "$cross")
		"$cc" --version >"$build.cc"
		CCACHE_DIR=$CACHE_DIR/ccache "${make[@]}" "CC=ccache $cc"
	fi
}

build_module()
{
	local kernel=$1
	local build=$2
	local warnings

	if ! run_make "$kernel" "$build" >"$build/build.log" 2>&1; then
		cat "$build/build.log" >&2
		die "the module does not build for $NAME"
	fi
	warnings=$(our_warnings "$build")
	[[ -n $warnings ]] || return 0
	# An object that is already made would not warn again.
	rm -rf "$build"
	printf '%s\n' "$warnings" >&2
	die "the module builds for $NAME with warnings"
}

# Sets SWITCHES, words to make. A name that Kbuild does not know would leave nothing out.
switches_of()
{
	local feature

	SWITCHES=()
	for feature in "$@"; do
		if [[ $feature == core ]]; then
			SWITCHES+=(PROFILE=core)
		else
			grep -q "^OE_FEATURES := .*\bOE_${feature^^}\b" "$REPO_ROOT/Kbuild" ||
				die "Kbuild has no switch OE_${feature^^}"
			SWITCHES+=("OE_${feature^^}=n")
		fi
	done
}

main()
{
	local kernel
	local build
	local entry

	[[ $# -ge 1 ]] || die "usage: module.sh KERNEL [FEATURE...]"
	NAME=$1
	shift
	check_kernel_name "$NAME"
	[[ -e $REPO_ROOT/Kbuild ]] || die "no Kbuild in the repository"
	switches_of "$@"
	kernel=$("$VM_DIR/kernel.sh" "$NAME")
	entry=$(build_entry "$NAME" "$@")
	build=$CACHE_DIR/build/$entry
	lock_entry "build-$entry"
	copy_sources "$build"
	build_module "$kernel" "$build"
	echo "$build"
}

main "$@"
