// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/oom_embedded/self: the ranking of the reader, and its offer. Not
 * in sysfs: a reader there is not told from another, and a container has its own
 * procfs, but no /sys/kernel that it may write to.
 */
#include "core.h"

#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "compat/compat.h"
#include "lib/parse.h"
#include "rank/offer.h"
#include "rank/ranking.h"
#include "rules/policy.h"
#include "sysfs/common.h"
#include "sysfs/files.h"
#include "tasks.h"

enum {
	NUMBER_TEXT = 16, /* more than any ranking */
};

static struct proc_dir_entry *self_entry;

/*
 * By the process's own ranking. Others that would die with it are not looked for:
 * that walks over all processes, and any user may read this as often as it likes.
 */
static const char *own_verdict(struct task_struct *p)
{
	static const char *const words[] = {
		[OE_ELIGIBLE] = "eligible",
		[OE_PROTECTED] = "protected",
		[OE_UNKILLABLE] = "unkillable",
	};
	const struct oe_policy policy = oe_config_policy();
	struct oe_candidate c;

	if (!oe_tasks_snapshot(p, &c))
		return words[OE_UNKILLABLE];
	return words[oe_policy_verdict(&policy, &c)];
}

static ssize_t self_read(struct file *file, char __user *buf, size_t count,
			 loff_t *offset)
{
	char source[OE_SOURCE_TEXT];
	char text[NUMBER_TEXT + OE_SOURCE_TEXT + sizeof("unkillable")];
	struct oe_ranking ranking;
	const char *verdict;
	int length;

	rcu_read_lock();
	ranking = oe_rank_of(current);
	verdict = own_verdict(current->group_leader);
	rcu_read_unlock();
	oe_sysfs_source(source, ranking.source, ranking.group);
	length = scnprintf(text, sizeof(text), "%u %s %s\n", ranking.rank,
			   source, verdict);
	return simple_read_from_buffer(buf, count, offset, text, length);
}

/*
 * The file must have been opened with the writer's own credentials: a program
 * that is started with the file as its output (and an exec has new ones) would
 * speak about itself without meaning to.
 */
static ssize_t self_write(struct file *file, const char __user *buf,
			  size_t count, loff_t *offset)
{
	char text[NUMBER_TEXT];
	u64 rank;
	int err;

	if (file->f_cred != current_cred())
		return -EPERM;
	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, count))
		return -EFAULT;
	text[count] = '\0';
	if (memchr(text, '\0', count))
		return -EINVAL;
	err = oe_parse_number(text, 0, OE_RANK_MAX, &rank);
	if (!err)
		err = oe_offer_make(rank);
	return err ?: count;
}

static const struct proc_ops self_ops = {
	.proc_read = self_read,
	.proc_write = self_write,
	.proc_lseek = default_llseek,
};

/**
 * oe_sysfs_self_init - publish the file
 *
 * Context: module init, after oe_pressure_init(), which makes the directory.
 * Return: 0, also on kernels without procfs, or -ENOMEM.
 */
int oe_sysfs_self_init(void)
{
	if (!IS_ENABLED(CONFIG_PROC_FS))
		return 0;
	self_entry =
		proc_create(OOM_EMBEDDED_NAME "/self", 0666, NULL, &self_ops);
	return self_entry ? 0 : -ENOMEM;
}

/**
 * oe_sysfs_self_exit - withdraw the file
 *
 * Context: module exit, may sleep. Processes may have it open.
 */
void oe_sysfs_self_exit(void)
{
	proc_remove(self_entry);
}
