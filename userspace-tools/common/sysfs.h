/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_TOOLS_SYSFS_H
#define OE_TOOLS_SYSFS_H

#include <stddef.h>

/*
 * The module's files. Names are relative to the root, as in "levels/level".
 * Everything returns 0 (or a count, or a descriptor) or a negative errno.
 * Nothing allocates unless it says so.
 */

enum {
	OE_SYSFS_VALUE_MAX = 4096, /* bytes of a value at most, with its NUL */
	OE_SYSFS_PATH_MAX = 512,
};

/* The root of the tests' tree. */
#define OE_SYSFS_ENVIRONMENT "OOM_EMBEDDED_SYSFS"

const char *oe_sysfs_root(void);
void oe_sysfs_set_root(const char *root);
int oe_sysfs_present(void);
int oe_sysfs_exists(const char *file);

int oe_sysfs_open(const char *file, int flags);
int oe_sysfs_read_fd(int fd, char *buf, size_t size);
int oe_sysfs_read_fd_number(int fd, long long *value);
int oe_sysfs_write_fd(int fd, const char *value);

int oe_sysfs_read(const char *file, char *buf, size_t size);
int oe_sysfs_read_number(const char *file, long long *value);
const char *oe_sysfs_read_word(const char *file, char *word, size_t size);
int oe_sysfs_write(const char *file, const char *value);
int oe_sysfs_write_number(const char *file, long long value);

int oe_sysfs_read_list(const char *file, char **text, size_t *length);
int oe_sysfs_list_dir(const char *dir, char ***names, size_t *nr,
		      int want_dirs);
void oe_sysfs_free_names(char **names, size_t nr);

char *oe_sysfs_explain(char *buf, size_t size, const char *file,
		       const char *value, int err);

#endif
