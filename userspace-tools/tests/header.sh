# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by lib.sh
#
# The library's header, as the C compiler understands it, for the tests of other languages. To be sourced
# after lib.sh.

HEADER=$TESTS/../../include/oom_embedded.h

# run_c NAME: the statements of standard input, as a program
run_c()
{
	{
		printf '#include <stdio.h>\n#include <oom_embedded.h>\nint main(void) {\n'
		cat
		echo 'return 0; }'
	} >"$tmp/$1.c"
	gcc -I "$(dirname "$HEADER")" "$tmp/$1.c" -o "$tmp/$1" && "$tmp/$1"
}

# layout_in_c event|self: "FIELD OFFSET" of each field of the structure; the last line is its size
layout_in_c()
{
	sed -n "/^struct oom_embedded_$1 {/,/^}/p" "$HEADER" |
		sed -nE 's/^struct (\w+) \{/#define S struct \1/p
			s/^\t.*\b(\w+)(\[[0-9]+\])?;$/printf("\1 %zu\\n", offsetof(S, \1));/p
			s/^\};/printf("size %zu\\n", sizeof(S));\n#undef S/p' | run_c layout
}

# The words of the types and of the levels, with their numbers.
numbers_in_c()
{
	grep -oE '^	OOM_EMBEDDED_[A-Z_]+\b' "$HEADER" | grep -v ACKNOWLEDGE |
		sed 's/.*/printf("& %d\\n", &);/; s/\t//g' | run_c numbers
}
