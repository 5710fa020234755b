# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# make_tree DIR: the module's files, some of procfs and of cgroupfs, as plain files; sets the
# environment that makes the tools look there.

# put_file FILE VALUE: as in sysfs, who reads meanwhile finds the old value or the new one. So one
# write, over the old value and without emptying the file first; newlines, which no reader minds,
# where that was longer.
put_file()
{
	local path=$tree_root/$1
	local text=$2
	local size=0

	mkdir -p "$(dirname "$path")"
	[[ ! -e $path ]] || size=$(stat -c %s "$path")
	while [[ $((${#text} + 1)) -lt $size ]]; do
		text+=$'\n'
	done
	cat <<<"$text" 1<>"$path"
}

# fake_process PID UID COMM RSS_KB LOCKED_KB OOM_SCORE_ADJ CGROUP
fake_process()
{
	local dir=$tree_root/proc/$1

	mkdir -p "$dir/fd"
	printf '%s\n' "$3" >"$dir/comm"
	printf '%s\0' "/usr/bin/$3" >"$dir/cmdline"
	printf '%s\n' "$6" >"$dir/oom_score_adj"
	printf '0::%s\n' "$7" >"$dir/cgroup"
	{
		printf 'Name:\t%s\nUid:\t%s\t%s\t%s\t%s\n' "x" "$2" "$2" "$2" "$2"
		printf 'VmSize:\t%8s kB\nVmLck:\t%8s kB\nVmRSS:\t%8s kB\n' 99999 "$5" "$4"
	} >"$dir/status"
}

# fake_candidate POSITION PID RANK SOURCE BADNESS VERDICT COMM
fake_candidate()
{
	printf '%6s %10s %4s %-10s %12s %-10s %-60s\n' "$@"
}

# fake_event SEQ TIME UPTIME KIND VICTIM_PID VICTIM_COMM OUTCOME REASON [MORE]
fake_event()
{
	printf '%-900s\n' "seq=$1 time=$2 uptime=$3 kind=$4 trigger_pid=412 trigger_comm=leak order=0 gfp=0x140cca memcg=- mode=enforce threshold=100 candidates=4 protected=2 victim_pid=$5 victim_comm=$6 victim_uid=1000 victim_rank=800 victim_source=group:batch victim_badness_kb=52000 victim_rss_kb=51200 runner_up_pid=300 runner_up_comm=web runner_up_rank=500 runner_up_source=default runner_up_badness_kb=30000 outcome=$7 reason=$8 grace_ms=500 grace_used_ms=120 ack_ms=118 announce_ns=310000 grace_ns=120000000 decide_ns=95000 kill_ns=2100000 total_ns=122505000 victim_cgroup=/system.slice/batch.service asked_group=- victim_cmdline=${9:-/usr/bin/batch\\x20--nightly}"
}

fake_history()
{
	awk 'BEGIN {
		for (i = 0; i < 120; i++) {
			t = 1000 + i * 0.5
			if (i < 80) kb = 200000 - i * 2480
			else if (i < 90) kb = 2000 + (i - 80) * 300
			else kb = 160000
			level = kb > 65536 ? "normal" : kb > 32768 ? "warning" : kb > 16384 ? "critical" : kb > 8192 ? "imminent_oom" : "oom"
			printf "%-240s\n", sprintf("uptime=%17.6f available_kb=%-12d level=%-12s free_kb=%-10d anon_kb=%-10d cache_kb=%-10d shmem_kb=%-10d slab_kb=%-10d store_kb=%-10d", t, kb, level, kb, 220000 - kb, 8000, 4000, 12000, 2000)
		}
	}'
}

fake_report()
{
	cat <<-EOT
		ReportReason: oom
		ReportSeq: 3
		ReportUptime: 1040.123456
		ReportTime: 1795260330.500000
		Level: oom
		MemTotal: 262144 kB
		MemFree: 2048 kB
		MemAvailable: 2000 kB
		SwapTotal: 0 kB
		SwapFree: 0 kB
		AnonPages: 200000 kB
		Processes: 6
		Recorded: 6
		Truncated: 0

		PID UID RSS_KB SWAP_KB RANK SOURCE COMM
	EOT
	printf '%10s %10s %10s %10s %4s %-20s %-60s\n' \
		388 1000 51200 0 800 group:batch batch \
		300 33 30000 128 500 default web \
		412 1000 20000 0 500 default leak \
		100 0 8000 0 10 explicit pacemaker \
		400 0 4000 0 500 default '<b>x&y' \
		1 0 1200 0 500 default init
}

# fake_staged: for programs that are linked with fake_module.c only.
fake_staged()
{
	mkdir -p "$tree_root/sysfs/staged"
	: >"$tree_root/sysfs/staged/set"
	put_file sysfs/staged/commit ''
	put_file sysfs/staged/clear ''
	put_file sysfs/staged/refused ''
}

fake_module_files()
{
	put_file sysfs/abi_version 1.1
	put_file sysfs/mode enforce
	put_file sysfs/coverage 'global memcg guard'
	put_file sysfs/rank_threshold 100
	put_file sysfs/default_rank 500
	put_file sysfs/selection_order rank
	put_file sysfs/no_victim_action panic
	put_file sysfs/reconfigure_wanted 3
	put_file sysfs/reconfigure_done 3
	put_file sysfs/grace_ms 500
	put_file sysfs/grace_hold 0
	put_file sysfs/reserve_kb 4096
	put_file sysfs/reserve_available_kb 4096
	put_file sysfs/groups/create ''
	put_file sysfs/groups/remove ''
	put_file sysfs/cgroups/create ''
	put_file sysfs/cgroups/remove ''
	put_file sysfs/limits/create ''
	put_file sysfs/limits/remove ''
	put_file sysfs/limits/period_ms 1000
	put_file sysfs/limits/measure private
	put_file sysfs/levels/level normal
	put_file sysfs/levels/available_kb 160000
	put_file sysfs/levels/warning_kb 65536
	put_file sysfs/levels/critical_kb 32768
	put_file sysfs/levels/imminent_oom_kb 16384
	put_file sysfs/levels/oom_kb 8192
	put_file sysfs/levels/hysteresis_kb 2048
	put_file sysfs/levels/debounce_ms 500
	put_file sysfs/levels/oom_forecast_ms -1
	put_file sysfs/levels/forecast_alert_ms 0
	for counter in oom_global oom_memcg oom_sysrq oom_request victims avoided no_victim guard_hits \
		inherit_failed uevent_failed probe_missed ranked; do
		put_file "sysfs/stats/$counter" 0
	done
	put_file sysfs/stats/oom_global 2
	put_file sysfs/stats/oom_memcg 1
	put_file sysfs/stats/victims 2
	put_file sysfs/stats/avoided 1
	put_file sysfs/stats/ranked 1
}

fake_groups_and_limits()
{
	put_file sysfs/groups/batch/rank 800
	put_file sysfs/groups/batch/pids ''
	put_file sysfs/groups/batch/cgroup /batch
	put_file sysfs/groups/batch/comm ''
	put_file sysfs/groups/batch/uid ''
	put_file sysfs/groups/batch/trust root
	put_file sysfs/groups/batch/precedence 0
	put_file sysfs/groups/batch/rules ''
	put_file sysfs/groups/batch/signal USR1
	put_file sysfs/groups/batch/nr_members 2
	put_file sysfs/limits/1000/max_kb 65536
	put_file sysfs/limits/1000/exceed_allowed_ms 1000
	put_file sysfs/limits/1000/term_timeout_ms 500
	put_file sysfs/limits/1000/left_ms 900
	put_file sysfs/limits/1000/signal TERM
	put_file sysfs/limits/1000/rss_kb 1024
	put_file sysfs/limits/1000/exceeded_ms 0
	put_file sysfs/limits/1000/nr_kills 0
}

fake_system()
{
	put_file proc/sys/vm/panic_on_oom 0
	put_file proc/sys/vm/oom_kill_allocating_task 0
	put_file proc/meminfo "$(printf '%-14s %10d kB\n' MemTotal: 262144 SwapFree: 102400 \
		CommitLimit: 233472 Committed_AS: 100000)"
	put_file cgroup/system/memory.oom.group 0
	put_file cgroup/batch/memory.oom.group 0
	fake_process 1 0 init 1200 0 0 /
	fake_process 100 0 pacemaker 8000 8000 0 /system
	fake_process 200 1000 batch 50000 0 0 /batch
	fake_process 201 1000 batch 20000 0 0 /batch
	fake_process 300 33 web 30000 0 0 /system
	fake_process 400 0 'my proc' 4000 0 0 /system
	ln -s "$tree_root/sysfs/reconfigure_wanted" "$tree_root/proc/100/fd/3"
}

fake_lists()
{
	printf '%10d %4u %-10s %-60s\n' 100 10 explicit pacemaker >"$tree_root/sysfs/oom_ranking"
	{
		fake_candidate 1 200 800 group:batch 52000 next batch
		fake_candidate 2 201 800 group:batch 21000 eligible batch
		fake_candidate 3 300 500 default 30000 eligible web
		fake_candidate 4 400 500 default 4000 eligible 'my\x20proc'
		fake_candidate 5 100 10 explicit 8000 protected pacemaker
		fake_candidate 6 1 500 default 0 unkillable init
	} >"$tree_root/sysfs/candidates"
	head -n 2 "$tree_root/sysfs/candidates" >"$tree_root/sysfs/groups/batch/candidates"
	{
		fake_event 1 1795259000.100000 900.100000 global 387 batch killed rank
		fake_event 2 1795259900.200000 1020.200000 memcg - - avoided memory_back
		fake_event 3 1795260330.500000 1040.123456 global 388 batch killed rank
	} >"$tree_root/sysfs/events"
	fake_report >"$tree_root/sysfs/report"
	fake_history >"$tree_root/sysfs/levels/history"
}

make_tree()
{
	tree_root=$1
	rm -rf "$tree_root"
	mkdir -p "$tree_root"
	fake_module_files
	fake_groups_and_limits
	fake_system
	fake_lists
	export OOM_EMBEDDED_SYSFS=$tree_root/sysfs
	export OOM_EMBEDDED_PROC=$tree_root/proc
	export OOM_EMBEDDED_CGROUP=$tree_root/cgroup
}
