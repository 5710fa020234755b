// SPDX-License-Identifier: GPL-2.0-only
/*
 * The largest owners of memory that is in no process, by name: what a module cannot see, as this
 * process reads it now. A kind that cannot be read is left out.
 */
#include "cli/commands/account_now.h"

#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cli/print/format.h"
#include "common/proc.h"
#include "common/sysfs.h"

enum {
	TOP_MAX = 3, /* that are named */
	KB_MIN = 1024,
	NAME_SIZE = 64,
	LINE_SIZE = 512,
};

/**
 * struct top - the largest ones, the largest first
 * @nr: of them
 * @kb: the memory in each
 * @name: of each
 */
struct top {
	int nr;
	long long kb[TOP_MAX];
	char name[TOP_MAX][NAME_SIZE];
};

static void add_to_top(struct top *top, const char *name, long long kb)
{
	int at = top->nr;

	if (kb < KB_MIN)
		return;
	while (at > 0 && top->kb[at - 1] < kb)
		at--;
	if (at == TOP_MAX)
		return;
	if (top->nr < TOP_MAX)
		top->nr++;
	for (int i = top->nr - 1; i > at; i--) {
		top->kb[i] = top->kb[i - 1];
		memcpy(top->name[i], top->name[i - 1], NAME_SIZE);
	}
	top->kb[at] = kb;
	snprintf(top->name[at], NAME_SIZE, "%s", name);
}

static void write_top(const struct top *top, char *text)
{
	char kb[FORMAT_SIZE];

	for (int i = 0; i < top->nr; i++) {
		size_t used = strlen(text);

		snprintf(text + used, ACCOUNT_NOTE_TEXT - used, "%s%s %s",
			 used ? ", " : "", top->name[i],
			 format_kb(kb, top->kb[i]));
	}
	printable(text);
}

static FILE *open_proc(const char *name)
{
	char path[LINE_SIZE];

	snprintf(path, sizeof(path), "%s/%s", oe_proc_root(), name);
	return fopen(path, "re");
}

/* --- tmpfs ----------------------------------------------------------------- */

static long long mount_kb(const char *path)
{
	struct statvfs fs;

	if (statvfs(path, &fs))
		return 0;
	return (long long)((fs.f_blocks - fs.f_bfree) * fs.f_frsize / 1024);
}

/* Those that this process sees. */
static void note_mounts(char *text)
{
	struct top top = { 0 };
	const struct mntent *entry;
	FILE *file = open_proc("self/mounts");

	if (!file)
		return;
	while ((entry = getmntent(file)))
		if (!strcmp(entry->mnt_type, "tmpfs"))
			add_to_top(&top, entry->mnt_dir,
				   mount_kb(entry->mnt_dir));
	endmntent(file);
	write_top(&top, text);
}

/* --- slab caches ----------------------------------------------------------- */

static void note_slabs(char *text)
{
	long long page_kb = sysconf(_SC_PAGESIZE) / 1024;
	FILE *file = open_proc("slabinfo"); /* root's */
	struct top top = { 0 };
	char line[LINE_SIZE];

	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		const char *data = strstr(line, ": slabdata");
		long long pages;
		long long slabs;
		char name[NAME_SIZE];

		if (data &&
		    sscanf(line, "%63s %*d %*d %*d %*d %lld", name, &pages) ==
			    2 &&
		    sscanf(data, ": slabdata %*d %lld", &slabs) == 1)
			add_to_top(&top, name, slabs * pages * page_kb);
	}
	fclose(file);
	write_top(&top, text);
}

/* --- sockets --------------------------------------------------------------- */

/* "TCP: inuse 5 orphan 0 tw 0 alloc 7 mem 1" */
static void note_sockets(char *text)
{
	long long page_kb = sysconf(_SC_PAGESIZE) / 1024;
	FILE *file = open_proc("net/sockstat");
	struct top top = { 0 };
	char line[LINE_SIZE];

	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		const char *mem = strstr(line, " mem ");
		char name[NAME_SIZE];
		long long pages;

		if (mem && sscanf(mem, " mem %lld", &pages) == 1 &&
		    sscanf(line, "%63[^:]:", name) == 1)
			add_to_top(&top, name, pages * page_kb);
	}
	fclose(file);
	write_top(&top, text);
}

/* --- CMA ------------------------------------------------------------------- */

static void note_cma(char *text)
{
	char total[FORMAT_SIZE];
	char kb[FORMAT_SIZE];
	long long total_kb;
	long long free_kb;

	if (oe_proc_meminfo("CmaTotal", &total_kb) || total_kb <= 0 ||
	    oe_proc_meminfo("CmaFree", &free_kb))
		return;
	snprintf(text, ACCOUNT_NOTE_TEXT, "%s of %s",
		 format_kb(kb, total_kb - free_kb), format_kb(total, total_kb));
}

/* --- dma-buf --------------------------------------------------------------- */

/* With CONFIG_DMABUF_SYSFS_STATS. */
static bool sum_buffers(long long *nr, long long *bytes)
{
	char file[OE_SYSFS_PATH_MAX];
	char **names;
	size_t nr_names;

	if (oe_sysfs_list_dir("../dmabuf/buffers", &names, &nr_names, 1))
		return false;
	for (size_t i = 0; i < nr_names; i++) {
		long long size;

		snprintf(file, sizeof(file), "../dmabuf/buffers/%s/size",
			 names[i]);
		if (oe_sysfs_read_number(file, &size))
			continue;
		++*nr;
		*bytes += size;
	}
	oe_sysfs_free_names(names, nr_names);
	return true;
}

/* Its last line: "Total 3 objects, 25165824 bytes" */
static void read_debugfs(long long *nr, long long *bytes)
{
	const char *total;
	char *text;

	if (oe_sysfs_read_list("../debug/dma_buf/bufinfo", &text, NULL))
		return;
	total = strstr(text, "\nTotal ");
	if (total &&
	    sscanf(total, " Total %lld objects, %lld bytes", nr, bytes) != 2)
		*nr = *bytes = 0;
	free(text);
}

static void note_buffers(char *text)
{
	char kb[FORMAT_SIZE];
	long long bytes = 0;
	long long nr = 0;

	if (!sum_buffers(&nr, &bytes))
		read_debugfs(&nr, &bytes);
	if (nr)
		snprintf(text, ACCOUNT_NOTE_TEXT, "%s in %lld",
			 format_kb(kb, bytes / 1024), nr);
}

/**
 * account_notes - a closer look at memory that is in no process
 * @note: result
 *
 * The three largest of a kind, of 1 MiB at least. Memory of dma-buf, of CMA areas and of sockets
 * is in other parts of an account, too.
 *
 * Return: how many there are.
 */
int account_notes(struct account_note note[ACCOUNT_NOTES])
{
	static const struct {
		const char *title;
		void (*write)(char *text);
	} kinds[ACCOUNT_NOTES] = {
		{ "In tmpfs now", note_mounts },
		{ "In kernel objects now", note_slabs },
		{ "In sockets now", note_sockets },
		{ "In CMA areas now", note_cma },
		{ "In dma-buf now", note_buffers },
	};
	int nr = 0;

	for (int i = 0; i < ACCOUNT_NOTES; i++) {
		note[nr].title = kinds[i].title;
		*note[nr].text = '\0';
		kinds[i].write(note[nr].text);
		if (*note[nr].text)
			nr++;
	}
	return nr;
}
