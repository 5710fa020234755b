/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The conductor: the whole life of an OOM, whatever way it came in.
 */
#ifndef OE_OOM_EPISODE_H
#define OE_OOM_EPISODE_H

#include <linux/types.h>

/* The types, from the top of module/. */
#include "../episode.h"

/**
 * struct oe_way - the differences between the ways in
 * @pass_on: the call is no episode: hand it to the kernel. Returns false if the
 *	kernel would kill all the same, which makes it an episode; otherwise
 *	*ret is the result of the call
 * @ask_others: let the kernel's other OOM notifiers look for memory, before
 *	anybody is told; returns true if they found some. NULL: they have looked
 * @leave: observe only: the kernel chooses; ends the episode
 * @kill_nobody: nobody may be chosen: let the kernel look for another way out,
 *	then oe_episode_no_victim()
 *
 * @ctx is the pointer given to oe_episode_run(). @leave and @kill_nobody return
 * the result of the call: true if the kernel shall try the allocation again.
 * The way in kills the victim by itself, see oe_episode_run().
 */
struct oe_way {
	bool (*pass_on)(void *ctx, enum oe_purpose purpose, bool *ret);
	bool (*ask_others)(void *ctx);
	bool (*leave)(void *ctx, struct oe_episode *episode);
	bool (*kill_nobody)(void *ctx, struct oe_episode *episode);
};

bool oe_episode_run(const struct oe_call *call, const struct oe_way *way,
		    void *ctx, struct oe_episode **to_kill);
void oe_episode_leave(const struct oe_call *call, struct oe_episode *episode);
bool oe_episode_prepare(const struct oe_call *call);
void oe_episode_finish(const struct oe_call *call);
void oe_episode_end(struct oe_episode *episode, enum oe_outcome outcome);
bool oe_episode_no_victim(struct oe_episode *episode);

#endif /* OE_OOM_EPISODE_H */
