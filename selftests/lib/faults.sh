# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# Things that the kernel refuses, for the scripts that want that; after lib/oom.sh.

FAULTS=/sys/kernel/debug
FAULTS_MODULE=/lib/oom-embedded/oe_faults.ko
KMEMLEAK=$FAULTS/kmemleak

needs_faults()
{
	[ -e "$FAULTS/failslab/times" ] || skip_all "no fault injection"
	[ -e "$FAULTS_MODULE" ] || bail_out "there is no $FAULTS_MODULE"
}

# The addresses of the part of kmemleak that allocates: each allocation has one of kmemleak's behind
# it, which has a reserve of its own.
of_kmemleak()
{
	awk '/ __alloc_object$/ { first = $1; next } first { print "0x" first, "0x" $1; exit }' /proc/kallsyms
}

# Only allocations of a task that asks for it (fail-nth): of any size, also those that may sleep.
inject_by_task()
{
	for one in "$FAULTS/failslab" "$FAULTS/fail_page_alloc"; do
		echo 0 >"$one/verbose"
		echo N >"$one/ignore-gfp-wait"
		of_kmemleak | while read -r first end; do
			echo "$first" >"$one/reject-start"
			echo "$end" >"$one/reject-end"
		done
	done
	echo 0 >"$FAULTS/fail_page_alloc/min-order"
}

# code_of FUNCTION: the addresses of the module's, "0x... 0x..."
code_of()
{
	sort /proc/kallsyms | awk -v name="$1" '$4 != "[oom_embedded]" { next }
		first { if ($1 != first) { print "0x" first, "0x" $1; exit } }
		$3 == name { first = $1 }'
}

# all_fail FUNCTION COMMAND...: while each allocation fails that is made in that function of the module,
# or below it: where one stands in for another that has failed, one that fails is not enough.
all_fail()
{
	code=$(code_of "$1")
	shift
	for one in "$FAULTS/failslab" "$FAULTS/fail_page_alloc"; do
		echo "${code% *}" >"$one/require-start"
		echo "${code#* }" >"$one/require-end"
		echo -1 >"$one/times"
		echo 100 >"$one/probability"
	done
	"$@"
	all_failed=$?
	for one in "$FAULTS/failslab" "$FAULTS/fail_page_alloc"; do
		echo 0 >"$one/probability"
		echo 0 >"$one/require-start"
		echo 0xffffffffffffffff >"$one/require-end"
	done
	return "$all_failed"
}

# The leaks that kmemleak has found, but those of the kernel itself: without memory for the directory of
# a cache in /sys/kernel/slab it loses the name. They are cleared, for the harness finds them, too.
own_leaks()
{
	doze 5
	echo scan >$KMEMLEAK || echo "kmemleak is off"
	doze 1
	echo scan >$KMEMLEAK
	awk '/^unreferenced object/ { if (!of_kernel) printf "%s", block; block = ""; of_kernel = 0 }
		/ sysfs_slab_add/ { of_kernel = 1 }
		{ block = block $0 "\n" }
		END { if (!of_kernel) printf "%s", block }' $KMEMLEAK
	echo clear >$KMEMLEAK
}
