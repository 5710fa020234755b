#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# promises.sh --check | --write | --self-test: Documentation/promises.md is made of promises.list.
# --check: is each promise still said, kept where the list says, and tested; is each test there
# for a promise, each file of the ABI pages and each bold word of README's list promised, and is the
# page the one of the list? --write: writes the page. --self-test: is a planted fault of each
# kind reported? Exit status 0 or 1; what is wrong is printed. Runs on the host.

set -u

here=$(cd "$(dirname "$0")" && pwd) || exit 1
top=$(git -C "$here" rev-parse --show-toplevel) || exit 1
LIST=selftests/run/promises.list
PAGE=Documentation/promises.md
ABI=Documentation/ABI/testing
# shellcheck source=selftests/run/lists.sh
. "$here/lists.sh"
# shellcheck source=selftests/run/planted.sh
. "$here/planted.sh"

# entries: the list as lines of ID, key and value, with tabs between.
entries()
{
	awk '
	/^#/ || /^$/ { next }
	/^(promise|failure|assume) / {
		id = toupper(substr($1, 1, 1)) $2
		kind = $1
		sub(/^[a-z]+ [0-9]+ /, "")
		print id "\t" kind "\t" $0
		next
	}
	/^ / { print "BAD\tcontinued\t" $0; next }
	{ key = $1; sub(/^[a-z]+ /, ""); print id "\t" key "\t" $0 }' "$LIST"
}

# values KEY: the values of that key, each with its ID before it.
values()
{
	awk -F '\t' -v key="$1" '$2 == key { print $1 "\t" $3 }' "$work/entries"
}

path_of_page()
{
	case $1 in
	README) echo README.md ;;
	sysfs) echo "$ABI/sysfs-kernel-oom_embedded" ;;
	procfs) echo "$ABI/procfs-oom_embedded" ;;
	*) echo "$1" ;;
	esac
}

path_of_test()
{
	case $1 in
	tools:*) echo "userspace-tools/tests/${1#tools:}" ;;
	*) echo "selftests/$1" ;;
	esac
}

# In one line, without the marks of bold.
squeezed()
{
	tr -s ' \t\n' ' ' <"$1" | sed 's/\*\*//g'
}

judge_shape()
{
	awk -F '\t' '
	$2 == "promise" || $2 == "failure" || $2 == "assume" {
		if ($1 in kind)
			print $1 ": twice"
		kind[$1] = $2
		next
	}
	{ has[$1, $2] = 1 }
	$2 !~ /^(says|kept|test|abi|not|effect|seen|then|untested|verify)$/ {
		print $1 ": \"" $2 "\" is no word of the list"
	}
	function wants(id, key) {
		if (!((id, key) in has))
			print id ": has no \"" key "\""
	}
	END {
		for (id in kind) {
			if (kind[id] == "promise") {
				wants(id, "says"); wants(id, "kept"); wants(id, "test"); wants(id, "not")
			} else if (kind[id] == "failure") {
				wants(id, "effect"); wants(id, "seen"); wants(id, "then")
				if (!((id, "untested") in has))
					wants(id, "test")
			} else {
				wants(id, "verify")
			}
		}
	}' "$work/entries"
}

# Each page is read once.
judge_says()
{
	local id value page quote text known=

	while IFS=$'\t' read -r id value; do
		page=$(path_of_page "${value%%: *}")
		quote=${value#*: }
		if [[ $page != "$known" ]]; then
			known=$page
			[[ -f $page ]] || echo "$id: there is no $page"
			text=$(squeezed "$page" 2>/dev/null)
		fi
		[[ $text == *"$quote"* ]] || echo "$id: $page does not say: $quote"
	done < <(values says | sort -t $'\t' -k 2)
}

# A function, or a table, that begins at the margin.
judge_kept()
{
	local id file name

	while IFS=$' \t' read -r id file name; do
		[[ -f $file ]] || { echo "$id: there is no $file"; continue; }
		grep -E "^[^ 	/*].*\b$name\b|^$name\(" "$file" | grep -vqE ';[ 	]*$' ||
			echo "$id: $name is not in $file"
	done < <(values kept)
}

judge_tests()
{
	local id test

	while IFS=$'\t' read -r id test; do
		[[ -f $(path_of_test "$test") ]] || echo "$id: there is no test $test"
	done < <(values test)
	while read -r test; do
		values test | cut -f 2 | grep -qxF "$test" || echo "$test: a test of no promise"
	done < <(
		list_scripts | sed "s|^$SELFTESTS_DIR/||"
		find userspace-tools/tests -name '*_test.sh' | sed 's|.*/|tools:|' | sort
	)
}

judge_pages()
{
	local name

	while read -r name; do
		values abi | cut -f 2 | tr ' ' '\n' | grep -qxF "$name" ||
			echo "$name of the ABI: in no promise"
	done < <(sed -n 's/^What:[ \t]*//p' "$ABI"/* | sed 's|^/sys/kernel/oom_embedded/||; s|^$|.|')
	while read -r name; do
		grep -qxF "$name" <(sed -n 's/^What:[ \t]*//p' "$ABI"/* |
			sed 's|^/sys/kernel/oom_embedded/||; s|^$|.|') || echo "$name: not of the ABI"
	done < <(values abi | cut -f 2 | tr ' ' '\n')
	while read -r name; do
		values says | grep -qF -- "README: $name" || echo "README: \"$name\" is in no promise"
	done < <(sed -n 's/^- \*\*\([a-z ]*\)\*\*.*/\1/p' README.md)
}

page()
{
	awk -F '\t' '
	function add(text, more, between) { return text (text == "" ? "" : between) more }
	function link(test) {
		if (sub(/^tools:/, "", test))
			return "[" test "](../userspace-tools/tests/" test ")"
		return "[" test "](../selftests/" test ")"
	}
	function show_promise() {
		if (id == "")
			return
		print ""
		print "### " id ": " title
		print ""
		if (kind == "promise") {
			print "- Said: " says
			print "- Kept by: " kept
			print "- Red without it: " tests
			if (abi != "")
				print "- Files: " abi
			print "- Not covered: " not_
		}
	}
	function show_failure() {
		print "| " id " | " title " | " effect " | " seen " | " then_ " | " \
			(tests == "" ? "none: " untested : tests) " |"
	}
	function show() {
		if (kind == "promise") show_promise()
		else if (kind == "failure") {
			if (!failures++) {
				print "\n## When the module itself fails\n"
				print "| | what fails | effect | seen by | what happens then | test |"
				print "|---|---|---|---|---|---|"
			}
			show_failure()
		} else if (kind == "assume") {
			if (!assumed++) {
				print "\n## Assumptions of use\n"
				print "The promises hold if these do. An integrator has to see to them.\n"
				print "| | assumption | how to verify it |"
				print "|---|---|---|"
			}
			print "| " id " | " title " | " verify " |"
		}
		says = kept = tests = abi = not_ = effect = seen = then_ = untested = verify = ""
	}
	$2 == "promise" || $2 == "failure" || $2 == "assume" { show(); id = $1; kind = $2; title = $3; next }
	$2 == "says" { i = index($3, ": "); says = add(says, "\"" substr($3, i + 2) "\" (" substr($3, 1, i - 1) ")", "; ") }
	$2 == "kept" { split($3, w, " "); kept = add(kept, "`" w[1] "` `" w[2] "`", ", ") }
	$2 == "test" { tests = add(tests, link($3), ", ") }
	$2 == "abi" { n = split($3, w, " "); for (i = 1; i <= n; i++) abi = add(abi, "`" (w[i] == "." ? "/sys/kernel/oom_embedded/" : w[i]) "`", ", ") }
	$2 == "not" { not_ = add(not_, $3, " ") }
	$2 == "effect" { effect = add(effect, $3, " ") }
	$2 == "seen" { seen = add(seen, $3, " ") }
	$2 == "then" { then_ = add(then_, $3, " ") }
	$2 == "untested" { untested = add(untested, $3, " ") }
	$2 == "verify" { verify = add(verify, $3, " ") }
	BEGIN {
		print "# Promises"
		print ""
		print "Written by `selftests/run/promises.sh --write` from"
		print "[promises.list](../selftests/run/promises.list); `make check` fails if a quoted sentence is no longer in"
		print "its page, a function no longer in its file, or a test is gone, if a test script has no promise, and if"
		print "a file of the [ABI](ABI/testing/sysfs-kernel-oom_embedded) has none."
		print ""
		print "For a safety engineer: this page is what the module claims, and what it does not. It is no certificate, and"
		print "the module was not developed by the processes of IEC 61508, ISO 26262 or IEC 62304. An assessor finds here"
		print "the [assumptions of use](#assumptions-of-use), the claims with their evidence, and the"
		print "[failure modes](#when-the-module-itself-fails) of the module itself. Which test goes red without which line was tried"
		print "where the commit of the test says so; the [model](../selftests/model/README.md) of the path of an OOM has"
		print "planted faults for each of its properties. A promise of more than one kernel was tried on those of the"
		print "[results](results/kernels.md)."
		print ""
		print "## The promises"
	}
	END { show() }' "$work/entries"
}

judge()
{
	entries >"$work/entries"
	judge_shape
	judge_says
	judge_kept
	judge_tests
	judge_pages
	page | cmp -s - "$PAGE" || echo "$PAGE: not the page of the list: run/promises.sh --write"
}

self_test()
{
	local copy=$work/copy

	mkdir "$copy" || return 1
	git ls-files -z README.md Documentation module include selftests userspace-tools packaging |
		xargs -0 cp -a --parents -t "$copy" || return 1
	cd "$copy" || return 1
	SELFTESTS_DIR=$copy/selftests
	[[ -z $(judge) ]] || { judge; return 1; }
	# Alone: each change of the list would be one of the page, too.
	# shellcheck disable=SC2016 # sed's
	planted "another page" "not the page of the list" "$PAGE" '$d'
	all_reported || return 1
	cp "$top/$PAGE" "$PAGE"
	planted "a sentence that is gone" "README.md does not say" README.md \
		's/tells userspace first/tells nobody/'
	planted "a function that moved" "oe_announce is not in" module/oom/announce.c \
		's/^void oe_announce(/void oe_proclaim(/'
	planted "a promise without a test" 'P1: has no "test"' "$LIST" \
		'/^promise 1 /,/^promise 2 /{/^test /d}'
	planted "a test that is gone" "there is no test oom/gurad.sh" "$LIST" \
		's|^test oom/guard.sh|test oom/gurad.sh|'
	planted "a test without a promise" "oom/console.sh: a test of no promise" "$LIST" \
		'/^test oom\/console.sh/d'
	planted "a file of the ABI without a promise" "grace_ms of the ABI: in no promise" "$LIST" \
		's/^\(abi .*\)\bgrace_ms\b/\1/; s/^abi grace_ms /abi /'
	planted "a bold word of README without a promise" '"sings" is in no promise' README.md \
		's/^- \*\*protects\*\*/- **sings**: well\n&/'
	planted "a failure without a test or a reason" 'F1: has no "test"' "$LIST" \
		'/^failure 1 /,/^failure 2 /{/^test /d}'
	planted "a number twice" "P2: twice" "$LIST" 's/^promise 3 /promise 2 /'
	all_reported
}

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$top" || exit 1
case ${1-} in
--check)
	found=$(judge)
	[[ -z $found ]] || { echo "$found"; exit 1; }
	;;
--write) entries >"$work/entries" && page >"$work/page" && cat "$work/page" >"$PAGE" ;;
--self-test) self_test ;;
*)
	echo "usage: promises.sh --check|--write|--self-test" >&2
	exit 2
	;;
esac
