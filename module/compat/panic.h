/* SPDX-License-Identifier: GPL-2.0-only */
/* panic_notifier_list moved into a header of its own: 5.14 */
#ifndef OE_COMPAT_PANIC_H
#define OE_COMPAT_PANIC_H

#include <linux/kernel.h>
#include <linux/notifier.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0)
#include <linux/panic_notifier.h>
#endif

#endif /* OE_COMPAT_PANIC_H */
