/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_ANNOUNCE_H
#define OE_ANNOUNCE_H

struct oe_episode;

enum {
	/* Longest wait for the uevent thread and for a poller to have run. */
	OE_ANNOUNCE_MS = 200,
};

void oe_announce(struct oe_episode *episode);

#endif /* OE_ANNOUNCE_H */
