/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plain files of the module that tests make for themselves.
 */
#ifndef OE_TESTS_FAKE_TREE_H
#define OE_TESTS_FAKE_TREE_H

#include <features.h>
#include <stddef.h>

enum {
	TEXT_SIZE = 8192,
};

/*
 * The linker puts __wrap_open() in the place of open(). With glibc, open() with sizes of 64 bits is
 * the symbol open64.
 */
#ifdef __GLIBC__
#define FAKE_LABEL(name) __asm__(name "64")
#else
#define FAKE_LABEL(name)
#endif

int __real_open(const char *path, int flags, ...) FAKE_LABEL("__real_open");

const char *fake_root(void);
void fake_path(char *path, const char *file);
void fake_get(const char *file, char *text);
long long fake_number(const char *file);
void fake_put(const char *file, const char *text);
void fake_put_line(const char *file, const char *value);
void fake_note(const char *file, const char *value);
void fake_get_all(const char *file, char *text, size_t size);
int fake_write(const char *file, const char *value);
int fake_planned_error(const char *file, char how);
int fake_self_error(const char *path);
int fake_stage(const char *file, char *value);
int fake_put_limit(const char *file, const char *value);
int fake_put_cgroup(const char *file, const char *value);
int fake_put_rules(const char *file, const char *value);

/* Names and values, then NULL. */
extern const char *const fake_group_files[];
extern const char *const fake_limit_files[];
extern const char *const fake_cgroup_files[];

#endif
