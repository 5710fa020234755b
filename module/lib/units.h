/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_UNITS_H
#define OE_UNITS_H

#include <linux/mm.h>
#include <linux/types.h>

/**
 * oe_pages_to_kb - an amount of memory in KiB
 * @pages: the same in pages; a sum may exceed the machine's memory
 *
 * Return: KiB. 64 bits wide, because a sum of 32 bits may overflow.
 */
static inline u64 oe_pages_to_kb(u64 pages)
{
	return pages << (PAGE_SHIFT - 10);
}

/**
 * oe_to_kib - an amount of memory that really exists, in KiB
 * @pages: the same in pages
 *
 * Return: KiB.
 */
static inline unsigned long oe_to_kib(unsigned long pages)
{
	return pages << (PAGE_SHIFT - 10);
}

/**
 * oe_total_kb - how much memory the machine has
 *
 * Return: KiB, without what the kernel took at boot.
 */
static inline u64 oe_total_kb(void)
{
	return oe_pages_to_kb(totalram_pages());
}

#endif /* OE_UNITS_H */
