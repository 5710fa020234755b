/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_TOOLS_UEVENT_H
#define OE_TOOLS_UEVENT_H

#include <stddef.h>

/*
 * The kernel's uevents, as they come over netlink: a message is "ACTION@PATH"
 * and then KEY=VALUE strings, with no netlink header, so that no library is
 * of much help. Nothing here allocates.
 */

struct oe_uevent {
	char text[4096];
	size_t length;
};

int oe_uevent_open(void);
int oe_uevent_receive(int fd, struct oe_uevent *uevent);
const char *oe_uevent_get(const struct oe_uevent *uevent, const char *key);
long long oe_uevent_number(const struct oe_uevent *uevent, const char *key,
			   long long otherwise);

#endif
