// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: command lines as processes leave them.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
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

static struct kunit_case arguments_cases[] = {
	KUNIT_CASE(arguments_become_text),
	{},
};

struct kunit_suite oe_arguments_suite = {
	.name = "oom_embedded_arguments",
	.test_cases = arguments_cases,
};
