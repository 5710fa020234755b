// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that list more than a page: a reader must get one list page by page,
 * not pieces of several. sysfs has no open and no release for binary
 * attributes, so the list is built by the read at offset 0, kept for that open
 * file, and freed after its end or when the reader does not continue.
 */
#include "core.h"

#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "sysfs/snapshot.h"

enum {
	EXPIRE_MS = 5000,
};

/**
 * oe_text_reserve - make room
 * @text: empty
 * @size: bytes
 *
 * Context: process context, allocates.
 * Return: 0 or -ENOMEM.
 */
int oe_text_reserve(struct oe_text *text, size_t size)
{
	text->data = kvmalloc(size, GFP_KERNEL);
	if (!text->data)
		return -ENOMEM;
	text->size = size;
	text->length = 0;
	return 0;
}

/**
 * oe_text_add - append
 * @text: with room
 * @format: as printf()
 *
 * A text that does not fit is truncated.
 *
 * Context: any.
 */
void oe_text_add(struct oe_text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text->length += vscnprintf(text->data + text->length,
				   text->size - text->length, format, args);
	va_end(args);
}

static void forget_snapshot(struct oe_snapshot *snapshot)
{
	kvfree(snapshot->text.data);
	if (snapshot->ns)
		put_pid_ns(snapshot->ns);
	memset(snapshot, 0, sizeof(*snapshot));
}

static void expire_snapshots(struct work_struct *work)
{
	struct oe_list *list =
		container_of(to_delayed_work(work), struct oe_list, expire);
	unsigned long limit = msecs_to_jiffies(EXPIRE_MS);
	struct oe_snapshot *snapshot = list->snapshots;
	bool left = false;

	mutex_lock(&list->lock);
	for (; snapshot < list->snapshots + OE_LIST_READERS; snapshot++) {
		if (!snapshot->reader)
			continue;
		if (time_after_eq(jiffies, snapshot->used + limit))
			forget_snapshot(snapshot);
		else
			left = true;
	}
	if (left)
		queue_delayed_work(system_wq, &list->expire, limit);
	mutex_unlock(&list->lock);
}

/**
 * oe_list_init - set a list up
 * @list: zeroed
 * @build: writes the list
 *
 * Context: process context.
 */
void oe_list_init(struct oe_list *list,
		  int (*build)(struct oe_list *list, struct oe_text *text))
{
	list->build = build;
	mutex_init(&list->lock);
	INIT_DELAYED_WORK(&list->expire, expire_snapshots);
}

/**
 * oe_list_exit - take a list down
 * @list: without readers
 *
 * Context: process context, may sleep.
 */
void oe_list_exit(struct oe_list *list)
{
	unsigned int i;

	cancel_delayed_work_sync(&list->expire);
	for (i = 0; i < OE_LIST_READERS; i++)
		forget_snapshot(&list->snapshots[i]);
}

static struct oe_snapshot *find_snapshot(struct oe_list *list,
					 const struct file *reader)
{
	unsigned int i;

	for (i = 0; i < OE_LIST_READERS; i++)
		if (list->snapshots[i].reader == reader)
			return &list->snapshots[i];
	return NULL;
}

/*
 * Takes a free place; or that of a reader that has read to the end; or that of the
 * reader that has been idle longest, which gets ESTALE. Root's places are for root.
 */
static struct oe_snapshot *make_room(struct oe_list *list)
{
	bool is_root = uid_eq(current_fsuid(), GLOBAL_ROOT_UID);
	unsigned int end = is_root ? OE_LIST_ROOT_READERS : OE_LIST_READERS;
	unsigned int i = is_root ? 0 : OE_LIST_ROOT_READERS;
	struct oe_snapshot *oldest = &list->snapshots[i];

	for (; i < end; i++) {
		if (!list->snapshots[i].text.data)
			return &list->snapshots[i];
		if (time_before(list->snapshots[i].used, oldest->used))
			oldest = &list->snapshots[i];
	}
	return oldest;
}

/*
 * Builds the list before the lock is taken: a reader that is throttled, or that
 * waits for memory, must not keep the others from reading.
 */
static int take_snapshot(struct oe_list *list, const struct file *reader)
{
	struct oe_snapshot *snapshot;
	struct oe_text text = {};
	int err;

	err = list->build(list, &text);
	if (err) {
		kvfree(text.data);
		return err;
	}
	mutex_lock(&list->lock);
	snapshot = find_snapshot(list, reader) ?: make_room(list);
	forget_snapshot(snapshot);
	snapshot->text = text;
	snapshot->reader = reader;
	snapshot->ns = get_pid_ns(task_active_pid_ns(current));
	snapshot->used = jiffies;
	queue_delayed_work(system_wq, &list->expire,
			   msecs_to_jiffies(EXPIRE_MS));
	mutex_unlock(&list->lock);
	return 0;
}

/*
 * Free the text at its end, but keep its length: some readers read once more.
 */
static ssize_t continue_snapshot(struct oe_snapshot *snapshot, char *buf,
				 loff_t offset, size_t count)
{
	struct oe_text *text = &snapshot->text;

	snapshot->used = jiffies;
	if (offset >= text->length) {
		kvfree(text->data);
		text->data = NULL;
		return 0;
	}
	if (!text->data)
		return -ESTALE;
	return memory_read_from_buffer(buf, count, &offset, text->data,
				       text->length);
}

/*
 * An open file that is closed may be followed by another one at the same
 * address, of a reader in another pid namespace.
 */
static bool is_readers(const struct oe_snapshot *snapshot)
{
	return snapshot && snapshot->ns == task_active_pid_ns(current);
}

/**
 * oe_list_read - read a part of the list
 * @list: the list
 * @reader: the open file
 * @buf: the result
 * @offset: from where; 0 takes the list anew
 * @count: at most
 *
 * Context: process context, may sleep and allocate.
 * Return: bytes read, 0 at the end, or a negative errno: -ESTALE if the list
 * that was read up to @offset is gone, because the reader paused or more than
 * OE_LIST_READERS read; read again from 0.
 */
ssize_t oe_list_read(struct oe_list *list, const struct file *reader, char *buf,
		     loff_t offset, size_t count)
{
	struct oe_snapshot *snapshot;
	ssize_t ret = -ESTALE;

	if (!offset) {
		int err = take_snapshot(list, reader);

		if (err)
			return err;
	}
	mutex_lock(&list->lock);
	snapshot = find_snapshot(list, reader);
	if (is_readers(snapshot))
		ret = continue_snapshot(snapshot, buf, offset, count);
	mutex_unlock(&list->lock);
	return ret;
}
