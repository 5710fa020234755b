# SPDX-License-Identifier: GPL-2.0-only
#
# Prints the lines of a guest's console log that make a run a failure.
#
#   awk [-v panic=1] -f console.awk console.log
#
# The OOM killer's own report carries a stack, and so does a panic that the test asked for
# (panic=1): these are forgiven, and nothing else is. The report is forgiven one "Call
# Trace:", not everything up to its end: a BUG in the middle of it is still a BUG.

BEGIN {
	bad = "BUG:|WARNING:|Oops|Call Trace|INFO: .*(circular|suspicious|hung|task|stall)" \
		"|KASAN|UBSAN|KCSAN|possible (circular|recursive) locking|suspicious RCU" \
		"|kmemleak: [0-9]+ new|general protection|unable to handle" \
		"|printk messages dropped|Kernel panic"
}

{ sub(/\r$/, "") }

# A reboot: what comes now was not part of the panic.
/Linux version [0-9]/ {
	in_panic = 0
	forgiven = 0
}

panic && /Kernel panic - not syncing/ {
	in_panic = 1
	next
}

in_panic { next }

/invoked oom-killer:/ { forgiven = 1 }

/(Out of memory|Memory cgroup out of memory|oom-kill):/ { forgiven = 0 }

# What a kernel says of itself when it boots.
/Kernel command line:|Command line:/ { next }
/kasan: KernelAddressSanitizer initialized/ { next }
/kcsan: (enabled early|strict mode|non-strict mode)/ { next }

/Call Trace/ && forgiven {
	forgiven = 0
	next
}

$0 ~ bad
