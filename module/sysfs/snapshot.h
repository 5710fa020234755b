/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_LIST_H
#define OE_LIST_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct file;
struct pid_namespace;

/**
 * struct oe_text - lines of text under construction
 * @data: kvmalloc()ed
 * @length: bytes used
 * @size: bytes there are
 */
struct oe_text {
	char *data;
	size_t length;
	size_t size;
};

/**
 * struct oe_snapshot - the text that one open file is reading
 * @reader: the open file; compared, never dereferenced; NULL = free
 * @ns: the pid namespace for which the list was built; one reference is held
 * @text: the whole list as it was when its reading began; without data once it
 *	has been read to its end
 * @used: jiffies of the last read
 */
struct oe_snapshot {
	const struct file *reader;
	struct pid_namespace *ns;
	struct oe_text text;
	unsigned long used;
};

enum {
	OE_LIST_ROOT_READERS = 4,
	OE_LIST_READERS = OE_LIST_ROOT_READERS + 2,
};

/**
 * struct oe_list - a list file that may outgrow a page
 * @build: writes the list as it is now; 0 or a negative errno
 * @lock: the snapshots
 * @snapshots: of the latest readers, those of root first
 * @expire: frees the snapshots of idle readers
 */
struct oe_list {
	int (*build)(struct oe_list *list, struct oe_text *text);
	struct mutex lock;
	struct oe_snapshot snapshots[OE_LIST_READERS];
	struct delayed_work expire;
};

void oe_list_init(struct oe_list *list,
		  int (*build)(struct oe_list *list, struct oe_text *text));
void oe_list_exit(struct oe_list *list);
ssize_t oe_list_read(struct oe_list *list, const struct file *reader, char *buf,
		     loff_t offset, size_t count);

int oe_text_reserve(struct oe_text *text, size_t size);
__printf(2, 3) void oe_text_add(struct oe_text *text, const char *format, ...);

#endif /* OE_LIST_H */
