// SPDX-License-Identifier: GPL-2.0-only
/*
 * Helper of the guest's init: counts boots and leaves the machine, which a shell cannot do.
 *
 *   vmctl boot   prints which boot of this qemu process it is: 1, 2, ...
 *   vmctl exit   ends qemu at once, with the exit status that means "by order"
 *
 * Only a PC has a place for the count and a port for the status; other machines are never
 * booted twice by one qemu, and switch themselves off.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

#if defined(__x86_64__) || defined(__i386__)

#include <sys/io.h>

enum {
	CMOS_INDEX = 0x70,
	CMOS_DATA = 0x71,
	/* Free in qemu's pc machine; zero at power on, kept over a reset. */
	CMOS_BOOT_COUNT = 0x72,
	/* -device isa-debug-exit,iobase=0xf4: qemu exits with 2 * value + 1. */
	EXIT_PORT = 0xf4,
	EXIT_VALUE = 16,
	QEMU_ENDS_S = 60,
};

static int print_boot(void)
{
	int count;

	outb(CMOS_BOOT_COUNT, CMOS_INDEX);
	count = inb(CMOS_DATA) + 1;
	outb(CMOS_BOOT_COUNT, CMOS_INDEX);
	outb(count, CMOS_DATA);
	return printf("%d\n", count) < 0;
}

/* With a thread for each CPU qemu goes on for a moment: init must not end before it. */
static void leave(void)
{
	outb(EXIT_VALUE, EXIT_PORT);
	sleep(QEMU_ENDS_S);
}

static int get_ready(void)
{
	return ioperm(CMOS_INDEX, 2, 1) || ioperm(EXIT_PORT, 1, 1);
}

#else

static int print_boot(void)
{
	return puts("1") < 0;
}

static void leave(void)
{
	reboot(RB_POWER_OFF);
}

static int get_ready(void)
{
	return 0;
}

#endif

static void drain(const char *tty)
{
	int fd = open(tty, O_WRONLY | O_NOCTTY);

	if (fd < 0)
		return;
	tcdrain(fd);
	close(fd);
}

static int drain_and_leave(void)
{
	drain("/dev/ttyAMA0");
	drain("/dev/ttyS0");
	drain("/dev/ttyS1");
	leave();
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: vmctl boot|exit\n");
		return EXIT_FAILURE;
	}
	if (get_ready()) {
		perror("ioperm");
		return EXIT_FAILURE;
	}
	if (!strcmp(argv[1], "boot"))
		return print_boot();
	if (!strcmp(argv[1], "exit"))
		return drain_and_leave();
	fprintf(stderr, "vmctl: no such command: %s\n", argv[1]);
	return EXIT_FAILURE;
}
