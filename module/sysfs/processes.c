// SPDX-License-Identifier: GPL-2.0-only
/*
 * oom_ranking and candidates, the latter also of a group: a line for each process,
 * all of one width, so that the number of a line gives its offset.
 */
#include "core.h"

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "sysfs/common.h"
#include "sysfs/lines.h"
#include "compat/compat.h"
#include "sysfs/snapshot.h"
#include "lib/parse.h"
#include "rank/rank.h"
#include "rank/ranking.h"
#include "rank/version.h"
#include "sysfs/files.h"
#include "tasks.h"
#include "tasks/decide.h"
#include "tasks/kill_set.h"

enum {
	LINE_SIZE = 192, /* more than any line below */
	SPARE_LINES = 64, /* for processes that start meanwhile */
	/* A reader can wait, which an OOM cannot. */
	LIST_TRIES = 4 * OE_VERSION_TRIES,
};

/**
 * struct row - a process in one of the lists
 * @c: the input of the policy (candidates only)
 * @verdict: its output (candidates only)
 * @keeper: pid of the process that protects it (candidates only), or 0
 * @pid: in the reader's pid namespace
 * @rank: its ranking
 * @source: the origin of the ranking, in words
 * @comm: its leader's name
 */
struct row {
	struct oe_candidate c;
	enum oe_verdict verdict;
	pid_t keeper;
	pid_t pid;
	unsigned int rank;
	char source[OE_SOURCE_TEXT];
	char comm[TASK_COMM_LEN];
};

/**
 * struct table - rows under construction
 * @rows: kvmalloc()ed
 * @nr_rows: filled
 * @nr_wanted: rows that the walk has met
 * @room: size of @rows
 * @policy: in force
 * @domain: the machine, or the members of a group
 * @cache: for the kill sets
 * @biggest: pages of the biggest process that may be chosen
 * @ns: the reader's pid namespace
 */
struct table {
	struct row *rows;
	unsigned int nr_rows;
	unsigned int nr_wanted;
	unsigned int room;
	struct oe_policy policy;
	struct oe_domain domain;
	struct oe_kill_cache cache;
	unsigned long biggest;
	struct pid_namespace *ns;
};

static struct row *next_row(struct table *table)
{
	table->nr_wanted++;
	if (table->nr_rows == table->room)
		return NULL;
	return &table->rows[table->nr_rows++];
}

/* A writer that lost the CPU in the middle gets it back. */
static bool is_torn(struct oe_version version)
{
	if (oe_version_is(version))
		return false;
	usleep_range(USEC_PER_MSEC, 2 * USEC_PER_MSEC);
	return true;
}

/*
 * Fills a table by @fill, which walks under RCU and cannot allocate: retries
 * with more room until all rows fit, and if rankings changed meanwhile.
 */
static int fill_table(struct table *table, int (*fill)(struct table *table))
{
	unsigned int tries = LIST_TRIES;
	struct oe_version version;
	int err;

	table->ns = task_active_pid_ns(current);
	table->nr_wanted = 0;
	do {
		kvfree(table->rows);
		table->room = table->nr_wanted + SPARE_LINES;
		table->nr_rows = 0;
		table->nr_wanted = 0;
		table->rows = kvmalloc_array(table->room, sizeof(*table->rows),
					     GFP_KERNEL);
		if (!table->rows)
			return -ENOMEM;
		version = oe_version_now();
		table->policy = oe_config_policy();
		err = fill(table);
	} while (!err && (table->nr_wanted > table->room ||
			  (is_torn(version) && --tries)));
	return err;
}

static void fill_row(struct row *row, struct task_struct *p, pid_t pid,
		     u16 rank, u8 source, u8 group)
{
	*row = (struct row){ .rank = rank, .pid = pid };
	oe_sysfs_source(row->source, source, group);
	strscpy(row->comm, p->comm, sizeof(row->comm));
}

static void visit_ranked(struct task_struct *p, void *arg)
{
	struct oe_ranking ranking = oe_rank_of(p);
	struct table *table = arg;
	pid_t pid = task_tgid_nr_ns(p, table->ns);
	struct row *row;

	/* pid 0: it has just ended. */
	if (!pid || ranking.source == OE_SOURCE_DEFAULT)
		return;
	row = next_row(table);
	if (row)
		fill_row(row, p, pid, ranking.rank, ranking.source,
			 ranking.group);
}

static int fill_ranked(struct table *table)
{
	oe_tasks_list(table->ns, visit_ranked, table);
	return 0;
}

static void add_ranked_line(struct oe_text *text, const struct row *row)
{
	char comm[OE_COMM_ESCAPED];

	oe_text_add(text, "%10d %4u %-*s %-*s\n", row->pid, row->rank,
		    OE_SOURCE_TEXT - 1, row->source, OE_COMM_ESCAPED - 1,
		    oe_escape_comm(comm, row->comm));
}

static int build_ranked(struct oe_list *list, struct oe_text *text)
{
	struct table table = {};
	unsigned int i;
	int err;

	err = fill_table(&table, fill_ranked);
	if (err)
		goto out;
	err = oe_text_reserve(text, (table.nr_rows + 1) * LINE_SIZE);
	for (i = 0; !err && i < table.nr_rows; i++) {
		add_ranked_line(text, &table.rows[i]);
		cond_resched();
	}
out:
	kvfree(table.rows);
	return err;
}

/* The process whose protection it is, as the reader sees it. */
static void fill_keeper(struct row *row, const struct table *table)
{
	if (row->c.tie != OE_TIE_NONE)
		row->keeper = task_tgid_nr_ns(row->c.keeper, table->ns);
}

static int visit_candidate(const struct oe_candidate *c, void *arg)
{
	struct task_struct *p = c->task;
	struct table *table = arg;
	pid_t pid = task_tgid_nr_ns(p, table->ns);
	struct row *row;

	if (!pid)
		return 0;
	row = next_row(table);
	if (row) {
		fill_row(row, p, pid, c->rank, c->source, c->group);
		row->c = *c;
		if (!c->unkillable)
			oe_kill_set_judge(&row->c, &table->domain,
					  &table->cache);
		row->verdict = oe_policy_verdict(&table->policy, &row->c);
		if (row->verdict == OE_ELIGIBLE)
			table->biggest = max(table->biggest, c->gain);
		fill_keeper(row, table);
	}
	return 0;
}

static int fill_candidates(struct table *table)
{
	int err;

	table->domain.totalpages = oe_tasks_totalpages(NULL);
	table->biggest = 0;
	table->cache = (struct oe_kill_cache){
		.table = oe_kill_table_new(table->room, GFP_KERNEL),
		.below = OE_RANK_MAX + 1,
	};
	if (!table->cache.table)
		return -ENOMEM;
	err = oe_tasks_for_each(&table->domain, OE_GROUP_PASS_LIST,
				visit_candidate, table);
	oe_kill_table_free(table->cache.table);
	table->policy.min_gain = oe_policy_min_gain(oe_config_policy().min_gain,
						    oe_decide_memory(NULL),
						    table->biggest);
	return err;
}

/*
 * The eligible in the order of kills, then the others in the order of giving
 * up.
 */
static int by_order(const void *a, const void *b, const void *arg)
{
	const struct oe_policy *policy = arg;
	const struct row *left = a;
	const struct row *right = b;
	bool first;

	/* Sorting is not short, and goes on in a reader's own time. */
	cond_resched();
	if (left->verdict != right->verdict)
		return left->verdict < right->verdict ? -1 : 1;
	if (left->verdict == OE_ELIGIBLE)
		first = oe_policy_before(policy, &left->c, &right->c);
	else
		first = oe_policy_given_up_before(&left->c, &right->c);
	return first ? -1 : 1;
}

static const char *verdict_of(const struct row *row,
			      const struct oe_policy *policy,
			      unsigned int position)
{
	static const char *const words[] = {
		[OE_ELIGIBLE] = "eligible",
		[OE_PROTECTED] = "protected",
		[OE_UNKILLABLE] = "unkillable",
	};

	if (row->verdict != OE_ELIGIBLE)
		return words[row->verdict];
	if (!position)
		return "next";
	return oe_policy_is_small(policy, &row->c) ? "small" :
						     words[OE_ELIGIBLE];
}

/* The columns after ranking and measure. */
static const char *reason_of(const struct row *row)
{
	if (row->c.tie != OE_TIE_NONE)
		return oe_kill_set_tie_name(row->c.tie);
	return row->c.origin ? oe_decide_why_name(OE_WHY_ORIGIN) : "-";
}

static void add_candidate_line(struct oe_text *text, const struct row *row,
			       const struct oe_policy *policy,
			       unsigned int position)
{
	char comm[OE_COMM_ESCAPED];

	oe_escape_comm(comm, row->comm);
	oe_text_add(text, "%6u %10d %4u %-*s %12lld %-10s %-*s %-6s %10d %4u\n",
		    position + 1, row->pid, row->rank, OE_SOURCE_TEXT - 1,
		    row->source, row->c.badness * (s64)(PAGE_SIZE / 1024),
		    verdict_of(row, policy, position), OE_COMM_ESCAPED - 1,
		    comm[0] ? comm : "\"\"", reason_of(row), row->keeper,
		    row->c.set_rank);
}

/**
 * oe_lists_candidates - who would die, in order
 * @text: empty; to be freed also after an error
 * @group: the name of the group whose members may be chosen; "" = any process
 *
 * The domain is that of an emergency: a request for a member of the group judges
 * and orders the same processes.
 *
 * Context: process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int oe_lists_candidates(struct oe_text *text, const char *group)
{
	struct table table = {};
	unsigned int i;
	int err;

	strscpy(table.domain.group, group, sizeof(table.domain.group));
	err = fill_table(&table, fill_candidates);
	if (err)
		goto out;
	sort_r(table.rows, table.nr_rows, sizeof(*table.rows), by_order, NULL,
	       &table.policy);
	err = oe_text_reserve(text, (table.nr_rows + 1) * LINE_SIZE);
	for (i = 0; !err && i < table.nr_rows; i++) {
		add_candidate_line(text, &table.rows[i], &table.policy, i);
		cond_resched();
	}
out:
	kvfree(table.rows);
	return err;
}

static int build_candidates(struct oe_list *list, struct oe_text *text)
{
	return oe_lists_candidates(text, "");
}

static struct oe_list ranked_list;
static struct oe_list candidates_list;

static ssize_t ranking_read(struct file *file, struct kobject *kobj,
			    OE_BIN_CONST struct bin_attribute *attr, char *buf,
			    loff_t offset, size_t count)
{
	return oe_list_read(&ranked_list, file, buf, offset, count);
}

static ssize_t candidates_read(struct file *file, struct kobject *kobj,
			       OE_BIN_CONST struct bin_attribute *attr,
			       char *buf, loff_t offset, size_t count)
{
	return oe_list_read(&candidates_list, file, buf, offset, count);
}

static int parse_change(char *line, struct oe_rank_change *change, void *arg)
{
	struct oe_rank_line parsed;
	int err;

	err = oe_parse_rank_line(line, &parsed);
	if (err)
		return err;
	if (parsed.clear)
		change->action = OE_RANK_CLEAR;
	else
		change->action = parsed.self ? OE_RANK_SET_SELF : OE_RANK_SET;
	change->value = parsed.rank;
	return oe_changes_find(parsed.pid, &change->pid);
}

static ssize_t ranking_write(struct file *file, struct kobject *kobj,
			     OE_BIN_CONST struct bin_attribute *attr, char *buf,
			     loff_t offset, size_t count)
{
	return oe_changes_write(buf, count, parse_change, NULL);
}

static OE_BIN_CONST struct bin_attribute ranking_attr = {
	.attr = { .name = "oom_ranking", .mode = 0644 },
	.read = ranking_read,
	.write = ranking_write,
};

static OE_BIN_CONST struct bin_attribute candidates_attr = {
	.attr = { .name = "candidates", .mode = 0400 },
	.read = candidates_read,
};

static OE_BIN_CONST struct bin_attribute *OE_BIN_CONST lists_attrs[] = {
	&ranking_attr,
	&candidates_attr,
	NULL,
};

const struct attribute_group oe_lists_group = {
	.bin_attrs = lists_attrs,
};

/**
 * oe_lists_init - before the files are published
 */
void oe_lists_init(void)
{
	oe_list_init(&ranked_list, build_ranked);
	oe_list_init(&candidates_list, build_candidates);
}

/**
 * oe_lists_exit - after they are withdrawn
 *
 * Context: process context, may sleep.
 */
void oe_lists_exit(void)
{
	oe_list_exit(&candidates_list);
	oe_list_exit(&ranked_list);
}
