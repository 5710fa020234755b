# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Herds of small processes, for the measurements in a guest: ./herd is beside the script that sources this, after
# lib/ktap.sh.

present=0	# processes in all herds
# Memory above the watermarks that a global OOM finds, so that little has to be filled page by page first.
GLOBAL_FREE_KB=49152

# wait_ready FILE PID: until a program that was started with its output in that file has said so
wait_ready()
{
	until grep -q '^ready' "$1"; do
		kill -0 "$2" 2>/dev/null || bail_out "did not start: $(cat "$1")"
		sleep 0.02
	done
}

# grow_to NUMBER [ARGUMENT...]: as many in all, with these arguments of ./herd
grow_to()
{
	wanted=$1
	shift
	./herd $((wanted - present)) "/tmp/herd.$wanted" "$@" >/tmp/herd-out 2>&1 &
	wait_ready /tmp/herd-out $!
	present=$wanted
}

# Everybody in all herds.
slaughter()
{
	for file in /tmp/herd.*; do
		xargs kill -KILL <"$file"
		rm "$file"
	done
	present=0
}

# Free memory goes into huge pages, which cost nothing to take.
squeeze()
{
	free_kb=$(awk '/^MemFree:/ { print $2 }' /proc/meminfo)
	read -r reserve_kb </proc/sys/vm/min_free_kbytes
	echo $(((free_kb - 2 * reserve_kb - GLOBAL_FREE_KB) / 2048)) >/proc/sys/vm/nr_hugepages
}
