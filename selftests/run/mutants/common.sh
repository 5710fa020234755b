# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Changes, the modules with them, and verdicts, for mutants.sh and mutants_oom.sh. Source it after vm/lib.sh and
# results.sh, with JUDGED, TARGET and PAGE_NAME set.

MUTATE=selftests/run/mutants/mutate.py
PAGE=selftests/run/mutants/page.py
EQUIVALENT=selftests/run/mutants/equivalent.list
MADE=$CACHE_DIR/build/mutants/made
# A line for each change: verdict, the change as mutate.py has it, what judged it. Verdicts: refused (by the
# compiler), green, and those of page.py.

# The files that the suites include, but for those of which they test a part: the rest is for scripts in a guest.
tested_files()
{
	awk '/#include "\.\.\/[a-z]*\/[a-z_]*\.c"/ && before != "/* Tested in part. */" { print }
		{ before = $0 }' module/tests/*.[ch] |
		sed 's|.*"\.\./\(.*\)"|module/\1|' | sort -u
}

prepare()
{
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	lock_entry build-mutants
	rm -rf "$MADE"
	mkdir -p "$MADE" "$RESULTS"
}

id_of()
{
	cat "$@" | sha256sum | cut -c1-12
}

# start_judged SOURCES TESTS: what was judged of the same sources stands; but what no test saw is looked at
# again by other tests. Both are words that tell what they were.
start_judged()
{
	local was=

	[[ ! -e $JUDGED.id ]] || was=$(<"$JUDGED.id")
	[[ -e $JUDGED && ${was% *} == "$1" ]] || : >"$JUDGED"
	[[ ${was#* } == "$2" ]] || sed -i $'/^green\t/d' "$JUDGED"
	echo "$1 $2" >"$JUDGED.id"
}

# use_kernel NAME: for what is built from now on.
use_kernel()
{
	check_kernel_name "$1"
	kernel_name=$1
	kernel=$(selftests/vm/kernel.sh "$1")
	tree=$CACHE_DIR/build/mutants/$1
	mkdir -p "$tree"
	rsync -rlpc --delete --exclude='*.o' --exclude='*.ko' --exclude='*.mod' --exclude='*.mod.c' \
		--exclude='.*.cmd' --include='/module/***' --include='/include/***' --include='/Kbuild' \
		--include='/VERSION' --exclude='*' ./ "$tree/"
}

# build_to KO
build_to()
{
	local args

	read -ra args < <(kernel_make_args "$kernel_name") || true
	CCACHE_DIR=$CACHE_DIR/ccache make -C "$kernel/build" "M=$tree" \
		"CC=ccache $(kernel_cc "$kernel_name" "")" "${args[@]}" OE_TESTS=y "$TARGET" \
		>"$work/build.log" 2>&1 || return 1
	strip --strip-debug "$tree/$TARGET" -o "$1"
}

# build_unchanged KO
build_unchanged()
{
	build_to "$1" || { cat "$work/build.log"; die "$TARGET does not build"; }
}

is_known()
{
	[[ -e $JUDGED ]] && cut -f 2-7 "$JUDGED" | grep -qxF -- "$1"
}

# judge VERDICT CHANGE NOTE: instead of an earlier one.
judge()
{
	grep -vF -- $'\t'"$2"$'\t' "$JUDGED" >"$work/judged" || true
	printf '%s\t%s\t%s\n' "$1" "$2" "${3-}" >>"$work/judged"
	cp "$work/judged" "$JUDGED"
}

# make_mutant NAME CHANGE: builds it to MADE, or judges it refused.
make_mutant()
{
	local file line column before after

	IFS=$'\t' read -r file line column _ before after <<<"$2"
	# read takes an empty last field for none.
	python3 -B "$MUTATE" plant "$tree/$file" "$line" "$column" "$before" "$after"
	if build_to "$MADE/$1.ko"; then
		printf '%s\n' "$2" >"$MADE/$1.change"
	else
		judge refused "$2"
	fi
	cp "$file" "$tree/$file"
}

nr_made()
{
	find "$MADE" -name '*.ko' | wc -l
}

nr_judged()
{
	grep -c -v $'^refused\t' "$JUDGED" || true
}

# page_of WORD JUDGED: as page.py prints it.
page_of()
{
	[[ ! -s $2 ]] || python3 -B "$PAGE" "$1" "$EQUIVALENT" "$2"
}

page()
{
	cat <<-EOF
	# Planted changes

	Does a test go red if a line of the module is wrong? A script plants one small change at a time
	(\`selftests/run/mutants/mutate.py\`): an operator, a constant, a negation, a bound, a result, a step left
	out, two calls in the other order. Which ones is chosen at random. Made on $(date -u +%F), commit
	$(git log -1 --format=%h), $(machine).

	$(cat "$RESULTS/$PAGE_NAME.head")

	$(page_of tables "$JUDGED")
	EOF
}

write_page()
{
	page >"$RESULTS/$PAGE_NAME.md"
	cat "$RESULTS/$PAGE_NAME.md"
	say_where "$RESULTS/$PAGE_NAME.md"
}
