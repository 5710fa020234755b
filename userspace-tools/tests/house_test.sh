#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The rules of the house that a script can judge: includes go down only, functions and files stay
# short, every function that other files call is described. Each rule is also shown a fault.

# shellcheck disable=SC2317 # conditions are called by name
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

TOOLS=$(dirname "$TESTS")

# upward DIR: includes against the table
upward()
{
	(
		cd "$1" || exit
		grep -rnE '#include "(cli|daemon|lib)/' common
		grep -rnE '#include "(cli|daemon)/' lib
		grep -rnE '#include "(cli|daemon)/' examples
		grep -rnE '#include "(cli/commands|daemon|lib)/' cli/print
		grep -rnE '#include "(daemon|lib)/' cli
		grep -rnE '#include "(cli|lib)/' daemon
	) | sort -u
}

# functions DIR: FILE NAME LINES SHARED DESCRIBED, a line a function
functions()
{
	(
		cd "$1" || exit
		cat {common,lib,daemon}/*.[ch] cli/*.c cli/*/*.[ch] ../include/*.h >"$tmp/described"
		for file in common/*.c cli/*.c cli/*/*.c lib/*.c daemon/*.c; do
			awk -v described="$tmp/described" '
				BEGIN {
					while ((getline line <described) > 0)
						if (match(line, /^ \* [a-z_0-9]+ - /)) {
							split(line, word, " ")
							known[word[2]] = 1
						}
				}
				/^[a-z_].*\(/ && !/;$/ && !/= *{?$/ {
					name = $0
					sub(/\(.*/, "", name)
					sub(/.*[ *]/, "", name)
					shared = !/^static/
					begins = 1
				}
				/;$/ && begins && !inside { begins = 0 }
				/^{/ && begins { inside = FNR; begins = 0 }
				/^}/ && inside {
					print FILENAME, name, FNR - inside - 1, shared, name in known
					inside = 0
				}' "$file"
		done
	)
}

undescribed()
{
	functions "$1" | awk '$4 && !$5 && $2 != "main" { print $1 ": " $2 }'
}

too_long()
{
	functions "$1" | awk '$3 > 60 { print $1 ": " $2 " has " $3 " lines" }'
	(cd "$1" && find . \( -name '*.[ch]' -o -name '*.sh' \) -print0 | xargs -0 wc -l |
		awk '$1 > 500 && $2 != "total" { print $2 ": " $1 " lines" }')
}

same "includes go down only" '' "$(upward "$TOOLS")"
same "what other files call is described" '' "$(undescribed "$TOOLS")"
same "functions of at most 60 lines, files of at most 500" '' "$(too_long "$TOOLS")"
# A rule that finds no functions finds no faults.
check "the functions are found" test "$(functions "$TOOLS" | wc -l)" -gt 500

# --- can each rule go red?
mkdir -p "$tmp/faulty/include" "$tmp/faulty/tools"
cp "$TOOLS"/../include/*.h "$tmp/faulty/include/"
cp -r "$TOOLS"/{common,cli,lib,daemon,examples} "$tmp/faulty/tools/"
echo '#include "cli/commands/commands.h"' >>"$tmp/faulty/tools/cli/print/out.c"
{
	printf 'int nobody_says_what(void)\n{\n'
	for _ in {1..61}; do printf '\treturn 0;\n'; done
	echo '}'
} >>"$tmp/faulty/tools/lib/event.c"
same "an include that goes up is found" 1 "$(upward "$tmp/faulty/tools" | wc -l)"
same "a function without a description is found" 'lib/event.c: nobody_says_what' "$(undescribed "$tmp/faulty/tools")"
same "a long function is found" 'lib/event.c: nobody_says_what has 61 lines' "$(too_long "$tmp/faulty/tools" | head -n 1)"

finish
