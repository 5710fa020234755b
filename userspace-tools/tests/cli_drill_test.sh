#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "oom-embedded drill" does not begin on a system where it must not, says why, and leaves nothing
# behind. The OOM itself is provoked in a guest, see selftests/tools/tools_drill.sh.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# A system on which it would begin.
make_tree "$tmp/tree"
put_file cgroup/cgroup.controllers 'cpu memory pids'
put_file cgroup/cgroup.subtree_control 'cpu memory'
cp -a "$tmp/tree" "$tmp/pristine"

mend_tree()
{
	rm -rf "$tmp/tree"
	cp -a "$tmp/pristine" "$tmp/tree"
}

cgroup_tree()
{
	(cd "$OOM_EMBEDDED_CGROUP" && find . | sort && grep -r '' .)
}

# refuses DESCRIPTION PATTERN: it cannot run, and neither the module's files nor a cgroup is touched
refuses()
{
	local before

	before=$(tree_text; cgroup_tree)
	gives "drill: $1" 2 "$2" drill
	same "drill: $1: nothing is touched" "$before" "$(tree_text; cgroup_tree)"
	mend_tree
}

put_file proc/sys/vm/panic_on_oom 2
refuses "an OOM of a memory cgroup would panic" 'vm.panic_on_oom is 2'
put_file cgroup/memory.oom.group 1
refuses "memory.oom.group above it" 'memory.oom.group is 1: an OOM in there would kill others'
put_file cgroup/cgroup.controllers 'cpu pids'
refuses "no memory controller" 'there is no memory controller'
put_file sysfs/rank_threshold 999
refuses "no room for three rankings" 'rank_threshold 999 leaves no room'
put_file sysfs/levels/available_kb 10000
refuses "too little memory" '10000 kB are available, and the drill takes [0-9]+: too little'
put_file sysfs/levels/available_kb 66000
refuses "a level would be entered" 'would go below levels/warning_kb \(65536\)'
put_file sysfs/levels/available_kb 66000
put_file sysfs/levels/warning_kb 0
put_file sysfs/levels/critical_kb 0
gives "drill: that level is off" 2 'no count of OOM kills' drill
mend_tree
mkdir -p "$OOM_EMBEDDED_PROC/self/ns"
touch "$OOM_EMBEDDED_PROC/self/ns/pid"
refuses "in a container" 'this is a container'
mv "$OOM_EMBEDDED_SYSFS/events" "$tmp/events"
refuses "a build without the record" 'events: not in this build of the module'
mv "$tmp/events" "$OOM_EMBEDDED_SYSFS/events"
rm "$OOM_EMBEDDED_SYSFS/rank_threshold"
refuses "settings that cannot be read" 'cannot read the settings'
rm "$OOM_EMBEDDED_SYSFS/abi_version"
refuses "no module" 'the module is not loaded'
# The tree's cgroup has no files of the kernel's: the drill fails half way.
refuses "it fails half way" 'no count of OOM kills: No such file'
mkdir -p "$OOM_EMBEDDED_CGROUP/memory"
put_file cgroup/cgroup.controllers 'cpu'
put_file cgroup/memory/memory.limit_in_bytes 9223372036854771712
refuses "it fails half way, with cgroup v1" 'cgroup/memory/oom-embedded-drill-[0-9]+: no count of OOM kills'
gives "drill: it says beforehand what it does" 2 'Three of the four are to die; no other process' drill
gives "drill: a word too many" 2 "too many words: 'now'" drill now
gives "drill: no number of drills" 2 'no number from 1' drill -n 0
gives "drill: JSON, too" 2 '"right": 0' drill --json
check "drill: which is JSON" jq -e . "$tmp/out"

finish
