// SPDX-License-Identifier: GPL-2.0-only
/*
 * oom-embedded: the command line.
 */
#include <stdio.h>

#include "common/sysfs.h"

int main(void)
{
	printf("%s\n", oe_sysfs_root());
	return 0;
}
