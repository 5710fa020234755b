#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Many devices, one place: the rules for Prometheus, the dashboard, and the hook that sends incident
# pages, against a server of this test.

# shellcheck disable=SC2317,SC2016 # called by name; variables of others
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

FLEET=$(cd "$TESTS/../../packaging/fleet" && pwd)
RULES=$FLEET/prometheus/oom-embedded.rules.yml
DASHBOARD=$FLEET/grafana/oom-embedded.json
HOOK=$tmp/ship-incident
make_tree "$tmp/tree"

# --- metrics: a name in a rule or a panel is one that the tool prints
put_file sysfs/levels/stall_percent 1
run metrics
{
	sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' "$tmp/out"
	# Not on this tree: only where days of memory are known.
	echo oom_embedded_slow_forecast_seconds
} | sort >"$tmp/known"
sed -n 's/^ *- record: //p' "$RULES" >"$tmp/records"

# unknown FILE: metrics of ours in it that neither the tool nor a rule makes
unknown()
{
	grep -ohE '\boom_embedded[a-z_:0-9]*' "$1" | sort -u |
		grep -vxFf "$tmp/known" | grep -vxFf "$tmp/records" | grep -vxE 'oom_embedded|oom_embedded_'
}

same "rules: of metrics that there are" '' "$(unknown "$RULES")"
same "dashboard: of metrics that there are" '' "$(jq -r '.. | .expr? // empty' "$DASHBOARD" >"$tmp/exprs"; unknown "$tmp/exprs")"
echo 'oom_embedded_victim_total' >"$tmp/planted"
same "a metric that there is not is found" oom_embedded_victim_total "$(unknown "$tmp/planted")"

# Grafana's own variables, as it would fill them in.
dashboard_rules()
{
	echo 'groups: [{name: dashboard, rules: ['
	sed 's/\$__rate_interval/2m/g; s/\$job/.*/g; s/\$instance/.*/g' "$tmp/exprs" |
		jq -Rc '{record: "x:y", expr: .}' | paste -sd,
	echo ']}]'
}

if command -v promtool >/dev/null; then
	check "rules: promtool takes them" promtool check rules "$RULES"
	check "rules: they fire, and do not, as the test says" promtool test rules "$FLEET/prometheus/oom-embedded.test.yml"
	dashboard_rules >"$tmp/dashboard.yml"
	check "dashboard: promtool takes its queries" promtool check rules "$tmp/dashboard.yml"
else
	skip "rules" "no promtool (Debian package prometheus)"
fi
same "dashboard: panels do not overlap, and each has a number of its own" 'true true' "$(jq -r '
	[.panels[].gridPos | . as $p | range(.x; .x + .w) as $x | range(.y; .y + .h) as $y | [$x, $y]] as $cells |
	[.panels[].id] as $ids | "\(($cells | length) == ($cells | unique | length)) \(($ids | length) == ($ids | unique | length))"' \
	"$DASHBOARD")"

# --- the hook
sed -e "s|@SYSCONFDIR@|$tmp/etc|g; s|@BINDIR@|$tmp/bin|g" "$FLEET/on-event/ship-incident.in" >"$HOOK"
chmod +x "$HOOK"
mkdir -p "$tmp/bin" "$tmp/etc/default" "$tmp/got"
ln -s "$TOOLS_BUILD/tests/oom-embedded" "$tmp/bin/oom-embedded"
printf '#!/bin/sh\necho "$*" >>"%s"\n' "$tmp/syslog" >"$tmp/bin/logger"
chmod +x "$tmp/bin/logger"
export OOM_EMBEDDED_SPOOL=$tmp/spool OOM_EMBEDDED_PATH=$tmp/bin
sed -i 's/ kind=memcg / kind=global /' "$OOM_EMBEDDED_SYSFS/events"

# A server that takes what is put, or answers 500 while there is a file "broken".
cat >"$tmp/server.py" <<'END'
import http.server, os, sys
top = sys.argv[1]
class Handler(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if os.path.exists(top + "/broken"):
            self.send_error(500)
            return
        open(top + "/got/" + os.path.basename(self.path), "wb").write(data)
        open(top + "/order", "a").write(self.path + "\n")
        self.send_response(201)
        self.end_headers()
    def log_message(self, *words):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
open(top + "/port.new", "w").write(str(server.server_port))
os.rename(top + "/port.new", top + "/port")
server.serve_forever()
END

settings()
{
	printf 'SHIP_URL=http://127.0.0.1:%s/incidents\nSHIP_PAGES=2\n%s\n' "$1" "${2-}" >"$tmp/etc/default/oom-embedded-ship"
}

# event EVENT SEQ: as on-event calls the hook
event()
{
	OOM_EVENT=$1 OOM_SEQ=$2 PATH=$tmp/bin:$PATH OOM_EMBEDDED_SHIP=$tmp/etc/default/oom-embedded-ship \
		$SHELL_OF_HOOK "$HOOK" >"$tmp/hook" 2>&1
}

flush()
{
	PATH=$tmp/bin:$PATH OOM_EMBEDDED_SHIP=$tmp/etc/default/oom-embedded-ship $SHELL_OF_HOOK "$HOOK" --flush >"$tmp/hook" 2>&1
}

spooled()
{
	find "$tmp/spool" -name '*.html' 2>/dev/null | sed 's/.*-//' | sort | paste -sd ' '
}

test_hook()
{
	local what=$1
	local port

	rm -rf "$tmp/spool" "$tmp/got" "$tmp/order" "$tmp/broken" "$tmp/syslog"
	mkdir "$tmp/got"
	port=$(cat "$tmp/port")
	# Nobody listens on port 1.
	settings 1
	event level 1
	same "$what: a level is no incident" '' "$(spooled)"
	event victim 1
	same "$what: offline, the page stays" 1.html "$(spooled)"
	# BusyBox's shell has a logger of its own.
	[[ $SHELL_OF_HOOK != dash ]] || same "$what: the record is in the log" 1 "$(grep -c '"victim_comm": *"batch"' "$tmp/syslog")"
	event victim 2
	event victim 3
	same "$what: the spool is bounded, the oldest goes" '2.html 3.html' "$(spooled)"
	[[ $SHELL_OF_HOOK != dash ]] || check "$what: and it says so" grep -q 'no room, dropped: .*-1.html' "$tmp/syslog"
	same "$what: the spool is root's alone" 700 "$(stat -c %a "$tmp/spool")"
	settings "$port"
	: >"$tmp/broken"
	flush
	same "$what: a server that fails gets nothing dropped" '2.html 3.html' "$(spooled)"
	rm "$tmp/broken"
	flush
	same "$what: online, all is sent, the oldest first" "/incidents/$(uname -n | tr -c 'A-Za-z0-9\n' -)-$(cut -c 1-8 /proc/sys/kernel/random/boot_id)-2.html
/incidents/$(uname -n | tr -c 'A-Za-z0-9\n' -)-$(cut -c 1-8 /proc/sys/kernel/random/boot_id)-3.html" "$(cat "$tmp/order")"
	same "$what: and no page is left" '' "$(spooled)"
	same "$what: a page that is whole" 1 "$(grep -c '</html>' "$tmp"/got/*-3.html)"
	event victim 1
	same "$what: online, it is sent immediately" 3 "$(wc -l <"$tmp/order")"
	holding "$what" "$port"
	bounded "$what" "$port"
	not_a_number "$what"
}

# The kernel takes a lock from a process that has died, also from one that was killed.
holding()
{
	local holder

	exec {holder}>"$tmp/spool/.sending"
	flock "$holder"
	event no_victim 2
	same "$1: another one is sending: the page stays" '3 2.html' "$(wc -l <"$tmp/order") $(spooled)"
	exec {holder}>&-
	flush
	same "$1: it has ended: the page is sent" 4 "$(wc -l <"$tmp/order")"
	# A power failure in the middle of a page.
	truncate -s 5M "$tmp/spool/000000000009.global_host-boot-9.html.new.abcdef"
	same "$1: in the spool is nothing but locks and what was left" '' "$(spooled)"
}

bounded()
{
	local page_kb

	: >"$tmp/broken"
	settings "$2"
	event victim 3
	same "$1: a page that was never finished leaves room" 3.html "$(spooled)"
	check "$1: and is gone" test ! -e "$tmp/spool/000000000009.global_host-boot-9.html.new.abcdef"
	page_kb=$(du -k "$tmp"/spool/*.html | cut -f 1)
	settings "$2" "SHIP_PAGES=50 SHIP_KB=$((page_kb * 3 / 2))"
	event victim 2
	same "$1: the spool is bounded in KiB, too" 2.html "$(spooled)"
	settings "$2"
	sed -i 's/ kind=global / kind=memcg /' "$OOM_EMBEDDED_SYSFS/events"
	event victim 3
	sed -i 's/ kind=memcg / kind=global /' "$OOM_EMBEDDED_SYSFS/events"
	event victim 1
	same "$1: pages of memory cgroups go first" '1.html 2.html' "$(spooled)"
}

not_a_number()
{
	local calls

	printf '#!/bin/sh\necho "$*" >>"%s"\n' "$tmp/calls" >"$tmp/bin/oom-embedded.new"
	chmod +x "$tmp/bin/oom-embedded.new"
	mv "$tmp/bin/oom-embedded.new" "$tmp/bin/oom-embedded"
	for number in '../../x$(>owned)' '3;x' '' '-1'; do
		event victim "$number"
	done
	calls=$(cat "$tmp/calls" 2>/dev/null)
	same "$1: a number that is none is given to no program" '' "$calls"
	event victim 7
	check "$1: one that is a number is" grep -q 'incident .* 7' "$tmp/calls"
	rm "$tmp/calls" "$tmp/bin/oom-embedded"
	ln -s "$TOOLS_BUILD/tests/oom-embedded" "$tmp/bin/oom-embedded"
}

if command -v python3 >/dev/null && command -v curl >/dev/null; then
	python3 "$tmp/server.py" "$tmp" &
	until [[ -s $tmp/port ]]; do
		kill -0 $! 2>/dev/null || break
		sleep 0.05
	done
	SHELL_OF_HOOK=dash
	test_hook "ship-incident, dash"
	SHELL_OF_HOOK="busybox ash"
	test_hook "ship-incident, BusyBox"
else
	skip "ship-incident" "no python3 or curl (Debian packages of these names)"
fi
command -v shellcheck >/dev/null && check "ship-incident: shellcheck" shellcheck -s sh "$HOOK"
finish
