// SPDX-License-Identifier: GPL-2.0-only
/*
 * Example: a data logger that may be killed at any time and loses nothing.
 *
 *	logger [-b BYTES] [-a] FIFO FILE
 *
 * To spare the flash it gathers what comes from FIFO in memory and appends it
 * to FILE a block at a time. In an emergency it has to get rid of the block
 * without any memory: writing to a file would need pages of the page cache. So
 * it keeps FILE.spill, of one block, mapped and locked, and copies the block
 * there. Then it takes no more from FIFO until the emergency is over: unread
 * data stays with the sender's end, which keeps the pipe open. If the logger is
 * killed, the next one appends the spill to FILE before anything else.
 *
 * -a: acknowledge emergencies. For a system without oom-embeddedd.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "oom_embedded.h"

enum {
	DEFAULT_BLOCK = 64 * 1024,
	MAX_BLOCK = 1024 * 1024,
	STACK = 32 * 1024,
	/* The longest emergency. After this time the logger assumes that it was not killed. */
	HOLD_MS = 15 * 1000,
};

/*
 * The mapped file: the bytes that belong at this place of FILE. "used" is
 * written last, so that a spill that is cut off is none.
 */
struct spill {
	uint64_t place;
	uint64_t used;
	char bytes[];
};

struct logger {
	int in;
	int out;
	size_t block_size;
	char *block;
	size_t used;
	struct spill *spill;
	bool holding; /* in an emergency: nothing is read */
	uint64_t seq; /* of the emergency */
	int64_t hold_until_ms;
};

static void die_of_error(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static void append_bytes(struct logger *logger, const char *bytes,
			 size_t length)
{
	while (length) {
		ssize_t put = write(logger->out, bytes, length);

		if (put < 0 && errno != EINTR)
			die_of_error("append");
		if (put > 0) {
			bytes += put;
			length -= (size_t)put;
		}
	}
}

/*
 * Append the block that the last emergency left. An earlier logger may have
 * been killed while it appended the same block.
 */
static void recover_block(struct logger *logger)
{
	const struct spill *spill = logger->spill;
	uint64_t size = (uint64_t)lseek(logger->out, 0, SEEK_END);

	if (spill->used > logger->block_size || size < spill->place)
		return;
	if (size < spill->place + spill->used)
		append_bytes(logger, spill->bytes + (size - spill->place),
			     spill->place + spill->used - size);
	fdatasync(logger->out);
	logger->spill->used = 0;
}

static void spill_block(struct logger *logger)
{
	logger->spill->place = (uint64_t)lseek(logger->out, 0, SEEK_END);
	memcpy(logger->spill->bytes, logger->block, logger->used);
	__atomic_store_n(&logger->spill->used, logger->used, __ATOMIC_RELEASE);
}

/*
 * Spill the block before the write: the write may need memory, so that the
 * logger may be killed in it.
 */
static void flush_block(struct logger *logger)
{
	spill_block(logger);
	append_bytes(logger, logger->block, logger->used);
	logger->spill->used = 0;
	logger->used = 0;
}

/* In an emergency; needs no memory. */
static void save_block(const struct oom_embedded_event *event, void *arg)
{
	struct logger *logger = arg;

	logger->holding = true;
	logger->seq = event->seq;
	logger->hold_until_ms = now_ms() + HOLD_MS;
	if (!logger->used)
		return;
	spill_block(logger);
	msync(logger->spill, sizeof(struct spill) + logger->used, MS_ASYNC);
}

/* The logger was not killed: the block is still in memory and is filled further. */
static void resume_reading(struct logger *logger)
{
	logger->holding = false;
	logger->spill->used = 0;
}

static void on_event(const struct oom_embedded_event *event, void *arg)
{
	struct logger *logger = arg;

	if (event->type == OOM_EMBEDDED_OOM)
		logger->seq = event->seq;
	if (event->type != OOM_EMBEDDED_VICTIM &&
	    event->type != OOM_EMBEDDED_NO_VICTIM)
		return;
	/* The end of an earlier emergency does not end the present one. */
	if (logger->holding && event->seq >= logger->seq)
		resume_reading(logger);
}

static void take_input(struct logger *logger)
{
	ssize_t got = read(logger->in, logger->block + logger->used,
			   logger->block_size - logger->used);

	if (got < 0 && errno != EINTR && errno != EAGAIN)
		die_of_error("read");
	if (got > 0)
		logger->used += (size_t)got;
	if (logger->used == logger->block_size)
		flush_block(logger);
}

static void open_files(struct logger *logger, const char *fifo,
		       const char *file)
{
	size_t size = sizeof(struct spill) + logger->block_size;
	char name[4096];
	int fd;

	snprintf(name, sizeof(name), "%s.spill", file);
	/* Open for writing too: with a writer left, the FIFO has no end of file. */
	logger->in = open(fifo, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (logger->in < 0)
		die_of_error(fifo);
	logger->out =
		open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (logger->out < 0)
		die_of_error(file);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || posix_fallocate(fd, 0, (off_t)size))
		die_of_error(name);
	logger->spill =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	logger->block = malloc(logger->block_size);
	if (logger->spill == MAP_FAILED || !logger->block)
		die_of_error("memory");
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static void run_logger(struct logger *logger, struct oom_embedded *oom,
		       int signals)
{
	struct pollfd fds[] = {
		{ .fd = oom_embedded_fd(oom), .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
		{ .fd = logger->in, .events = POLLIN },
	};

	while (!fds[1].revents) {
		/* While the logger holds, it does not read the input. */
		if (poll(fds, logger->holding ? 2 : 3, 1000) < 0)
			continue;
		if (oom_embedded_dispatch(oom) < 0)
			break;
		if (logger->holding && now_ms() > logger->hold_until_ms)
			resume_reading(logger);
		if (!logger->holding && fds[2].revents)
			take_input(logger);
		fds[2].revents = 0;
	}
	flush_block(logger);
}

int main(int argc, char **argv)
{
	struct logger logger = { .block_size = DEFAULT_BLOCK };
	struct oom_embedded *oom;
	unsigned int flags = 0;
	int signals;
	int err;
	int opt;

	while ((opt = getopt(argc, argv, "ab:")) != -1) {
		if (opt == 'a')
			flags = OOM_EMBEDDED_ACKNOWLEDGE;
		else if (opt == 'b')
			logger.block_size = strtoul(optarg, NULL, 10);
		else
			argc = 0;
	}
	if (argc - optind != 2 || !logger.block_size ||
	    logger.block_size > MAX_BLOCK) {
		fputs("usage: logger [-b BYTES] [-a] FIFO FILE\n", stderr);
		return 2;
	}
	prctl(PR_SET_NAME, "oom-logger");
	signals = open_signals();
	open_files(&logger, argv[optind], argv[optind + 1]);
	recover_block(&logger);

	err = oom_embedded_open(&oom, flags);
	if (!err)
		err = oom_embedded_lock_memory(STACK);
	if (err) {
		fprintf(stderr, "logger: %s\n", strerror(-err));
		return EXIT_FAILURE;
	}
	oom_embedded_on_save(oom, save_block, &logger);
	oom_embedded_on_event(oom, on_event, &logger);
	printf("ready %d\n", getpid());
	fflush(stdout);
	run_logger(&logger, oom, signals);
	oom_embedded_close(oom);
	return EXIT_SUCCESS;
}
