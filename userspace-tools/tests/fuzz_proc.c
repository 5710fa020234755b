// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes what the tools read of procfs, most of which processes choose themselves. An input is a
 * row of files of one process: a byte that says which, two for the length, the text.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/proc.h"
#include "daemon/daemon.h"
#include "tests/fuzz.h"

enum {
	PID = 7,
	HEAD = 3,
};

static const char *const names[] = {
	"7/comm",   "7/status",	       "7/cmdline", "7/stat",
	"7/cgroup", "7/oom_score_adj", "meminfo",   "swaps",
};

enum {
	NR_FILES = sizeof(names) / sizeof(names[0]),
};

static int files[NR_FILES];
static char root[] = "/dev/shm/fuzz_proc.XXXXXX";

static void remove_files(void)
{
	char path[sizeof(root) + 32];

	for (int i = 0; i < NR_FILES; i++) {
		snprintf(path, sizeof(path), "%s/%s", root, names[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/7", root);
	rmdir(path);
	rmdir(root);
}

static void make_files(void)
{
	char path[sizeof(root) + 32];

	if (!mkdtemp(root))
		abort();
	snprintf(path, sizeof(path), "%s/7", root);
	if (mkdir(path, 0700) || setenv(OE_PROC_ENVIRONMENT, root, 1))
		abort();
	for (int i = 0; i < NR_FILES; i++) {
		snprintf(path, sizeof(path), "%s/%s", root, names[i]);
		files[i] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (files[i] < 0)
			abort();
	}
	atexit(remove_files);
}

static void write_files(const uint8_t *data, size_t size)
{
	for (int i = 0; i < NR_FILES; i++)
		if (ftruncate(files[i], 0))
			abort();
	while (size >= HEAD) {
		int fd = files[data[0] % NR_FILES];
		size_t length = data[1] + 256U * data[2];

		move_on(&data, &size, HEAD);
		if (length > size)
			length = size;
		if (pwrite(fd, data, length, 0) != (ssize_t)length)
			abort();
		move_on(&data, &size, length);
	}
}

/* A name of others in a list, where blanks separate and "=" has a meaning. */
static void must_be_word(const char *word)
{
	must_be_text(word);
	if (strpbrk(word, " \"'="))
		abort();
}

static void read_as_command_line(void)
{
	static const char *const whom[] = {
		"web",
		"a-name-of-more-than-fifteen",
		"x\\x1b",
	};
	struct oe_proc proc;
	char path[256];
	long long value;
	size_t nr;
	int *pids;

	if (!oe_proc_read(PID, &proc))
		must_be_word(proc.comm);
	for (size_t i = 0; i < sizeof(whom) / sizeof(whom[0]); i++) {
		if (oe_proc_find(whom[i], &pids, &nr))
			continue;
		if (nr > 1 || (nr && pids[0] != PID))
			abort();
		free(pids);
	}
	if (!oe_proc_cgroup(PID, path, sizeof(path)) && strchr(path, '\n'))
		abort();
	oe_proc_meminfo("MemTotal", &value);
	oe_proc_swaps_on("/dev/zram");
}

static void read_as_manager(void)
{
	int proc = oe_procread_open();
	char comm[OE_COMM];

	if (proc < 0)
		abort();
	if (!oe_procread_comm(proc, PID, comm, sizeof(comm)) &&
	    strchr(comm, '\n'))
		abort();
	oe_procread_birth(proc, PID);
	oe_procread_belongs(proc, PID, 1000);
	close(proc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!files[0])
		make_files();
	write_files(data, size);
	read_as_command_line();
	read_as_manager();
	return 0;
}
