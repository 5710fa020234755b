// SPDX-License-Identifier: GPL-2.0-only
/*
 * Example: a safety-critical controller that drops to its bare bones in an
 * emergency and never misses a beat.
 *
 *	controller [-p PERIOD_MS] [-d DEADLINE_MS] [-c COMFORT_KB]
 *
 * One thread beats: that is the control loop, real-time, locked in memory. A
 * second one does what is nice to have (here: keeps COMFORT_KB of pictures). A
 * third one listens for emergencies and switches the second one off, for good.
 * The ranking is 0: never chosen.
 *
 * SIGTERM ends it and prints "beats N missed N late_us N mode MODE": deadlines
 * missed, and the latest beat.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "oom_embedded.h"

enum {
	STACK = 64 * 1024,
	PRIORITY = 50,
	COMFORT_MS = 100,
	NS_PER_MS = 1000000,
};

static const int64_t ns_per_s = 1000000000;

/* How the control loop did; written by its thread only. */
struct beats {
	atomic_long count;
	atomic_long missed;
	atomic_long late_us;
};

struct controller {
	long period_ms;
	long deadline_ms;
	struct beats beats;
	atomic_bool barebones;
	pthread_mutex_t comfort_lock;
	char *comfort;
	size_t comfort_size;
};

static void die_of_error(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static int64_t to_ns(const struct timespec *time)
{
	return time->tv_sec * ns_per_s + time->tv_nsec;
}

static void note_beat(struct controller *controller, int64_t late_ns)
{
	struct beats *beats = &controller->beats;

	beats->count++;
	if (late_ns > controller->deadline_ms * NS_PER_MS)
		beats->missed++;
	if (late_ns / 1000 > beats->late_us)
		beats->late_us = late_ns / 1000;
}

static void *run_beat(void *arg)
{
	struct controller *controller = arg;
	struct timespec next;
	struct timespec now;

	prctl(PR_SET_NAME, "beat");
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (;;) {
		next.tv_nsec += controller->period_ms * NS_PER_MS;
		while (next.tv_nsec >= ns_per_s) {
			next.tv_nsec -= ns_per_s;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
		/* Here the valves would be set. */
		clock_gettime(CLOCK_MONOTONIC, &now);
		note_beat(controller, to_ns(&now) - to_ns(&next));
	}
	return NULL;
}

/* Nice to have. */
static void *run_comfort(void *arg)
{
	struct controller *controller = arg;

	prctl(PR_SET_NAME, "comfort");
	while (!controller->barebones) {
		pthread_mutex_lock(&controller->comfort_lock);
		if (controller->comfort)
			for (size_t i = 0; i < controller->comfort_size;
			     i += 4096)
				controller->comfort[i]++;
		pthread_mutex_unlock(&controller->comfort_lock);
		poll(NULL, 0, COMFORT_MS);
	}
	return NULL;
}

static void free_caches(const struct oom_embedded_event *event, void *arg)
{
	struct controller *controller = arg;

	(void)event;
	controller->barebones = true;
	pthread_mutex_lock(&controller->comfort_lock);
	if (controller->comfort)
		munmap(controller->comfort, controller->comfort_size);
	controller->comfort = NULL;
	pthread_mutex_unlock(&controller->comfort_lock);
}

static void *listen_for_oom(void *arg)
{
	struct oom_embedded *oom = arg;
	struct pollfd pfd = { .fd = oom_embedded_fd(oom), .events = POLLIN };

	prctl(PR_SET_NAME, "listen");
	while (poll(&pfd, 1, -1) >= 0 || errno == EINTR)
		if (oom_embedded_dispatch(oom) < 0)
			break;
	return NULL;
}

static void start_thread(void *(*run)(void *), void *arg, int priority)
{
	struct sched_param param = { .sched_priority = priority };
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	if (priority) {
		pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
		pthread_attr_setschedpolicy(&attr, SCHED_FIFO);
		pthread_attr_setschedparam(&attr, &param);
	}
	errno = pthread_create(&thread, &attr, run, arg);
	if (errno)
		die_of_error("pthread_create");
}

static struct oom_embedded *prepare_memory(struct controller *controller)
{
	struct oom_embedded *oom;
	int err = oom_embedded_open(&oom, 0);

	if (!err)
		err = oom_embedded_set_rank(oom, 0);
	if (err) {
		fprintf(stderr, "controller: %s\n", strerror(-err));
		exit(EXIT_FAILURE);
	}
	oom_embedded_on_free_caches(oom, free_caches, controller);
	pthread_mutex_init(&controller->comfort_lock, NULL);
	controller->comfort = mmap(NULL, controller->comfort_size,
				   PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (controller->comfort == MAP_FAILED)
		die_of_error("comfort");
	return oom;
}

int main(int argc, char **argv)
{
	static struct controller controller = {
		.period_ms = 20,
		.deadline_ms = 20,
		.comfort_size = 2048 * 1024,
	};
	struct oom_embedded *oom;
	sigset_t set;
	int opt;
	int err;

	while ((opt = getopt(argc, argv, "c:d:p:")) != -1) {
		if (opt == 'c') {
			controller.comfort_size =
				strtoul(optarg, NULL, 10) * 1024;
		} else if (opt == 'd') {
			controller.deadline_ms = strtol(optarg, NULL, 10);
		} else if (opt == 'p') {
			controller.period_ms = strtol(optarg, NULL, 10);
		} else {
			fputs("usage: controller [-p PERIOD_MS] [-d DEADLINE_MS] [-c COMFORT_KB]\n",
			      stderr);
			return 2;
		}
	}
	prctl(PR_SET_NAME, "oom-controller");
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	oom = prepare_memory(&controller);
	/* Also locks the stacks of the threads to come. */
	err = oom_embedded_lock_memory(STACK);
	if (err) {
		fprintf(stderr, "controller: mlockall: %s\n", strerror(-err));
		return EXIT_FAILURE;
	}
	start_thread(listen_for_oom, oom, PRIORITY - 1);
	start_thread(run_comfort, &controller, 0);
	start_thread(run_beat, &controller, PRIORITY);
	printf("ready %d\n", getpid());
	fflush(stdout);

	sigwait(&set, &opt);
	printf("beats %ld missed %ld late_us %ld mode %s\n",
	       controller.beats.count, controller.beats.missed,
	       controller.beats.late_us,
	       controller.barebones ? "barebones" : "normal");
	return EXIT_SUCCESS;
}
