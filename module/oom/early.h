/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_EARLY_H
#define OE_EARLY_H

#ifdef CONFIG_OE_LEVELS
int oe_early_prepare(unsigned int kb);
void oe_early_changed(void);
int oe_early_init(void);
void oe_early_exit(void);
#else
static inline void oe_early_changed(void)
{
}

static inline int oe_early_init(void)
{
	return 0;
}

static inline void oe_early_exit(void)
{
}
#endif

#endif /* OE_EARLY_H */
