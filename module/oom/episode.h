/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_OOM_EPISODE_H
#define OE_OOM_EPISODE_H

#include <linux/types.h>

/* Not the one beside this file. */
#include "../episode.h"

enum oe_purpose oe_handle_classify(const struct oe_call *call);
struct oe_episode *oe_handle_begin(const struct oe_call *call);
bool oe_handle_grace(struct oe_episode *episode);
void oe_handle_decide(struct oe_episode *episode);
void oe_handle_end(struct oe_episode *episode, enum oe_outcome outcome);
bool oe_handle_no_victim(struct oe_episode *episode);
bool oe_handle_is_global(const struct oe_episode *episode);

void oe_steer(struct task_struct *victim, bool *was_origin);
void oe_unsteer(struct task_struct *victim, bool was_origin);

#endif /* OE_OOM_EPISODE_H */
