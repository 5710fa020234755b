// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: which open file is a watchdog, with files that are not open.
 */
#include <kunit/test.h>
#include <linux/cdev.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/string.h>

#include "core.h"

/* Tested in part. */
#include "../oom/watchdog.c"

static struct kobject device;
static struct cdev driver;
static struct inode inode;
static struct file file;

static int begin_case(struct kunit *test)
{
	memset(&device, 0, sizeof(device));
	memset(&driver, 0, sizeof(driver));
	memset(&inode, 0, sizeof(inode));
	memset(&file, 0, sizeof(file));
	file.f_inode = &inode;
	inode.i_mode = S_IFCHR | 0600;
	inode.i_rdev = MKDEV(250, 0);
	inode.i_cdev = &driver;
	driver.kobj.parent = &device;
	device.name = "watchdog0";
	return 0;
}

static void device_is_told_by_its_name(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, is_watchdog(&file));
	device.name = "watch";
	KUNIT_EXPECT_FALSE(test, is_watchdog(&file));
	device.name = NULL;
	KUNIT_EXPECT_FALSE(test, is_watchdog(&file));
	driver.kobj.parent = NULL;
	KUNIT_EXPECT_FALSE(test, is_watchdog(&file));
	inode.i_cdev = NULL;
	KUNIT_EXPECT_FALSE(test, is_watchdog(&file));
	/* The first one has a number of its own. */
	inode.i_rdev = MKDEV(MISC_MAJOR, WATCHDOG_MINOR);
	KUNIT_EXPECT_TRUE(test, is_watchdog(&file));
}

static void only_a_device_is_fed(struct kunit *test)
{
	inode.i_rdev = MKDEV(MISC_MAJOR, WATCHDOG_MINOR);
	inode.i_mode = S_IFREG | 0600;
	KUNIT_EXPECT_FALSE(test, is_watchdog(&file));
	inode.i_mode = S_IFCHR | 0600;
	file.f_mode = FMODE_PATH;
	KUNIT_EXPECT_FALSE(test, is_watchdog(&file));
}

static struct kunit_case watchdog_cases[] = {
	KUNIT_CASE(device_is_told_by_its_name),
	KUNIT_CASE(only_a_device_is_fed),
	{},
};

struct kunit_suite oe_watchdog_suite = {
	.name = "oom_embedded_watchdog",
	.init = begin_case,
	.test_cases = watchdog_cases,
};
