// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: hostile text.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "../parse.c"

struct number_case {
	const char *text;
	int err;
	u64 value;
};

static void number_table(struct kunit *test)
{
	static const struct number_case cases[] = {
		{ "0", 0, 0 },
		{ "0\n", 0, 0 },
		{ "1000", 0, 1000 },
		{ "0000000000000000000000001000", 0, 1000 },
		{ "-0", 0, 0 },
		{ "1001", -ERANGE },
		{ "-1", -ERANGE },
		{ "18446744073709551615", -ERANGE },
		{ "18446744073709551616", -ERANGE },
		{ "-18446744073709551616", -ERANGE },
		{ "", -EINVAL },
		{ "\n", -EINVAL },
		{ " 1", -EINVAL },
		{ "1 ", -EINVAL },
		{ "1\n\n", -EINVAL },
		{ "+1", -EINVAL },
		{ "--1", -EINVAL },
		{ "-", -EINVAL },
		{ "0x10", -EINVAL },
		{ "1e3", -EINVAL },
		{ "1.0", -EINVAL },
		{ "1K", -EINVAL },
		{ "one", -EINVAL },
		{ "\xff", -EINVAL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u64 value = 4711;
		int err = oe_parse_number(cases[i].text, 0, 1000, &value);

		KUNIT_EXPECT_EQ_MSG(test, cases[i].err, err, "'%s'",
				    cases[i].text);
		/* An error leaves what was there. */
		KUNIT_EXPECT_EQ_MSG(test, err ? 4711ULL : cases[i].value, value,
				    "'%s'", cases[i].text);
	}
}

static void number_minimum(struct kunit *test)
{
	u64 value;

	KUNIT_EXPECT_EQ(test, -ERANGE, oe_parse_number("4", 5, 6, &value));
	KUNIT_EXPECT_EQ(test, 0, oe_parse_number("5", 5, 6, &value));
	KUNIT_EXPECT_EQ(test, 0,
			oe_parse_number("18446744073709551615", 0, U64_MAX,
					&value));
	KUNIT_EXPECT_EQ(test, U64_MAX, value);
}

static void words(struct kunit *test)
{
	static const char *const list[] = { "off", "observe", "enforce" };
	static const char *const bad[] = { "",	   "\n",      "of",
					   "offf", "off ",    " off",
					   "OFF",  "off\n\n", "2" };
	unsigned int index = 4711;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL,
				    oe_parse_word(bad[i], list,
						  ARRAY_SIZE(list), &index),
				    "'%s'", bad[i]);
		KUNIT_EXPECT_EQ(test, 4711u, index);
	}
	KUNIT_EXPECT_EQ(test, 0, oe_parse_word("enforce\n", list, 3, &index));
	KUNIT_EXPECT_EQ(test, 2u, index);
	KUNIT_EXPECT_EQ(test, 0, oe_parse_word("off", list, 3, &index));
	KUNIT_EXPECT_EQ(test, 0u, index);
}

struct line_case {
	const char *text;
	int err;
	struct oe_rank_line parsed;
};

static void rank_line_table(struct kunit *test)
{
	static const struct line_case cases[] = {
		{ "1 0", 0, { 1, 0, false } },
		{ "1 1000", 0, { 1, 1000, false } },
		{ "2147483647 5", 0, { INT_MAX, 5, false } },
		{ "12\t7", 0, { 12, 7, false } },
		{ "12  \t 7", 0, { 12, 7, false } },
		{ "12 -", 0, { 12, 0, true } },
		{ "12 1001", -ERANGE },
		{ "12 -1", -ERANGE },
		{ "12 99999999999999999999", -ERANGE },
		{ "2147483648 5", -ESRCH },
		{ "99999999999999999999 5", -ESRCH },
		{ "0 5", -ESRCH },
		{ "-1 5", -ESRCH },
		{ "", -EINVAL },
		{ " ", -EINVAL },
		{ "12", -EINVAL },
		{ "12 ", -EINVAL },
		{ " 12 5", -EINVAL },
		{ "12 5 ", -EINVAL },
		{ "12 5 6", -EINVAL },
		{ "12 --", -EINVAL },
		{ "12 - -", -EINVAL },
		{ "x 5", -EINVAL },
		{ "12 x", -EINVAL },
		{ "12,5", -EINVAL },
		{ "1\n2 5", -EINVAL },
		{ "12 5\n", -EINVAL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct oe_rank_line parsed = { 4711, 4711, true };
		char line[40];
		int err;

		strscpy(line, cases[i].text, sizeof(line));
		err = oe_parse_rank_line(line, &parsed);
		KUNIT_EXPECT_EQ_MSG(test, cases[i].err, err, "'%s'",
				    cases[i].text);
		if (err) {
			KUNIT_EXPECT_EQ(test, 4711, parsed.pid);
			KUNIT_EXPECT_EQ(test, 4711u, parsed.rank);
			continue;
		}
		KUNIT_EXPECT_EQ(test, cases[i].parsed.pid, parsed.pid);
		KUNIT_EXPECT_EQ(test, cases[i].parsed.rank, parsed.rank);
		KUNIT_EXPECT_EQ(test, cases[i].parsed.clear, parsed.clear);
	}
}

static void escaping(struct kunit *test)
{
	char out[OE_COMM_ESCAPED];

	KUNIT_EXPECT_STREQ(test, "", oe_escape_comm(out, ""));
	KUNIT_EXPECT_STREQ(test, "kworker/0:1H",
			   oe_escape_comm(out, "kworker/0:1H"));
	KUNIT_EXPECT_STREQ(test, "a\\x20b", oe_escape_comm(out, "a b"));
	KUNIT_EXPECT_STREQ(test, "\\x0aOOM_SEQ\\x3d1",
			   oe_escape_comm(out, "\nOOM_SEQ=1"));
	KUNIT_EXPECT_STREQ(test, "\\x22\\x27\\x5c",
			   oe_escape_comm(out, "\"'\\"));
	KUNIT_EXPECT_STREQ(test, "\\x7f\\xff", oe_escape_comm(out, "\x7f\xff"));
	/* The longest there can be fits, and ends. */
	oe_escape_comm(out, "\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1");
	KUNIT_EXPECT_EQ(test, (size_t)OE_COMM_ESCAPED - 1, strlen(out));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(number_table), KUNIT_CASE(number_minimum),
	KUNIT_CASE(words),	  KUNIT_CASE(rank_line_table),
	KUNIT_CASE(escaping),	  {},
};

struct kunit_suite oe_parse_suite = {
	.name = "oom_embedded_parse",
	.test_cases = cases,
};
