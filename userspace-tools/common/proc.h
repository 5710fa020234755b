/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_TOOLS_PROC_H
#define OE_TOOLS_PROC_H

#include <stddef.h>

#include "common/records.h"

/*
 * Facts of procfs and cgroupfs about processes and the system. Both roots can
 * be moved for tests. Everything returns 0 or a negative errno.
 */

#define OE_PROC_ENVIRONMENT "OOM_EMBEDDED_PROC"
#define OE_CGROUP_ENVIRONMENT "OOM_EMBEDDED_CGROUP"

/**
 * struct oe_proc - a process
 * @pid: its number
 * @ppid: its parent's, 0 if unknown
 * @uid: its real user
 * @name: its name, any bytes
 * @comm: the same, escaped as the module does it
 * @rss_kb: resident memory
 * @locked_kb: memory locked with mlock()
 * @oom_score_adj: -1000 to 1000
 * @is_kernel: a kernel thread
 */
struct oe_proc {
	int pid;
	int ppid;
	long long uid;
	char name[OE_COMM_SIZE];
	char comm[OE_COMM_SIZE];
	long long rss_kb;
	long long locked_kb;
	long long oom_score_adj;
	int is_kernel;
};

const char *oe_proc_root(void);
const char *oe_proc_cgroup_root(void);

int oe_proc_read(int pid, struct oe_proc *proc);
int oe_proc_pids(int **pids, size_t *nr);
int oe_proc_find(const char *name, int **pids, size_t *nr);
int oe_proc_number(const char *file, long long *value);
int oe_proc_meminfo(const char *key, long long *kb);
int oe_proc_cgroup(int pid, char *path, size_t size);
int oe_proc_cgroup_number(const char *cgroup, const char *file,
			  long long *value);
int oe_proc_exe(int pid, char *path, size_t size);
int oe_proc_has_open(int pid, const char *path);
int oe_proc_swaps_on(const char *prefix);
int oe_proc_has_argument(const char *word);
int oe_proc_console_is_serial(long long *value);

char *oe_proc_escape(char *escaped, size_t size, const char *name);

#endif
