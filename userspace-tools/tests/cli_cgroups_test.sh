#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Watched memory cgroups in the tools: list, add, set, rm, in a configuration. Bad input is told and
# changes nothing, and a path prints nothing that steers a terminal.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

# refused DESCRIPTION STATUS PATTERN WORD...: as gives, and the tree is as before
refused()
{
	local before

	before=$(tree_text)
	gives "$@"
	same "$1: nothing has changed" "$before" "$(tree_text)"
}

# conf LINE...: a configuration
conf()
{
	printf '%s\n' "$@" >"$tmp/conf"
}

make_tree "$tmp/tree"

# --- the command
gives "list: there is none" 0 '^NAME +LEVEL ' cgroup list
gives "add" 0 '^$' cgroup add web cgroup=/system.slice/web.service warning_percent=30
file_is "add: the path" cgroups/web/cgroup /system.slice/web.service
file_is "add: a watermark" cgroups/web/warning_percent 30
gives "set: watermarks, in whatever order" 0 '^$' cgroup set web imminent_oom_percent=20 critical_percent=25
file_is "set: the lowest" cgroups/web/imminent_oom_percent 20
gives "list" 0 '^web +normal +20480 +24576 +0 +30 +25 +20 +/system.slice/web.service$' cgroup list
run cgroup list --json
same "list: JSON" '["web","normal",20480,30]' \
	"$(jq -c '.cgroups[0] | [.name, .level, .available_kb, .warning_percent]' <<<"$out")"
run status --json
same "status: how many" 1 "$(jq .cgroups <<<"$out")"

refused "add: it is there" 6 'there is a cgroup web already' cgroup add web
refused "add: no name" 2 "'../x' is no name of a watched cgroup" cgroup add ../x
refused "add: a pattern" 6 "cgroup: '/a/\*' is no path of one cgroup" cgroup add new 'cgroup=/a/*'
refused "add: no path" 6 "'a' is no path of one cgroup" cgroup add new cgroup=a
refused "set: no number" 6 "warning_percent: '5%' is not a number from 0 to 100" cgroup set web warning_percent=5%
refused "set: too much" 6 "'101' is not a number from 0 to 100" cgroup set web warning_percent=101
refused "set: above the one before" 6 'critical_percent: 40 is not below warning_percent \(30\)' \
	cgroup set web critical_percent=40
refused "set: below the one after" 6 'warning_percent: 9 is not above critical_percent \(25\)' \
	cgroup set web warning_percent=9
refused "set: no such key" 2 "a cgroup has no 'level'; it has cgroup warning_percent" cgroup set web level=oom
refused "set: no such name" 5 'there is no cgroup other' cgroup set other cgroup=/x
refused "rm: no such name" 5 'there is no cgroup other' cgroup rm other

gives "status: what is left" 0 '^cgroup +web: normal, 20.0 MiB left of 24.0 MiB \(/system.slice/web.service\)$' status
gives "metrics: its level" 0 '^oom_embedded_cgroup_level\{watch="web"\} 0$' metrics
same "metrics: its amounts" '{watch="web"} 20971520 {watch="web"} 25165824' \
	"$(sed -n 's/^oom_embedded_cgroup_[a-z]*_bytes//p' <<<"$out" | paste -sd' ')"
! has_top || gives "top: what is left" 0 '^cgroup  web: normal, 20.0 MiB left of 24.0 MiB' top -n 1
put_file sysfs/cgroups/web/stall_percent 37
gives "status: a stall" 0 '^cgroup +web: normal, 20.0 MiB left of 24.0 MiB, stalled for 37% of its time' status
gives "metrics: a stall" 0 '^oom_embedded_cgroup_stall_ratio\{watch="web"\} 0.37$' metrics
put_file sysfs/cgroups/web/level critical
gives "metrics: another level" 0 '^oom_embedded_cgroup_level\{watch="web"\} 2$' metrics
"$TOOLS_BUILD/tests/oom-embedded" watch -d 0.1 -n 1 >"$tmp/watch" &
until grep -q now "$tmp/watch"; do sleep 0.1; done
put_file sysfs/cgroups/web/level normal
wait $!
same "watch: a line a change" ' cgroup    watch=web level=normal was=critical available_kb=20480 limit_kb=24576' \
	"$(sed -n 's/^[0-9:.]*Z//; 2p' "$tmp/watch")"

printf '/evil\e[2J\n' >"$OOM_EMBEDDED_SYSFS/cgroups/web/cgroup"
run cgroup list
check "list: a path steers no terminal" grep -qF '/evil?[2J' <<<"$out"
run status
check "status: nor does it there" grep -qF '/evil?[2J' <<<"$out"
printf '\377\n' >"$OOM_EMBEDDED_SYSFS/cgroups/web/level"
run cgroup list --json
check "list: JSON of strange bytes" jq -e . <<<"$out"
gives "rm" 0 '^$' cgroup rm web
check "rm: it is gone" test ! -e "$OOM_EMBEDDED_SYSFS/cgroups/web"

# --- the configuration
conf '[cgroup web]' 'cgroup = /web' 'warning_percent = 9' '[cgroup db]' 'cgroup = /db'
gives "apply" 0 '^$' apply "$tmp/conf"
file_is "apply: the path" cgroups/db/cgroup /db
file_is "apply: a watermark" cgroups/web/warning_percent 9
gives "apply: again, nothing is left to do" 0 '^$' apply --dryrun "$tmp/conf"
conf '[cgroup web]' 'cgroup = /web' 'critical_percent = 8' 'warning_percent = 20' '[cgroup new]' 'cgroup = /new' \
	'[levels]' 'critical_kb = 99M'
refused "apply: one setting is refused" 6 'critical_kb' apply "$tmp/conf"
conf '[cgroup web]' 'warning_percent = 20'
refused "apply: no path" 7 "conf:1: \[cgroup web\] does not say which" apply "$tmp/conf"
conf '[cgroup web]' 'cgroup = /web' 'warning_percent = 8'
refused "apply: a watermark out of order" 7 \
	"conf:1: cgroup web: critical_percent = 8 \(the module's\) is not below warning_percent = 8" apply "$tmp/conf"
conf '[cgroup web]' 'cgroup = /web' 'imminent_oom_percent = 9'
refused "apply: the line of one that is said" 7 'conf:3: cgroup web: imminent_oom_percent = 9 is not' apply "$tmp/conf"
conf '[cgroup web]' 'cgroup = /web/*' 'percent = 9' '[cgroup B]' 'cgroup = /b'
refused "apply: each fault" 7 "conf:2: cgroup: '/web/\*' is no path of one cgroup" apply "$tmp/conf"
same "apply: all of them" 3 "$(grep -c 'conf:[0-9]*: ' <<<"$err")"
for ((i = 0; i < 17; i++)); do
	printf '[cgroup c%d]\ncgroup = /c\n' "$i"
done >"$tmp/conf"
refused "apply: too many" 7 'watched cgroups' apply "$tmp/conf"

rm -r "$OOM_EMBEDDED_SYSFS/cgroups"
refused "not built: list" 9 'cgroups: not in this build of the module \(OE_LEVELS=n' cgroup list
refused "not built: add" 9 'cgroups: not in this build' cgroup add web
conf '[cgroup web]' 'cgroup = /web'
refused "not built: apply" 5 'cgroups/create: not in this build' apply "$tmp/conf"

finish
