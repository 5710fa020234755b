# SPDX-License-Identifier: GPL-2.0-only
#
# Prints the lines of a guest's console log that make a run a failure.
#
#   awk [-v panic=1] -f console.awk console.log
#
# Three things carry a stack and are forgiven it: the OOM killer's own report, the failing
# allocation of a process that it has just killed (the allocator gives victims up), and a
# panic that the test asked for (panic=1). A report is forgiven one "Call Trace:", not
# everything up to its end: a BUG in the middle of it is still a BUG. The first lines of a
# report may be missing, if the console's level was changed meanwhile (SysRq does): then
# dump_header(), which makes it, is at the top of the stack. Where CPUs run at the same time that moment
# may be over before the stack is: then the line of SysRq itself comes next, or that of the kill. If the line
# of SysRq comes before the stack, this may still follow, or be missing as a whole.

BEGIN {
	bad = "BUG:|WARNING:|Oops|Call Trace|INFO: .*(circular|suspicious|hung|task|stall)" \
		"|KASAN|UBSAN|KCSAN|possible (circular|recursive) locking|suspicious RCU" \
		"|kmemleak: [0-9]+ new|general protection|unable to handle" \
		"|printk messages dropped|Kernel panic"
}

{ sub(/\r$/, "") }

# A reboot: the next lines are not part of the panic.
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

/Killed process [0-9]+ \(/ {
	match($0, /Killed process [0-9]+/)
	killed_pid[substr($0, RSTART + 15, RLENGTH - 15) + 0]
	comm = $0
	sub(/.*Killed process [0-9]+ \(/, "", comm)
	sub(/\).*/, "", comm)
	killed_comm[comm]
}

# The report names its process by comm and, in the next line, by thread id.
/: page allocation failure: order:0,/ {
	comm = $0
	sub(/^(\[ *[0-9.]+\] )?/, "", comm)
	sub(/: page allocation failure:.*/, "", comm)
	forgiven = comm in killed_comm
	failing = 1
}

failing && match($0, / PID: [0-9]+ /) {
	if (substr($0, RSTART + 6, RLENGTH - 6) + 0 in killed_pid)
		forgiven = 1
	failing = 0
}

# Lines that a kernel prints of itself when it boots.
/Kernel command line:|Command line:/ { next }
/kasan: KernelAddressSanitizer initialized/ { next }
/kcsan: (enabled early|strict mode|non-strict mode)/ { next }

/Call Trace/ && forgiven {
	forgiven = 0
	next
}

/Call Trace/ {
	settle()
	held = $0
	begun = 0
	of_oom = 0
	next
}

held != "" && !begun && / sysrq: Manual OOM execution/ {
	of_oom = 1
	next
}

held != "" && (/ dump_header\+/ || (begun || of_oom) && / sysrq: Manual OOM execution|ut of memory: Killed process /) {
	held = ""
	next
}

# Before 5.16 a stack has no <TASK>.
/ <TASK>|\+0x[0-9a-f]+\/0x[0-9a-f]+/ { begun = 1 }

held != "" && !/ (<TASK>|dump_stack_lvl\+|dump_stack\+|show_stack\+)/ { settle() }

END { settle() }

# The trace that is held is not known to be one of the OOM killer's.
function settle()
{
	if (held != "" && (begun || !of_oom))
		print held
	held = ""
}

$0 ~ bad
