# SPDX-License-Identifier: GPL-2.0-only
#
# The pictures of report.py: small graphs in a grid, drawn from the results.

import math

WIDTH, HEIGHT = 300, 170
COLUMNS = 3
LEFT, TOP, RIGHT, BOTTOM = 40, 26, 12, 24
LEGEND = 44
COLOURS = {
    "stock": "#777777", "stock_adj": "#bbbbbb", "earlyoom": "#d98c00", "nohang": "#b8860b", "oomd": "#8e44ad",
    "us_oom": "#7fb3e6", "us_early": "#1f6fb5", "us_stall": "#1a9850",
}


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def write(x, y, text, size=10, anchor="start", weight="normal"):
    return '<text x="%.1f" y="%.1f" font-size="%d" text-anchor="%s" font-weight="%s">%s</text>' % (
        x, y, size, anchor, weight, escape(text))


def line(x1, y1, x2, y2, colour="#999999"):
    return '<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s"/>' % (x1, y1, x2, y2, colour)


def grid(title, peers, scenarios, draw):
    """A graph a scenario, DRAW(scenario, x, y) inside of it."""
    rows = -(-len(scenarios) // COLUMNS)
    width, height = WIDTH * COLUMNS, HEIGHT * rows + LEGEND + 20
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif">' % (width, height),
             '<title>%s</title>' % escape(title),
             '<rect width="%d" height="%d" fill="#ffffff"/>' % (width, height),
             write(8, 16, title, 13, weight="bold")]
    for nr, (peer, name) in enumerate(peers.items()):
        x, y = 8 + nr % 4 * width / 4, 34 + nr // 4 * 16
        parts += ['<rect x="%.1f" y="%.1f" width="10" height="10" fill="%s"/>' % (x, y - 9, COLOURS[peer]),
                  write(x + 14, y, name)]
    for nr, (scenario, (name, *_)) in enumerate(scenarios.items()):
        x, y = nr % COLUMNS * WIDTH, LEGEND + 20 + nr // COLUMNS * HEIGHT
        parts.append(write(x + LEFT, y + 14, name, 11, weight="bold"))
        parts += draw(scenario, x, y)
    return "\n".join(parts + ["</svg>"])


def memory(results, peers, scenarios):
    """MemAvailable over time, of the first seed; a dot is the first kill."""
    def draw(scenario, x, y):
        runs = [results.of(scenario, peer)[0] for peer in peers if results.seeds(scenario, peer)]
        runs = [run for run in runs if not run.bad]
        if not runs:
            return [write(x + LEFT, y + 40, "not measured")]
        seconds = max(run.end - run.begin for run in runs) / 1e9
        most = max(kb for run in runs for _, kb in run.samples) / 1024

        def at(run, ns, kb):
            return (x + LEFT + (ns - run.begin) / 1e9 / seconds * (WIDTH - LEFT - RIGHT),
                    y + HEIGHT - BOTTOM - kb / 1024 / most * (HEIGHT - TOP - BOTTOM))

        floor = y + HEIGHT - BOTTOM
        parts = [line(x + LEFT, floor, x + WIDTH - RIGHT, floor), line(x + LEFT, y + TOP, x + LEFT, floor),
                 write(x + LEFT - 4, floor, "0", 9, "end"), write(x + LEFT - 4, y + TOP + 8, "%.0f MB" % most, 9, "end"),
                 write(x + WIDTH - RIGHT, floor + 12, "%.0f s" % seconds, 9, "end")]
        for run in runs:
            points = " ".join("%.1f,%.1f" % at(run, ns, kb) for ns, kb in run.samples)
            parts.append('<polyline points="%s" fill="none" stroke="%s" stroke-width="1.3"/>' % (
                points, COLOURS[run.peer]))
            if run.victims:
                left, top = at(run, run.victims[0][0], run.number("unused_kb"))
                parts.append('<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>' % (left, top, COLOURS[run.peer]))
        return parts

    return grid("Available memory over time; a dot is the first kill", peers, scenarios, draw)


def stalls(results, peers, scenarios):
    """The worst of all seeds, on a scale of powers of ten."""
    def draw(scenario, x, y):
        parts = []
        room = WIDTH - LEFT - RIGHT
        step = (HEIGHT - TOP - BOTTOM) / len(peers)

        def length(ms):
            return min(1, max(0, math.log10(max(ms, 0.1) / 0.1) / math.log10(6e5))) * room

        for ms, name in ((1, "1 ms"), (100, "0.1 s"), (10000, "10 s")):
            left = x + LEFT + length(ms)
            parts += [line(left, y + TOP, left, y + HEIGHT - BOTTOM, "#dddddd"),
                      write(left, y + HEIGHT - BOTTOM + 12, name, 9, "middle")]
        for nr, peer in enumerate(peers):
            top = y + TOP + nr * step
            if not results.seeds(scenario, peer):
                parts.append(write(x + LEFT + 2, top + step - 4, "not measured", 8))
                continue
            shell = results.value(scenario, peer, "shell_ms")
            control = results.value(scenario, peer, "control_ms")
            if shell == float("inf"):
                parts.append(write(x + LEFT + 2, top + step - 4, "no result", 8))
                continue
            parts.append('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s" fill-opacity="0.45"/>' % (
                x + LEFT, top + 1, length(shell), step - 2, COLOURS[peer]))
            parts.append('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>' % (
                x + LEFT, top + step / 4, length(control), step / 2, COLOURS[peer]))
        return parts

    return grid("Longest rounds: of the shell (wide bar), of the control loop (narrow bar)", peers, scenarios, draw)
