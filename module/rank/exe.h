/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_EXE_H
#define OE_EXE_H

#include <linux/types.h>

struct task_struct;

/**
 * struct oe_exe - the file that a process executes; without padding, for
 *	hashing
 * @inode: its number; 0 = none
 * @device: of its file system
 * @generation: of the inode, because a number is used again
 */
struct oe_exe {
	u64 inode;
	u32 device;
	u32 generation;
};

/**
 * enum oe_exe_access - how a process's memory is kept while its executable is
 *	read
 * @OE_EXE_NONE: it is not read
 * @OE_EXE_LOCK: take the lock of its task
 * @OE_EXE_TRY: the same where no lock may be waited for; on failure it has no
 *	executable
 * @OE_EXE_HELD: the caller holds that lock, or is the task
 */
enum oe_exe_access {
	OE_EXE_NONE,
	OE_EXE_LOCK,
	OE_EXE_TRY,
	OE_EXE_HELD,
};

int oe_exe_find(const char *path, struct oe_exe *exe);
void oe_exe_of(struct task_struct *p, enum oe_exe_access access,
	       struct oe_exe *exe);

/**
 * oe_exe_is_same - are two executables the same file?
 * @a: one
 * @b: the other
 *
 * Return: true if so.
 */
static inline bool oe_exe_is_same(const struct oe_exe *a,
				  const struct oe_exe *b)
{
	return a->inode == b->inode && a->device == b->device &&
	       a->generation == b->generation;
}

#endif /* OE_EXE_H */
