// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scan of all processes for those of services. From time to time, at leisure: in an emergency
 * procfs cannot be read without memory.
 */
#include <ctype.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/daemon.h"

enum {
	ENTRIES = 4096,
};

/* The kernel's directory entry; libc's readdir() would allocate. */
struct entry {
	uint64_t ino;
	int64_t off;
	unsigned short length;
	unsigned char type;
	char name[];
};

static void look_at_process(const struct oe_conf *conf, int proc,
			    const char *name)
{
	char comm[OE_COMM];
	int pid;

	if (!isdigit((unsigned char)*name))
		return;
	pid = atoi(name);
	if (oe_procread_comm(proc, pid, comm, sizeof(comm)))
		return;
	oe_members_match(conf, proc, pid, comm);
}

static void scan_directory(const struct oe_conf *conf, int proc)
{
	static char entries[ENTRIES] __attribute__((aligned(4096)));
	long got;

	oe_memory_spare(entries, sizeof(entries));
	while ((got = syscall(SYS_getdents64, proc, entries, sizeof(entries))) >
	       0) {
		for (long at = 0; at < got;) {
			const struct entry *entry =
				(const void *)(entries + at);

			look_at_process(conf, proc, entry->name);
			at += entry->length;
		}
	}
}

static bool needs_names(const struct oe_conf *conf)
{
	for (int i = 0; i < conf->nr_services; i++)
		if (conf->services[i].comm)
			return true;
	return false;
}

/**
 * oe_procs_scan - look for the processes of services
 * @conf: in force
 *
 * Not in an emergency: reads procfs.
 */
void oe_procs_scan(const struct oe_conf *conf)
{
	int proc = oe_procread_open();

	if (proc < 0)
		return;
	oe_members_begin_scan();
	oe_members_read_pidfiles(conf, proc);
	if (needs_names(conf))
		scan_directory(conf, proc);
	close(proc);
	oe_members_end_scan(conf);
}
