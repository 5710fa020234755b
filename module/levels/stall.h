/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_STALL_H
#define OE_STALL_H

#include <linux/types.h>

struct kernfs_node;
struct oe_stall_figure;

void oe_stall_publish(struct oe_stall_figure *figure, unsigned int percent);
void oe_stall_set_node(struct oe_stall_figure *figure,
		       struct kernfs_node *node);
int oe_stall_measure(bool on);
void oe_stall_exit(void);
unsigned int oe_stall_look(unsigned int *next_ms);
void oe_stall_restart(void);
int oe_stall_now(void);
void oe_stall_attach(struct kernfs_node *node);
void oe_stall_detach(void);

#endif /* OE_STALL_H */
