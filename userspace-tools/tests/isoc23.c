// SPDX-License-Identifier: GPL-2.0-only
/*
 * A function that a static library calls which was built with glibc 2.38 or later, for a program
 * that is linked with an earlier one. For variants.sh.
 */
#include <stdlib.h>

long long __isoc23_strtoll(const char *text, char **end, int base);

long long __isoc23_strtoll(const char *text, char **end, int base)
{
	return strtoll(text, end, base);
}
