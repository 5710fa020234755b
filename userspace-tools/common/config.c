// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading the configuration's files: inih takes the lines apart, config_section.c knows what
 * they mean, config_check.c looks at the whole.
 */
#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "common/config_section.h"

enum {
	DEFAULT_SAMPLE_MS = 1000,
	DEFAULT_SCAN_MS = 5000,
	DEFAULT_LOG_RATE = 60,
	DEFAULT_KILL_INTERVAL_MS = 2000,
};

static int on_line(void *user, const char *section, const char *name,
		   const char *value)
{
	char copy[OE_CONF_MAX_LINE];

	snprintf(copy, sizeof(copy), "%s", value ? value : "");
	oe_conf_line(user, section, name, copy);
	/* All errors are of interest, not just the first. */
	return 1;
}

/*
 * For inih, which says nothing of a section without keys: a key of our own after
 * its line.
 */
static char *mark_section(struct oe_conf_reader *reader, char *line, int size)
{
	reader->in_section_line = false;
	if (reader->nr_marks == OE_CONF_MAX_SECTIONS)
		oe_conf_error(reader->conf, reader->place,
			      "more than %d sections", OE_CONF_MAX_SECTIONS);
	else
		reader->marks[reader->nr_marks++] = ++reader->calls;
	snprintf(line, (size_t)size, "%s = 1\n", OE_CONF_SECTION_KEY);
	return line;
}

/* inih counts our keys as lines, too. */
static int real_line(const struct oe_conf_reader *reader, int line)
{
	int before = 0;

	while (before < reader->nr_marks && reader->marks[before] < line)
		before++;
	return line - before;
}

/*
 * inih's source of lines. Counts them, since not every build of inih hands
 * their number on; refuses what inih would cut in two or overlook; and takes
 * indentation away, which inih would take for a continued value.
 */
static char *next_line(char *line, int size, void *stream)
{
	struct oe_conf_reader *reader = stream;
	bool bad = false;
	int used = 0;
	int c;

	if (reader->in_section_line)
		return mark_section(reader, line, size);
	reader->place.line++;
	while ((c = getc(reader->stream)) != EOF && c != '\n') {
		if (!used && (c == ' ' || c == '\t'))
			continue;
		bad |= !c || used == size - 2;
		if (!bad)
			line[used++] = (char)c;
	}
	if (c == EOF && !used && !bad)
		return NULL;
	if (bad) {
		oe_conf_error(reader->conf, reader->place,
			      "a line is text of at most %d characters",
			      size - 2);
		used = 0;
	}
	line[used++] = '\n';
	line[used] = '\0';
	reader->calls++;
	reader->in_section_line = line[0] == '[';
	return line;
}

void oe_conf_begin(struct oe_conf *conf,
		   void (*report)(void *arg, const char *message), void *arg)
{
	memset(conf, 0, sizeof(*conf));
	conf->report = report;
	conf->report_arg = arg;
	conf->daemon.sample_ms = DEFAULT_SAMPLE_MS;
	conf->daemon.scan_ms = DEFAULT_SCAN_MS;
	conf->daemon.log_level = OE_LOG_INFO;
	conf->daemon.log_rate = DEFAULT_LOG_RATE;
	conf->daemon.realtime = 1;
	conf->daemon.unit_ranks = 1;
	conf->daemon.kill_interval_ms = DEFAULT_KILL_INTERVAL_MS;
}

void oe_conf_read(struct oe_conf *conf, FILE *stream, const char *name)
{
	struct oe_conf_reader reader = { .conf = conf,
					 .stream = stream,
					 .place = { .file = name } };
	int line;

	if (conf->nr_files == OE_CONF_MAX_FILES) {
		oe_conf_too_many(&reader, "files", OE_CONF_MAX_FILES);
		return;
	}
	conf->nr_files++;
	reader.place.file = oe_conf_keep(conf, reader.place, name);
	if (!reader.place.file)
		return;
	line = ini_parse_stream(next_line, &reader, on_line, &reader);
	if (line > 0) {
		reader.place.line = real_line(&reader, line);
		oe_conf_error(conf, reader.place,
			      "neither a [section] nor 'key = value'");
	} else if (line < 0) {
		oe_conf_error(conf, reader.place, "out of memory");
	}
	if (ferror(stream)) {
		reader.place.line = 0;
		oe_conf_error(conf, reader.place, "cannot be read");
	}
}

static void read_file(struct oe_conf *conf, const char *name)
{
	struct oe_conf_place place = { .file = name };
	FILE *stream = fopen(name, "re");

	if (!stream) {
		oe_conf_error(conf, place, "%s", strerror(errno));
		return;
	}
	oe_conf_read(conf, stream, name);
	fclose(stream);
}

static int is_conf(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > strlen(".conf") &&
	       !strcmp(entry->d_name + length - strlen(".conf"), ".conf");
}

/* By bytes, whatever the locale: the order has a meaning. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_directory(struct oe_conf *conf, const char *directory)
{
	struct oe_conf_place place = { .file = directory };
	struct dirent **entries;
	char name[4096];
	int count = scandir(directory, &entries, is_conf, by_name);

	if (count < 0 && errno != ENOENT)
		oe_conf_error(conf, place, "%s", strerror(errno));
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s/%s", directory,
			 entries[i]->d_name);
		read_file(conf, name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

int oe_conf_load(struct oe_conf *conf, const char *file, const char *directory,
		 void (*report)(void *arg, const char *message), void *arg)
{
	oe_conf_begin(conf, report, arg);
	read_file(conf, file);
	if (directory)
		read_directory(conf, directory);
	return oe_conf_end(conf);
}

const struct oe_conf_setting *oe_conf_find_setting(const struct oe_conf *conf,
						   const char *path)
{
	for (int i = 0; i < conf->nr_settings; i++)
		if (!strcmp(conf->settings[i].path, path))
			return &conf->settings[i];
	return NULL;
}
