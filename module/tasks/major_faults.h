/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_MAJOR_FAULTS_H
#define OE_MAJOR_FAULTS_H

struct mem_cgroup;

unsigned long oe_major_faults_below(struct mem_cgroup *memcg);

#endif /* OE_MAJOR_FAULTS_H */
