#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# "oom-embedded incident": the page says what happened; a real browser shows it, light and
# dark, narrow and wide, without asking for anything from elsewhere. KEEP=DIR keeps the pictures.

# shellcheck source=userspace-tools/tests/lib.sh
. "$(dirname "$0")/lib.sh"

has()
{
	if grep -qE -- "$2" "$page"; then
		pass "$1"
	else
		fail "$1" "no /$2/"
	fi
}

has_not()
{
	if grep -qE -- "$2" "$page"; then
		fail "$1" "$(grep -oE -- "$2" "$page" | head -n 3)"
	else
		pass "$1"
	fi
}

make_tree "$tmp/tree"
page=$tmp/page.html
gives "incident: the last one" 0 '^<!DOCTYPE html>' incident
cp "$tmp/out" "$page"
has "who died" '<h1>Out of memory: batch/388 was killed</h1>'
has "its command line, readably" "command line</b>/usr/bin/batch --nightly<"
has "why" 'it had the highest ranking of those that may be chosen'
has "the runner-up" 'web/300, ranking 500 \(default\)'
has "when" '2026-11-21T11:25:30.500Z'
has "the first warning" '<td class="n">-12.62 s</td><td class="">level warning</td>'
has "the recovery" '<td class="good">level normal</td>'
has "the request" 'leak/412 needed 1 page, gfp 0x140cca'
has "the acknowledgement" 'acknowledged after 118 ms'
has "the memory curve" '<polyline class="curve" points=" [0-9]'
has "watermarks in it" '>imminent_oom</text>'
same "the parts of the memory: seven, with their names" 7 "$(grep -cE '<polygon class="part[0-6]" points="( [0-9.]+,[0-9.]+)+"><title>' "$page")"
has "they are all of the memory" '<polygon class="part6" points=" [0-9.]+,22\.0 '
has "from the ground on" '<polygon class="part0" points=".* [0-9.]+,270\.0"><title>not accounted'
has "narrow: nothing needs to be scrolled aside" "@media.max-width:40rem.*svg{min-width:0}"
has "the victim's cgroup" 'Victim&#39;s cgroup</b>/system.slice/batch.service<'
has "init is unkillable" '<td class="c">init</td>.*<td>unkillable</td>'
has "a protected one is protected" '<td class="c">pacemaker</td>.*<td>protected</td>'
has "processes by size" '<rect class="bar victim"'
has "names are escaped" '&#60;b&#62;x&#38;y/400'
has_not "nothing from elsewhere" '(src|href)=|url\(|@import|https?:|<script'
while read -r outcome headline; do
	fake_event 4 1795260330.5 1041 global 388 batch "$outcome" rank |
		sed 's/ total_ns=.*victim_cgroup/ total_ns=2500000000 would_pid=201 would_comm=web victim_cgroup/; s/ grace_ns=[0-9]*/ grace_ns=0/' \
			>"$OOM_EMBEDDED_SYSFS/events"
	gives "incident: outcome $outcome" 0 "<h1>$headline</h1>" incident 4
done <<'ROWS'
no_victim Out of memory: nobody could be chosen
victim_pending Out of memory: a process was still ending
sigterm Memory was short: web/201 was sent SIGTERM
panic Out of memory: panic
ROWS
cp "$tmp/out" "$page"
has "it took seconds" '<b>Took</b>2.50 s<'
has "a window of which only the milliseconds are known" '>.120.310 ms</td><td class="">userspace was ready<'
make_tree "$tmp/tree"
put_file proc/self/mounts 'tmpfs / tmpfs rw 0 0'
gives "incident: what is in the account now" 0 '<p>In tmpfs now: / [0-9.]+ [KMGT]iB</p>' incident 3
rm -r "$OOM_EMBEDDED_SYSFS/groups"
OOM_EMBEDDED_PROC=$tmp/nowhere run incident 3
same "incident: no groups, and no procfs: nothing is said of whom it cannot see" '0 0' \
	"$status $(grep -cE 'Signals to groups|Follow reconfigure_wanted' <<<"$out")"
# The most that the module keeps, and the level changes each time.
awk 'BEGIN { for (i = 0; i < 512; i++)
	printf "%-240s\n", sprintf("uptime=%f available_kb=%d level=%s", 1000 + i / 8, 9000 - i, i % 2 ? "critical" : "oom") }' \
	>"$OOM_EMBEDDED_SYSFS/levels/history"
run incident 3
same "incident: levels that change all the time leave room for the rest" 'out of memory decision 512' \
	"$(grep -oE '<td class="(bad)?">(out of memory|decision)<' <<<"$out" | sed 's/.*">//; s/<//' | paste -sd' ') $(grep -c '>level ' <<<"$out")"
make_tree "$tmp/tree"
gives "incident SEQ: one that was avoided" 0 'memory came back, nobody was killed' incident 2
gives "incident SEQ: not its report, so the processes of now" 0 'Processes now' incident 2
gives "incident SEQ: not there" 5 'no event 99' incident 99
gives "incident SEQ: no number" 2 'no number' incident -- -1
gives "incident: no JSON" 2 'prints no JSON' incident --json
rm -r "$OOM_EMBEDDED_SYSFS/levels" "$OOM_EMBEDDED_SYSFS/report" "$OOM_EMBEDDED_SYSFS/candidates"
gives "incident: of a module without levels and report" 0 'There is no memory curve' incident
rm "$OOM_EMBEDDED_SYSFS/events"
gives "incident: of a module without events" 9 'events: not in this build of the module' incident
make_tree "$tmp/tree"
for file in warning critical imminent_oom oom; do
	put_file "sysfs/levels/${file}_kb" 0
done
sed -i 's/level=[a-z_]*/level=normal/' "$OOM_EMBEDDED_SYSFS/levels/history"
gives "incident: without watermarks, the time around it" 0 '<polyline class="curve"' incident
sed -i 's/ free_kb=.*//' "$OOM_EMBEDDED_SYSFS/levels/history"
gives "incident: of a module that tells no parts" 0 '<polyline class="curve"' incident
same "there is no stack of them" 0 "$(grep -c '<polygon class="part' "$tmp/out")"
make_tree "$tmp/tree"
run incident -o "$tmp/file.html"
same "incident -o: a file" "0 html" "$status $(tail -n 1 "$tmp/file.html" | tr -d '</>')"

# --- names, as their owners wrote them, and fit for a page
{
	fake_event 3 1795260330.500000 1040.123456 global 388 'm\xc3\xbcller\xe2\x80\xae\xc3<i>\x3cb\x3e' killed rank \
		'<script>\x3c/script>\x20m\xc3\xbcller\x1b[2J\x0aKind\x5cx20\x22'
} >"$OOM_EMBEDDED_SYSFS/events"
sed -i 's|<b>x&y|\\xd1\\x81"\xd0\xbe<i>|; s|kind=global|kind=global \xff\xc2\x9b|' "$OOM_EMBEDDED_SYSFS/report" "$OOM_EMBEDDED_SYSFS/events"
gives "a name in UTF-8 is shown, but what steers a page" 0 'müller\\xe2\\x80\\xae\\xc3&#60;i&#62;\\x3cb\\x3e/388 was killed' incident 3
gives "also in the picture; a raw one is none of the module's" 0 '>с&#34;[?]{2}&#60;i&#62;' incident 3
gives "a command line stays within its fact" 0 \
	'command line</b>&#60;script&#62;\\x3c/script&#62; müller\\x1b\[2J\\x0aKind\\x5cx20\\x22</div>' incident 3
check "the page is UTF-8" iconv -f UTF-8 -t UTF-16 -o /dev/null "$tmp/out"
# A letter of three bytes at each place where the text may be cut.
for pad in '' x xx; do
	make_tree "$tmp/tree"
	printf '%-4000s\n' "seq=3 time=1 uptime=1040 kind=global memcg=/$pad$(printf '\\xe6\\x97\\xa5%.0s' {1..300}) outcome=killed" \
		>"$OOM_EMBEDDED_SYSFS/events"
	run incident 3
	check "a long name is cut between letters ($pad)" iconv -f UTF-8 -t UTF-16 -o /dev/null "$tmp/out"
done
make_tree "$tmp/tree"

# --- in a browser
browser=$(command -v chromium-headless-shell || command -v chromium || command -v chromium-browser) || browser=

# shot NAME WIDTH SCHEME [PAGE]
shot()
{
	timeout 60 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
		--hide-scrollbars --user-data-dir="$tmp/profile" --virtual-time-budget=1000 \
		--blink-settings=preferredColorScheme="$3" --window-size="$2",2000 \
		--screenshot="$tmp/$1.png" "file://${4:-$page}" >"$tmp/browser" 2>&1
}

# width_at PIXELS: elements that end beyond the right edge of the page, in a frame of that width, as a
# browser's window has a least width of its own
width_at()
{
	cat >"$tmp/measure" <<-HTML
		<script>
		const wide = [];
		for (const e of document.querySelectorAll("body *"))
			if (e.getBoundingClientRect().right > innerWidth + 1 && !e.parentElement.closest(".wide"))
				wide.push(e.tagName);
		parent.postMessage(innerWidth + ": " + (wide.slice(0, 5).join(" ") || "fits"), "*");
		</script>
	HTML
	sed -e '/http-equiv="Content-Security-Policy"/d' -e "/<\/body>/{
		r $tmp/measure
		N
	}" "$page" >"$tmp/measured.html"
	echo "<script>onmessage = e => document.title = e.data</script><iframe width=$1 height=900 style='border: 0'" \
		"src=measured.html></iframe>" >"$tmp/frame.html"
	timeout 60 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$tmp/profile" \
		--virtual-time-budget=2000 --dump-dom "file://$tmp/frame.html" 2>/dev/null | sed -n 's/.*<title>\(.*\)<\/title>.*/\1/p'
}

# A page that is not drawn is one colour, and small.
drawn()
{
	[[ -s $tmp/$1.png && $(stat -c %s "$tmp/$1.png") -gt 30000 ]]
}

if [[ -n $browser ]]; then
	shot light 1000 1
	check "a browser shows it" drawn light
	shot dark 1000 0
	check "dark, too" drawn dark
	check "and that is another picture" bash -c "! cmp -s '$tmp/light.png' '$tmp/dark.png'"
	shot narrow 400 1
	check "on a telephone" drawn narrow
	for width in 400 1000; do
		same "nothing is clipped at $width pixels" "$width: fits" "$(width_at "$width")"
	done
	timeout 60 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$tmp/profile" \
		--dump-dom "file://$page" >"$tmp/dom" 2>/dev/null
	same "the browser finds all parts" "1 1 6 6" \
		"$(grep -c '<h1>' "$tmp/dom") $(grep -c '<polyline' "$tmp/dom") $(grep -c '<h2>' "$tmp/dom") $(grep -o '<rect' "$tmp/dom" | wc -l)"
	evil="<script>document.title='forged'</script>"
	sed -i "s|victim_comm=batch|victim_comm=${evil//\//\\/}|; s|<b>x&y|$evil|" \
		"$OOM_EMBEDDED_SYSFS/events" "$OOM_EMBEDDED_SYSFS/report"
	run incident 3
	cp "$tmp/out" "$tmp/evil.html"
	timeout 60 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$tmp/profile" \
		--dump-dom "file://$tmp/evil.html" >"$tmp/dom" 2>/dev/null
	same "no name runs as a script" "1 0" \
		"$(grep -c '<h1>' "$tmp/dom") $(grep -c '<title>forged\|<script' "$tmp/dom")"
	[[ -z ${KEEP-} ]] || cp "$tmp"/*.png "$tmp"/*.html "$KEEP/"
else
	skip "a browser shows it" "no chromium (Debian package chromium-headless-shell)"
fi

finish
