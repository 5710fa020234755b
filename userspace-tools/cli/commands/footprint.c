// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory that the module takes, from what the kernel tells about it.
 */
#include "cli/commands/footprint.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/proc.h"

enum {
	/* Of a kernel thread: 16 KiB with 64 bits, 8 with 32. */
	STACK_KB = 2 * sizeof(long),
};

static FILE *open_of(const char *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", oe_proc_root(), file);
	return fopen(path, "re");
}

/* The size in /proc/modules; it has no pages of the module's own. */
static int read_loaded(long long *kb)
{
	FILE *file = open_of("modules");
	char *line = NULL;
	size_t room = 0;
	long long size;
	int err = -ENOENT;

	if (!file)
		return -errno;
	while (err && getline(&line, &room, file) >= 0) {
		if (sscanf(line, "oom_embedded %lld", &size) != 1)
			continue;
		*kb = size / 1024;
		err = 0;
	}
	free(line);
	fclose(file);
	return err;
}

/* Each allocation has a line in /proc/vmallocinfo, which names its caller. */
static long long read_pages(void)
{
	FILE *file = open_of("vmallocinfo");
	long long nr_pages = 0;
	char *line = NULL;
	size_t room = 0;

	if (!file)
		return -1;
	while (getline(&line, &room, file) >= 0) {
		const char *pages = strstr(line, " pages=");

		if (pages && strstr(line, " [oom_embedded]"))
			nr_pages +=
				strtoll(pages + strlen(" pages="), NULL, 10);
	}
	free(line);
	fclose(file);
	return nr_pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Its own, and the one that the kernel keeps for its work queue. */
static int is_ours(const struct oe_proc *proc)
{
	return proc->is_kernel && (!strncmp(proc->name, "oom_emb", 7) ||
				   !strncmp(proc->name, "kworker/R-oom_e", 15));
}

static long long count_threads(void)
{
	struct oe_proc proc;
	long long nr_threads = 0;
	size_t nr = 0;
	size_t i;
	int *pids;

	if (oe_proc_pids(&pids, &nr))
		return 0;
	for (i = 0; i < nr; i++)
		nr_threads += !oe_proc_read(pids[i], &proc) && is_ours(&proc);
	free(pids);
	return nr_threads;
}

/**
 * footprint_read - how much memory the module takes
 * @footprint: filled in
 *
 * Return: 0, or a negative errno if /proc/modules does not say.
 */
int footprint_read(struct footprint *footprint)
{
	int err = read_loaded(&footprint->loaded_kb);

	if (err)
		return err;
	footprint->pages_kb = read_pages();
	footprint->nr_threads = count_threads();
	footprint->stacks_kb = footprint->nr_threads * STACK_KB;
	return 0;
}
