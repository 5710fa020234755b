// SPDX-License-Identifier: GPL-2.0-only
/*
 * director SCENARIO SEED: plays a scenario of "make bench-peers", and prints what happened as lines
 * "NAME VALUE". It and the prober outlive everything: both are outside of what is measured.
 *
 * From the environment:
 *	CRITICAL_ADJ	oom_score_adj of the critical process (0)
 *	UNITS		1: the processes are scopes of systemd, each its own
 *	MANAGER		beginnings of names of processes, whose memory and CPU time are told
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "peers.h"

#define ACTOR "/run/job/actor"
#define BOX "/sys/fs/cgroup/box"
#define DISK_FILE "/srv/big"
#define TMPFS_FILE "/dev/shm/file"
#define OE "/sys/kernel/oom_embedded/"

enum {
	TICK_MS = 10,
	SETTLE_MS = 2000,
	APPS = 4,
	APP_KB = 12 * KB,
	CRITICAL_KB = 8 * KB,
	BIG_CRITICAL_KB = 64 * KB,
	LEAKERS = 5,
	BOX_MB = 48,
	READER_KB = 40 * KB,
	MAX_ARGS = 24,
	/* Memory was given back since then, if the victim is quick. */
	BEFORE_KILL_MS = 200,
	SAMPLES = 60000 / TICK_MS,
};

struct sample {
	uint64_t at_ns;
	long available_kb;
};

static struct sample samples[SAMPLES];
static unsigned int nr_samples;
static unsigned long seed;
static long room_kb;	/* available when the work begins */

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value && !strcmp(value, "1");
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path);
	close(fd);
}

/* --- actors --------------------------------------------------------------- */

struct actor {
	const char *name;
	const char *score_adj;
	bool boxed;
};

/* Each is a scope: its own cgroup, and the critical one is to be left alone, as the manual has it. */
static int scope_words(char **words, const struct actor *actor)
{
	static char unit[64];
	int nr = 0;

	snprintf(unit, sizeof(unit), "--unit=%s", actor->name);
	words[nr++] = "systemd-run";
	words[nr++] = "--quiet";
	words[nr++] = "--scope";
	words[nr++] = unit;
	words[nr++] = actor->boxed ? "--slice=work-box.slice" : "--slice=work.slice";
	if (!strcmp(actor->name, "critical")) {
		words[nr++] = "-p";
		words[nr++] = "ManagedOOMPreference=omit";
	}
	words[nr++] = "--";
	return nr;
}

static void become_ordinary(const struct actor *actor)
{
	struct sched_param param = { 0 };

	sched_setscheduler(0, SCHED_OTHER, &param);
	write_text("/proc/self/oom_score_adj", actor->score_adj);
	if (actor->boxed && !is_set("UNITS"))
		write_text(BOX "/cgroup.procs", "0");
}

/* Arguments of the actor: those that are not NULL. */
static void start(const struct actor *actor, const char *what, const char *a, const char *b)
{
	char *words[MAX_ARGS];
	int nr = is_set("UNITS") ? scope_words(words, actor) : 0;
	pid_t pid;

	words[nr++] = ACTOR;
	words[nr++] = (char *)actor->name;
	words[nr++] = (char *)what;
	words[nr++] = (char *)a;
	words[nr++] = (char *)b;
	words[nr] = NULL;
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid)
		return;
	become_ordinary(actor);
	execvp(words[0], words);
	die(words[0]);
}

static const char *text(unsigned long value)
{
	static char buffers[4][24];
	static unsigned int next;
	char *buffer = buffers[next++ % 4];

	snprintf(buffer, sizeof(buffers[0]), "%lu", value);
	return buffer;
}

static void start_plain(const char *name, const char *what, const char *a, const char *b)
{
	start(&(struct actor){ name, "0", false }, what, a, b);
}

static void start_boxed(const char *name, const char *what, const char *a)
{
	start(&(struct actor){ name, "0", true }, what, a, NULL);
}

/* Of a value, 85 to 115 %, as the seed has it. */
static unsigned long about(unsigned long value)
{
	static unsigned long state;

	if (!state)
		state = seed * 2654435761UL + 12345;
	state = state * 6364136223846793005UL + 1442695040888963407UL;
	return value * (85 + (state >> 33) % 31) / 100;
}

/* --- scenarios ------------------------------------------------------------ */

static void fast_leak(void)
{
	start_plain("leaky", "leak", text(about(80 * KB)), NULL);
}

static void slow_leak(void)
{
	start_plain("leaky", "leak", text(about(8 * KB)), NULL);
}

static void many_leakers(void)
{
	static char names[LEAKERS][8];

	for (int i = 0; i < LEAKERS; i++) {
		snprintf(names[i], sizeof(names[i]), "leaky%c", '1' + i);
		start_plain(names[i], "leak", text(about(2 * KB)), NULL);
	}
}

static void critical_biggest(void)
{
	start_plain("leaky", "leak", text(about(8 * KB)), NULL);
}

static unsigned long left_by_seed(unsigned long most_mb, unsigned long less_mb)
{
	return (most_mb - (seed - 1) % 3 * less_mb) * KB;
}

/* The leak ends before memory does, and what is left is too little for the pages of the reader. */
static void plateau(void)
{
	start_plain("leaky", "leak", text(16 * KB), text(room_kb - left_by_seed(2, 1)));
}

static void zram_spiral(void)
{
	start_plain("leaky", "leak", text(about(16 * KB)), NULL);
}

static void fork_bomb(void)
{
	start_plain("bomb", "bomb", text(about(300)), "1500");
}

static void tmpfs_writer(void)
{
	start_plain("writer", "writer", TMPFS_FILE, text(about(16 * KB)));
}

static void container(void)
{
	start_boxed("leaky", "leak", text(about(4 * KB)));
}

static void legitimate_peak(void)
{
	start_plain("peak", "peak", text(room_kb - left_by_seed(32, 6)), "3000");
}

struct scenario {
	const char *name;
	void (*work)(void);
	unsigned int seconds;
	unsigned int critical_kb;
	bool boxed;	/* the critical process is in the container */
	bool reads;	/* a process works with a file */
};

static const struct scenario scenarios[] = {
	{ "fast_leak", fast_leak, 7, CRITICAL_KB, false, false },
	{ "slow_leak", slow_leak, 18, CRITICAL_KB, false, false },
	{ "many_leakers", many_leakers, 18, CRITICAL_KB, false, false },
	{ "critical_biggest", critical_biggest, 9, BIG_CRITICAL_KB, false, false },
	{ "plateau", plateau, 18, CRITICAL_KB, false, true },
	{ "zram_spiral", zram_spiral, 20, CRITICAL_KB, false, false },
	{ "fork_bomb", fork_bomb, 8, CRITICAL_KB, false, false },
	{ "tmpfs_writer", tmpfs_writer, 12, CRITICAL_KB, false, false },
	{ "container", container, 9, CRITICAL_KB, true, false },
	{ "legitimate_peak", legitimate_peak, 7, CRITICAL_KB, false, false },
};

static const struct scenario *find_scenario(const char *name)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		if (!strcmp(scenarios[i].name, name))
			return &scenarios[i];
	fprintf(stderr, "no scenario %s\n", name);
	exit(2);
}

static void make_box(void)
{
	char limit[24];

	if (is_set("UNITS"))
		return;
	write_text("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	mkdir(BOX, 0755);
	snprintf(limit, sizeof(limit), "%d", BOX_MB * MB);
	write_text(BOX "/memory.max", limit);
}

/* The processes that run on the device at any time. */
static void start_residents(const struct scenario *scenario)
{
	static char names[APPS][8];
	const char *adj = getenv("CRITICAL_ADJ");

	if (scenario->boxed)
		make_box();
	start(&(struct actor){ "critical", adj ? adj : "0", scenario->boxed }, "critical",
	      text(scenario->critical_kb), NULL);
	start(&(struct actor){ "shell", "-1000", false }, "shell", NULL, NULL);
	for (int i = 0; i < APPS; i++) {
		snprintf(names[i], sizeof(names[i]), "app%c", '1' + i);
		start_plain(names[i], "app", text(APP_KB), NULL);
	}
	if (scenario->boxed)
		start_boxed("sidecar", "app", text(8 * KB));
	if (scenario->reads)
		start_plain("reader", "reader", DISK_FILE, text(READER_KB));
}

/* --- the managers --------------------------------------------------------- */

struct usage {
	unsigned int nr;
	unsigned long pss_kb;
	uint64_t cpu_ns;
};

static bool is_manager(const char *comm)
{
	char words[256];
	char *word;

	snprintf(words, sizeof(words), "%s", getenv("MANAGER") ? getenv("MANAGER") : "");
	for (word = strtok(words, " "); word; word = strtok(NULL, " "))
		if (!strncmp(comm, word, strlen(word)))
			return true;
	return false;
}

static bool read_file(const char *path, char *buffer, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, buffer, size - 1);

	if (fd >= 0)
		close(fd);
	buffer[len < 0 ? 0 : len] = '\0';
	return len >= 0;
}

static void add_threads(struct usage *usage, const char *pid)
{
	char path[300];
	char line[128];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/task", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%s/task/%.20s/schedstat", pid, entry->d_name);
		if (entry->d_name[0] != '.' && read_file(path, line, sizeof(line)))
			usage->cpu_ns += strtoull(line, NULL, 10);
	}
	if (dir)
		closedir(dir);
}

static void add_process(struct usage *usage, const char *pid)
{
	char path[300];
	char data[1024];
	const char *pss;

	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	if (!read_file(path, data, sizeof(data)) || !is_manager(data))
		return;
	usage->nr++;
	snprintf(path, sizeof(path), "/proc/%.20s/smaps_rollup", pid);
	read_file(path, data, sizeof(data));
	pss = strstr(data, "\nPss:");
	usage->pss_kb += pss ? strtoul(pss + 5, NULL, 10) : 0;
	add_threads(usage, pid);
}

static struct usage manager_usage(void)
{
	struct usage usage = { 0 };
	struct dirent *entry;
	DIR *dir = opendir("/proc");

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			add_process(&usage, entry->d_name);
	if (dir)
		closedir(dir);
	return usage;
}

/* --- watching ------------------------------------------------------------- */

static long mem_available_kb(void)
{
	static int fd = -1;
	char data[512];
	const char *found;
	ssize_t len;

	if (fd < 0)
		fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	len = pread(fd, data, sizeof(data) - 1, 0);
	data[len < 0 ? 0 : len] = '\0';
	found = strstr(data, "MemAvailable:");
	return found ? strtol(found + 13, NULL, 10) : -1;
}

struct notices {
	struct pollfd files[2];
	const char *names[2];
	bool file_seen;
};

static void read_again(int fd)
{
	char data[64];

	if (pread(fd, data, sizeof(data), 0) < 0)
		perror("pread");
}

static void print_notice(const char *name)
{
	printf("notice %s %llu\n", name, (unsigned long long)now_ns());
}

/* A level that was entered before counts from now on, as a file that a program made before does. */
static void take_level(int fd)
{
	char data[64];
	ssize_t len = pread(fd, data, sizeof(data), 0);

	if (len > 0 && strncmp(data, "normal", strlen("normal")))
		print_notice("level");
}

static void open_notices(struct notices *notices)
{
	static const char *const paths[] = { OE "levels/level", OE "reconfigure_wanted" };

	for (int i = 0; i < 2; i++) {
		notices->names[i] = strrchr(paths[i], '/') + 1;
		notices->files[i].fd = open(paths[i], O_RDONLY | O_CLOEXEC);
		notices->files[i].events = POLLPRI;
		if (notices->files[i].fd >= 0)
			read_again(notices->files[i].fd);
	}
	take_level(notices->files[0].fd);
}

/* Waits no longer than until that time. */
static void take_notice(struct notices *notices, uint64_t until)
{
	for (uint64_t now = now_ns(); now < until; now = now_ns()) {
		if (poll(notices->files, 2, (until - now) / 1000000 + 1) <= 0)
			continue;
		for (int i = 0; i < 2; i++) {
			if (!(notices->files[i].revents & POLLPRI))
				continue;
			print_notice(notices->names[i]);
			read_again(notices->files[i].fd);
		}
	}
	/* A program that the manager starts makes it. */
	if (!notices->file_seen && !access("/run/notice", F_OK)) {
		notices->file_seen = true;
		print_notice("program");
	}
}

static void reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		printf("ended %d %d\n", pid, status);
}

static void watch(uint64_t until)
{
	struct notices notices = { 0 };
	uint64_t tick = now_ns();

	open_notices(&notices);
	while (tick < until) {
		tick += TICK_MS * 1000000ULL;
		take_notice(&notices, tick);
		reap();
		if (nr_samples < SAMPLES)
			samples[nr_samples++] = (struct sample){ now_ns(), mem_available_kb() };
	}
}

/* --- the result ----------------------------------------------------------- */

static void print_loop(const char *name, const struct loop *loop)
{
	uint64_t longest = loop->longest_ns;
	uint64_t due = loop->due_ns;
	uint64_t now = now_ns();

	/* A round that has not ended, perhaps because its process has. */
	if (due && now > due && now - due > longest)
		longest = now - due;
	printf("%s_rounds %llu\n", name, (unsigned long long)loop->rounds);
	printf("%s_late %llu\n", name, (unsigned long long)loop->late);
	printf("%s_longest_us %llu\n", name, (unsigned long long)longest / 1000);
}

static void print_samples(void)
{
	for (unsigned int i = 0; i < nr_samples; i++)
		printf("available %llu %ld\n", (unsigned long long)samples[i].at_ns,
		       samples[i].available_kb);
}

static void be_in_charge(void)
{
	struct sched_param param = { .sched_priority = 60 };

	prctl(PR_SET_NAME, "director");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	write_text("/proc/self/oom_score_adj", "-1000");
	if (sched_setscheduler(0, SCHED_FIFO, &param) || mlockall(MCL_CURRENT | MCL_FUTURE))
		die("real time");
	setvbuf(stdout, NULL, _IOFBF, 4 * MB);
	memset(samples, 0, sizeof(samples));
}

int main(int argc, char **argv)
{
	const struct scenario *scenario = find_scenario(argc > 1 ? argv[1] : "");
	struct usage before, after;
	struct loops *loops;
	uint64_t began;

	seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	be_in_charge();
	loops = map_loops();
	start_residents(scenario);
	sleep_ms((is_set("UNITS") || scenario->reads ? 3 : 1) * SETTLE_MS);
	room_kb = mem_available_kb();
	before = manager_usage();
	loops->measuring = 1;
	began = now_ns();
	printf("begin %llu\nroom_kb %ld\n", (unsigned long long)began, room_kb);
	scenario->work();
	watch(began + scenario->seconds * 1000000000ULL);
	loops->measuring = 0;
	printf("end %llu\n", (unsigned long long)now_ns());
	after = manager_usage();
	print_loop("control", &loops->control);
	print_loop("shell", &loops->shell);
	printf("manager_processes %u\nmanager_pss_kb %lu\nmanager_cpu_us %llu\n", after.nr, after.pss_kb,
	       (unsigned long long)(after.cpu_ns - before.cpu_ns) / 1000);
	print_samples();
	printf("complete 1\n");
	return fflush(stdout) ? 1 : 0;
}
