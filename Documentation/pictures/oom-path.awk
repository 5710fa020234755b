#!/usr/bin/awk -f
# SPDX-License-Identifier: GPL-2.0-only
#
# The path of an OOM, as a picture:
#
#	awk -f oom-path.awk >oom-path.svg
#
# Three columns: the kernel, the module, userspace. A row is a step of module/oom/episode.c.

# --- shapes

function escape(text)
{
	gsub(/&/, "\\&amp;", text)
	gsub(/</, "\\&lt;", text)
	return text
}

function text_at(x, y, class, text)
{
	printf "<text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>\n", x, y, class, escape(text)
}

# A box in a column and a row; the first line of TEXT is bold, lines end with "|".
function box(column, row, class, text, lines, n, i, x, y)
{
	x = left[column]
	y = top + row * pitch
	printf "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" class=\"box %s\"/>\n",
		x, y, width[column], height, class
	n = split(text, lines, "|")
	for (i = 1; i <= n; i++)
		text_at(x + 12, y + 20 + (i - 1) * 17, i == 1 ? "head" : "body", lines[i])
}

function arrow(x1, y1, x2, y2, class)
{
	printf "<path d=\"M%d %d L%d %d\" class=\"arrow %s\" marker-end=\"url(#%s)\"/>\n",
		x1, y1, x2, y2, class, class
}

# From the module's box of a row to another column, or back; SHIFT in pixels from the middle.
function across(from, to, row, class, shift, y)
{
	y = top + row * pitch + height / 2 + shift
	if (left[from] < left[to])
		arrow(left[from] + width[from] + 2, y, left[to] - 4, y, class)
	else
		arrow(left[from] - 2, y, left[to] + width[to] + 4, y, class)
}

# From a step to the next.
function down(column, row)
{
	arrow(left[column] + 30, top + row * pitch + height + 1, left[column] + 30,
		top + (row + 1) * pitch - 3, "plain")
}

function label(x, row, shift, text)
{
	text_at(x, top + row * pitch + height / 2 + shift, "label", text)
}

function marker(class)
{
	printf "<marker id=\"%s\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" " \
		"markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 z\" class=\"tip %s\"/></marker>\n",
		class, class
}

# --- the frame

function style()
{
	print "<style>"
	print "text { font-family: system-ui, sans-serif; fill: #1f2328 }"
	print ".title { font-size: 15px; font-weight: 600 }"
	print ".head { font-size: 13px; font-weight: 600 }"
	print ".body { font-size: 12px }"
	print ".label { font-size: 12px; font-style: italic }"
	print ".card { fill: #ffffff; stroke: #d0d7de }"
	print ".lane { fill: #f3f5f8 }"
	print ".box { fill: #ffffff; stroke: #57606a; stroke-width: 1.2 }"
	print ".start { fill: #fff1e5; stroke: #bc4c00 }"
	print ".dies { fill: #ffebe9; stroke: #cf222e }"
	print ".lives { fill: #dafbe1; stroke: #1a7f37 }"
	print ".arrow { fill: none; stroke-width: 1.6 }"
	print ".plain { stroke: #57606a } .tip.plain { fill: #57606a }"
	print ".tell { stroke: #0969da } .tip.tell { fill: #0969da }"
	print ".back { stroke: #1a7f37 } .tip.back { fill: #1a7f37 }"
	print ".kill { stroke: #cf222e } .tip.kill { fill: #cf222e }"
	print ".tip { stroke: none }"
	print "@media (prefers-color-scheme: dark) {"
	print "text { fill: #e6edf3 }"
	print ".card { fill: #0d1117; stroke: #3d444d }"
	print ".lane { fill: #161b22 }"
	print ".box { fill: #0d1117; stroke: #9198a1 }"
	print ".start { fill: #331a00; stroke: #f0883e }"
	print ".dies { fill: #3c1618; stroke: #f85149 }"
	print ".lives { fill: #12351f; stroke: #3fb950 }"
	print ".plain { stroke: #9198a1 } .tip.plain { fill: #9198a1 }"
	print ".tell { stroke: #4493f8 } .tip.tell { fill: #4493f8 }"
	print ".back { stroke: #3fb950 } .tip.back { fill: #3fb950 }"
	print ".kill { stroke: #f85149 } .tip.kill { fill: #f85149 }"
	print ".tip { stroke: none }"
	print "}"
	print "</style>"
}

function lane(column, title)
{
	printf "<rect x=\"%d\" y=\"14\" width=\"%d\" height=\"%d\" rx=\"8\" class=\"lane\"/>\n",
		left[column] - 12, width[column] + 24, total - 28
	text_at(left[column], 38, "title", title)
}

BEGIN {
	top = 56; pitch = 82; height = 62; rows = 8
	left["kernel"] = 28; width["kernel"] = 214
	left["module"] = 322; width["module"] = 296
	left["user"] = 700; width["user"] = 232
	total = top + rows * pitch + 2

	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 960 %d\" width=\"960\" height=\"%d\" " \
		"role=\"img\" aria-label=\"The path of an out-of-memory emergency: the kernel calls the module, " \
		"userspace is told, and only then a victim is chosen.\">\n", total, total
	style()
	print "<defs>"
	marker("plain"); marker("tell"); marker("back"); marker("kill")
	print "</defs>"
	printf "<rect x=\"1\" y=\"1\" width=\"958\" height=\"%d\" rx=\"10\" class=\"card\"/>\n", total - 2
	lane("kernel", "Kernel")
	lane("module", "oom_embedded")
	lane("user", "Your programs")

	box("module", 0, "", "Warn ahead, all the time|levels from warning to imminent_oom,|a forecast of the time that is left")
	across("module", "user", 0, "tell", 0)
	box("user", 0, "", "React early|poll(2) on levels/level, uevents,|a mode of the manager")

	box("kernel", 1, "start", "An allocation fails|reclaim brings nothing:|out_of_memory()")
	across("kernel", "module", 1, "plain", 0)
	box("module", 1, "", "1  Record|who asks, and why: the machine,|a memory cgroup, SysRq")
	down("module", 1)
	box("module", 2, "", "2  Make room|stop the expendable (grace_hold),|release the reserve (reserve_kb)")
	down("module", 2)
	box("module", 3, "", "3  Announce|count, wake up, uevent,|signals to groups")
	across("module", "user", 3, "tell", 0)
	box("user", 3, "", "Hear it|poll(2) returns, a udev rule runs,|SIGTERM arrives")
	down("user", 3)
	down("module", 3)
	box("module", 4, "", "4  Window|wait for an answer or for memory,|at most grace_ms")
	box("user", 4, "", "Save and shed|write data, drop caches,|write reconfigure_done")
	across("user", "module", 4, "back", 0)
	across("module", "kernel", 4, "back", 0)
	label(258, 4, -8, "enough")
	box("kernel", 4, "lives", "Memory is back|the allocation is tried again:|nobody dies")
	down("module", 4)
	label(left["module"] + 40, 4, 46, "not enough")
	box("module", 5, "", "5  Choose|protected: a ranking below the threshold;|of the others the most expendable")
	across("module", "kernel", 5, "kill", 0)
	label(258, 5, -8, "nobody")
	box("kernel", 5, "", "Nobody may be chosen|panic, reboot or unprotect,|as no_victim_action says")
	down("module", 5)
	label(left["module"] + 40, 5, 46, "a victim")
	box("module", 6, "", "6  Kill|exactly this victim; a guard stops|the kill of a protected process")
	across("module", "kernel", 6, "kill", 0)
	box("kernel", 6, "dies", "The victim is killed|by the kernel's own code,|with its own log line")
	down("module", 6)
	box("module", 7, "", "7  End|a line in the log, a record,|a uevent")
	across("module", "user", 7, "tell", 0)
	box("user", 7, "", "Read why|oom-embedded events,|report, incident")
	print "</svg>"
}
