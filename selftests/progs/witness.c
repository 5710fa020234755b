// SPDX-License-Identifier: GPL-2.0-only
/*
 * An ordinary manager of reconfigurations: records what it sees of an OOM, and when.
 *
 * Three threads: one polls reconfigure_wanted, one listens for the uevent reconfigure,
 * and one for the other uevents, so that a wake-up of the second one has one meaning. At
 * each wake-up a line goes at once into every marker file (trace_marker of a
 * trace instance, /dev/kmsg, a serial line):
 *
 *	oe poll N NS		woken; N is the count that this wake-up must mean
 *	oe read N NS		what the attribute says after that
 *	oe uevent EVENT SEQ NS	with victim=, trigger=, kind=, outcome=, emergencies=, victims= as far as
 *				they came
 *
 * "ready POLLER LISTENER" on stdout names the first two threads, once they are there.
 * NS is CLOCK_MONOTONIC. Memory is locked; the scheduling class is the ordinary one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "prog.h"

enum {
	MAX_MARKERS = 4,
	MAX_VALUE = 64,
	STACK_SIZE = 128 * 1024,
};

struct uevent {
	char event[MAX_VALUE];
	char seq[MAX_VALUE];
	char kind[MAX_VALUE];
	char trigger[MAX_VALUE];
	char victim[MAX_VALUE];
	char outcome[MAX_VALUE];
	char emergencies[MAX_VALUE];
	char victims[MAX_VALUE];
};

static const struct {
	const char *key;
	size_t offset;
} uevent_keys[] = {
	{ "OOM_EVENT=", offsetof(struct uevent, event) },
	{ "OOM_SEQ=", offsetof(struct uevent, seq) },
	{ "OOM_KIND=", offsetof(struct uevent, kind) },
	{ "OOM_TRIGGER_PID=", offsetof(struct uevent, trigger) },
	{ "OOM_VICTIM_PID=", offsetof(struct uevent, victim) },
	{ "OOM_OUTCOME=", offsetof(struct uevent, outcome) },
	{ "OOM_EMERGENCIES=", offsetof(struct uevent, emergencies) },
	{ "OOM_VICTIMS=", offsetof(struct uevent, victims) },
};

/* Told to whoever wants the kernel's sched_waking of them. */
static _Atomic pid_t poller_tid;
static _Atomic pid_t listener_tid;

static int markers[MAX_MARKERS];
static int nr_markers;
static int wanted_fd;
static int reconfigure_fd;
static int others_fd;
static uint64_t wanted;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * UINT64_C(1000000000) + ts.tv_nsec;
}

static void mark(const char *text, int len)
{
	for (int i = 0; i < nr_markers; i++)
		if (write(markers[i], text, len) != len)
			die("marker");
}

static void mark_count(const char *what, uint64_t count)
{
	char line[MAX_VALUE];
	int len;

	len = snprintf(line, sizeof(line), "oe %s %" PRIu64 " %" PRIu64 "\n", what, count, now_ns());
	mark(line, len);
}

/* Reading it also arms the next poll. */
static bool read_wanted(uint64_t *count)
{
	char text[32];
	ssize_t n = pread(wanted_fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return false;
	text[n] = '\0';
	*count = strtoull(text, NULL, 10);
	return true;
}

static void *watch_counter(void *unused)
{
	struct pollfd pfd = { .fd = wanted_fd, .events = POLLPRI };

	(void)unused;
	poller_tid = gettid();
	while (poll(&pfd, 1, -1) == 1) {
		mark_count("poll", wanted + 1);
		if (!read_wanted(&wanted))
			break;		/* the module was unloaded */
		mark_count("read", wanted);
	}
	return NULL;
}

static bool parse_uevent(const char *text, const char *end, struct uevent *ev)
{
	bool ours = false;

	memset(ev, 0, sizeof(*ev));
	for (; text < end; text += strlen(text) + 1) {
		ours |= !strcmp(text, "SUBSYSTEM=oom_embedded");
		for (size_t i = 0; i < sizeof(uevent_keys) / sizeof(uevent_keys[0]); i++) {
			size_t len = strlen(uevent_keys[i].key);

			if (!strncmp(text, uevent_keys[i].key, len))
				snprintf((char *)ev + uevent_keys[i].offset, MAX_VALUE, "%s",
					 text + len);
		}
	}
	return ours;
}

static void report_uevents(int fd)
{
	char text[8192];
	char line[768];
	struct uevent ev;
	ssize_t n;
	int len;

	for (;;) {
		n = recv(fd, text, sizeof(text) - 1, 0);
		if (n < 0 && errno == ENOBUFS) {
			mark("oe lost uevents\n", strlen("oe lost uevents\n"));
			continue;
		}
		if (n < 0)
			die("recv");
		text[n] = '\0';
		if (!parse_uevent(text, text + n, &ev))
			continue;
		len = snprintf(line, sizeof(line),
			       "oe uevent %s %s %" PRIu64 " kind=%s trigger=%s victim=%s outcome=%s"
			       " emergencies=%s victims=%s\n",
			       ev.event, ev.seq, now_ns(), ev.kind, ev.trigger, ev.victim,
			       ev.outcome, ev.emergencies, ev.victims);
		mark(line, len);
	}
}

static void *watch_reconfigure(void *unused)
{
	(void)unused;
	listener_tid = gettid();
	report_uevents(reconfigure_fd);
	return NULL;
}

static void *watch_others(void *unused)
{
	(void)unused;
	report_uevents(others_fd);
	return NULL;
}

/* All messages begin alike, so the event's name has its place. Its first four letters tell. */
enum {
	LEVEL = 'l' << 24 | 'e' << 16 | 'v' << 8 | 'e',
	RECONFIGURE = 'r' << 24 | 'e' << 16 | 'c' << 8 | 'o',
};

static const char before_event[] = "change@/kernel/oom_embedded\0ACTION=change\0"
				   "DEVPATH=/kernel/oom_embedded\0SUBSYSTEM=oom_embedded\0"
				   "OOM_EVENT=";

static struct sock_filter only_reconfigure[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, sizeof(before_event) - 1),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RECONFIGURE, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, 0),
	BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
};

/* Changes of the level are none of its business either. */
static struct sock_filter only_others[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, sizeof(before_event) - 1),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RECONFIGURE, 1, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, LEVEL, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 0),
	BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
};

/* The filter first: what comes before it would not be filtered. */
static int open_uevents(struct sock_filter *filter, size_t len)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	const struct sock_fprog program = { len, filter };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		die("uevent socket");
	return fd;
}

static pthread_t start(void *(*run)(void *))
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	errno = pthread_create(&thread, &attr, run, NULL);
	if (errno)
		die("pthread_create");
	return thread;
}

int main(int argc, char **argv)
{
	const char *counter = "/sys/kernel/oom_embedded/reconfigure_wanted";
	pthread_t poller;
	int opt;

	while ((opt = getopt(argc, argv, "f:m:")) != -1) {
		if (opt == 'f') {
			counter = optarg;
		} else if (opt == 'm' && nr_markers < MAX_MARKERS) {
			markers[nr_markers] = open(optarg, O_WRONLY | O_CLOEXEC);
			if (markers[nr_markers++] < 0)
				die(optarg);
		} else {
			fputs("usage: witness [-f COUNTER] -m MARKER...\n", stderr);
			return EXIT_FAILURE;
		}
	}
	prctl(PR_SET_NAME, "witness");
	wanted_fd = open(counter, O_RDONLY | O_CLOEXEC);
	if (wanted_fd < 0)
		die(counter);
	reconfigure_fd = open_uevents(only_reconfigure, sizeof(only_reconfigure) / sizeof(only_reconfigure[0]));
	others_fd = open_uevents(only_others, sizeof(only_others) / sizeof(only_others[0]));
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		die("mlockall");
	if (!read_wanted(&wanted))
		die("first read");

	poller = start(watch_counter);
	start(watch_reconfigure);
	start(watch_others);
	mark_count("start", wanted);
	while (!poller_tid || !listener_tid)
		sched_yield();
	printf("ready %d %d\n", poller_tid, listener_tid);
	fflush(stdout);
	pthread_join(poller, NULL);
	mark_count("end", wanted);
	return EXIT_SUCCESS;
}
