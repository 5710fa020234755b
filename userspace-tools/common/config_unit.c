// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit files of systemd, as far as something here depends on them: in the order of its directories, with
 * their drop-ins. Settings that are in no file are known to systemd alone.
 */
#include "common/config_unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum {
	UNIT_SIZE = 256,
	LINE_SIZE = 1024,
	LINES_MAX = 10000,
	PATH_SIZE = 1024, /* on the stack, which the manager locks */
};

/* The first folder that has the file hides it in the others. */
static const char *const directories[] = {
	"/etc/systemd/system.control", "/run/systemd/system.control",
	"/run/systemd/transient",      "/etc/systemd/system",
	"/run/systemd/system",	       "/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system",     "/lib/systemd/system",
};

#define NR_DIRECTORIES (sizeof(directories) / sizeof(*directories))

/**
 * oe_unit_root - the root of systemd's directories
 *
 * Return: "", or the root of the tests.
 */
const char *oe_unit_root(void)
{
	const char *root = secure_getenv(OE_SYSTEMD_ENVIRONMENT);

	return root ? root : "";
}

/* A unit may be a link to what a user has made. A masked one is a link to /dev/null. */
static FILE *open_unit(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	FILE *file = NULL;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) &&
	    (S_ISREG(st.st_mode) ||
	     (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))))
		file = fdopen(fd, "r");
	if (!file)
		close(fd);
	return file;
}

static bool read_setting(const char *path, const char *key, char *text,
			 size_t size)
{
	FILE *file = open_unit(path);
	char line[LINE_SIZE];
	int i;

	if (!file)
		return false;
	for (i = 0; i < LINES_MAX && fgets(line, sizeof(line), file); i++) {
		char *value = line + strspn(line, " \t");

		if (strncmp(value, key, strlen(key)))
			continue;
		value += strlen(key);
		value += strspn(value, " \t");
		if (*value++ != '=')
			continue;
		value += strspn(value, " \t");
		value[strcspn(value, " \t\r\n")] = '\0';
		snprintf(text, size, "%s", value);
	}
	fclose(file);
	return true;
}

static int is_conf(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return *entry->d_name != '.' && length > strlen(".conf") &&
	       !strcmp(entry->d_name + length - strlen(".conf"), ".conf");
}

/* By bytes, as systemd has it, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Paths of drop-ins, no two of the same name. */
struct drop_ins {
	char **paths;
	size_t nr;
};

static const char *name_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

static int by_name_of_path(const void *a, const void *b)
{
	return strcmp(name_of(*(char *const *)a), name_of(*(char *const *)b));
}

static void add_drop_in(struct drop_ins *found, const char *path)
{
	char **more;

	for (size_t i = 0; i < found->nr; i++)
		if (!strcmp(name_of(found->paths[i]), name_of(path)))
			return;
	more = reallocarray(found->paths, found->nr + 1, sizeof(*more));
	if (!more)
		return;
	found->paths = more;
	more[found->nr] = strdup(path);
	found->nr += more[found->nr] != NULL;
}

static void find_drop_ins(struct drop_ins *found, const char *systemd_directory,
			  const char *unit)
{
	char directory[PATH_SIZE];
	struct dirent **names;
	int nr;

	snprintf(directory, sizeof(directory), "%s%s/%s.d", oe_unit_root(),
		 systemd_directory, unit);
	nr = scandir(directory, &names, is_conf, by_name);
	for (int i = 0; i < nr; i++) {
		char path[2 * PATH_SIZE];

		snprintf(path, sizeof(path), "%s/%s", directory,
			 names[i]->d_name);
		add_drop_in(found, path);
		free(names[i]);
	}
	if (nr >= 0)
		free(names);
}

/*
 * In the order of their names, whatever their directories. Of those of one name the first found counts,
 * and hides the others: a link to /dev/null takes a package's drop-in away.
 */
static void read_drop_ins(const char *unit, const char *template,
			  const char *key, char *text, size_t size)
{
	struct drop_ins found = {};

	for (size_t i = 0; i < NR_DIRECTORIES; i++) {
		find_drop_ins(&found, directories[i], unit);
		if (template)
			find_drop_ins(&found, directories[i], template);
	}
	if (found.nr)
		qsort(found.paths, found.nr, sizeof(*found.paths),
		      by_name_of_path);
	for (size_t i = 0; i < found.nr; i++) {
		read_setting(found.paths[i], key, text, size);
		free(found.paths[i]);
	}
	free(found.paths);
}

static bool read_fragment(const char *unit, const char *key, char *text,
			  size_t size)
{
	char path[PATH_SIZE];
	size_t i;

	for (i = 0; i < NR_DIRECTORIES; i++) {
		snprintf(path, sizeof(path), "%s%s/%s", oe_unit_root(),
			 directories[i], unit);
		if (read_setting(path, key, text, size))
			return true;
	}
	return false;
}

/* "getty@tty1.service" is made of "getty@.service". */
static bool template_of(const char *unit, char *template)
{
	const char *at = strchr(unit, '@');

	if (!at || !strrchr(unit, '.'))
		return false;
	snprintf(template, UNIT_SIZE, "%.*s%s", (int)(at - unit) + 1, unit,
		 strrchr(unit, '.'));
	return true;
}

/**
 * oe_unit_setting - a setting in the files of a unit
 * @unit: a name that is plain: no "/"
 * @key: of a line "KEY=VALUE", in any section
 * @text: gets the value that counts; is left alone if no file has the key
 * @size: of @text
 *
 * Return: true; false if the unit has no file.
 */
bool oe_unit_setting(const char *unit, const char *key, char *text, size_t size)
{
	char template[UNIT_SIZE];
	bool has_template = template_of(unit, template);

	if (!read_fragment(unit, key, text, size) &&
	    !(has_template && read_fragment(template, key, text, size)))
		return false;
	read_drop_ins(unit, has_template ? template : NULL, key, text, size);
	return true;
}

/**
 * oe_unit_default - systemd's value for a unit that says nothing
 * @key: of a line of system.conf
 * @text: gets the value; is left alone if there is none
 * @size: of @text
 */
void oe_unit_default(const char *key, char *text, size_t size)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/etc/systemd/system.conf",
		 oe_unit_root());
	read_setting(path, key, text, size);
}

static bool has_key(const char *path, const char *key)
{
	char text[2] = "";

	return read_setting(path, key, text, sizeof(text)) && *text;
}

static bool has_drop_in(const char *directory, const char *key)
{
	struct dirent **names;
	bool found = false;
	int nr = scandir(directory, &names, is_conf, by_name);

	for (int i = 0; i < nr; i++) {
		char path[2 * PATH_SIZE + NAME_MAX + 2];

		snprintf(path, sizeof(path), "%s/%s", directory,
			 names[i]->d_name);
		found = found || has_key(path, key);
		free(names[i]);
	}
	if (nr >= 0)
		free(names);
	return found;
}

/* A link to a file of another name is another name of that unit. */
static bool is_alias(const char *path)
{
	char target[PATH_SIZE];
	ssize_t length = readlink(path, target, sizeof(target) - 1);
	const char *name;

	if (length < 0)
		return false;
	target[length] = '\0';
	name = strrchr(target, '/');
	return strcmp(name ? name + 1 : target, strrchr(path, '/') + 1) != 0;
}

static void visit_entry(const char *directory, char *name, const char *key,
			void (*visit)(const char *unit, void *arg), void *arg)
{
	size_t length = strlen(name);
	char path[2 * PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (length > 2 && !strcmp(name + length - 2, ".d")) {
		if (!has_drop_in(path, key))
			return;
		name[length - 2] = '\0';
	} else if (is_alias(path) || !has_key(path, key)) {
		return;
	}
	visit(name, arg);
}

/**
 * oe_unit_visit - find the units that have a key
 * @key: in the unit's file or in a drop-in
 * @visit: called with the unit's name, any bytes but "/"; more than once for a unit of several files
 * @arg: for @visit
 */
void oe_unit_visit(const char *key, void (*visit)(const char *unit, void *arg),
		   void *arg)
{
	for (size_t i = 0; i < NR_DIRECTORIES; i++) {
		char directory[PATH_SIZE];
		struct dirent **names;
		int nr;

		snprintf(directory, sizeof(directory), "%s%s", oe_unit_root(),
			 directories[i]);
		nr = scandir(directory, &names, NULL, by_name);
		for (int j = 0; j < nr; j++) {
			visit_entry(directory, names[j]->d_name, key, visit,
				    arg);
			free(names[j]);
		}
		if (nr >= 0)
			free(names);
	}
}
