# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # read by the scripts that source this file
#
# The folders of a run's results and of the published ones: a run changes no tracked file.
# Source it after vm/lib.sh.

RESULTS=$CACHE_DIR/results
PUBLISHED=Documentation/results

# machine: the CPUs of this machine and their model, not its name.
machine()
{
	local model

	model=$(sed -n 's/^model name[[:space:]]*: *//p' /proc/cpuinfo | head -n 1 | tr -s ' |' ' ')
	echo "$(nproc) x ${model:-$(uname -m)}"
}

# module_commit: the last commit of the module's sources, and whether they were changed since.
module_commit()
{
	local sources=(module include Kbuild VERSION)
	local commit

	commit=$(git -C "$REPO_ROOT" log -1 --format=%h -- "${sources[@]}")
	[[ -z $(git -C "$REPO_ROOT" status --porcelain -- "${sources[@]}") ]] || commit+=" and changes"
	echo "$commit"
}

say_where()
{
	printf '\nThe results are in %s;\n"make publish-results" copies them to %s/.\n' \
		"$1" "$PUBLISHED"
}
