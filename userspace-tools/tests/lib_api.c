// SPDX-License-Identifier: GPL-2.0-only
/*
 * liboom_embedded on a module made of plain files, which this program changes
 * itself. Prints a line a check: "ok WHAT" or "not ok WHAT".
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oom_embedded.h"

enum {
	PATH = 4096,
};

static char order[64];
static struct oom_embedded_event last;

static void check_that(const char *what, bool good)
{
	printf("%s %s\n", good ? "ok" : "not ok", what);
}

static void put_file(const char *file, const char *text)
{
	char path[PATH];
	FILE *stream;

	snprintf(path, sizeof(path), "%s/%s", getenv("OOM_EMBEDDED_SYSFS"),
		 file);
	stream = fopen(path, "w");
	if (!stream || fprintf(stream, "%s\n", text) < 0 || fclose(stream))
		abort();
}

static void put_proc(const char *file, const char *text)
{
	char path[PATH];
	FILE *stream;

	snprintf(path, sizeof(path), "%s/%s", getenv("OOM_EMBEDDED_PROC"),
		 file);
	*strrchr(path, '/') = '\0';
	mkdir(path, 0755);
	path[strlen(path)] = '/';
	stream = fopen(path, "w");
	if (!stream || fprintf(stream, "%s\n", text) < 0 || fclose(stream))
		abort();
}

static bool file_reads(const char *file, const char *expected)
{
	char path[PATH];
	char line[256] = "";
	FILE *stream;

	snprintf(path, sizeof(path), "%s/%s", getenv("OOM_EMBEDDED_SYSFS"),
		 file);
	stream = fopen(path, "r");
	if (!stream)
		return false;
	if (fgets(line, sizeof(line), stream))
		line[strcspn(line, "\n")] = '\0';
	fclose(stream);
	return !strcmp(line, expected);
}

static void note_order(const char *what)
{
	strncat(order, what, sizeof(order) - strlen(order) - 1);
}

static void save_data(const struct oom_embedded_event *event, void *arg)
{
	note_order("save ");
	check_that("a callback gets its argument", arg == order);
	check_that("and the emergency's number", event->seq == 5);
}

static void free_caches(const struct oom_embedded_event *event, void *arg)
{
	(void)event;
	(void)arg;
	note_order("free ");
}

static void on_event(const struct oom_embedded_event *event, void *arg)
{
	(void)arg;
	last = *event;
	note_order("event ");
}

static void test_open(void)
{
	struct oom_embedded *oom = NULL;
	const char *root = strdup(getenv("OOM_EMBEDDED_SYSFS"));

	setenv("OOM_EMBEDDED_SYSFS", "/nonexistent", 1);
	check_that("no module: -ENOENT",
		   oom_embedded_open(&oom, 0) == -ENOENT && !oom);
	setenv("OOM_EMBEDDED_SYSFS", root, 1);
	check_that("unknown flags: -EINVAL",
		   oom_embedded_open(&oom, 0x80) == -EINVAL && !oom);
	oom_embedded_close(NULL);
	put_file("reconfigure_wanted", "rubbish");
	check_that("a count that is none: -EBADMSG",
		   oom_embedded_open(&oom, 0) == -EBADMSG && !oom);
	free((void *)(uintptr_t)root);
}

static void test_events(struct oom_embedded *oom)
{
	const struct oom_embedded_event *event;

	check_that("nothing has happened",
		   !oom_embedded_next_event(oom, &event) && !event);
	check_that("how many there were", oom_embedded_wanted(oom) == 2);
	check_that("how many were missed", oom_embedded_missed(oom) == 1);
	put_file("reconfigure_wanted", "4");
	check_that("an emergency is an event, with those before it",
		   oom_embedded_next_event(oom, &event) == 1 &&
			   event->type == OOM_EMBEDDED_OOM && event->seq == 4 &&
			   event->missed == 1);
	check_that("an event says how much of it there is",
		   event->size == sizeof(*event) &&
			   OOM_EMBEDDED_EVENT_HAS(event, available_kb));
	check_that("once", !oom_embedded_next_event(oom, &event));
	put_file("levels/level", "critical");
	put_file("levels/available_kb", "1234");
	check_that("a level is an event",
		   oom_embedded_next_event(oom, &event) == 1 &&
			   event->type == OOM_EMBEDDED_LEVEL &&
			   event->level == OOM_EMBEDDED_LEVEL_CRITICAL &&
			   event->level_was == OOM_EMBEDDED_LEVEL_NORMAL &&
			   event->available_kb == 1234);
	check_that("and can be asked for",
		   oom_embedded_level(oom) == OOM_EMBEDDED_LEVEL_CRITICAL);
	put_file("levels/level", "never_heard_of");
	check_that("a level of a later module is at least not normal",
		   oom_embedded_level(oom) == OOM_EMBEDDED_LEVEL_WARNING);
	put_file("levels/level", "normal");
	oom_embedded_next_event(oom, &event);
}

static void test_callbacks(struct oom_embedded *oom)
{
	oom_embedded_on_save(oom, save_data, order);
	oom_embedded_on_free_caches(oom, free_caches, NULL);
	oom_embedded_on_event(oom, on_event, NULL);
	check_that("nothing to dispatch", oom_embedded_dispatch(oom) == 0);
	put_file("reconfigure_wanted", "5");
	check_that("dispatched", oom_embedded_dispatch(oom) == 1);
	check_that("data first, then caches, then the rest",
		   !strcmp(order, "save free event "));
	check_that("acknowledged after that",
		   file_reads("reconfigure_done", "5"));
	order[0] = '\0';
	put_file("levels/level", "critical");
	oom_embedded_dispatch(oom);
	check_that("caches go when it gets critical",
		   !strcmp(order, "free event "));
	order[0] = '\0';
	put_file("levels/level", "warning");
	oom_embedded_dispatch(oom);
	check_that("not when it gets better", !strcmp(order, "event "));
	check_that("the event says so",
		   last.level_was == OOM_EMBEDDED_LEVEL_CRITICAL);
	oom_embedded_on_save(oom, NULL, NULL);
	put_file("reconfigure_wanted", "0");
	check_that("a count that begins anew is no emergency",
		   oom_embedded_dispatch(oom) == 0 &&
			   !oom_embedded_wanted(oom));
}

static void test_rank(struct oom_embedded *oom)
{
	char line[64];

	put_file("oom_ranking", "");
	check_that("own ranking", !oom_embedded_set_rank(oom, 900));
	snprintf(line, sizeof(line), "%d 900", (int)getpid());
	check_that("as the module wants it", file_reads("oom_ranking", line));
	check_that("none", !oom_embedded_set_rank(oom, OOM_EMBEDDED_NO_RANK));
	snprintf(line, sizeof(line), "%d -", (int)getpid());
	check_that("as the module wants that", file_reads("oom_ranking", line));
}

static void test_self(struct oom_embedded *oom)
{
	struct oom_embedded_self self = { .rank = 7 };

	check_that("no file about itself",
		   oom_embedded_read_self(oom, &self) == -ENOENT &&
			   oom_embedded_offer(oom, 600) == -ENOENT &&
			   self.rank == 7);
	put_proc("oom_embedded/self", "512 group:batch eligible");
	check_that("its own ranking",
		   !oom_embedded_read_self(oom, &self) && self.rank == 512 &&
			   !strcmp(self.source, "group:batch") &&
			   !strcmp(self.verdict, "eligible"));
	check_that("an offer", !oom_embedded_offer(oom, 600));
	put_proc("oom_embedded/self", "nonsense");
	check_that("what is no ranking",
		   oom_embedded_read_self(oom, &self) == -EBADMSG &&
			   self.rank == 512);
}

static void test_rank_of(struct oom_embedded *oom)
{
	pid_t child = fork();
	char line[64];
	int status;
	int pidfd;

	if (!child)
		for (;;)
			pause();
	pidfd = (int)syscall(SYS_pidfd_open, child, 0);
	put_file("oom_ranking", "");
	check_that("a process by its pidfd",
		   !oom_embedded_set_rank_of(oom, pidfd, 12));
	snprintf(line, sizeof(line), "%d 12", (int)child);
	check_that("has the ranking", file_reads("oom_ranking", line));
	check_that("or none of its own",
		   !oom_embedded_set_rank_of(oom, pidfd, OOM_EMBEDDED_NO_RANK));
	snprintf(line, sizeof(line), "%d -", (int)child);
	check_that("which the module is told", file_reads("oom_ranking", line));
	put_file("oom_ranking", "untouched");
	check_that("a descriptor of another kind, or none",
		   oom_embedded_set_rank_of(oom, 0, 12) == -EINVAL &&
			   oom_embedded_set_rank_of(oom, 1000, 12) == -EBADF);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	check_that("a process that has ended",
		   oom_embedded_set_rank_of(oom, pidfd, 12) == -ESRCH);
	check_that("nothing was written",
		   file_reads("oom_ranking", "untouched"));
	close(pidfd);
}

int main(void)
{
	struct oom_embedded *oom;

	test_open();
	put_file("reconfigure_wanted", "2");
	put_file("reconfigure_done", "1");
	put_file("levels/level", "normal");
	if (oom_embedded_open(&oom, OOM_EMBEDDED_ACKNOWLEDGE))
		return 1;
	check_that("there is a descriptor", oom_embedded_fd(oom) >= 0);
	test_events(oom);
	test_callbacks(oom);
	test_rank(oom);
	test_rank_of(oom);
	test_self(oom);
	check_that("memory can be locked",
		   !oom_embedded_lock_memory(16 * 1024));
	oom_embedded_close(oom);
	return 0;
}
