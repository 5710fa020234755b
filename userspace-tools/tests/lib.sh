# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Helpers for the tests: results in KTAP, running a program, a tree of plain files where the
# module's would be. Source it first; call finish last.

set -uo pipefail
export LC_ALL=C TZ=UTC

TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# The folder of run.sh's builds.
TOOLS_BUILD=${TOOLS_BUILD:?"run it by tests/run.sh NAME"}
# With which words for make; see variants.sh.
mapfile -t TOOLS_FLAGS <<<"${TOOLS_FLAGS-SANITIZE=1}"
# shellcheck source=userspace-tools/tests/tree.sh
. "$TESTS/tree.sh"

# 99: a sanitizer's finding has an exit status that our programs do not use.
export ASAN_OPTIONS=exitcode=99:detect_leaks=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1:exitcode=99

# Started processes end, and made files go, also when the test is aborted.
cleanup()
{
	local running

	mapfile -t running < <(jobs -p)
	[[ ${#running[@]} -eq 0 ]] || kill -KILL "${running[@]}" 2>/dev/null
	wait 2>/dev/null
	rm -rf "$tmp"
}

tmp=$(mktemp -d) || exit 1
# A manager of this machine is none of the tests' business.
export OOM_EMBEDDED_STATE=$tmp/no-state
trap cleanup EXIT
nr=0
failed=0

pass()
{
	nr=$((nr + 1))
	echo "ok $nr $1"
}

# fail DESCRIPTION [WHY]
fail()
{
	nr=$((nr + 1))
	failed=$((failed + 1))
	[[ $# -lt 2 ]] || printf '%s\n' "$2" | head -n 30 | sed 's/^/# /'
	echo "not ok $nr $1"
}

# skip DESCRIPTION WHY: a missing tool is a failure when all is asked for.
skip()
{
	if [[ -n ${TOOLS_ALL-} ]]; then
		fail "$1" "$2"
		return
	fi
	nr=$((nr + 1))
	echo "ok $nr $1 # SKIP $2"
}

# variant_is NAME...: is it one of these that is tried? See variants.sh.
variant_is()
{
	local name

	for name; do
		[[ ${TOOLS_VARIANT-} != "$name" ]] || return 0
	done
	return 1
}

# Is the program built with ncurses?
has_top()
{
	[[ $("$TOOLS_BUILD/tests/oom-embedded" top -n 1 2>&1) != *'built without ncurses'* ]]
}

# check DESCRIPTION COMMAND...: ok if it exits with 0
check()
{
	local description=$1
	local why

	shift
	if why=$("$@" 2>&1); then
		pass "$description"
	else
		fail "$description" "$* failed: $why"
	fi
}

# same DESCRIPTION EXPECTED GOT
same()
{
	if [[ $2 == "$3" ]]; then
		pass "$1"
	else
		fail "$1" "expected: $2"$'\n'"got:      $3"
	fi
}

# Has a user the right to another /etc?
has_namespaces()
{
	unshare -rm true 2>/dev/null
}

# run WORD...: the program, with the folder $ETC as its /etc; sets $out, $err, $status
run()
{
	local inside=()

	# shellcheck disable=SC2016 # for the inner shell
	[[ -z ${ETC-} ]] || inside=(unshare -rm sh -c 'mount --bind "$1" /etc && shift && exec "$@"' - "$ETC")
	"${inside[@]}" "$TOOLS_BUILD/tests/oom-embedded" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	status=$?
	out=$(tr -d '\0' <"$tmp/out")
	err=$(tr -d '\0' <"$tmp/err")
}

# gives DESCRIPTION STATUS PATTERN WORD...: exit status, and what both outputs together match
gives()
{
	local description=$1
	local expected=$2
	local pattern=$3

	shift 3
	run "$@"
	if [[ $status == "$expected" ]] && grep -qE -- "$pattern" <<<"$out"$'\n'"$err"; then
		pass "$description"
	else
		fail "$description" "oom-embedded $*: status $status, expected $expected and /$pattern/
$out
$err"
	fi
}

file_is()
{
	same "$1" "$3" "$(cat "$OOM_EMBEDDED_SYSFS/$2" 2>&1)"
}

# The whole tree as text, to see that nothing has changed.
tree_text()
{
	(cd "$OOM_EMBEDDED_SYSFS" && find . -type d && grep -r '' .) | sort
}

finish()
{
	echo "1..$nr"
	[[ $failed -eq 0 ]]
	exit
}
