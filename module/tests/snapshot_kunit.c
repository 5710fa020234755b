// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the text that an open file is reading, with files that are compared only.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/pid_namespace.h>
#include <linux/string.h>

#include "core.h"

/* Tested in part. */
#include "../sysfs/snapshot.c"

static struct oe_list list;
static unsigned int nr_built;
static char files[OE_LIST_READERS];

static int build_text(struct oe_list *its, struct oe_text *text)
{
	int err = oe_text_reserve(text, 16);

	if (!err)
		oe_text_add(text, "list %u of ours", ++nr_built);
	return err;
}

static const struct file *file_number(unsigned int i)
{
	return (const struct file *)&files[i];
}

static int begin_case(struct kunit *test)
{
	memset(&list, 0, sizeof(list));
	nr_built = 0;
	oe_list_init(&list, build_text);
	return 0;
}

static void end_case(struct kunit *test)
{
	oe_list_exit(&list);
}

static void expect_read(struct kunit *test, const struct file *file,
			loff_t offset, const char *text)
{
	char buf[8] = "";
	ssize_t ret = oe_list_read(&list, file, buf, offset, sizeof(buf) - 1);

	KUNIT_EXPECT_EQ(test, (ssize_t)strlen(text), ret);
	KUNIT_EXPECT_STREQ(test, text, buf);
}

static void expect_stale(struct kunit *test, const struct file *file,
			 loff_t offset)
{
	char buf[8];

	KUNIT_EXPECT_EQ(test, (ssize_t)-ESTALE,
			oe_list_read(&list, file, buf, offset, sizeof(buf)));
}

static void each_goes_on_with_its_own(struct kunit *test)
{
	expect_read(test, file_number(0), 0, "list 1 ");
	expect_read(test, file_number(1), 0, "list 2 ");
	expect_read(test, file_number(0), 5, "1 of ou");
	expect_read(test, file_number(1), 5, "2 of ou");
	expect_read(test, file_number(0), 0, "list 3 ");
	expect_read(test, file_number(0), 5, "3 of ou");
	expect_stale(test, file_number(2), 5);
}

/* It may be read at its end again, but what stood before that is gone. */
static void text_is_gone_after_its_end(struct kunit *test)
{
	expect_read(test, file_number(0), 0, "list 1 ");
	expect_read(test, file_number(0), 14, "");
	expect_read(test, file_number(0), 14, "");
	expect_stale(test, file_number(0), 5);
	expect_read(test, file_number(0), 0, "list 2 ");
}

/* An address may be used again, by a reader that must not see these numbers. */
static void list_is_of_a_namespace(struct kunit *test)
{
	static struct pid_namespace other;
	struct pid_namespace *ns;

	expect_read(test, file_number(0), 0, "list 1 ");
	ns = find_snapshot(&list, file_number(0))->ns;
	find_snapshot(&list, file_number(0))->ns = &other;
	expect_stale(test, file_number(0), 5);
	find_snapshot(&list, file_number(0))->ns = ns;
	expect_read(test, file_number(0), 5, "1 of ou");
}

static void idle_longest_makes_room(struct kunit *test)
{
	static const char *const texts[OE_LIST_ROOT_READERS + 1] = {
		"list 1 ", "list 2 ", "list 3 ", "list 4 ", "list 5 ",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		expect_read(test, file_number(i), 0, texts[i]);
	expect_stale(test, file_number(0), 5);
	for (i = 1; i <= OE_LIST_ROOT_READERS; i++)
		KUNIT_EXPECT_TRUE(test, find_snapshot(&list, file_number(i)));
}

static struct kunit_case snapshot_cases[] = {
	KUNIT_CASE(each_goes_on_with_its_own),
	KUNIT_CASE(text_is_gone_after_its_end),
	KUNIT_CASE(list_is_of_a_namespace),
	KUNIT_CASE(idle_longest_makes_room),
	{},
};

struct kunit_suite oe_snapshot_suite = {
	.name = "oom_embedded_snapshot",
	.init = begin_case,
	.exit = end_case,
	.test_cases = snapshot_cases,
};
