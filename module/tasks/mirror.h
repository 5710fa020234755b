/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_MIRROR_H
#define OE_MIRROR_H

int oe_mirror_prepare(unsigned int on);
void oe_mirror_switched(void);
void oe_mirror_changed(void);
int oe_mirror_init(void);
void oe_mirror_exit(void);

#endif /* OE_MIRROR_H */
