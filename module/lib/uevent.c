// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text of a uevent, put together key by key.
 */
#include "core.h"

#include <linux/kernel.h>

#include "lib/uevent.h"

/**
 * oe_uevent_add - append a key to a uevent
 * @uevent: starts zeroed
 * @format: "KEY=%..."
 *
 * A key that does not fit is left out.
 *
 * Context: any.
 */
void oe_uevent_add(struct oe_uevent *uevent, const char *format, ...)
{
	size_t room = OE_UEVENT_TEXT - uevent->used;
	va_list args;
	int length;

	if (uevent->nr_keys == OE_UEVENT_KEYS)
		return;
	va_start(args, format);
	length = vsnprintf(uevent->text + uevent->used, room, format, args);
	va_end(args);
	if (length >= room)
		return;
	uevent->nr_keys++;
	uevent->used += length + 1;
}
