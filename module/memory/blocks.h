/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_BLOCKS_H
#define OE_BLOCKS_H

#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/kconfig.h>
#include <linux/list.h>
#include <linux/mmzone.h>

/**
 * oe_blocks_cma - may an allocation take a block of a CMA area?
 * @gfp: of the allocation
 *
 * Context: any.
 * Return: true if so, and where there are no such areas.
 */
static inline bool oe_blocks_cma(gfp_t gfp)
{
	return !IS_ENABLED(CONFIG_CMA) || (gfp & __GFP_MOVABLE);
}

/**
 * oe_blocks_of_kind - is a block of a kind free?
 * @area: the free blocks of an order
 * @kind: &enum migratetype
 *
 * Context: any; reads the page allocator's list as that does, without a lock.
 * Return: true if there is one.
 */
static inline bool oe_blocks_of_kind(const struct free_area *area,
				     unsigned int kind)
{
	const struct list_head *list = &area->free_list[kind];

	return READ_ONCE(list->next) != list;
}

/**
 * oe_blocks_serve - is a block free that an allocation may take?
 * @area: the free blocks of an order
 * @gfp: of the allocation
 *
 * As in __zone_watermark_ok(): a block among those set aside for interrupts, or
 * in a CMA area, may be of no use to it.
 *
 * Context: as oe_blocks_of_kind().
 * Return: true if there is one.
 */
static inline bool oe_blocks_serve(const struct free_area *area, gfp_t gfp)
{
	unsigned int kind;

	for (kind = 0; kind < MIGRATE_PCPTYPES; kind++)
		if (oe_blocks_of_kind(area, kind))
			return true;
#ifdef CONFIG_CMA
	if (oe_blocks_cma(gfp))
		return oe_blocks_of_kind(area, MIGRATE_CMA);
#endif
	return false;
}

#endif /* OE_BLOCKS_H */
