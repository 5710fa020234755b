// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processes of a memory report: the biggest, if there is no room for all.
 */
#include "core.h"

#include <linux/kernel.h>

#include "record/biggest.h"
#include "record/types.h"

static bool is_smaller(const struct oe_memreport *report, unsigned int a,
		       unsigned int b)
{
	return oe_memreport_size(&report->processes[a]) <
	       oe_memreport_size(&report->processes[b]);
}

/*
 * A full report is a heap, with its smallest process on top: that one is
 * replaced.
 */
static void sift_down(struct oe_memreport *report, unsigned int parent)
{
	unsigned int child;

	for (; (child = 2 * parent + 1) < report->nr_recorded; parent = child) {
		if (child + 1 < report->nr_recorded &&
		    is_smaller(report, child + 1, child))
			child++;
		if (!is_smaller(report, child, parent))
			return;
		swap(report->processes[child], report->processes[parent]);
	}
}

static void make_heap(struct oe_memreport *report)
{
	unsigned int i = report->nr_recorded / 2;

	while (i--)
		sift_down(report, i);
}

/**
 * oe_biggest_add - a process becomes a part of the report
 * @report: if it is full it loses its smallest process
 * @process: the process; copied
 *
 * Context: any; by the taker of the report.
 */
void oe_biggest_add(struct oe_memreport *report,
		    const struct oe_memreport_process *process)
{
	if (report->nr_recorded < report->room) {
		report->processes[report->nr_recorded++] = *process;
		if (report->nr_recorded == report->room)
			make_heap(report);
	} else {
		report->processes[0] = *process;
		sift_down(report, 0);
	}
}

/**
 * oe_biggest_has_room - would a process become a part of the report?
 * @report: the report
 * @size: as oe_memreport_size() of the process
 *
 * Context: any; by the taker of the report.
 * Return: true if there is room, or if it is bigger than the smallest one.
 */
bool oe_biggest_has_room(const struct oe_memreport *report, unsigned long size)
{
	return report->nr_recorded < report->room ||
	       size > oe_memreport_size(&report->processes[0]);
}
