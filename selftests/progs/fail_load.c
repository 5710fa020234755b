// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads a module while the kernel refuses it one thing after the other (modules/oe_faults.c):
 * number FIRST, FIRST + 1, ..., until one load is refused nothing. The traces that a refused load
 * leaves in the kernel are compared with those of before.
 *
 *	fail_load [-e ERRNO] MODULE PARAMETERS FIRST LAST
 *
 * Ends with a line
 *
 *	loaded N	although something was refused: the module is there, for the caller to try,
 *			who goes on with N + 1
 *	done N		with N nothing was refused any more, or N is LAST: the module is not there
 *
 * -e	a load is refused with this errno, or with ENOMEM, which is the only one by default
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "prog.h"

#define NAME "oom_embedded"
#define NTH "/sys/module/oe_faults/parameters/nth"

enum {
	ROOM = 256 * 1024,
};

struct traces {
	size_t length;
	char text[ROOM];
};

static struct traces before;
static struct traces now;
static const char *other_errno = "ENOMEM";
static unsigned int offences;

static void add(struct traces *traces, const char *text)
{
	size_t length = strlen(text);

	if (traces->length + length >= ROOM) {
		errno = ENOSPC;
		die("traces");
	}
	memcpy(traces->text + traces->length, text, length + 1);
	traces->length += length;
}

/* The lines of a file, or the part of them up to the first blank. */
static void add_lines(struct traces *traces, const char *path, const char *beginning, bool all_of_it)
{
	char line[1024];
	FILE *file = fopen(path, "re");

	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		if (strncmp(line, beginning, strlen(beginning)) || strstr(line, "oe_faults"))
			continue;
		if (!all_of_it)
			line[strcspn(line, " \n")] = '\0';
		add(traces, line);
		add(traces, all_of_it ? "" : "\n");
	}
	fclose(file);
}

static void add_path(struct traces *traces, const char *path)
{
	struct stat status;

	if (!stat(path, &status)) {
		add(traces, path);
		add(traces, "\n");
	}
}

static void add_threads(struct traces *traces)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	char path[300];

	if (!dir)
		die("/proc");
	while ((entry = readdir(dir))) {
		if (*entry->d_name < '0' || *entry->d_name > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		add_lines(traces, path, "oom_emb", true);
	}
	closedir(dir);
}

/* Probes, patched functions, caches, threads, files. */
static void look_for_traces(struct traces *traces)
{
	traces->length = 0;
	*traces->text = '\0';
	add_path(traces, "/sys/kernel/" NAME);
	add_path(traces, "/proc/" NAME);
	add_path(traces, "/sys/module/" NAME);
	add_threads(traces);
	add_lines(traces, "/sys/kernel/debug/kprobes/list", "", true);
	add_lines(traces, "/sys/kernel/tracing/enabled_functions", "", true);
	add_lines(traces, "/proc/slabinfo", "oom_emb", false);
	add_lines(traces, "/proc/modules", NAME " ", true);
}

static unsigned int read_number(const char *path)
{
	char text[24] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		die(path);
	close(fd);
	return strtoul(text, NULL, 10);
}

/* Returns 0, or the errno; *was_refused: number nth was asked for. */
static int load(int fd, const char *parameters, unsigned int nth, bool *was_refused)
{
	char number[24];
	int err = 0;

	snprintf(number, sizeof(number), "%u", nth);
	write_string(NTH, number);
	if (syscall(SYS_finit_module, fd, parameters, 0))
		err = errno;
	*was_refused = !read_number(NTH);
	write_string(NTH, "0");
	return err;
}

static void judge_refusal(unsigned int nth, int err, bool was_refused)
{
	const char *name = strerrorname_np(err);

	if (!was_refused || (strcmp(name, other_errno) && strcmp(name, "ENOMEM"))) {
		printf("# number %u: %s\n", nth, name);
		offences++;
	}
	look_for_traces(&now);
	if (strcmp(before.text, now.text)) {
		printf("# number %u left something: was\n%snow\n%s", nth, before.text, now.text);
		offences++;
	}
}

int main(int argc, char **argv)
{
	unsigned int nth, last;
	bool was_refused = true;
	int opt;
	int fd;

	while ((opt = getopt(argc, argv, "+e:")) != -1) {
		if (opt != 'e')
			return EXIT_FAILURE;
		other_errno = optarg;
	}
	if (argc - optind != 4)
		return EXIT_FAILURE;
	argv += optind;
	fd = open(argv[0], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(argv[0]);
	nth = strtoul(argv[2], NULL, 10);
	last = strtoul(argv[3], NULL, 10);
	look_for_traces(&before);
	for (; was_refused && nth <= last; nth++) {
		int err = load(fd, argv[1], nth, &was_refused);

		if (err) {
			judge_refusal(nth, err, was_refused);
		} else if (was_refused) {
			printf("loaded %u\n", nth);
			return offences ? EXIT_FAILURE : EXIT_SUCCESS;
		} else if (syscall(SYS_delete_module, NAME, 0)) {
			die("delete_module");
		}
	}
	printf("done %u\n", nth - 1);
	return offences ? EXIT_FAILURE : EXIT_SUCCESS;
}
