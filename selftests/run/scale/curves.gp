# SPDX-License-Identifier: GPL-2.0-only
#
# gnuplot -e "tables='DIRECTORY'" curves.gp >FILE.svg: the curves of page.py's tables.

set terminal svg size 900,960 dynamic enhanced font "sans-serif,11" background "#ffffff"
set logscale xy
set format x "%.0f"
set grid
set key top left
set ylabel "ms"
set style data linespoints
set pointsize 0.6
set style line 1 linecolor rgb "#777777" pointtype 7
set style line 2 linecolor rgb "#1f6fb5" pointtype 7
set multiplot layout 3,2
set title "Processes: entry to mark"
plot tables."/processes" using 1:2 title "stock kernel" linestyle 1, "" using 1:3 title "with the module, executed" linestyle 2
set title "Threads of the victim: entry to mark"
plot tables."/threads" using 1:2 title "stock kernel" linestyle 1, "" using 1:3 title "with the module, executed" linestyle 2
set title "Members that get a signal: announced to decided"
plot tables."/members" using 1:2 title "module" linestyle 2
set title "Memory cgroups at once: until the last victim is dead"
plot tables."/crowds" using 1:2 title "stock kernel" linestyle 1, "" using 1:3 title "with the module" linestyle 2
set title "Processes: for how long others wait for the CPU at most"
plot tables."/waits" using 1:2 title "oom\\_ranking is read" linestyle 2, "" using 1:3 title "candidates is read" linestyle 1
set title "Rankings: memory"
set ylabel "KiB"
plot tables."/memory" using 1:2 title "module" linestyle 2
