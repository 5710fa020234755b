# SPDX-License-Identifier: GPL-2.0-only
#
# labels.awk COUNTS SOURCE...: the labels of C sources that no goto jumped to, and a sum. COUNTS has
# "line TAB file TAB line TAB count" of gcov.sh, several for a line if several objects have the file.
# A label that is reached from above only, from the label before it, has not been jumped to.

BEGIN { FS = "\t" }

FILENAME == ARGV[1] {
	if ($1 == "line" && $4 > 0)
		reached[$2, $3] = 1
	next
}

FNR == 1 { delete jumps }

match($0, /goto [a-z][a-z0-9_]*;/) {
	name = substr($0, RSTART + 5, RLENGTH - 6)
	jumps[name] = jumps[name] " " FNR
}

/^[a-z][a-z0-9_]*:$/ {
	name = substr($0, 1, length($0) - 1)
	hit = 0
	for (i = split(jumps[name], lines, " "); i; i--)
		if ((FILENAME, lines[i]) in reached)
			hit = 1
		else
			gotos_left = gotos_left "- `" FILENAME ":" lines[i] "`: goto " name "\n"
	gotos += split(jumps[name], lines, " ")
	labels++
	labels_reached += hit
	if (!hit)
		left = left "- `" FILENAME ":" FNR "`: " name "\n"
	delete jumps[name]
}

END {
	nr_left = gsub(/\n/, "\n", gotos_left)
	printf "%d of %d error labels were jumped to, from %d of %d places.\n", labels_reached, labels,
		gotos - nr_left, gotos
	if (left)
		printf "\nLabels that were not:\n\n%s", left
	if (gotos_left)
		printf "\nPlaces from which none was jumped to:\n\n%s", gotos_left
}
