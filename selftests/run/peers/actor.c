// SPDX-License-Identifier: GPL-2.0-only
/*
 * The processes of "make bench-peers", which do this for ever:
 *
 *	actor NAME critical KB		the control loop: every 10 ms it touches its locked memory
 *	actor NAME shell		starts "sh -c ps" every 0.7 s
 *	actor NAME app KB		holds memory and touches all of it once a second
 *	actor NAME reader FILE KB	touches pages of a file at random
 *	actor NAME leak KB_A_SECOND [MAX_KB]	0 KB a second: as fast as it can
 *	actor NAME bomb KB MAX		forks children that do the same, MAX processes in all
 *	actor NAME writer FILE KB_A_SECOND
 *	actor NAME peak KB MS		takes it in two seconds, keeps it so long, gives it back
 *
 * NAME is its comm.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "peers.h"

static char *take(size_t bytes)
{
	char *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (mem == MAP_FAILED)
		die("mmap");
	madvise(mem, bytes, MADV_NOHUGEPAGE);
	return mem;
}

/* Half of what it writes can be compressed. */
static void fill_page(char *page)
{
	static uint64_t seed = 88172645463325252ULL;

	for (size_t at = 0; at < PAGE / 2; at += sizeof(seed)) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		memcpy(page + at, &seed, sizeof(seed));
	}
	page[PAGE / 2] = 1;
}

static void fill(char *mem, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += PAGE)
		fill_page(mem + at);
}

static void be_real_time(int priority)
{
	struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		die("sched_setscheduler");
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		die("mlockall");
}

static void end_round(const struct loops *loops, struct loop *loop)
{
	uint64_t took = now_ns() - loop->due_ns;

	loop->due_ns = 0;
	if (!loops->measuring)
		return;
	loop->rounds++;
	if (took > loop->longest_ns)
		loop->longest_ns = took;
	loop->late += took > LATE_MS * 1000000ULL;
}

static void control(size_t kb)
{
	struct loops *loops = map_loops();
	struct loop *loop = &loops->control;
	char *mem = take(kb * KB);
	uint64_t due;

	fill(mem, kb * KB);
	be_real_time(50);
	due = now_ns();
	for (unsigned long round = 0;; round++) {
		/* Overdue rounds are not made up for. */
		due += LOOP_MS * 1000000ULL;
		if (due < now_ns())
			due = now_ns();
		loop->due_ns = due;
		sleep_until(due);
		for (size_t at = 0; at < kb * KB; at += 16 * PAGE)
			mem[at + round % 16 * PAGE]++;
		end_round(loops, loop);
	}
}

static void be_ordinary(void)
{
	struct sched_param param = { 0 };
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "0", 1) != 1)
		die("oom_score_adj");
	close(fd);
	sched_setscheduler(0, SCHED_OTHER, &param);
}

static pid_t start_ps(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	be_ordinary();
	execl("/bin/sh", "sh", "-c", "ps >/dev/null", NULL);
	_exit(127);
}

static void shell(void)
{
	struct loops *loops = map_loops();
	struct loop *loop = &loops->shell;

	be_real_time(55);
	for (uint64_t due = now_ns();; due += PROBE_MS * 1000000ULL) {
		pid_t pid;

		if (due < now_ns())
			due = now_ns();
		sleep_until(due);
		loop->due_ns = due;
		pid = start_ps();
		if (pid > 0)
			waitpid(pid, NULL, 0);
		end_round(loops, loop);
	}
}

static void app(size_t kb)
{
	char *mem = take(kb * KB);
	size_t slice = (kb / 50 + 1) * KB / PAGE * PAGE;

	fill(mem, kb * KB);
	for (;;)
		for (size_t at = 0; at < kb * KB; at += slice) {
			for (size_t in = at; in < at + slice && in < kb * KB; in += PAGE)
				mem[in]++;
			sleep_ms(20);
		}
}

static void reader(const char *path, size_t kb)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const volatile char *mem = mmap(NULL, kb * KB, PROT_READ, MAP_SHARED, fd, 0);
	size_t pages = kb * KB / PAGE;
	uint32_t at = 1;

	if (fd < 0 || mem == MAP_FAILED)
		die(path);
	/* In order at first, which is faster. */
	for (size_t page = 0; page < pages; page++)
		(void)mem[page * PAGE];
	madvise((void *)mem, kb * KB, MADV_RANDOM);
	for (unsigned long nr = 0;; nr++) {
		at = at * 1664525 + 1013904223;
		(void)mem[(at >> 8) % pages * PAGE];
		if (!(nr % 64))
			sleep_ms(1);
	}
}

static void wait_for_turn(uint64_t began, size_t done_kb, size_t rate_kb)
{
	if (rate_kb && done_kb % 256 == 0)
		sleep_until(began + done_kb * 1000000 / rate_kb * 1000);
}

static void leak(size_t rate_kb, size_t max_kb)
{
	uint64_t began = now_ns();
	size_t kb = max_kb ? max_kb : 4 * MB;
	char *mem = take(kb * KB);

	for (size_t at = 0; at < kb * KB; at += PAGE) {
		fill_page(mem + at);
		wait_for_turn(began, at / KB, rate_kb);
	}
	for (;;)
		pause();
}

static void bomb(size_t kb, unsigned int most)
{
	atomic_uint *alive = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
				  -1, 0);
	char *mem;

	if (alive == MAP_FAILED)
		die("mmap");
	/* Nobody waits for them. */
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		mem = take(kb * KB);
		fill(mem, kb * KB);
		for (int child = 0; child < 2; child++) {
			sleep_ms(50);
			if (atomic_fetch_add(alive, 1) < most && !fork())
				break;
			if (child == 1)
				for (;;)
					pause();
		}
	}
}

static void writer(const char *path, size_t rate_kb)
{
	static char page[PAGE];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	uint64_t began = now_ns();

	if (fd < 0)
		die(path);
	for (size_t kb = 0;; kb += PAGE / KB) {
		fill_page(page);
		if (write(fd, page, PAGE) != PAGE)
			sleep_ms(10);
		wait_for_turn(began, kb, rate_kb);
	}
}

static void peak(size_t kb, uint64_t ms)
{
	uint64_t began = now_ns();
	char *mem = take(kb * KB);

	for (size_t at = 0; at < kb * KB; at += PAGE) {
		fill_page(mem + at);
		wait_for_turn(began, at / KB, kb / 2);
	}
	sleep_ms(ms);
	munmap(mem, kb * KB);
	for (;;)
		pause();
}

static size_t number(char **argv, int argc, int nr)
{
	return nr < argc ? strtoul(argv[nr], NULL, 0) : 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[2] : "";
	size_t first = number(argv, argc, 3);
	size_t second = number(argv, argc, 4);

	prctl(PR_SET_NAME, argc > 1 ? argv[1] : "actor");
	if (!strcmp(what, "critical"))
		control(first);
	else if (!strcmp(what, "shell"))
		shell();
	else if (!strcmp(what, "app"))
		app(first);
	else if (!strcmp(what, "reader") && argc > 4)
		reader(argv[3], second);
	else if (!strcmp(what, "leak"))
		leak(first, second);
	else if (!strcmp(what, "bomb"))
		bomb(first, second);
	else if (!strcmp(what, "writer") && argc > 4)
		writer(argv[3], second);
	else if (!strcmp(what, "peak"))
		peak(first, second);
	fprintf(stderr, "actor: %s?\n", what);
	return 2;
}
