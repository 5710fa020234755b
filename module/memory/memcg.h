/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_MEMCG_H
#define OE_MEMCG_H

#include <linux/types.h>

struct mem_cgroup;
struct oe_cgroup_supply;

enum {
	OE_MEMCG_PATH = 128,
};

#ifdef CONFIG_MEMCG
unsigned long oe_memcg_kept_pages(void);
unsigned long oe_memcg_stuck_pages(void);
unsigned long oe_memcg_room(struct mem_cgroup *memcg);
unsigned long oe_memcg_swap_room(struct mem_cgroup *memcg);
struct mem_cgroup *oe_memcg_above(struct mem_cgroup *memcg);
bool oe_memcg_read(struct mem_cgroup *memcg, struct oe_cgroup_supply *supply);
u64 oe_memcg_charges(struct mem_cgroup *memcg);
void oe_memcg_path(struct mem_cgroup *memcg, char path[OE_MEMCG_PATH]);
#else
static inline void oe_memcg_path(struct mem_cgroup *memcg,
				 char path[OE_MEMCG_PATH])
{
	path[0] = '\0';
}

static inline unsigned long oe_memcg_kept_pages(void)
{
	return 0;
}

static inline unsigned long oe_memcg_stuck_pages(void)
{
	return 0;
}

static inline unsigned long oe_memcg_room(struct mem_cgroup *memcg)
{
	return 0;
}

static inline unsigned long oe_memcg_swap_room(struct mem_cgroup *memcg)
{
	return 0;
}

static inline struct mem_cgroup *oe_memcg_above(struct mem_cgroup *memcg)
{
	return NULL;
}

static inline bool oe_memcg_read(struct mem_cgroup *memcg,
				 struct oe_cgroup_supply *supply)
{
	return false;
}
#endif

#endif /* OE_MEMCG_H */
