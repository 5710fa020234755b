/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A part of limit_kunit.c: what is remembered of processes, and storms of them.
 */
#ifndef OE_LIMIT_CASES_H
#define OE_LIMIT_CASES_H

/* It comes before others that would have to be asked first. */
static void asked_table(struct kunit *test)
{
	static const struct {
		struct oe_limit_victim victim;
		bool asked;
	} cases[] = {
		{ { .signal = OE_LIMIT_ASKED }, true },
		{ { .signal = OE_LIMIT_ASKED, .ending = true } },
		{ { .signal = OE_LIMIT_ASKED, .cooled = true } },
		{ { .signal = OE_LIMIT_KILLED } },
		{ { .signal = OE_LIMIT_NO_SIGNAL } },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, cases[i].asked,
				    oe_limit_is_asked(&cases[i].victim),
				    "case %u", i);
}

/* One that was there at the look itself is none of those that came later. */
static void brood_of_the_same_moment(struct kunit *test)
{
	struct oe_limit_brood brood = { .since_ms = 100 };

	oe_limit_breeds(&brood, 100, 5);
	KUNIT_EXPECT_EQ(test, 0u, (unsigned int)brood.reborn);
	oe_limit_breeds(&brood, 101, 5);
	KUNIT_EXPECT_EQ(test, 1u, (unsigned int)brood.reborn);
	KUNIT_EXPECT_EQ(test, 5u, (unsigned int)brood.rank);
}

/* Patience, and then OE_LIMIT_STORM_MS. */
static void limit_storm(struct kunit *test)
{
	struct oe_limit_state state = {};
	const u64 patient_ms = 100 + OE_LIMIT_PATIENCE * TIMEOUT_MS;
	unsigned int i;

	storm_scans(&state, 100);
	for (i = 0; i < 100; i++)
		oe_limit_note_birth(&state, 100, 50);
	storm_scans(&state, patient_ms + OE_LIMIT_STORM_MS - 100);
	for (i = 0; i < OE_LIMIT_STORM; i++)
		oe_limit_note_birth(&state, patient_ms, 101);
	KUNIT_EXPECT_FALSE(test, oe_limit_is_storm(&state));
	storm_scans(&state, patient_ms + OE_LIMIT_STORM_MS);
	KUNIT_EXPECT_TRUE(test, oe_limit_is_storm(&state));
	state.reborn = OE_LIMIT_STORM - 1;
	KUNIT_EXPECT_FALSE(test, oe_limit_is_storm(&state));
}

#endif /* OE_LIMIT_CASES_H */
