/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_MEMCG_H
#define OE_MEMCG_H

#ifdef CONFIG_MEMCG
unsigned long oe_memcg_kept_pages(void);
#else
static inline unsigned long oe_memcg_kept_pages(void)
{
	return 0;
}
#endif

#endif /* OE_MEMCG_H */
