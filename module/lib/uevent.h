/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_UEVENT_H
#define OE_UEVENT_H

#include <linux/compiler.h>
#include <linux/types.h>

enum {
	/* Room for the environment of one uevent, without the keys of the core. */
	OE_UEVENT_KEYS = 12,
	OE_UEVENT_TEXT = 512,
};

/**
 * struct oe_uevent - one uevent, built by the sender, sent by the thread
 * @yields: many like it may come at once: it leaves the last places of the queue
 *	to the others
 * @nr_keys: how many
 * @used: bytes of @text used
 * @text: "KEY=value" strings, one behind the other
 */
struct oe_uevent {
	bool yields;
	u16 nr_keys;
	u16 used;
	char text[OE_UEVENT_TEXT];
};

__printf(2, 3) void oe_uevent_add(struct oe_uevent *uevent, const char *format,
				  ...);

#endif /* OE_UEVENT_H */
