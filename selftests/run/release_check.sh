#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# release_check.sh [STEP...]: is this commit a release? Runs each step, or those that are named, and
# prints one page: step, result, minutes, and the log of a step that failed. Exit status 0 if all is
# well. "--list" names the steps. "make release-check".

set -uo pipefail

cd "$(dirname "$0")/../.." || exit 1
LOGS=${CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/oom-embedded}/release
version=$(cat VERSION)

# Step by step; the quick ones first. The longest take hours.
STEPS="clean version check check-debug check-tools check-variants check-deb check-secure-boot
check-newcomer check-property check-matrix image-demo fuzz reproducible dist"

step_clean()
{
	local changes

	changes=$(git status --porcelain --untracked-files=no)
	[[ -z $changes ]] || { echo "not committed: $changes"; return 1; }
}

# Every place that names the version names this one, and its changes are told.
step_version()
{
	local wrong=0

	[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || { echo "VERSION: $version"; wrong=1; }
	grep -qE "^## \[?${version//./\\.}\]? " CHANGELOG.md || {
		echo "CHANGELOG.md: no heading for $version with its date"
		wrong=1
	}
	head -n 1 packaging/debian/changelog | grep -qF "($version-" || {
		echo "packaging/debian/changelog: not of $version"
		wrong=1
	}
	! git rev-parse -q --verify "refs/tags/v$version^{commit}" >/dev/null ||
		[[ $(git rev-parse "v$version^{commit}") == "$(git rev-parse HEAD)" ]] || {
		echo "the tag v$version is another commit"
		wrong=1
	}
	return "$wrong"
}

step_reproducible()
{
	selftests/run/reproducible.sh
}

step_dist()
{
	make -s dist DIST_DIR="$LOGS/dist"
}

# run_step NAME: a line of the page; a step without a function is a target of make.
run_step()
{
	local began=$SECONDS
	local result=ok

	if [[ $(type -t "step_$1") == function ]]; then
		"step_$1" >"$LOGS/$1.log" 2>&1 || result="NOT OK"
	else
		make "$1" >"$LOGS/$1.log" 2>&1 </dev/null || result="NOT OK"
	fi
	printf '%-18s %-7s %4s min  %s\n' "$1" "$result" $(((SECONDS - began + 30) / 60)) \
		"$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$LOGS/$1.log" | tail -n 1)"
	[[ $result == ok ]] && return
	tail -n 3 "$LOGS/$1.log" | sed 's/^/    /'
	echo "    $LOGS/$1.log"
	return 1
}

[[ ${1-} != --list ]] || { tr " " "\n" <<<"$STEPS"; exit; }
# shellcheck disable=SC2086 # words
[[ $# -gt 0 ]] || set -- $STEPS
for step; do
	[[ " ${STEPS//$'\n'/ } " == *" $step "* ]] || { echo "release_check.sh: no step $step" >&2; exit 2; }
done
mkdir -p "$LOGS"
failed=0
echo "oom_embedded $version, commit $(git rev-parse --short HEAD), $(date -u +%Y-%m-%d)"
echo
for step; do
	run_step "$step" || failed=$((failed + 1))
done
echo
echo "$(($# - failed)) passed, $failed failed"
[[ $failed -eq 0 ]]
