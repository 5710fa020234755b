// SPDX-License-Identifier: GPL-2.0-only
#include "common/commit.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/file.h"
#include "common/proc.h"

enum {
	STRICT = 2, /* OVERCOMMIT_NEVER */
};

/* An exbibyte in kB: differences of such numbers do not overflow. */
#define KB_MAX (1LL << 50)

static int64_t clamp_kb(int64_t kb)
{
	if (kb < 0)
		return 0;
	return kb < KB_MAX ? kb : KB_MAX;
}

/**
 * oe_commit_reserve_kb - read vm.admin_reserve_kbytes or vm.user_reserve_kbytes
 * @text: of the file; NULL if there is none
 *
 * The kernel accepts every unsigned long.
 *
 * Return: the reserve in KiB; 0 if the kernel has none.
 */
int64_t oe_commit_reserve_kb(const char *text)
{
	return text ? clamp_kb(strtoll(text, NULL, 10)) : 0;
}

/**
 * oe_commit_left_kb - how much may still be promised
 * @limit_kb: CommitLimit; negative = not known
 * @committed_kb: Committed_AS; negative = not known
 * @admin_kb: memory that is kept for CAP_SYS_ADMIN
 * @user_kb: memory that the kernel keeps from a process, at most
 *
 * See __vm_enough_memory() in the kernel. From each process it keeps the less of
 * 1/32 of what the process has mapped and of @user_kb. All of @user_kb is
 * subtracted here, so that no process has less left than this.
 *
 * Return: KiB, at least 0; -1 = not known.
 */
int64_t oe_commit_left_kb(int64_t limit_kb, int64_t committed_kb,
			  int64_t admin_kb, int64_t user_kb)
{
	int64_t left;

	if (limit_kb < 0 || committed_kb < 0)
		return -1;
	left = clamp_kb(limit_kb) - clamp_kb(committed_kb) -
	       clamp_kb(admin_kb) - clamp_kb(user_kb);
	return left > 0 ? left : 0;
}

static int64_t read_reserve(const char *name)
{
	char path[PATH_MAX];
	char text[64];

	snprintf(path, sizeof(path), "%s/sys/vm/%s", oe_proc_root(), name);
	return oe_commit_reserve_kb(
		oe_file_read(path, text, sizeof(text)) > 0 ? text : NULL);
}

/**
 * oe_commit_read - look at what is left to be promised
 * @commit: result
 *
 * Opens files: not for an emergency.
 *
 * Return: true; false if overcommit is not strict, or the kernel does not tell.
 */
bool oe_commit_read(struct oe_commit *commit)
{
	long long committed;
	long long limit;
	long long mode;

	if (oe_proc_number("sys/vm/overcommit_memory", &mode) ||
	    mode != STRICT || oe_proc_meminfo("CommitLimit", &limit) ||
	    oe_proc_meminfo("Committed_AS", &committed))
		return false;
	commit->limit_kb = limit;
	commit->left_kb = oe_commit_left_kb(
		limit, committed, read_reserve("admin_reserve_kbytes"),
		read_reserve("user_reserve_kbytes"));
	return commit->left_kb >= 0;
}
