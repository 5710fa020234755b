// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: hostile text.
 */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../lib/parse.c"
#include "../lib/pattern.c"

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
		/* An error leaves the old value. */
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

static void parse_words(struct kunit *test)
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
		{ "12 7 self", 0, { 12, 7, false, true } },
		{ "12 7 \tinherit", 0, { 12, 7, false, false } },
		{ "12 7 Self", -EINVAL },
		{ "12 7 self ", -EINVAL },
		{ "12 7 self self", -EINVAL },
		{ "12 1001 self", -ERANGE },
		{ "12 - self", -EINVAL },
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
		KUNIT_EXPECT_EQ(test, cases[i].parsed.self, parsed.self);
	}
}

static void parse_escaping(struct kunit *test)
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
	/* Text that does not fit is left out, and no escape is halved. */
	out[8] = '|';
	KUNIT_EXPECT_STREQ(test, "ab\\x0a", oe_escape(out, 8, "ab\ncd"));
	KUNIT_EXPECT_EQ(test, '|', out[8]);
}

/* Each in memory of its own size, so that KASAN sees a step beyond it. */
static void parse_unescaping(struct kunit *test)
{
	static const struct {
		const char *text;
		const char *result; /* NULL: refused */
	} cases[] = {
		{ "", "" },
		{ "a b", "a b" },
		{ "a\\x20b\\x5c", "a b\\" },
		{ "\\x41\\x0a\\xfF", "A\n\xff" },
		{ "\\" },
		{ "\\x" },
		{ "\\x4" },
		{ "\\x4g" },
		{ "\\xg4" },
		{ "\\x+4" },
		{ "\\X41" },
		{ "\\x00" },
		{ "\\\\" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		char *text = kstrdup(cases[i].text, GFP_KERNEL);
		int err;

		KUNIT_ASSERT_NOT_NULL(test, text);
		err = oe_unescape(text);
		if (cases[i].result) {
			KUNIT_EXPECT_EQ_MSG(test, 0, err, "'%s'",
					    cases[i].text);
			KUNIT_EXPECT_STREQ(test, cases[i].result, text);
		} else {
			KUNIT_EXPECT_EQ_MSG(test, -EINVAL, err, "'%s'",
					    cases[i].text);
		}
		kfree(text);
	}
}

static void size_table(struct kunit *test)
{
	/* Of 200000 KiB; at most 150000. */
	static const struct number_case cases[] = {
		{ "0", 0, 0 },
		{ "4096\n", 0, 4096 },
		{ "150000", 0, 150000 },
		{ "4096K", 0, 4096 },
		{ "4m\n", 0, 4096 },
		{ "0G", 0, 0 },
		{ "0%", 0, 0 },
		{ "1%\n", 0, 2000 },
		{ "75%", 0, 150000 },
		{ "76%", -ERANGE },
		{ "101%", -ERANGE },
		{ "150001", -ERANGE },
		{ "1G", -ERANGE },
		{ "4294967295G", -ERANGE },
		{ "4294967296", -ERANGE },
		{ "-1", -ERANGE },
		{ "", -EINVAL },
		{ "\n", -EINVAL },
		{ "K", -EINVAL },
		{ "%", -EINVAL },
		{ "4KB", -EINVAL },
		{ "4 K", -EINVAL },
		{ "4K%", -EINVAL },
		{ "4T", -EINVAL },
		{ "4K\n\n", -EINVAL },
		{ "4\nK", -EINVAL },
		{ "1.5M", -EINVAL },
		{ "0x10", -EINVAL },
		{ "000000000000000000000000000000001", -EINVAL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u64 value = 4711;
		int err = oe_parse_size(cases[i].text, 200000, 150000, &value);

		KUNIT_EXPECT_EQ_MSG(test, cases[i].err, err, "'%s'",
				    cases[i].text);
		KUNIT_EXPECT_EQ_MSG(test, err ? 4711ULL : cases[i].value, value,
				    "'%s'", cases[i].text);
	}
}

/* KiB of a percentage of 100 TiB need more than 32 bits on the way. */
static void size_of_large_memory(struct kunit *test)
{
	u64 kb;

	KUNIT_EXPECT_EQ(test, 0,
			oe_parse_size("99%", 100ULL << 30, U64_MAX, &kb));
	KUNIT_EXPECT_EQ(test, 99ULL << 30, kb);
	KUNIT_EXPECT_EQ(test, -ERANGE,
			oe_parse_size("101%", 1000, U64_MAX, &kb));
	KUNIT_EXPECT_EQ(test, 0, oe_parse_size("4194303G", 0, U64_MAX, &kb));
	KUNIT_EXPECT_EQ(test, 4194303ULL << 20, kb);
}

/* The number that a size reads as can be written. */
static void size_in_kib_as_with_a_unit(struct kunit *test)
{
	u64 kb;

	KUNIT_EXPECT_EQ(test, 0, oe_parse_size("4294967295G", 0, U64_MAX, &kb));
	KUNIT_EXPECT_EQ(test, (u64)U32_MAX << 20, kb);
	KUNIT_EXPECT_EQ(test, 0,
			oe_parse_size("4503599626321920", 0, U64_MAX, &kb));
	KUNIT_EXPECT_EQ(test, (u64)U32_MAX << 20, kb);
	KUNIT_EXPECT_EQ(test, -ERANGE,
			oe_parse_size("4503599626321921", 0, U64_MAX, &kb));
}

struct member_case {
	const char *line;
	int err;
	pid_t pid;
	bool leave;
};

static void member_table(struct kunit *test)
{
	static const struct member_case cases[] = {
		{ "1", 0, 1 },
		{ "-1", 0, 1, true },
		{ "2147483647", 0, INT_MAX },
		{ "0", -ESRCH },
		{ "-0", -ESRCH },
		{ "2147483648", -ESRCH },
		{ "--1", -ESRCH },
		{ "", -EINVAL },
		{ "-", -EINVAL },
		{ "1 2", -EINVAL },
		{ " 1", -EINVAL },
		{ "1x", -EINVAL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct oe_member_line parsed = { .pid = 4711 };
		int err = oe_parse_member_line(cases[i].line, &parsed);

		KUNIT_EXPECT_EQ_MSG(test, cases[i].err, err, "'%s'",
				    cases[i].line);
		KUNIT_EXPECT_EQ(test, err ? 4711 : cases[i].pid, parsed.pid);
		KUNIT_EXPECT_EQ(test, cases[i].leave, parsed.leave);
	}
}

static void parse_names(struct kunit *test)
{
	static const char *const bad[] = {
		"",   "\n",    "A",    "a b",	    "a/b",  ".",  "..",
		"a.", "a\n\n", "\xff", "012345678", "a\nb", " a",
	};
	char name[9] = "kept";
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL,
				    oe_parse_name(bad[i], name, sizeof(name)),
				    "'%s'", bad[i]);
	KUNIT_EXPECT_STREQ(test, "kept", name);
	KUNIT_EXPECT_EQ(test, 0, oe_parse_name("a_b-0\n", name, sizeof(name)));
	KUNIT_EXPECT_STREQ(test, "a_b-0", name);
	KUNIT_EXPECT_EQ(test, 0, oe_parse_name("01234567", name, sizeof(name)));
	KUNIT_EXPECT_STREQ(test, "01234567", name);
}

struct range_case {
	const char *text;
	int err;
	u32 first;
	u32 last;
};

static void uid_ranges(struct kunit *test)
{
	static const struct range_case cases[] = {
		{ "0", 0, 0, 0 },
		{ "1000", 0, 1000, 1000 },
		{ "1000-1999", 0, 1000, 1999 },
		{ "7-7", 0, 7, 7 },
		{ "0-0", 0, 0, 0 },
		{ "0-4294967294", 0, 0, 4294967294u },
		{ "4294967295", -ERANGE },
		{ "0-4294967295", -ERANGE },
		{ "2-1", -EINVAL },
		{ "", -EINVAL },
		{ "-", -EINVAL },
		{ "1-", -EINVAL },
		{ "-1", -EINVAL },
		{ "1--2", -ERANGE },
		{ "1-2-3", -EINVAL },
		{ "root", -EINVAL },
		{ "1 - 2", -EINVAL },
		{ "000000000001", -EINVAL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u32 first = 47, last = 11;
		int err = oe_parse_uid_range(cases[i].text, &first, &last);

		KUNIT_EXPECT_EQ_MSG(test, cases[i].err, err, "'%s'",
				    cases[i].text);
		KUNIT_EXPECT_EQ(test, err ? 47 : cases[i].first, first);
		KUNIT_EXPECT_EQ(test, err ? 11 : cases[i].last, last);
	}
}

static void shell_patterns(struct kunit *test)
{
	static const struct {
		bool matches;
		const char *pattern;
		const char *text;
	} cases[] = {
		{ true, "", "" },
		{ false, "", "a" },
		{ false, "a", "" },
		{ true, "*", "" },
		{ true, "**", "abc" },
		{ true, "a*c*e", "abcde" },
		{ false, "a*c*e", "abcdef" },
		{ true, "*ab", "aab" },
		{ true, "a?c", "abc" },
		{ false, "a?c", "ac" },
		{ true, "[a-c]x", "bx" },
		{ false, "[a-c]x", "dx" },
		{ true, "[!a-c]", "d" },
		{ true, "[^a-c]", "d" },
		{ false, "[^a-c]", "b" },
		{ true, "[]a]", "]" },
		{ true, "[!]a]", "b" },
		{ true, "[a-]", "-" },
		{ true, "[\\]]", "]" },
		{ true, "[[:digit:]x]*", "7up" },
		{ false, "[[:digit:]x]*", "dup" },
		{ false, "[^[:lower:]]", "a" },
		{ true, "[[:alnum:]_]", "_" },
		{ false, "[[:alpha:]]", "\xe4" },
		{ true, "\xe4*", "\xe4" },
		{ true, "[\xe0-\xef]", "\xe4" },
		{ true, "[ab", "[ab" },
		{ false, "[ab", "a" },
		{ true, "[a-", "[a-" },
		/* Nothing behind the pattern's end counts. */
		{ false, "[!\\\0]", "a" },
		{ true, "\\*", "*" },
		{ false, "\\*", "a" },
		{ false, "a\\", "a\\" },
		{ false, "*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaa" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(
			test, cases[i].matches,
			oe_pattern_matches(cases[i].pattern, cases[i].text),
			"'%s' '%s'", cases[i].pattern, cases[i].text);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(number_table),
	KUNIT_CASE(number_minimum),
	KUNIT_CASE(parse_words),
	KUNIT_CASE(rank_line_table),
	KUNIT_CASE(parse_escaping),
	KUNIT_CASE(size_table),
	KUNIT_CASE(size_of_large_memory),
	KUNIT_CASE(size_in_kib_as_with_a_unit),
	KUNIT_CASE(member_table),
	KUNIT_CASE(parse_names),
	KUNIT_CASE(uid_ranges),
	KUNIT_CASE(shell_patterns),
	KUNIT_CASE(parse_unescaping),
	{},
};

struct kunit_suite oe_parse_suite = {
	.name = "oom_embedded_parse",
	.test_cases = cases,
};
