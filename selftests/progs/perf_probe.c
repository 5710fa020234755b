// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probes of the kernel as perf(1) makes them, without a name in kprobe_events: at the entry of each
 * function that is named, or with -r at its return.
 *
 * Prints "ready" when they are armed, and keeps them until it is killed.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PMU "/sys/bus/event_source/devices/kprobe/"

static int read_number(const char *path, const char *format)
{
	FILE *file = fopen(path, "re");
	int number;

	if (!file || fscanf(file, format, &number) != 1) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	fclose(file);
	return number;
}

static int open_probe(const char *function, int type, uint64_t config)
{
	struct perf_event_attr attr = {
		.type = type,
		.size = sizeof(attr),
		.config = config,
		.kprobe_func = (uintptr_t)function,
	};

	/* Of every process, on the first CPU. */
	return syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

int main(int argc, char **argv)
{
	int is_return = argc > 1 && !strcmp(argv[1], "-r");
	int type = read_number(PMU "type", "%d");
	uint64_t config = 0;
	int nr = 0;

	if (is_return)
		config = 1ULL << read_number(PMU "format/retprobe", "config:%d");
	for (int i = 1 + is_return; i < argc; i++) {
		if (open_probe(argv[i], type, config) >= 0)
			nr++;
		else if (errno != ENOENT)
			perror(argv[i]);
	}
	if (!nr)
		return EXIT_FAILURE;
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
