# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The programs of a measurement. Source it after vm/lib.sh.

# add_programs FOLDER SOURCE...: compiles them, and has the guest get them beside its script: GUEST are the
# options of boot.sh.
add_programs()
{
	local programs=$CACHE_DIR/build/$1
	local flags
	local folder=$1
	local name source

	shift
	mkdir -p "$programs"
	for source; do
		name=$(basename "$source" .c)
		flags=(-static -O2 -Wall -Wextra -Werror)
		# A program without a library.
		[[ $name != tiny ]] || flags+=(-nostdlib -nostartfiles)
		gcc "${flags[@]}" "$source" -o "$programs/$name" || die "${source#"$REPO_ROOT"/} does not compile"
		GUEST+=(--file "$programs/$name:selftests/$folder/$name")
	done
}
