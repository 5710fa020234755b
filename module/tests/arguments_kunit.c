// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: command lines as processes leave them, and how many of them are kept.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "../lib/arguments.c"

struct join_case {
	const char *bytes;
	unsigned int length;
	const char *text;
};

#define JOIN(literal, text)                        \
	{                                          \
		literal, sizeof(literal) - 1, text \
	}

static void arguments_become_text(struct kunit *test)
{
	static const struct join_case cases[] = {
		JOIN("", ""),
		JOIN("\0", ""),
		JOIN("\0\0\0", ""),
		JOIN(" \0 ", ""),
		JOIN("a\0", "a"),
		JOIN("a", "a"),
		JOIN("python3\0-m\0web\0", "python3 -m web"),
		/* An empty argument, and one that begins with a blank. */
		JOIN("a\0\0b\0", "a  b"),
		JOIN("a\0 b\0", "a  b"),
		JOIN("\0a\0", " a"),
		/* A title, and what was there before it. */
		JOIN("web: idle\0\0\0\0\0\0", "web: idle"),
		JOIN("web: idle      ", "web: idle"),
		/* The bytes themselves are not judged here. */
		JOIN("a\nb\x1b[2J\xff\0=\"\\", "a\nb\x1b[2J\xff =\"\\"),
	};
	char text[OE_ARGUMENTS_SIZE];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memset(text, 'x', sizeof(text));
		memcpy(text, cases[i].bytes, cases[i].length);
		oe_arguments_join(text, cases[i].length);
		KUNIT_EXPECT_STREQ(test, cases[i].text, text);
	}
	/* All of the room: the NUL is behind it. */
	memset(text, 'y', sizeof(text));
	oe_arguments_join(text, OE_ARGUMENTS_MAX);
	KUNIT_EXPECT_EQ(test, (size_t)OE_ARGUMENTS_MAX, strlen(text));
}

enum {
	NR_LINES = 500,
};

/* A command line that differs from all others; its length is within 0..100. */
static void make_line(unsigned int number, char *text)
{
	unsigned int length = number * 37 % (OE_ARGUMENTS_MAX + 1);

	memset(text, '!' + number % 90, length);
	text[length] = '\0';
	if (length > 4)
		text[length / 2] = '!' + number / 90;
}

/* Are the newest there whole, the oldest not at all, and is there no third? */
static void expect_newest(struct kunit *test,
			  const struct oe_arguments_log *log,
			  const struct oe_arguments_entry *entries,
			  unsigned int end)
{
	char line[OE_ARGUMENTS_SIZE];
	char text[OE_ARGUMENTS_SIZE];
	unsigned int bytes = 0;
	unsigned int i = end;

	while (i--) {
		make_line(i, line);
		bytes += strlen(line);
		memset(text, 'x', sizeof(text));
		oe_arguments_copy(log, entries[i], text);
		KUNIT_EXPECT_STREQ(test, bytes <= OE_ARGUMENTS_ROOM ? line : "",
				   text);
	}
}

static void the_last_ones_are_kept(struct kunit *test)
{
	static const u32 begins[] = { 0, 1, U32_MAX - 300, U32_MAX };
	static struct oe_arguments_entry entries[NR_LINES];
	static struct oe_arguments_log log;
	char line[OE_ARGUMENTS_SIZE];
	unsigned int i;
	unsigned int k;

	for (i = 0; i < ARRAY_SIZE(begins); i++) {
		log.end = begins[i];
		for (k = 0; k < NR_LINES; k++) {
			make_line(k, line);
			entries[k] = oe_arguments_add(&log, line);
			if (k % 50 == 0)
				expect_newest(test, &log, entries, k + 1);
		}
		expect_newest(test, &log, entries, NR_LINES);
	}
}

static struct kunit_case arguments_cases[] = {
	KUNIT_CASE(arguments_become_text),
	KUNIT_CASE(the_last_ones_are_kept),
	{},
};

struct kunit_suite oe_arguments_suite = {
	.name = "oom_embedded_arguments",
	.test_cases = arguments_cases,
};
