/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_EARLY_H
#define OE_EARLY_H

int oe_early_prepare(unsigned int kb);
void oe_early_changed(void);
int oe_early_init(void);
void oe_early_exit(void);

#endif /* OE_EARLY_H */
