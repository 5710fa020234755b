/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_COMPAT_DCACHE_H
#define OE_COMPAT_DCACHE_H

#include <linux/dcache.h>
#include <linux/fs.h>

/* for_each_alias(): 7.x, where the field it uses has moved */
#ifndef for_each_alias
#define for_each_alias(dentry, inode) \
	hlist_for_each_entry(dentry, &(inode)->i_dentry, d_u.d_alias)
#endif

#endif /* OE_COMPAT_DCACHE_H */
