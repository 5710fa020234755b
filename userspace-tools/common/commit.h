/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_COMMIT_H
#define OE_COMMIT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Strict overcommit (vm.overcommit_memory=2): how much memory the kernel still promises.
 */

/**
 * struct oe_commit - the memory that may be promised
 * @limit_kb: CommitLimit; memory in huge pages (hugetlb) is not in it
 * @left_kb: the rest of it for processes without CAP_SYS_ADMIN
 */
struct oe_commit {
	int64_t limit_kb;
	int64_t left_kb;
};

int64_t oe_commit_reserve_kb(const char *text);
int64_t oe_commit_left_kb(int64_t limit_kb, int64_t committed_kb,
			  int64_t admin_kb, int64_t user_kb);
bool oe_commit_read(struct oe_commit *commit);

#endif
