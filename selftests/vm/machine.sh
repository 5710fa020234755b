# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # set here, read by boot.sh
#
# The emulated machines. Line one is the console; a PC has a second serial line, others get
# one on PCI, where the kernel's numbers for it begin after those of the board.

# machine_of ARCH: sets MACHINE (qemu and its board), SERIAL (both lines, to files), the
# names that the kernel has for these, what qemu exits with when all is in order, and words for
# the kernel's command line (MACHINE_WORDS). May set THREADS. With THREADS, a PC wants newest_qemu.
machine_of()
{
	local extra=(
		-serial "file:$LOGS/console.log"
		-chardev "file,id=verdict,path=$LOGS/verdict.log"
		-device "pci-serial,chardev=verdict"
	)

	STATUS_BY_ORDER=0
	MACHINE_WORDS=
	CONSOLE_TTY=ttyAMA0
	VERDICT_TTY=ttyS0
	SERIAL=("${extra[@]}")
	case $1 in
	amd64|i386)
		QEMU=(qemu-system-x86_64)
		[[ -z ${THREADS-} ]] || newest_qemu
		MACHINE=(
			# Four levels of page tables, as small machines have.
			"${QEMU[@]}" -machine pc -cpu "max,la57=off"
			-device "isa-debug-exit,iobase=0xf4,iosize=0x04"
		)
		SERIAL=(-serial "file:$LOGS/console.log" -serial "file:$LOGS/verdict.log")
		CONSOLE_TTY=ttyS0
		VERDICT_TTY=ttyS1
		# A busy host is late with the first ticks. The kernel, which counts its loops
		# meanwhile, then says "IO-APIC + timer doesn't work" and panics.
		MACHINE_WORDS=no_timer_check
		# Made of the value that vmctl writes to the exit port.
		STATUS_BY_ORDER=33
		;;
	arm64)
		MACHINE=(qemu-system-aarch64 -machine virt -cpu cortex-a57)
		;;
	armhf)
		# A kernel without LPAE reaches no PCI above 4 GiB. With its CPUs in one thread
		# stop_machine() never ends (qemu 7.2).
		THREADS=y
		MACHINE=(qemu-system-arm -machine "virt,highmem=off" -cpu cortex-a15)
		;;
	riscv64)
		# With their turns in one thread all takes ten times as long.
		THREADS=y
		MACHINE=(qemu-system-riscv64 -machine virt -bios default)
		CONSOLE_TTY=ttyS0
		VERDICT_TTY=ttyS1
		;;
	esac
}
