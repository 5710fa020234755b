// SPDX-License-Identifier: GPL-2.0-only
/*
 * The check that every write to a file passes, and words that several files
 * show.
 */
#include "core.h"

#include <linux/capability.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "rank/group.h"
#include "rank/ranking.h"
#include "sysfs/common.h"

/**
 * oe_sysfs_check_write - may current write, and has it written text?
 * @buf: the written bytes, NUL terminated by sysfs at @count
 * @count: its length
 *
 * The file modes keep unprivileged users out; CAP_SYS_RESOURCE in the initial
 * user namespace also keeps out root in a container. A NUL byte is refused,
 * because a parser would stop there.
 *
 * Context: process context.
 * Return: 0, -EPERM or -EINVAL.
 */
int oe_sysfs_check_write(const char *buf, size_t count)
{
	if (!capable(CAP_SYS_RESOURCE))
		return -EPERM;
	return memchr(buf, '\0', count) ? -EINVAL : 0;
}

/**
 * oe_sysfs_lines - a copy of a write of several lines
 * @buf: the written bytes, NUL terminated by sysfs at @count
 * @count: its length
 *
 * A write of a page or more arrives in pieces of a page, and a piece cannot be
 * told from the whole. All or nothing holds for less than that.
 *
 * Context: process context, may sleep and allocate.
 * Return: to be freed; or -EPERM, -EINVAL or -ENOMEM as pointer.
 */
char *oe_sysfs_lines(const char *buf, size_t count)
{
	int err = oe_sysfs_check_write(buf, count);

	if (!err && count >= PAGE_SIZE)
		err = -EINVAL;
	if (err)
		return ERR_PTR(err);
	return kmemdup_nul(buf, count, GFP_KERNEL) ?: ERR_PTR(-ENOMEM);
}

/**
 * oe_sysfs_source - the origin of a ranking, in words
 * @text: written
 * @source: the source
 * @group: index of the group, if @source is one
 *
 * Context: process context.
 * Return: @text.
 */
const char *oe_sysfs_source(char text[OE_SOURCE_TEXT], enum oe_source source,
			    u8 group)
{
	char name[OE_GROUP_NAME];

	if (source == OE_SOURCE_GROUP) {
		oe_group_name(group, name);
		scnprintf(text, OE_SOURCE_TEXT, "group:%s", name);
	} else {
		strscpy(text, oe_source_name(source), OE_SOURCE_TEXT);
	}
	return text;
}
