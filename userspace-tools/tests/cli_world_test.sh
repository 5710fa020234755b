#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "oom-embedded check": findings about the kernel, systemd and the world
# outside of the module.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# finds ID SEVERITY DESCRIPTION: it is found in the tree as it is; then the tree is mended.
finds()
{
	run check --json
	same "check: $3" "$2" "$(jq -r --arg id "$1" '.findings[] | select(.id == $id) | .severity' <<<"$out")"
	make_tree "$tmp/tree"
}

make_tree "$tmp/tree"
put_file proc/sys/kernel/ftrace_enabled 0
put_file sysfs/coverage global
finds ftrace_off warning "ftrace is off, and something is missing"
put_file proc/sys/kernel/ftrace_enabled 0
finds ftrace_off '' "ftrace is off, and nothing is missing"
put_file debug/kprobes/enabled 0
put_file sysfs/coverage global
finds kprobes_off warning "kprobes are off, and something is missing"
put_file debug/kprobes/enabled 0
finds kprobes_off '' "kprobes are off, and nothing is missing"
slow_console()
{
	put_file proc/sys/vm/oom_dump_tasks 1
	put_file proc/consoles 'ttyS0                -W- (EC p  )    4:64'
	put_file sysfs/console_first "$1"
}
slow_console 1
finds oom_dump_tasks note "vm.oom_dump_tasks with a serial console that is first"
slow_console 0
finds oom_dump_tasks '' "vm.oom_dump_tasks with a console that nobody waits for"
slow_console 0
put_file proc/cmdline 'quiet ignore_loglevel console=ttyS0'
finds oom_dump_tasks note "vm.oom_dump_tasks with ignore_loglevel"
slow_console 0
put_file proc/cmdline 'quiet noignore_loglevel'
finds oom_dump_tasks '' "vm.oom_dump_tasks without ignore_loglevel"
slow_console 0
put_file sysfs/mode observe
finds oom_dump_tasks note "vm.oom_dump_tasks in mode observe"
slow_console 0
put_file sysfs/coverage global
finds oom_dump_tasks note "vm.oom_dump_tasks without kprobes"
put_file sysfs/no_victim_action reboot
put_file kexec_crash_loaded 1
finds kdump note "reboot, with a crash kernel"
put_file kexec_crash_loaded 1
finds kdump '' "panic, with a crash kernel"
put_file sysfs/no_victim_action reboot
put_file kexec_crash_loaded 0
finds kdump '' "reboot, without a crash kernel"
put_file sysfs/limits/1000/rss_kb 65537
finds limit warning "a user over the limit"
put_file sysfs/limits/1000/max_kb 0
put_file sysfs/limits/1000/rss_kb 65537
finds limit '' "a user without a limit"
slice=$OOM_EMBEDDED_CGROUP/user.slice/user-1000.slice
mkdir -p "$slice"
echo max >"$slice/memory.max"
finds limit_cgroup note "a limit that a cgroup could keep"
mkdir -p "$slice"
echo 104857600 >"$slice/memory.max"
finds limit_cgroup '' "a cgroup that has a limit, too"
mkdir -p "$slice"
echo max >"$slice/memory.max"
put_file sysfs/limits/1000/max_kb 0
finds limit_cgroup '' "a cgroup without a limit of its user"
rm -rf "$OOM_EMBEDDED_CGROUP/user.slice"

# --- systemd ends a unit as a whole
# unit POLICY NEIGHBOUR_CGROUP: the OOMPolicy of pacemaker's unit, and a process beside it
export OOM_EMBEDDED_SYSTEMD=$tmp/systemd
unit()
{
	rm -rf "$OOM_EMBEDDED_SYSTEMD"
	mkdir -p "$OOM_EMBEDDED_SYSTEMD"/{run/systemd/system,etc/systemd/system,usr/lib/systemd/system}
	printf '[Service]\n%s\n' "$1" >"$OOM_EMBEDDED_SYSTEMD/usr/lib/systemd/system/pm.service"
	put_file proc/100/cgroup 0::/system.slice/pm.service
	put_file proc/300/cgroup "0::$2"
}
unit '' /system.slice/pm.service/worker
finds oom_policy warning "OOMPolicy=stop, the default, and a neighbour"
unit 'OOMPolicy = kill' /system.slice/pm.service
finds oom_policy warning "OOMPolicy=kill"
unit OOMPolicy=continue /system.slice/pm.service
finds oom_policy '' "OOMPolicy=continue"
unit '' /system.slice/other.service
finds oom_policy '' "OOMPolicy=stop, and nobody else in the unit"
unit '' /system.slice/pm.service
printf '[Manager]\nDefaultOOMPolicy=continue\n' >"$OOM_EMBEDDED_SYSTEMD/etc/systemd/system.conf"
finds oom_policy '' "DefaultOOMPolicy=continue"
unit OOMPolicy=continue /system.slice/pm.service
mkfifo "$OOM_EMBEDDED_SYSTEMD/etc/systemd/system/pm.service"
finds oom_policy '' "a unit that is a FIFO: the next one counts"
unit OOMPolicy=continue /system.slice/pm.service
ln -s /dev/null "$OOM_EMBEDDED_SYSTEMD/etc/systemd/system/pm.service"
finds oom_policy warning "a unit that is masked hides the next one"
unit OOMPolicy=continue /system.slice/pm.service
mkdir "$OOM_EMBEDDED_SYSTEMD/etc/systemd/system/pm.service.d"
printf '[Service]\nOOMPolicy=stop\n' >"$OOM_EMBEDDED_SYSTEMD/etc/systemd/system/pm.service.d/x.conf"
finds oom_policy warning "OOMPolicy=stop of a drop-in"
unit '' /system.slice/pm@1.service
put_file proc/100/cgroup 0::/system.slice/pm@1.service
mv "$OOM_EMBEDDED_SYSTEMD/usr/lib/systemd/system/pm"{,@}.service
finds oom_policy warning "OOMPolicy=stop of a template"
unit '' '/../../etc/pm.service'
put_file proc/100/cgroup '0::/../../etc/pm.service'
rm "$OOM_EMBEDDED_SYSTEMD/usr/lib/systemd/system/pm.service"
finds oom_policy '' "a cgroup that looks like a unit"
unit '' /system.slice/pm.service
rm -r "$OOM_EMBEDDED_SYSTEMD/run"
finds oom_policy '' "no systemd"
unset OOM_EMBEDDED_SYSTEMD

# --- what the configuration refers to
# refers ID SEVERITY DESCRIPTION LINE...: a finding about the configuration
refers()
{
	local id=$1
	local severity=$2
	local description=$3

	shift 3
	printf '%s\n' "$@" >"$tmp/refers.conf"
	run check --json "$tmp/refers.conf"
	same "check FILE: $description" "$severity" \
		"$(jq -r --arg id "$id" '.findings[] | select(.id == $id) | .severity' <<<"$out")"
}
refers no_process note "a protected name that nobody has" '[rankings]' 'pacer = 10'
same "check FILE: with file and line" 1 "$(grep -c "refers.conf:2: 'pacer' is to be protected" <<<"$out")"
refers no_process '' "a protected name that somebody has" '[rankings]' 'pacemak* = 10'
refers no_process '' "a name that is not protected" '[rankings]' 'pacer = 900'
refers no_process note "a protected group of nobody" '[group x]' 'rank = 0' 'comm = pacer'
refers no_process note "protected by this threshold" '[policy]' 'rank_threshold = 950' '[rankings]' 'pacer = 900'
refers command warning "a command that is not there" '[mode a]' '[mode b]' 'enter = oom' 'step = run /no/such/command x'
same "check FILE: a command with file and line" 1 "$(grep -c 'refers.conf:4: /no/such/command cannot be run: No such' <<<"$out")"
refers command warning "a command that cannot be run" '[helper a]' 'command = /etc/passwd'
refers command warning "a restart command that is not there" '[service a]' 'comm = web' 'step = restart' 'restart = /no/such'
refers command '' "a command that is there" '[service a]' 'comm = web' 'step = restart' 'restart = /bin/true x'
refers no_cgroup note "a cgroup of a condition that is not there" '[mode a]' '[mode b]' 'enter = oom memcg /nowhere 2 in 1s'
same "check FILE: a cgroup with file and line" 1 "$(grep -c 'refers.conf:3: there is no cgroup /nowhere now' <<<"$out")"
refers no_cgroup note "a cgroup of a group that is not there" '[group x]' 'cgroup = /system/none'
same "check FILE: that cgroup with file and line" 1 "$(grep -c 'refers.conf:2: there is no cgroup /system/none' <<<"$out")"
refers no_cgroup '' "cgroups that are there" '[group x]' 'cgroup = /batch' '[mode a]' '[mode b]' 'enter = oom memcg /system'
mkdir -p "$OOM_EMBEDDED_CGROUP/memory/old"
refers no_cgroup '' "a cgroup of version 1" '[group x]' 'cgroup = /old'
mkdir "$OOM_EMBEDDED_PROC"/{2000..3024}
for pid in {2000..3024}; do
	echo worker >"$OOM_EMBEDDED_PROC/$pid/comm"
	printf 'Name:\tx\nUid:\t0\nVmSize:\t1 kB\n' >"$OOM_EMBEDDED_PROC/$pid/status"
done
refers services warning "services of more processes than the manager holds" '[service a]' 'comm = worker'
refers services '' "services that fit" '[service a]' 'comm = web'

finish
