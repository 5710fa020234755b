/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SIGTERM before SIGKILL, in an emergency that is asked for.
 */
#ifndef OE_TERMINATE_H
#define OE_TERMINATE_H

#include "../episode.h"

struct task_struct;

/**
 * enum oe_terminated - how a wait for a process to end has ended
 * @OE_TERMINATED_GONE: it has given its memory back
 * @OE_TERMINATED_ENOUGH: it lives, and has given enough back
 * @OE_TERMINATED_STAYS: it has to be killed
 * @OE_TERMINATED_OVERTAKEN: an OOM of the machine has come, and chooses anew
 */
enum oe_terminated {
	OE_TERMINATED_GONE,
	OE_TERMINATED_ENOUGH,
	OE_TERMINATED_STAYS,
	OE_TERMINATED_OVERTAKEN,
};

void oe_terminate(const struct oe_episode *episode);
enum oe_terminated oe_terminate_wait(struct task_struct *victim,
				     unsigned int term_ms,
				     unsigned int until_kb);

#endif /* OE_TERMINATE_H */
