# SPDX-License-Identifier: GPL-2.0-only
#
# Reads all .c and .h files of module/, by paths relative to it, and reports every include that
# goes up in the table below and every circle of files. A file is its .c and its .h together; it
# uses the files that it includes, and those that define the functions that it mentions. Exit
# status 1 if there is anything.

# The layers, lowest first: a folder, or a file that is in none. Those of one line may not
# include each other.
BEGIN {
	layer("compat")
	layer("rules")
	layer("core episode trace")
	layer("lib")
	layer("memory notify")
	layer("rank")
	layer("tasks")
	layer("record limits")
	layer("levels")
	layer("oom")
	layer("tunables")
	layer("sysfs")
	layer("main")
}

function layer(rooms, list, i, n)
{
	n = split(rooms, list, " ")
	nr_layers++
	for (i = 1; i <= n; i++)
		layer_of[list[i]] = nr_layers
}

function room_of(unit)
{
	sub(/\/.*/, "", unit)
	return unit
}

# core, episode and trace are one layer, and so is each folder inside.
function may_include(a, b)
{
	if (room_of(a) == room_of(b))
		return 1
	if (!(room_of(b) in layer_of))
		return 0
	return layer_of[room_of(b)] < layer_of[room_of(a)] ||
		(layer_of[room_of(a)] == layer_of["core"] && layer_of[room_of(b)] == layer_of["core"])
}

function complain(text)
{
	print text
	bad = 1
}

function use(a, b)
{
	if (a != b)
		uses[a, b] = 1
}

FNR == 1 {
	file = FILENAME
	sub(/^\.\//, "", file)
	unit = file
	sub(/\.[ch]$/, "", unit)
	units[unit] = 1
	in_comment = 0
	if (!(room_of(unit) in layer_of))
		complain(file ": in no layer")
}

# Comments are not code.
{
	gsub(/\/\*.*\*\//, "")
	if (in_comment && !sub(/^.*\*\//, ""))
		next
	in_comment = sub(/\/\*.*$/, "")
}

/^#include "/ {
	included = $2
	gsub(/"/, "", included)
	sub(/^\.\.\//, "", included)
	sub(/\.h$/, "", included)
	use(unit, included)
	if (!may_include(unit, included))
		complain(file ":" FNR ": includes " $2 ", which is not below it")
	if (room_of(unit) == "rules" && room_of(included) != "rules")
		complain(file ":" FNR ": rules/ is pure, and includes " $2)
	next
}

/^#include </ && room_of(unit) == "rules" && !/<(linux\/(types|kernel|math64|minmax|limits|string|errno)|uapi\/oom_embedded)\.h>/ {
	complain(file ":" FNR ": rules/ is pure, and includes " $2)
}

{
	rest = $0
	while (match(rest, /[^a-zA-Z0-9_]oe_[a-z0-9_]+|^oe_[a-z0-9_]+/)) {
		name = substr(rest, RSTART, RLENGTH)
		sub(/^[^o]/, "", name)
		rest = substr(rest, RSTART + RLENGTH)
		if (file ~ /\.c$/) {
			if (/^[a-z]/ && !/^static/ && !/;$/ && rest ~ /^\(/)
				defined_in[name] = unit
			mentions[unit, name] = 1
		}
	}
}

# Depth first; state[] is 1 on the way down and 2 when done.
function visit(unit, depth, other, i, circle)
{
	state[unit] = 1
	path[depth] = unit
	for (other in units) {
		if (!((unit, other) in uses))
			continue
		if (state[other] == 1) {
			circle = other
			for (i = depth; path[i] != other; i--)
				circle = path[i] " -> " circle
			complain("circle: " other " -> " circle)
			nr_circles++
		} else if (!state[other]) {
			visit(other, depth + 1)
		}
	}
	state[unit] = 2
}

END {
	for (mention in mentions) {
		split(mention, part, SUBSEP)
		if (part[2] in defined_in)
			use(part[1], defined_in[part[2]])
	}
	for (unit in units)
		if (!state[unit])
			visit(unit, 1)
	exit bad
}
