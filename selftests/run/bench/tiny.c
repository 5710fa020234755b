// SPDX-License-Identifier: GPL-2.0-only
/*
 * The smallest program to exec: no library, no data, exits at once. What a real
 * program adds would only hide what the module adds.
 */
#include <asm/unistd.h>

void _start(void);

void _start(void)
{
	__asm__ __volatile__("syscall" : : "a"(__NR_exit_group), "D"(0));
	__builtin_unreachable();
}
