#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The output of oom-embedded: status, candidates, events, report, rank, groups, limits, settings;
# as text and as JSON.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# json DESCRIPTION FILTER EXPECTED WORD...: the output, filtered by jq
json()
{
	local description=$1
	local filter=$2
	local expected=$3

	shift 3
	run "$@" --json
	same "$description" "0 $expected" "$status $(jq -c "$filter" <<<"$out" 2>&1)"
}

make_tree "$tmp/tree"

# --- status
gives "status shows the policy" 0 '^mode: +enforce$' status -v
gives "status shows the level" 0 '^  level: +normal$' status -v
gives "status names the next victim" 0 '^next_victim: +batch/200$' status -v
same "status warns of nothing" '' "$(grep warning: <<<"$out")"
sed -i.was 's/ next / protected /; s/ eligible / protected /' "$OOM_EMBEDDED_SYSFS/candidates"
gives "status: nobody may be chosen now" 0 '^warning: +nobody may be chosen now: an OOM ends in no_victim_action=panic$' status -v
json "status: nobody may be chosen now: JSON" '.next_victim == null and (.warning | test("^nobody"))' true status
mv "$OOM_EMBEDDED_SYSFS/candidates.was" "$OOM_EMBEDDED_SYSFS/candidates"
json "status: numbers are numbers" '[.rank_threshold, .grace_ms, .levels.warning_kb, .stats.oom_global]' \
	'[100,500,65536,2]' status
run group add web rank=900
rm "$OOM_EMBEDDED_SYSFS/groups/web/comm"
gives "group: no rules" 5 'groups/web/comm: not in this build of the module \(OE_GROUPS=n' group set web comm=nginx
gives "group: a group by pid" 0 '^$' group set web rank=800
rm -r "$OOM_EMBEDDED_SYSFS/levels" "$OOM_EMBEDDED_SYSFS/groups" "$OOM_EMBEDDED_SYSFS/grace_ms"
gives "status of a module without levels, groups and grace" 0 'no_victim_action' status -v
make_tree "$tmp/tree"

FAKE_ERRORS='reconfigure_wanted=5' gives "status: reads nothing that tells the module that we follow" 0 \
	'^reconfigure_wanted: +3$' status -v

# --- status for a person
gives "no command: memory and level" 0 '^memory +156.2 MiB left of 256.0 MiB, level normal$'
gives "no command: the policy" 0 '^policy +enforce, by rank, rankings below 100 are protected; if nobody may be chosen: panic$'
gives "no command: who would go next" 0 '^next +batch/200, ranking 800 \(group:batch\), 50.8 MiB$'
gives "no command: who is protected" 0 '^protected +pacemaker/100$'
gives "no command: no manager" 0 '^manager +oom-embeddedd does not run$'
gives "no command: the last emergency" 0 '^last +2026-11-21T11:25:30.500Z killed batch/388 \(rank\); number 3$'
gives "no command: nothing is wrong" 0 '^findings +none$' status
sed -i 's/ next / protected /; s/ eligible / protected /' "$OOM_EMBEDDED_SYSFS/candidates"
gives "no command: nobody may be chosen" 0 \
	'^next +nobody may be chosen now: the next OOM ends in no_victim_action=panic$'
rm "$OOM_EMBEDDED_SYSFS/candidates"
gives "no command: facts that only root may know" 0 '^next +only root may know$'
put_file sysfs/default_rank 99
gives "no command: a threshold above default_rank" 0 \
	'^next +only root may know; everybody without a ranking is protected$'
make_tree "$tmp/tree"
gives "no command: a module that is not in the list of modules" 0 '^policy '
same "no command: nothing is said of its memory" '' "$(grep ^module <<<"$out")"
put_file proc/modules "$(printf 'zram 40960 1 - Live 0x0\noom_embedded 454656 0 - Live 0x0\nuser 8192 1 oom_embedded, Live 0x0')"
put_file proc/vmallocinfo "$(printf '0x1-0x2 40960 oe_memreport_init+0x44/0xa0 [oom_embedded] pages=9 vmalloc\n0x2-0x3 20480 oe_kill_table_new+0x5/0x9 [oom_embedded] pages=4 vmalloc\n0x3-0x4 8192 other+0x5/0x9 [zram] pages=1 vmalloc')"
fake_process 501 0 oom_emb_levels 0 0 0 /
fake_process 502 0 kworker/R-oom_e 0 0 0 /
fake_process 503 0 oom_embedded_no 1000 1000 0 /
sed -i '/^Vm/d' "$OOM_EMBEDDED_PROC/501/status" "$OOM_EMBEDDED_PROC/502/status"
page_kb=$(($(getconf PAGESIZE) / 1024))
gives "no command: the module's memory" 0 "^module +444 KiB as loaded, $((13 * page_kb)) KiB set aside, (16|32) KiB of stacks\$"
json "status: the module's memory, without a process of such a name" '[.module_memory.loaded_kb, .module_memory.pages_kb, .module_memory.threads]' \
	"[444,$((13 * page_kb)),2]" status
rm "$OOM_EMBEDDED_PROC/vmallocinfo"
json "status: without root" '.module_memory | has("pages_kb"), .pages_kb' "$(printf 'true\nnull')" status
gives "no command: the module's memory without root" 0 '^module +444 KiB as loaded, .* only root may know what is set aside$'
make_tree "$tmp/tree"
put_file proc/sys/vm/panic_on_oom 1
put_file proc/sys/kernel/ftrace_enabled 0
put_file sysfs/mode observe
gives "no command: how much is wrong" 0 '^findings +1 error, 1 warning: "oom-embedded check" says which$' status
put_file proc/sys/vm/panic_on_oom 0
put_file sysfs/mode enforce
gives "no command: no forecast" 0 '^trend +not falling' status
put_file sysfs/levels/oom_forecast_ms 12500
gives "no command: a forecast" 0 '^trend +falling: out of memory in 12.5 s$'
fake_process 500 0 oom-embeddedd 1000 1000 0 /system
gives "no command: a manager" 0 '^manager +oom-embeddedd/500 runs; it has 500 ms$'
FAKE_ERRORS='candidates=13' gives "no command: without root" 0 '^next +only root may know$'
make_tree "$tmp/tree"

# --- candidates
gives "candidates: the next one first" 0 '^ +1 +200 +800 +group:batch +52000  next +batch +- ' candidates
same "candidates: without the protected" 5 "$(wc -l <<<"$out")"
gives "candidates --all: the protected too" 0 'protected +pacemaker' candidates --all
run candidates -n 1
same "candidates -n 1" 2 "$(wc -l <<<"$out")"
gives "tasks is another name" 0 'next +batch' tasks
json "candidates: JSON" '[.candidates[0].pid, .candidates[3].comm]' '[200,"my\\x20proc"]' candidates

# --- events
gives "events: a line a decision" 0 \
	'^ +3 +2026-11-21T[0-9:.]+Z +global +leak/412 +batch/388 +800 +51200 +web/300 +killed +rank$' events
run events -n 2
same "events -n 2" 3 "$(wc -l <<<"$out")"
gives "events SEQ: all of it" 0 '^announce_ns: +310000$' events 3
json "events: JSON with numbers and nulls" \
	'[.events[1].seq, .events[1].victim_pid, .events[2].victim_comm, .events[2].time]' \
	'[2,null,"batch",1795260330.5]' events
json "events: a command line as the module wrote it" '.events[2].victim_cmdline' \
	'"/usr/bin/batch\\x20--nightly"' events
fake_event 3 1795260330.5 1040.2 global - - victim_pending pending >>"$OOM_EMBEDDED_SYSFS/events"
json "events SEQ: each time that it ended" '.events | map(.outcome)' '["killed","victim_pending"]' events 3
run events 3
same "events SEQ: an empty line between them" 2 "$(awk -v RS= 'END { print NR }' <<<"$out")"
gives "events: a number that is not there" 5 'no event 77' events 77
gives "events: no number" 2 "'x' is no number" events x
: >"$OOM_EMBEDDED_SYSFS/events"
gives "events: none yet" 0 '^SEQ' events
json "events: none yet, JSON" '.events' '[]' events
gives "incident: none yet" 5 'nothing has happened' incident

# --- report
gives "report: totals" 0 '^MemTotal: +262144$' report
gives "report: processes" 0 '388 +1000 +51200 +0 +800 +group:batch +batch$' report
json "report: JSON" '[.MemTotal, .ReportReason, (.processes | length), .processes[1].swap_kb]' \
	'[262144,"oom",6,128]' report
gives "report: whose the memory is" 0 '^processes hold 195.3 MiB of 256.0 MiB$' report
gives "report: memory that is in nothing else is said" 0 ' 60096 kB  not accounted' report
json "report: JSON: the parts add up" '[.MemTotal == ([.account[]] | add), .account.processes_kb]' \
	'[true,200000]' report
sed -i 's/^AnonPages: .*/AnonPages: 30000 kB\nShmem: 180000 kB\nCached: 190000 kB/' "$OOM_EMBEDDED_SYSFS/report"
gives "report: a full tmpfs" 0 \
	'^175.8 MiB of 256.0 MiB: tmpfs and shared memory; processes hold 29.3 MiB, so killing them hardly helps$' report
put_file proc/self/mounts "tmpfs $tmp/\\033[31m tmpfs rw 0 0
tmpfs / tmpfs rw 0 0
ext4 /home ext4 rw 0 0"
gives "report: the tmpfs that are full now" 0 '^In tmpfs now: / [0-9.]+ [KMGT]iB$' report
put_file proc/slabinfo 'slabinfo - version: 2.1
# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>
dentry  100 21000 192 21 2 : tunables 0 0 0 : slabdata 1000 2048 0
tiny    100 21000 192 21 1 : tunables 0 0 0 : slabdata 10 16 0
inode'$'\033'' 10 10 600 10 4 : tunables 0 0 0 : slabdata 1024 2048 0'
put_file proc/net/sockstat 'sockets: used 20
TCP: inuse 5 orphan 0 tw 0 alloc 7 mem 4096
UDP: inuse 2 mem 1'
gives "report: the kernel's objects that take most now, the most first" 0 \
	"^In kernel objects now: inode[^[:cntrl:]]* $((8 * page_kb)).0 MiB, dentry $((4 * page_kb)).0 MiB\$" report
gives "report: sockets now" 0 "^In sockets now: TCP $((4 * page_kb)).0 MiB\$" report
printf 'CmaTotal: 65536 kB\nCmaFree: 1024 kB\n' >>"$OOM_EMBEDDED_PROC/meminfo"
gives "report: CMA now" 0 '^In CMA areas now: 63.0 MiB of 64.0 MiB$' report
put_file debug/dma_buf/bufinfo "$(printf 'Dma-buf Objects:\nsize\tflags\n00004096\t2\n\nTotal 2 objects, 25165824 bytes')"
gives "report: dma-buf now, from debugfs" 0 '^In dma-buf now: 24.0 MiB in 2$' report
put_file dmabuf/buffers/7/size 1048576
put_file dmabuf/buffers/9/size 2097152
gives "report: dma-buf now, from sysfs" 0 '^In dma-buf now: 3072 KiB in 2$' report
json "report: JSON: without zram and huge pages" '[.account | .store_kb, .hugetlb_kb, .vmalloc_kb]' '[0,0,0]' report
sed -i '/^Shmem\|^Cached/d; s/^AnonPages: .*/AnonPages: 30000 kB\nZspages: 20000 kB/' "$OOM_EMBEDDED_SYSFS/report"
gives "report: zram goes with the processes, and what is in nothing else is most" 0 \
	'^[0-9.]+ MiB of 256.0 MiB: not accounted .*; processes hold 48.8 MiB, so killing' report
printf 'Hugetlb: 2048 kB\nVmallocUsed: 150000 kB\n' >>"$OOM_EMBEDDED_PROC/meminfo"
gives "report: vmalloc is not hidden" 0 '^[0-9.]+ MiB of 256.0 MiB: vmalloc, now; processes' report
json "report: JSON: zram, huge pages" \
	'[.MemTotal == ([.account[]] | add), (.account | .store_kb, .hugetlb_kb)]' '[true,20000,2048]' report
sed -i 's/^Hugetlb: .*/Hugetlb: 900000 kB/' "$OOM_EMBEDDED_PROC/meminfo"
json "report: JSON: huge pages that were less then" \
	'[.MemTotal == ([.account[]] | add), .account.vmalloc_kb, .account.unaccounted_kb]' '[true,0,0]' report
sed -i 's/^AnonPages: .*/AnonPages: 150000 kB/' "$OOM_EMBEDDED_SYSFS/report"
sed -i '/^Hugetlb\|^Vmalloc\|^Cma/d' "$OOM_EMBEDDED_PROC/meminfo"
gives "report: processes, a part of it in zram" 0 \
	'^processes hold 166.0 MiB of 256.0 MiB, 19.5 MiB of it in zram or zswap$' report
sed -i '/^Swap/d; s/^AnonPages: .*/AnonPages: 30000 kB\nSwapTotal: 1000 kB\nSwapFree: 500 kB/; s/^Zspages: .*/Zspages: 150000 kB/' \
	"$OOM_EMBEDDED_SYSFS/report"
echo 'SwapTotal: 100500 kB' >>"$OOM_EMBEDDED_PROC/meminfo"
gives "report: zram that tmpfs is in does not go with the processes" 0 \
	'^146.5 MiB of 256.0 MiB: zram and zswap; processes hold 30.0 MiB, so killing' report
sed -i 's/^AnonPages: .*/AnonPages: 300000 kB/' "$OOM_EMBEDDED_SYSFS/report"
gives "report: sums that do not add up" 0 '^ +0 kB  not accounted' report
run report -n 2
same "report -n 2" 388,300 "$(awk '$2 ~ /^[0-9]+$/ && NF == 7 { printf "%s%s", sep, $1; sep = "," }' <<<"$out")"
: >"$OOM_EMBEDDED_SYSFS/report"
gives "report: none yet" 5 'there is no report' report
make_tree "$tmp/tree"

# --- rank
gives "rank PID: of its own" 0 '^100 +10 +explicit +pacemaker$' rank 100
gives "rank NAME: of a group, all of that name" 0 '^201 +800 +group:batch +batch$' rank batch
gives "rank: by default" 0 '^300 +500 +default +web$' rank web
gives "rank: by its escaped name" 0 '^400 ' rank 'my\x20proc'
gives "rank: by its real name" 0 '^400 ' rank 'my proc'
gives "rank: no such name" 5 "no process is called 'nobody'" rank nobody
gives "rank: no such number" 5 'no process 4711' rank 4711
gives "rank: a number too big for one" 5 'no process 99999999999' rank 99999999999
json "rank: JSON" '.processes | map([.pid, .rank, .source])' \
	'[[200,800,"group:batch"],[201,800,"group:batch"]]' rank batch

# --- groups, limits, settings
gives "group list" 0 '^batch +800 +2 +USR1 +/batch +- +- +root +0 +-$' group list
put_file sysfs/groups/batch/rules $'exe=/bin/sh uid=7\ncomm=batch*'
gives "group list: rules in one line" 0 ' root +0 +exe=/bin/sh uid=7;comm=batch\*$' group list
json "group list: rules in JSON" '.groups[0] | [.trust, .rules]' '["root","exe=/bin/sh uid=7;comm=batch*"]' group list
json "group list: JSON" '.groups[0] | [.name, .rank, .nr_members, .comm]' '["batch",800,2,null]' group list
gives "limit list" 0 '^1000 +65536 +1024 +1000 +0 +900 +500 +TERM +0$' limit list
json "limit list: JSON" '.limits[0].max_kb' 65536 limit list
gives "set: shows all" 0 '^levels/warning_kb: +65536$' set
gives "set KEY: shows one" 0 '^mode: +enforce$' set mode
gives "set KEY: short names" 0 '^levels/oom_kb: +8192$' set oom_kb

# --- --json before the command, --sysfs, the environment
run --json status
same "--json before the command" enforce "$(jq -r .mode <<<"$out")"
same "--sysfs wins over the environment" "enforce" \
	"$(OOM_EMBEDDED_SYSFS=/nonexistent "$TOOLS_BUILD/oom-embedded" --sysfs="$tmp/tree/sysfs" status --json | jq -r .mode)"

# --- metrics
gives "metrics: counters" 0 '^oom_embedded_ooms_total\{kind="memcg"\} 1$' metrics
gives "metrics: base units" 0 '^oom_embedded_watermark_bytes\{level="warning"\} 67108864$' metrics
gives "metrics: the level" 0 '^oom_embedded_level\{level="normal"\} 1$' metrics
gives "metrics: no JSON" 2 'prints no JSON' metrics --json
if command -v promtool >/dev/null; then
	run metrics
	check "metrics: promtool accepts them" promtool check metrics <"$tmp/out"
else
	skip "metrics: promtool accepts them" "no promtool (Debian package prometheus)"
fi
echo old >"$tmp/metrics.prom"
run metrics -o "$tmp/metrics.prom"
same "metrics -o: the file is replaced" "0 1" "$status $(grep -c '^oom_embedded_info{' "$tmp/metrics.prom")"
same "metrics -o: nothing else is left" metrics.prom "$(cd "$tmp" && ls -d metrics*)"
# A path that is no regular file is written to, not replaced.
mkfifo "$tmp/fifo"
cat "$tmp/fifo" >"$tmp/from_fifo" &
run metrics -o "$tmp/fifo"
wait $!
same "metrics -o: into a FIFO" "0 fifo 1" \
	"$status $(stat -c %F "$tmp/fifo") $(grep -c '^oom_embedded_info{' "$tmp/from_fifo")"
ln -s real.prom "$tmp/link.prom"
echo old >"$tmp/real.prom"
run metrics -o "$tmp/link.prom"
same "metrics -o: by a symbolic link, which stays" "0 symbolic link 1" \
	"$status $(stat -c %F "$tmp/link.prom") $(grep -c '^oom_embedded_info{' "$tmp/real.prom")"
same "metrics -o: into /dev/stdout" 1 \
	"$("$TOOLS_BUILD/tests/oom-embedded" metrics -o /dev/stdout | grep -c '^oom_embedded_info{')"
for i in {1..9}; do
	ln -s "ring$((i + 1))" "$tmp/ring$i"
done
echo kept >"$tmp/ring10"
gives "metrics -o: behind nine links" 1 'cannot write .*/ring1: (Too many levels of symbolic links|Symbolic link loop)' \
	metrics -o "$tmp/ring1"
run metrics -o "$tmp/ring3"
same "metrics -o: behind seven" "0 1" "$status $(grep -c '^oom_embedded_info{' "$tmp/ring10")"
ln -s "$(printf './%.0s' {1..1100})ring10" "$tmp/winding"
gives "metrics -o: a path that is too long with its link" 1 'winding: File ?name too long' \
	metrics -o "$tmp/$(printf './%.0s' {1..950})winding"
ln -s nowhere "$tmp/dangling"
gives "metrics -o: a link that leads nowhere" 1 'cannot write .*/dangling: No such file' metrics -o "$tmp/dangling"
gives "metrics -o: a directory" 1 'cannot write ' metrics -o "$tmp"
same "metrics -o: nothing else is left after that, either" '' "$(find "$tmp" -maxdepth 1 -name '*.??????' ! -name '*.prom')"
if [[ $EUID -eq 0 ]] && mknod "$tmp/null" c 1 3; then
	run metrics -o "$tmp/null"
	same "metrics -o: into a device, which stays one" "0 character special file" "$status $(stat -c %F "$tmp/null")"
	mknod "$tmp/disk" b 7 200
	gives "metrics -o: a disk" 1 'cannot write .*/disk: it is a block device' metrics -o "$tmp/disk"
	ln -s real.prom "$tmp/theirs"
	chown -h 1000 "$tmp/theirs"
	echo kept >"$tmp/real.prom"
	gives "metrics -o: another user's link" 1 "another user's symbolic link" metrics -o "$tmp/theirs"
	same "metrics -o: and what it points to is kept" kept "$(cat "$tmp/real.prom")"
	mkfifo "$tmp/their_fifo"
	chown 1000 "$tmp/their_fifo"
	gives "metrics -o: another user's FIFO" 1 "another user's" metrics -o "$tmp/their_fifo"
else
	skip "metrics -o: another user's link" "not root"
fi
gives "metrics -o: a file that nobody can write" 1 'cannot write /proc/nowhere/x' metrics -o /proc/nowhere/x

# --- not in this build of the module
make_tree "$tmp/small"
rm "$OOM_EMBEDDED_SYSFS/report"
gives "report: not built" 9 'report: not in this build of the module \(OE_REPORT=n' report
gives "incident: without a report" 0 '^$' incident -o "$tmp/small.html"
check "incident: and it is a page" grep -q '</html>' "$tmp/small.html"
rm "$OOM_EMBEDDED_SYSFS/events" "$OOM_EMBEDDED_SYSFS/levels/history"
gives "events: not built" 9 'events: not in this build of the module \(OE_EVENTS=n' events
gives "incident: not built" 9 'events: not in this build' incident -o "$tmp/small.html"
gives "tune: not built" 5 'levels/history: not in this build' tune
gives "status: without the record" 0 '^policy' status
rm -r "$OOM_EMBEDDED_SYSFS/levels"
gives "set: no early_kb" 9 'early_kb: not in this build of the module \(OE_LEVELS=n' set early_kb 1M
gives "set: no watermarks" 9 'levels/warning_kb: not in this build' set warning_kb 1M
gives "set: those that are there" 0 '^rank_threshold' set
gives "status: without levels" 0 '^policy' status
gives "wait: no level comes" 5 'levels/level: not in this build' wait level=critical
gives "wait: nor any" 5 'levels/level: not in this build' wait level

finish
