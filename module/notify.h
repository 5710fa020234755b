/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_NOTIFY_H
#define OE_NOTIFY_H

#include <linux/types.h>

#include "lib/uevent.h"

struct kobject;
struct kernfs_node;

int oe_notify_init(void);
void oe_notify_exit(void);
void oe_notify_attach(struct kobject *kobj, struct kernfs_node *wanted);
void oe_notify_detach(void);

/**
 * struct oe_ticket - the events that an announcement waits for
 * @count: of this emergency
 * @uevent: from oe_notify_send()
 * @follower: a privileged process is expected to read @count
 */
struct oe_ticket {
	u64 count;
	unsigned long uevent;
	bool follower;
};

void oe_notify_wake(struct oe_ticket *ticket);
u64 oe_notify_count(void);
void oe_notify_catch_up(void);
unsigned long oe_notify_send(const struct oe_uevent *uevent);
bool oe_notify_wait(const struct oe_ticket *ticket, unsigned int timeout_ms);
void oe_notify_flush(unsigned long ticket);

u64 oe_notify_wanted(void);
u64 oe_notify_read(void);
u64 oe_notify_done(void);
u64 oe_notify_done_ns(u64 count);
bool oe_notify_wait_done(u64 count, unsigned int timeout_ms);
void oe_notify_hurry(void);
bool oe_notify_is_hurried(void);
int oe_notify_acknowledge(u64 count);

#endif /* OE_NOTIFY_H */
