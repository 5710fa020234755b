#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The fuzzers' corpora, read without clang: faults that "make fuzz" found once stay found.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

for folder in "$TESTS"/corpus/*; do
	name=${folder##*/}
	if [[ ! -x $TOOLS_BUILD/tests/replay-$name ]]; then
		skip "the corpus of fuzz_$name" "built without what it reads"
		continue
	fi
	check "the corpus of fuzz_$name" "$TOOLS_BUILD/tests/replay-$name" "$folder"/*
done

# A property that does not hold ends the program.
printf 'x' >"$tmp/short"
same "a fuzzer without input is no success" 1 "$("$TOOLS_BUILD/tests/replay-records" >/dev/null 2>&1; echo $?)"
check "a short one is" "$TOOLS_BUILD/tests/replay-records" "$tmp/short"

finish
