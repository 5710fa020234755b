// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does a write to oom_embedded's tree over and over while its first, its second, ... allocation
 * fails, until it has one fewer than that. Each time the tree and the module's threads must be as
 * before, and the errno as expected, or as after a write that succeeds. If the first success is in
 * spite of a failure, all is done again from the beginning: a first write may make what later ones
 * find.
 *
 *	fail_each [-c COUNTER] [-e ERRNO] FILE TEXT [UNDO_FILE UNDO_TEXT]...
 *	fail_each -1 FILE TEXT
 *	fail_each -r FILE...
 *
 * -c	what is refused is not an allocation: the number is written to this file, and 0 read from
 *	it says that it was refused
 * -e	what the write may fail with (default ENOMEM)
 * -1	the write cannot be undone: until it succeeds for the first time
 * -r	the same for opening and reading each file: it fails, or what is read is all of it
 *
 * Without an undo the text that FILE has is written back. Files are relative to the tree, or
 * absolute; SELF in a text is this process. Ends with a line for each file, and with a line "# ..."
 * for each offence.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "prog.h"

#define TREE "/sys/kernel/oom_embedded"

enum {
	MANY = 2000,
	MAX_FILE = 256 * 1024,
};

/* Measures, which change by themselves. */
static const char *const measures[] = {
	"candidates", "groups/*/candidates", "groups/*/nr_members", "coverage", "levels/available_kb",
	"levels/available_kernel_kb", "levels/oom_forecast_ms", "levels/stall_percent", "levels/history",
	"levels/level", "cgroups/*/level", "cgroups/*/available_kb", "cgroups/*/limit_kb",
	"cgroups/*/stall_percent", "limits/*/rss_kb", "limits/*/shared_kb", "limits/*/exceeded_ms",
	"limits/*/left_ms", "limits/*/nr_kills", "reserve_available_kb", "report",
};

struct text {
	char *bytes;
	size_t length;
	size_t room;
};

struct writing {
	const char *file;
	char *text;
};

static const char *counter = "/proc/thread-self/fail-nth";
static const char *expected = "ENOMEM";
static unsigned int offences;

__attribute__((format(printf, 1, 2))) static void offence(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("# ");
	vprintf(format, args);
	putchar('\n');
	va_end(args);
	offences++;
}

static void append(struct text *to, const char *bytes, size_t length)
{
	if (to->length + length > to->room) {
		to->room = 2 * (to->length + length);
		to->bytes = realloc(to->bytes, to->room);
		if (!to->bytes)
			die("realloc");
	}
	memcpy(to->bytes + to->length, bytes, length);
	to->length += length;
}

static void append_string(struct text *to, const char *string)
{
	append(to, string, strlen(string));
}

static bool same_text(const struct text *a, const struct text *b)
{
	return a->length == b->length && !memcmp(a->bytes, b->bytes, a->length);
}

static int line_length(const struct text *text, size_t at)
{
	const char *end = memchr(text->bytes + at, '\n', text->length - at);

	return end ? end - (text->bytes + at) : (ssize_t)(text->length - at);
}

static const char *path_of(const char *file)
{
	static char path[1024];

	if (*file == '/')
		return file;
	snprintf(path, sizeof(path), TREE "/%s", file);
	return path;
}

/* Returns 0, or the errno. */
static int read_file(const char *path, struct text *to)
{
	char buffer[16384];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = 0;
	ssize_t n;

	if (fd < 0)
		return errno;
	while ((n = read(fd, buffer, sizeof(buffer))) > 0 && to->length < MAX_FILE)
		append(to, buffer, n);
	if (n < 0)
		err = errno;
	close(fd);
	return err;
}

static bool is_measure(const char *file)
{
	for (size_t i = 0; i < sizeof(measures) / sizeof(*measures); i++)
		if (!fnmatch(measures[i], file, FNM_PATHNAME))
			return true;
	return false;
}

/* The names of the module's threads: a thread of nobody would be left. */
static void add_threads(struct text *to)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (!dir)
		die("/proc");
	while ((entry = readdir(dir))) {
		struct text comm = {};
		char path[300];

		if (*entry->d_name < '0' || *entry->d_name > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		if (!read_file(path, &comm) && comm.length > 7 && !memcmp(comm.bytes, "oom_emb", 7))
			append(to, comm.bytes, comm.length);
		free(comm.bytes);
	}
	closedir(dir);
}

static void add_file(struct text *to, const char *file)
{
	const char *path = path_of(file);
	struct stat status;
	char line[64];

	if (lstat(path, &status))
		die(path);
	append_string(to, file);
	snprintf(line, sizeof(line), " %o ", status.st_mode);
	append_string(to, line);
	if (S_ISREG(status.st_mode) && (status.st_mode & 0400) && !is_measure(file) && read_file(path, to))
		append_string(to, "unreadable");
	append_string(to, "\n");
}

static int not_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

static void add_directory(struct text *to, const char *directory)
{
	struct dirent **entries;
	int nr = scandir(path_of(directory), &entries, not_dots, alphasort);

	if (nr < 0)
		die(directory);
	for (int i = 0; i < nr; i++) {
		bool is_directory = entries[i]->d_type == DT_DIR;
		char file[600];

		snprintf(file, sizeof(file), "%s%s%s", directory, *directory ? "/" : "", entries[i]->d_name);
		free(entries[i]);
		add_file(to, file);
		if (is_directory)
			add_directory(to, file);
	}
	free(entries);
}

static struct text look_at_tree(void)
{
	struct text all = {};

	add_directory(&all, "");
	return all;
}

static struct text look_at_all(void)
{
	struct text all = look_at_tree();

	add_threads(&all);
	return all;
}

/* Shows the first line that differs; frees what is there now. */
static void compare(const struct text *want, struct text *now, const char *which, const char *what, unsigned int nth)
{
	size_t at = 0;

	if (!same_text(want, now)) {
		while (at < want->length && at < now->length && want->bytes[at] == now->bytes[at])
			at++;
		while (at && want->bytes[at - 1] != '\n')
			at--;
		offence("%s, number %u: not as %s: '%.*s', not '%.*s'", what, nth, which,
			line_length(now, at), now->bytes + at, line_length(want, at), want->bytes + at);
	}
	free(now->bytes);
}

static void compare_trees(const struct text *want, const char *which, const char *what, unsigned int nth)
{
	struct text now = look_at_tree();

	compare(want, &now, which, what, nth);
}

static void compare_all(const struct text *want, const char *which, const char *what, unsigned int nth)
{
	struct text now = look_at_all();

	compare(want, &now, which, what, nth);
}

/* The file stays open: closing it may allocate, and that would be the one that fails. */
static int begin_failing(unsigned int nth)
{
	int fd = open(counter, O_RDWR | O_CLOEXEC);
	char number[24];

	snprintf(number, sizeof(number), "%u", nth);
	if (fd < 0 || write(fd, number, strlen(number)) < 0)
		die(counter);
	return fd;
}

/* Returns true if something was refused. */
static bool end_failing(int fd)
{
	char left[24] = "";
	ssize_t n = pread(fd, left, sizeof(left) - 1, 0);

	if (n < 0 || pwrite(fd, "0", 1, 0) != 1)
		die(counter);
	close(fd);
	return strtoul(left, NULL, 10) == 0;
}

/* Returns 0, or the errno; nth 0: nothing is refused. */
static int write_file(const struct writing *writing, unsigned int nth, bool *was_refused)
{
	int fd = open(path_of(writing->file), O_WRONLY | O_CLOEXEC);
	size_t length = strlen(writing->text);
	int faults = -1;
	int err = 0;
	ssize_t n;

	if (fd < 0)
		die(writing->file);
	if (nth)
		faults = begin_failing(nth);
	n = write(fd, writing->text, length);
	if (n < 0)
		err = errno;
	else if ((size_t)n != length)
		err = EIO;
	if (nth)
		*was_refused = end_failing(faults);
	close(fd);
	return err;
}

static void must_write(const struct writing *writing)
{
	int err = write_file(writing, 0, NULL);

	if (err)
		offence("%s '%s': %s without a fault", writing->file, writing->text, strerrorname_np(err));
}

static void undo(const struct writing *undos, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		must_write(&undos[i]);
}

static bool is_expected(int err)
{
	return !strcmp(strerrorname_np(err), expected);
}

static void summarise(const char *what, unsigned int tried, unsigned int failed)
{
	printf("%s: %u refused, %u writes failed\n", what, tried, failed);
}

/* The first line is long enough to tell writes of one file apart. */
static const char *name_of(const struct writing *writing)
{
	static char name[200];

	snprintf(name, sizeof(name), "%s '%.*s'", writing->file, (int)strcspn(writing->text, "\n"),
		 writing->text);
	return name;
}

/* Returns how often something was refused; the write is done then. */
static unsigned int fail_until_done(const struct writing *writing, unsigned int *failed, bool *was_refused)
{
	const char *what = name_of(writing);
	struct text before = look_at_all();
	unsigned int nth = 0;
	int err = EINVAL;

	*was_refused = true;
	while (err && *was_refused && nth < MANY) {
		err = write_file(writing, ++nth, was_refused);
		if (!err)
			break;
		(*failed)++;
		if (!*was_refused || !is_expected(err))
			offence("%s, number %u: %s", what, nth, strerrorname_np(err));
		compare_all(&before, "before", what, nth);
	}
	free(before.bytes);
	return nth - !*was_refused;
}

static void fail_writes(const struct writing *writing, const struct writing *undos, unsigned int nr_undos)
{
	const char *what = name_of(writing);
	struct text tree = look_at_tree();
	unsigned int failed = 0;
	bool was_refused;
	unsigned int tried;
	struct text before;
	struct text after;
	unsigned int nth;

	tried = fail_until_done(writing, &failed, &was_refused);
	after = look_at_tree();
	if (same_text(&tree, &after))
		offence("%s: it changes nothing", what);
	add_threads(&after);
	undo(undos, nr_undos);
	compare_trees(&tree, "before, undone", what, 0);
	before = look_at_all();
	for (nth = 1; was_refused && nth < MANY; nth++) {
		int err = write_file(writing, nth, &was_refused);

		tried += was_refused;
		if (err) {
			failed++;
			if (!was_refused || !is_expected(err))
				offence("%s, number %u: %s", what, nth, strerrorname_np(err));
			compare_all(&before, "before", what, nth);
		} else {
			compare_all(&after, "after", what, nth);
			undo(undos, nr_undos);
			compare_all(&before, "before, undone", what, nth);
		}
	}
	summarise(what, tried, failed);
	free(tree.bytes);
	free(before.bytes);
	free(after.bytes);
}

static int read_failing(const char *path, unsigned int nth, struct text *to, bool *was_refused)
{
	int faults = begin_failing(nth);
	int err = read_file(path, to);

	*was_refused = end_failing(faults);
	return err;
}

static void fail_reads(const char *file)
{
	const char *path = path_of(file);
	struct text whole = {};
	bool was_refused = true;
	unsigned int failed = 0;
	unsigned int nth;
	int plain = read_file(path, &whole);

	/* append() of that many bytes allocates nothing any more. */
	for (nth = 1; was_refused && nth < MANY; nth++) {
		struct text now = {};
		int err;

		append(&now, whole.bytes, whole.length);
		now.length = 0;
		err = read_failing(path, nth, &now, &was_refused);
		failed += was_refused && err && err != plain;
		if (err ? err != plain && (!was_refused || !is_expected(err)) :
		    is_measure(file) ? !now.length != !whole.length : !same_text(&now, &whole))
			offence("%s, number %u: %s, %zu bytes of %zu", file, nth,
				err ? strerrorname_np(err) : "OK", now.length, whole.length);
		free(now.bytes);
	}
	printf("%s: %u refused, %u reads failed\n", file, nth - 2, failed);
	free(whole.bytes);
}

/* With SELF replaced. */
static char *own_text(const char *text)
{
	const char *self = strstr(text, "SELF");
	char *own;
	int n;

	if (self)
		n = asprintf(&own, "%.*s%d%s", (int)(self - text), text, getpid(), self + 4);
	else
		n = asprintf(&own, "%s", text);
	if (n < 0)
		die("asprintf");
	return own;
}

/* The present text of a file; an empty line for nothing. */
static char *present_text(const char *file)
{
	struct text text = {};

	if (read_file(path_of(file), &text))
		die(file);
	if (!text.length)
		append_string(&text, "\n");
	append(&text, "", 1);
	return text.bytes;
}

int main(int argc, char **argv)
{
	struct writing writings[16] = {};
	unsigned int nr = 0;
	bool reads = false;
	bool once = false;
	int opt;

	while ((opt = getopt(argc, argv, "+1c:e:r")) != -1) {
		if (opt == 'c')
			counter = optarg;
		else if (opt == 'e')
			expected = optarg;
		else if (opt == '1')
			once = true;
		else if (opt == 'r')
			reads = true;
		else
			return EXIT_FAILURE;
	}
	if (reads) {
		for (int i = optind; i < argc; i++)
			fail_reads(argv[i]);
		return offences ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	for (int i = optind; i + 1 < argc && nr < 16; i += 2, nr++) {
		writings[nr].file = argv[i];
		writings[nr].text = own_text(argv[i + 1]);
	}
	if (!nr)
		return EXIT_FAILURE;
	if (once) {
		unsigned int failed = 0;
		bool was_refused;
		unsigned int tried = fail_until_done(writings, &failed, &was_refused);

		summarise(name_of(writings), tried, failed);
	} else {
		if (nr == 1) {
			writings[1].file = writings[0].file;
			writings[1].text = present_text(writings[0].file);
			nr = 2;
		}
		fail_writes(writings, writings + 1, nr - 1);
	}
	return offences ? EXIT_FAILURE : EXIT_SUCCESS;
}
