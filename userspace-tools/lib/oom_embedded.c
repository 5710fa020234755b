// SPDX-License-Identifier: GPL-2.0-only
/*
 * liboom_embedded; the functions are described in include/oom_embedded.h.
 *
 * The counter and the level are polled: what they say cannot get lost. uevents
 * tell the rest. All three hang on one epoll descriptor, which is what the
 * caller polls.
 */
#include "oom_embedded.h"

#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/sysfs.h"
#include "common/uevent.h"
#include "common/words.h"

enum {
	NUMBER_SIZE = 32,
};

struct callback {
	oom_embedded_callback call;
	void *arg;
};

struct oom_embedded {
	int epoll;
	int wanted_fd;
	int done_fd; /* -1: we may not acknowledge */
	int alive_fd; /* can be read as long as the module is there */
	int level_fd; /* -1: this module has no levels */
	int available_fd; /* the same; open, because opening may need memory */
	int uevent_fd; /* -1: this system has none for us */
	bool is_polled; /* false: an ordinary file, as in tests */
	unsigned int flags;
	uint64_t wanted;
	int level;
	struct callback save;
	struct callback free_caches;
	struct callback on_event;
	struct oe_uevent uevent;
};

static int read_count(int fd, uint64_t *count)
{
	char text[NUMBER_SIZE];
	char *end;
	unsigned long long number;
	int length = oe_sysfs_read_fd(fd, text, sizeof(text));

	if (length < 0)
		return length;
	number = strtoull(text, &end, 10);
	if (end == text)
		return -EBADMSG;
	*count = number;
	return 0;
}

/* What is not known, as in a later module, is at least not normal. */
static int level_of(const char *name)
{
	int level = oe_word_index(oe_level_words, name);

	return level < 0 ? OOM_EMBEDDED_LEVEL_WARNING : level;
}

static int read_level(const struct oom_embedded *oom)
{
	char text[NUMBER_SIZE];

	if (oom->level_fd < 0 ||
	    oe_sysfs_read_fd(oom->level_fd, text, sizeof(text)) <= 0)
		return OOM_EMBEDDED_LEVEL_UNKNOWN;
	return level_of(text);
}

static int add(struct oom_embedded *oom, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	return epoll_ctl(oom->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int open_all(struct oom_embedded *oom)
{
	long long available;
	int err;

	oom->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (oom->epoll < 0)
		return -errno;
	oom->wanted_fd = oe_sysfs_open("reconfigure_wanted", O_RDONLY);
	if (oom->wanted_fd < 0)
		return oom->wanted_fd;
	err = read_count(oom->wanted_fd, &oom->wanted);
	if (err)
		return err;
	err = add(oom, oom->wanted_fd, EPOLLPRI);
	if (err && err != -EPERM)
		return err;
	oom->is_polled = !err;

	/* The others are welcome and not needed. */
	oom->alive_fd = oe_sysfs_open("abi_version", O_RDONLY);
	oom->done_fd = oe_sysfs_open("reconfigure_done", O_WRONLY);
	oom->level_fd = oe_sysfs_open("levels/level", O_RDONLY);
	oom->available_fd = oe_sysfs_open("levels/available_kb", O_RDONLY);
	/* The kernel's buffer is allocated by the first read. */
	oe_sysfs_read_fd_number(oom->available_fd, &available);
	oom->level = read_level(oom);
	if (oom->level_fd >= 0 && oom->is_polled)
		add(oom, oom->level_fd, EPOLLPRI);
	oom->uevent_fd = oe_uevent_open();
	if (oom->uevent_fd >= 0)
		add(oom, oom->uevent_fd, EPOLLIN);
	return 0;
}

int oom_embedded_open(struct oom_embedded **oom, unsigned int flags)
{
	struct oom_embedded *new;
	int err;

	if (flags & ~(unsigned int)OOM_EMBEDDED_ACKNOWLEDGE)
		return -EINVAL;
	new = calloc(1, sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->epoll = -1;
	new->wanted_fd = -1;
	new->done_fd = -1;
	new->alive_fd = -1;
	new->level_fd = -1;
	new->available_fd = -1;
	new->uevent_fd = -1;
	new->flags = flags;
	err = open_all(new);
	if (err) {
		oom_embedded_close(new);
		return err;
	}
	*oom = new;
	return 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void oom_embedded_close(struct oom_embedded *oom)
{
	if (!oom)
		return;
	close_fd(oom->uevent_fd);
	close_fd(oom->available_fd);
	close_fd(oom->level_fd);
	close_fd(oom->done_fd);
	close_fd(oom->alive_fd);
	close_fd(oom->wanted_fd);
	close_fd(oom->epoll);
	free(oom);
}

int oom_embedded_fd(const struct oom_embedded *oom)
{
	return oom->epoll;
}

uint64_t oom_embedded_wanted(const struct oom_embedded *oom)
{
	return oom->wanted;
}

int64_t oom_embedded_missed(struct oom_embedded *oom)
{
	long long done;
	int err = oe_sysfs_read_number("reconfigure_done", &done);

	if (err)
		return err;
	return (int64_t)(oom->wanted - (uint64_t)done);
}

int oom_embedded_acknowledge(struct oom_embedded *oom, uint64_t seq)
{
	char line[NUMBER_SIZE];

	/* The kernel's word for why it could not be opened. */
	if (oom->done_fd < 0)
		return oe_sysfs_write_number("reconfigure_done",
					     (long long)seq);
	snprintf(line, sizeof(line), "%llu\n", (unsigned long long)seq);
	return oe_sysfs_write_fd(oom->done_fd, line);
}

int oom_embedded_set_rank(struct oom_embedded *oom, int rank)
{
	char line[NUMBER_SIZE];

	(void)oom;
	if (rank == OOM_EMBEDDED_NO_RANK)
		snprintf(line, sizeof(line), "%d -\n", getpid());
	else
		snprintf(line, sizeof(line), "%d %d\n", getpid(), rank);
	return oe_sysfs_write("oom_ranking", line);
}

int oom_embedded_level(struct oom_embedded *oom)
{
	return read_level(oom);
}

/* --- events -------------------------------------------------------------- */

/* Has the counter moved? Asks without reading: a read is what the module waits for. */
static bool counter_is_ready(const struct oom_embedded *oom)
{
	struct epoll_event ready[3];
	int count;

	if (!oom->is_polled)
		return true;
	count = epoll_wait(oom->epoll, ready, 3, 0);
	for (int i = 0; i < count; i++)
		if (ready[i].data.fd == oom->wanted_fd)
			return true;
	return false;
}

/* The counter, and with it the module hears that we know. */
static int next_oom(struct oom_embedded *oom, struct oom_embedded_event *event)
{
	uint64_t count = oom->wanted;
	int err = read_count(oom->wanted_fd, &count);

	/* A file that is being replaced, as tests do, may be empty. */
	if (err == -EBADMSG)
		return 0;
	if (err)
		return err;
	if (count <= oom->wanted) {
		/* Below it: the module was loaded anew. */
		oom->wanted = count;
		return 0;
	}
	event->type = OOM_EMBEDDED_OOM;
	event->seq = count;
	event->missed = count - oom->wanted - 1;
	oom->wanted = count;
	return 1;
}

static int next_level(struct oom_embedded *oom,
		      struct oom_embedded_event *event)
{
	int level = read_level(oom);
	long long available = -1;

	if (level == oom->level || level == OOM_EMBEDDED_LEVEL_UNKNOWN)
		return 0;
	oe_sysfs_read_fd_number(oom->available_fd, &available);
	event->type = OOM_EMBEDDED_LEVEL;
	event->seq = oom->wanted;
	event->level = level;
	event->level_was = oom->level;
	event->available_kb = available;
	oom->level = level;
	return 1;
}

static void copy_text(char *to, size_t size, const struct oe_uevent *uevent,
		      const char *key)
{
	const char *value = oe_uevent_get(uevent, key);

	snprintf(to, size, "%s", value ? value : "");
}

static enum oom_embedded_type type_of(const struct oe_uevent *uevent)
{
	static const struct {
		const char *name;
		enum oom_embedded_type type;
	} types[] = {
		{ "reconfigure", OOM_EMBEDDED_DETAILS },
		{ "victim", OOM_EMBEDDED_VICTIM },
		{ "no_victim", OOM_EMBEDDED_NO_VICTIM },
		{ "limit", OOM_EMBEDDED_LIMIT },
	};
	const char *name = oe_uevent_get(uevent, "OOM_EVENT");

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (!strcmp(name, types[i].name))
			return types[i].type;
	/* Levels are polled; what a later module adds is not known. */
	return OOM_EMBEDDED_NOTHING;
}

static void fill_event(const struct oe_uevent *uevent,
		       struct oom_embedded_event *event)
{
	const char *uid = event->type == OOM_EMBEDDED_LIMIT ? "OOM_LIMIT_UID" :
							      "OOM_VICTIM_UID";

	event->seq = (uint64_t)oe_uevent_number(uevent, "OOM_SEQ", 0);
	event->trigger_pid =
		(int)oe_uevent_number(uevent, "OOM_TRIGGER_PID", 0);
	event->victim_pid = (int)oe_uevent_number(uevent, "OOM_VICTIM_PID", 0);
	event->victim_rank =
		(int)oe_uevent_number(uevent, "OOM_VICTIM_RANK", -1);
	event->victim_rss_kb = oe_uevent_number(uevent, "OOM_VICTIM_RSS_KB", 0);
	event->uid = (uint32_t)oe_uevent_number(uevent, uid, 0);
	copy_text(event->kind, sizeof(event->kind), uevent, "OOM_KIND");
	copy_text(event->outcome, sizeof(event->outcome), uevent,
		  "OOM_OUTCOME");
	copy_text(event->trigger_comm, sizeof(event->trigger_comm), uevent,
		  "OOM_TRIGGER_COMM");
	copy_text(event->victim_comm, sizeof(event->victim_comm), uevent,
		  "OOM_VICTIM_COMM");
}

static int next_uevent(struct oom_embedded *oom,
		       struct oom_embedded_event *event)
{
	int got;

	if (oom->uevent_fd < 0)
		return 0;
	do {
		got = oe_uevent_receive(oom->uevent_fd, &oom->uevent);
		if (got == -ENOBUFS) {
			event->type = OOM_EMBEDDED_LOST;
			return 1;
		}
		if (got <= 0)
			return got;
		event->type = type_of(&oom->uevent);
	} while (event->type == OOM_EMBEDDED_NOTHING);
	fill_event(&oom->uevent, event);
	return 1;
}

/* Unloading wakes nobody: who wants to know has to ask. */
static int check_alive(const struct oom_embedded *oom)
{
	char text[NUMBER_SIZE];
	int got;

	if (oom->alive_fd < 0)
		return 0;
	got = oe_sysfs_read_fd(oom->alive_fd, text, sizeof(text));
	return got == -ENODEV ? got : 0;
}

static int next_quiet_event(struct oom_embedded *oom,
			    struct oom_embedded_event *event)
{
	int got = next_level(oom, event);

	if (!got)
		got = next_uevent(oom, event);
	return got ? got : check_alive(oom);
}

int oom_embedded_next_event(struct oom_embedded *oom,
			    struct oom_embedded_event *event)
{
	int got = 0;

	memset(event, 0, sizeof(*event));
	if (counter_is_ready(oom))
		got = next_oom(oom, event);
	return got ? got : next_quiet_event(oom, event);
}

/* --- callbacks ----------------------------------------------------------- */

void oom_embedded_on_save(struct oom_embedded *oom, oom_embedded_callback save,
			  void *arg)
{
	oom->save = (struct callback){ save, arg };
}

void oom_embedded_on_free_caches(struct oom_embedded *oom,
				 oom_embedded_callback free_caches, void *arg)
{
	oom->free_caches = (struct callback){ free_caches, arg };
}

void oom_embedded_on_event(struct oom_embedded *oom,
			   oom_embedded_callback on_event, void *arg)
{
	oom->on_event = (struct callback){ on_event, arg };
}

static void call(const struct callback *callback,
		 const struct oom_embedded_event *event)
{
	if (callback->call)
		callback->call(event, callback->arg);
}

/*
 * Not polled means that nobody waits for us: look first, call afterwards. A
 * count that is lower is one that began anew.
 */
static bool counter_has_moved(struct oom_embedded *oom)
{
	uint64_t count;

	if (oom->is_polled)
		return counter_is_ready(oom);
	if (read_count(oom->wanted_fd, &count))
		return false;
	if (count < oom->wanted)
		oom->wanted = count;
	return count > oom->wanted;
}

/*
 * The module lets the OOM go on when the counter has been read. So everything
 * that must be done before comes before.
 */
static int dispatch_oom(struct oom_embedded *oom)
{
	struct oom_embedded_event event = {
		.type = OOM_EMBEDDED_OOM,
		.seq = oom->wanted + 1,
	};
	int got;

	if (!counter_has_moved(oom))
		return 0;
	call(&oom->save, &event);
	call(&oom->free_caches, &event);
	got = next_oom(oom, &event);
	if (got <= 0)
		return got;
	if (oom->flags & OOM_EMBEDDED_ACKNOWLEDGE)
		oom_embedded_acknowledge(oom, event.seq);
	call(&oom->on_event, &event);
	return 1;
}

static void dispatch_quiet(struct oom_embedded *oom,
			   const struct oom_embedded_event *event)
{
	if (event->type == OOM_EMBEDDED_LEVEL &&
	    event->level > event->level_was &&
	    event->level >= OOM_EMBEDDED_LEVEL_CRITICAL)
		call(&oom->free_caches, event);
	call(&oom->on_event, event);
}

int oom_embedded_dispatch(struct oom_embedded *oom)
{
	struct oom_embedded_event event;
	int count = 0;
	int got;

	for (;;) {
		/* Between any two others: it is the one that is waited for. */
		got = dispatch_oom(oom);
		if (got < 0)
			return got;
		count += got;
		memset(&event, 0, sizeof(event));
		got = next_quiet_event(oom, &event);
		if (got < 0)
			return got;
		if (!got)
			return count;
		dispatch_quiet(oom, &event);
		count++;
	}
}

/* --- memory -------------------------------------------------------------- */

int oom_embedded_lock_memory(size_t stack)
{
	long page = sysconf(_SC_PAGESIZE);
	volatile char *bytes;

	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		return -errno;
	if (!stack)
		return 0;
	/* Its whole purpose is the stack. */
	/* cppcheck-suppress allocaCalled */
	bytes = alloca(stack);
	for (size_t i = 0; i < stack; i += (size_t)page)
		bytes[i] = 0;
	bytes[stack - 1] = 0;
	return 0;
}
