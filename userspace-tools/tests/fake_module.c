// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module, as far as its files go, for programs under test: linked with
 * -Wl,--wrap=open,--wrap=pread,--wrap=pwrite, it takes what is written below
 * $OOM_EMBEDDED_SYSFS, judges it as the ABI says, and changes the tree of
 * plain files accordingly. A refused value changes nothing. A file that is
 * removed while it is open is that of a module that was unloaded.
 *
 * $FAKE_ERRORS makes things go wrong: words FILE=ERRNO (opening fails) or
 * FILE!ERRNO (writing fails), ERRNO a number; "self" is the file in procfs. $FAKE_LOG is a file that gets a
 * line "FILE VALUE" for each write that is taken.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/limit_name.h"
#include "common/proc.h"
#include "common/sysfs.h"
#include "common/words.h"
#include "tests/fake_tree.h"

enum {
	GROUPS_MAX = 8,
	TOTAL_KB = 262144,
};

int __wrap_open(const char *path, int flags, ...) FAKE_LABEL("__wrap_open");
/* The types of pread() and pwrite(). */
__typeof__(pread) __real_pread FAKE_LABEL("__real_pread");
__typeof__(pread) __wrap_pread FAKE_LABEL("__wrap_pread");
__typeof__(pwrite) __real_pwrite FAKE_LABEL("__real_pwrite");
__typeof__(pwrite) __wrap_pwrite FAKE_LABEL("__wrap_pwrite");

/* --- values ---------------------------------------------------------------- */

static int number_in(const char *value, long long min, long long max)
{
	char *end;
	long long number;

	if (!isdigit((unsigned char)*value))
		return -EINVAL;
	errno = 0;
	number = strtoll(value, &end, 0);
	if (*end)
		return -EINVAL;
	return errno || number < min || number > max ? -ERANGE : 0;
}

static int put_number(const char *file, const char *value, long long min,
		      long long max)
{
	int err = number_in(value, min, max);

	if (!err)
		fake_put_line(file, value);
	return err;
}

static int put_word(const char *file, const char *value, const char *words)
{
	char list[256];
	char *save;
	char *word;

	snprintf(list, sizeof(list), "%s", words);
	for (word = strtok_r(list, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		if (!strcmp(word, value)) {
			fake_put_line(file, value);
			return 0;
		}
	return -EINVAL;
}

static int parse_kb(const char *value, long long *kb)
{
	static const char units[] = "KMG%";
	const char *unit;
	char *end;

	if (!isdigit((unsigned char)*value))
		return -EINVAL;
	*kb = strtoll(value, &end, 10);
	if (!*end)
		return 0;
	unit = strchr(units, *end);
	if (!unit || end[1])
		return -EINVAL;
	if (*kb > LLONG_MAX >> 30)
		return -ERANGE;
	if (*unit == '%')
		*kb = TOTAL_KB * *kb / 100;
	else
		*kb <<= 10 * (unit - units);
	return 0;
}

static int put_kb(const char *file, const char *value, long long max)
{
	char text[32];
	long long kb;
	int err = parse_kb(value, &kb);

	if (err)
		return err;
	if (kb > max)
		return -ERANGE;
	snprintf(text, sizeof(text), "%lld", kb);
	fake_put_line(file, text);
	return 0;
}

/* Each watermark below the one before. */
static int put_watermark(const char *file, const char *value)
{
	static const char *const files[] = {
		"levels/warning_kb",
		"levels/critical_kb",
		"levels/imminent_oom_kb",
		"levels/oom_kb",
	};
	long long above = TOTAL_KB + 1;
	long long kb;
	int err = parse_kb(value, &kb);
	int i;

	if (err)
		return err;
	for (i = 0; i < 4; i++) {
		long long level =
			strcmp(files[i], file) ? fake_number(files[i]) : kb;

		if (!level)
			continue;
		if (level >= above)
			return -ERANGE;
		above = level;
	}
	return put_kb(file, value, TOTAL_KB);
}

static int has_proc_file(long pid, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%ld/%s", oe_proc_root(), pid, name);
	return !access(path, F_OK);
}

/* One with a file "gone" has ended since its name was read. */
static int is_process(long pid)
{
	return pid > 0 && !has_proc_file(pid, "gone") &&
	       has_proc_file(pid, "comm");
}

/* --- groups and limits ----------------------------------------------------- */

static int count_dirs(const char *dir)
{
	char path[PATH_MAX];
	struct dirent *entry;
	int nr = 0;
	DIR *open_dir;

	fake_path(path, dir);
	open_dir = opendir(path);
	while (open_dir && (entry = readdir(open_dir)))
		nr += entry->d_type == DT_DIR && entry->d_name[0] != '.';
	if (open_dir)
		closedir(open_dir);
	return nr;
}

static int make_dir(const char *dir, const char *name, const char *const *files)
{
	char path[PATH_MAX];
	char file[PATH_MAX];

	snprintf(file, sizeof(file), "%s/%s", dir, name);
	fake_path(path, file);
	if (!access(path, F_OK))
		return -EEXIST;
	if (count_dirs(dir) >= GROUPS_MAX)
		return -ENOSPC;
	if (mkdir(path, 0755))
		abort();
	for (; *files; files += 2) {
		snprintf(file, sizeof(file), "%s/%s/%s", dir, name, files[0]);
		fake_put_line(file, files[1]);
	}
	return 0;
}

static int create_named(const char *dir, const char *name,
			const char *const *files)
{
	return oe_word_is_name(name) ? make_dir(dir, name, files) : -EINVAL;
}

static int create_limit(const char *name)
{
	char again[OE_LIMIT_NAME_SIZE];
	int err = strpbrk(name, ":-") ? 0 : number_in(name, 1, 4294967294LL);

	if (!err && !oe_limit_name(name, again))
		err = -EINVAL;
	return err ? err : make_dir("limits", name, fake_limit_files);
}

static int remove_dir(const char *dir, const char *name)
{
	char path[PATH_MAX + 512];
	char file[PATH_MAX];
	struct dirent *entry;
	DIR *open_dir;

	snprintf(file, sizeof(file), "%.100s/%.100s", dir, name);
	fake_path(path, file);
	open_dir = strchr(name, '/') ? NULL : opendir(path);
	if (!open_dir)
		return -ENOENT;
	while ((entry = readdir(open_dir)))
		unlinkat(dirfd(open_dir), entry->d_name, 0);
	closedir(open_dir);
	return rmdir(path) ? -EBUSY : 0;
}

/* A list of pids, one a line, without @pid. */
static void list_without(const char *list, long pid, char *rest)
{
	char copy[TEXT_SIZE];
	char *save;
	char *line;

	snprintf(copy, sizeof(copy), "%s", list);
	rest[0] = '\0';
	for (line = strtok_r(copy, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (atol(line) != pid) {
			strcat(rest, line);
			strcat(rest, "\n");
		}
}

static int change_pids(const char *file, const char *value)
{
	int out = *value == '-';
	long pid = atol(value + out);
	char members[PATH_MAX];
	char list[TEXT_SIZE];
	char rest[TEXT_SIZE + 32];
	char count[16];
	char *at;
	int nr = 0;

	if (number_in(value + out, 1, INT_MAX))
		return -EINVAL;
	if (!is_process(pid))
		return -ESRCH;
	fake_get(file, list);
	list_without(list, pid, rest);
	if (out && !strcmp(list, rest))
		return -ESRCH;
	if (!out)
		sprintf(rest + strlen(rest), "%ld\n", pid);
	fake_put(file, rest);
	for (at = rest; *at; at++)
		nr += *at == '\n';
	snprintf(count, sizeof(count), "%d", nr);
	snprintf(members, sizeof(members), "%.*s/nr_members",
		 (int)(strrchr(file, '/') - file), file);
	fake_put_line(members, count);
	return 0;
}

static int put_cgroup(const char *file, const char *value)
{
	if (*value && (*value != '/' || strstr(value, "/..")))
		return -EINVAL;
	fake_put_line(file, value);
	return 0;
}

static int write_group(const char *file, const char *value)
{
	const char *key = strrchr(file, '/') + 1;

	if (!strcmp(key, "rank") || !strcmp(key, "precedence"))
		return put_number(file, value, 0, 1000);
	if (!strcmp(key, "pids"))
		return change_pids(file, value);
	if (!strcmp(key, "cgroup"))
		return put_cgroup(file, value);
	if (!strcmp(key, "signal"))
		return put_word(file, value, "none TERM USR1 USR2 STOP HUP");
	if (!strcmp(key, "trust"))
		return put_word(file, value, "root name");
	if (!strcmp(key, "rules"))
		return fake_put_rules(file, value);
	fake_put_line(file, value);
	return 0;
}

/* --- rankings -------------------------------------------------------------- */

static int rank_line(const char *value)
{
	char comm[64] = "";
	char list[TEXT_SIZE];
	char rest[TEXT_SIZE + 128];
	char rank[16];
	char whose[16] = "inherit";
	char junk;
	long pid;
	struct oe_proc proc;
	int words = sscanf(value, "%ld %15s %15s %c", &pid, rank, whose, &junk);

	if (words < 2 || words > 3 || (words == 3 && !strcmp(rank, "-")))
		return -EINVAL;
	if (strcmp(whose, "self") && strcmp(whose, "inherit"))
		return -EINVAL;
	if (strcmp(rank, "-") && number_in(rank, 0, 1000))
		return number_in(rank, 0, 1000);
	if (!is_process(pid))
		return -ESRCH;
	if (has_proc_file(pid, "full")) /* no memory for an entry */
		return -ENOMEM;
	if (!oe_proc_read((int)pid, &proc))
		snprintf(comm, sizeof(comm), "%s", proc.comm);
	fake_get("oom_ranking", list);
	list_without(list, pid, rest);
	if (strcmp(rank, "-"))
		sprintf(rest + strlen(rest), "%10ld %4s %-10s %s\n", pid, rank,
			strcmp(whose, "self") ? "explicit" : "self", comm);
	fake_put("oom_ranking", rest);
	return 0;
}

/* --- the way in ------------------------------------------------------------ */

static int ask_group(const char *file, const char *value)
{
	char path[PATH_MAX + 512];
	char dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "groups/%.100s", value + strlen("group:"));
	fake_path(path, dir);
	if (access(path, F_OK))
		return -ENOENT;
	fake_put_line(file, value);
	return 0;
}

int fake_write(const char *file, const char *value)
{
	if (!strcmp(file, "oom_ranking"))
		return rank_line(value);
	if (!strcmp(file, "mode"))
		return put_word(file, value, "off observe enforce");
	if (!strcmp(file, "selection_order"))
		return put_word(file, value, "badness rank");
	if (!strcmp(file, "no_victim_action"))
		return put_word(file, value, "panic reboot unprotect");
	if (!strcmp(file, "rank_threshold") || !strcmp(file, "default_rank"))
		return put_number(file, value, 0, 1000);
	if (!strcmp(file, "grace_ms"))
		return put_number(file, value, 0, 10000);
	if (!strcmp(file, "memcg_no_victim_action"))
		return put_word(file, value, "unprotect fail");
	if (!strcmp(file, "grace_hold") || !strcmp(file, "console_first") ||
	    !strcmp(file, "allow_offers") || !fnmatch("mirror_*", file, 0))
		return put_number(file, value, 0, 1);
	if (!fnmatch("*_kb", file, FNM_PATHNAME))
		return put_kb(file, value, TOTAL_KB / 2);
	if (!strcmp(file, "stall_percent"))
		return put_number(file, value, 0, 100);
	if (!strcmp(file, "relieve") && !strncmp(value, "group:", 6))
		return ask_group(file, value);
	if (!strcmp(file, "relieve"))
		return put_number(file, value, 1, 1);
	if (!strcmp(file, "reconfigure_done"))
		return put_number(file, value, fake_number(file),
				  fake_number("reconfigure_wanted"));
	if (!strcmp(file, "groups/create"))
		return create_named("groups", value, fake_group_files);
	if (!strcmp(file, "limits/create"))
		return create_limit(value);
	if (!strcmp(file, "cgroups/create"))
		return create_named("cgroups", value, fake_cgroup_files);
	if (!strcmp(file, "cgroups/remove"))
		return remove_dir("cgroups", value);
	if (!strncmp(file, "cgroups/", 8))
		return fake_put_cgroup(file, value);
	if (!strcmp(file, "groups/remove"))
		return remove_dir("groups", value);
	if (!strcmp(file, "limits/remove"))
		return remove_dir("limits", value);
	if (!strncmp(file, "groups/", 7))
		return write_group(file, value);
	if (!strcmp(file, "levels/hysteresis_kb") ||
	    !fnmatch("limits/*/*_kb", file, 0))
		return put_kb(file, value, TOTAL_KB);
	if (!fnmatch("levels/*_kb", file, 0))
		return put_watermark(file, value);
	if (!fnmatch("*_ms", file, 0))
		return put_number(file, value, 0, 86400000);
	if (!strncmp(file, "limits/", 7))
		return fake_put_limit(file, value);
	return -EACCES;
}

static const char *below_root(const char *path)
{
	size_t length = strlen(fake_root());

	if (strncmp(path, fake_root(), length) || path[length] != '/')
		return NULL;
	return path + length + 1;
}

int __wrap_open(const char *path, int flags, ...)
{
	const char *file = below_root(path);
	va_list list;
	mode_t mode;

	if (file) {
		errno = fake_planned_error(file, '=');
		if (errno)
			return -1;
		flags &= ~O_TRUNC;
	}
	va_start(list, flags);
	mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
	va_end(list);
	return __real_open(path, flags, mode);
}

/* As sysfs does. */
ssize_t __wrap_pread(int fd, void *buf, size_t count, off_t offset)
{
	struct stat st;

	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && !st.st_nlink) {
		errno = ENODEV;
		return -1;
	}
	return __real_pread(fd, buf, count, offset);
}

ssize_t __wrap_pwrite(int fd, const void *buf, size_t count, off_t offset)
{
	char value[TEXT_SIZE];
	char link[64];
	char path[PATH_MAX];
	const char *file;
	ssize_t length;
	int err;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	path[length > 0 ? length : 0] = '\0';
	file = below_root(path);
	if (!file) {
		errno = fake_self_error(path);
		return errno ? -1 : __real_pwrite(fd, buf, count, offset);
	}
	err = -fake_planned_error(file, '!');
	if (!err && count >= 4096)
		err = -EINVAL;
	if (!err) {
		memcpy(value, buf, count);
		value[count] = '\0';
		if (count && value[count - 1] == '\n')
			value[count - 1] = '\0';
		err = strncmp(file, "staged/", 7) ? fake_write(file, value) :
						    fake_stage(file, value);
	}
	/* Staged values are noted at the commit. */
	if (!err && strncmp(file, "staged/", 7))
		fake_note(file, value);
	if (err) {
		errno = -err;
		return -1;
	}
	return (ssize_t)count;
}
