#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The dashboard for Grafana on a real Prometheus, which asks two devices: each panel has data.

# shellcheck disable=SC2317,SC2016 # called by name; variables of Grafana
# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

FLEET=$(cd "$TESTS/../../packaging/fleet" && pwd)
DASHBOARD=$FLEET/grafana/oom-embedded.json

if ! command -v prometheus >/dev/null || ! command -v python3 >/dev/null || ! command -v curl >/dev/null; then
	skip "dashboard" "no prometheus, python3 or curl (Debian packages of these names)"
	finish
fi

# device NAME [SED EXPRESSION]: its metrics, as node_exporter would serve the file
device()
{
	mkdir -p "$tmp/web/$1"
	sed -E "${2-}" "$tmp/out" >"$tmp/web/$1/metrics"
}

# Two ports that are free, for the devices and for Prometheus.
free_ports()
{
	python3 -c 'import socket
s = [socket.socket() for _ in "ab"]
[x.bind(("127.0.0.1", 0)) for x in s]
print(*[x.getsockname()[1] for x in s])'
}

write_config()
{
	cat <<-CONF
		global: {scrape_interval: 1s, evaluation_interval: 1s}
		rule_files: ["$FLEET/prometheus/oom-embedded.rules.yml"]
		scrape_configs:
	CONF
	for name in logger radar; do
		cat <<-CONF
			- job_name: $name
			  metrics_path: /$name/metrics
			  static_configs: [{targets: ["127.0.0.1:$web"], labels: {instance: $name}}]
		CONF
	done
}

# ask QUERY: the number of series
ask()
{
	curl -s --max-time 5 "http://127.0.0.1:$port/api/v1/query" --data-urlencode "query=$1" |
		jq -r '.data.result | length'
}

has_data()
{
	local number

	number=$(ask "$1")
	[[ ${number:-0} -gt 0 ]]
}

until_data()
{
	local i

	for ((i = 0; i < 60 * ${TOOLS_PATIENCE:-1}; i++)); do
		has_data "$1" && return 0
		sleep 0.5
	done
	return 1
}

# As Grafana fills them in where "All" is chosen.
queries()
{
	jq -r '.panels[] | .title as $title | .targets[]?.expr | "\($title)\t\(.)"' "$DASHBOARD" |
		sed 's/\$__rate_interval/1m/g; s/\$job/.*/g; s/\$instance/.*/g'
}

make_tree "$tmp/tree"
put_file sysfs/reserve_kb 4096
put_file sysfs/reserve_available_kb 1024
run metrics
# This tree knows no days of memory.
printf 'oom_embedded_slow_forecast_seconds 86400\n' >>"$tmp/out"
device logger
device radar 's/^(oom_embedded_level\{level="normal"\}) 1/\1 0/; s/^(oom_embedded_level\{level="critical"\}) 0/\1 1/'
read -r web port < <(free_ports)
write_config >"$tmp/prometheus.yml"
(cd "$tmp/web" && exec python3 -m http.server -b 127.0.0.1 "$web" >/dev/null 2>&1) &
prometheus --config.file="$tmp/prometheus.yml" --storage.tsdb.path="$tmp/data" \
	--web.listen-address="127.0.0.1:$port" >"$tmp/prometheus.log" 2>&1 &

check "both devices are asked" until_data 'count(oom_embedded_info) == 2'
same "one of them is short of memory" 1 "$(ask 'oom_embedded_level{level="critical"} == 1')"
while IFS=$'\t' read -r title query; do
	check "a panel has data: $title" until_data "$query"
done < <(queries)
check "a panel of a metric that there is not has none" test "$(ask 'oom_embedded_victim_total')" = 0

finish
