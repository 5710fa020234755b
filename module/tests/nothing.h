/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cases of a part of the module that the kernel has nothing for: they are there, so
 * that the number of cases is the same everywhere, and pass.
 */
#ifndef OE_NOTHING_H
#define OE_NOTHING_H

#include <kunit/test.h>

#define OE_NOTHING_TO_TEST(name)             \
	static void name(struct kunit *test) \
	{                                    \
	}

#endif /* OE_NOTHING_H */
