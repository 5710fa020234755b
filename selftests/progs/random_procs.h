/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The processes of random_ranks.c, and what it shares with them.
 */
#ifndef RANDOM_PROCS_H
#define RANDOM_PROCS_H

#define OE "/sys/kernel/oom_embedded/"
#define CGROUP "/sys/fs/cgroup"

enum {
	NR_PARENTS = 7, /* the others are children of the first ones */
	NR_EXES = 2,
	COMMAND_FD = 100,
	REPLY_FD = 101,
	DEATH_MS = 60 * 1000,
	SETTLE_MS = 50,
};

static const char *const exes[NR_EXES] = { "/tmp/random_ranks/a", "/tmp/random_ranks/b" };
static const char *const cgroups[] = { "/", "/pt/a/x", "/pt/a/y", "/pt/b" };
static const char *const names[] = { "alpha", "beta", "alpine", "b" };
static const long uids[] = { 0, 0, 1000, 1001 };

static struct world world;
static int commands[NR_PROCS];
static int replies[2];
static int pidfds[NR_PROCS];
static unsigned long round_nr;
static unsigned long nr_lists, nr_kills, nr_whys, nr_wrong;
static const char *tool;

static _Noreturn void die(const char *what)
{
	printf("# random_ranks: round %lu: %s: %s\n", round_nr, what, strerrorname_np(errno));
	exit(EXIT_FAILURE);
}

static unsigned int below(unsigned int n)
{
	return (unsigned int)random() % n;
}

#define PICK(list) ((list)[below(sizeof(list) / sizeof((list)[0]))])

static __attribute__((format(printf, 2, 3))) int put(const char *path, const char *format, ...)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	va_list args;
	int ret;

	if (fd < 0)
		return -1;
	va_start(args, format);
	ret = vdprintf(fd, format, args);
	va_end(args);
	close(fd);
	return ret;
}

#define MUST_PUT(path, ...)                     \
	do {                                    \
		if (put(path, __VA_ARGS__) < 0) \
			die(path);              \
	} while (0)

static void *hold(long kb)
{
	char *memory = mmap(NULL, kb * 1024, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (memory == MAP_FAILED)
		die("mmap");
	return memory;
}

static void reply(int value)
{
	if (write(REPLY_FD, &value, sizeof(value)) != sizeof(value))
		_exit(EXIT_FAILURE);
}

static void fork_child(void *memory, long kb, long child_kb)
{
	pid_t pid = fork();

	if (pid)
		return;
	munmap(memory, kb * 1024);
	hold(child_kb);
	reply(getpid());
	for (;;)
		pause();
}

static void obey(void *memory, long kb)
{
	char line[32];
	ssize_t n;

	while ((n = read(COMMAND_FD, line, sizeof(line) - 1)) > 0) {
		line[n] = '\0';
		if (*line == 'f')
			fork_child(memory, kb, atol(line + 1));
		else
			reply(put("/proc/oom_embedded/self", "%s", line + 1) < 0 ? errno : 0);
	}
	for (;;)
		pause();
}

/* hold NAME KB CGROUP RUID EUID ADJ */
static _Noreturn void be_judged(char **argv)
{
	char path[64];
	long kb = atol(argv[1]);
	void *memory;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGCHLD, SIG_IGN);
	snprintf(path, sizeof(path), CGROUP "%s/cgroup.procs", argv[2]);
	MUST_PUT(path, "0");
	MUST_PUT("/proc/self/oom_score_adj", "%s", argv[5]);
	if (setresuid(atol(argv[3]), atol(argv[4]), atol(argv[3])))
		die("setresuid");
	prctl(PR_SET_NAME, argv[0]);
	memory = hold(kb);
	reply(getpid());
	obey(memory, kb);
	exit(EXIT_FAILURE);
}

static int next_reply(void)
{
	struct pollfd poll_fd = { .fd = replies[0], .events = POLLIN };
	int value;

	if (poll(&poll_fd, 1, DEATH_MS) != 1 ||
	    read(replies[0], &value, sizeof(value)) != sizeof(value))
		die("no reply");
	return value;
}

static void begin_process(int i, pid_t pid)
{
	world.procs[i].pid = pid;
	world.procs[i].alive = true;
	pidfds[i] = syscall(SYS_pidfd_open, pid, 0);
	if (pidfds[i] < 0)
		die("pidfd_open");
}

static void execute(const struct proc *p, long kb, int command)
{
	char text[4][24];

	snprintf(text[0], sizeof(text[0]), "%ld", kb);
	snprintf(text[1], sizeof(text[1]), "%ld", p->ruid);
	snprintf(text[2], sizeof(text[2]), "%ld", p->euid);
	snprintf(text[3], sizeof(text[3]), "%d", p->adj);
	dup2(command, COMMAND_FD);
	dup2(replies[1], REPLY_FD);
	execl(p->exe, "random_ranks", "hold", p->comm, text[0], p->cgroup, text[1], text[2],
	      text[3], NULL);
	_exit(EXIT_FAILURE);
}

static void start_process(int i, long kb)
{
	static const int adjs[] = { 0, 0, 0, 0, 0, 20, -20, 100, -1000 };
	struct proc *p = &world.procs[i];
	int command[2];
	pid_t pid;

	*p = (struct proc){
		.exe = PICK(exes),
		.cgroup = PICK(cgroups),
		.comm = PICK(names),
		.ruid = PICK(uids),
		.adj = PICK(adjs),
	};
	p->euid = !p->ruid && !below(4) ? 1000 : p->ruid;
	if (pipe2(command, O_CLOEXEC))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		execute(p, kb, command[0]);
	close(command[0]);
	commands[i] = command[1];
	if (next_reply() != pid)
		die("start");
	begin_process(i, pid);
}

/* A child is as its parent, but for what is not inherited. */
static void fork_process(int i, long kb)
{
	int parent = i - NR_PARENTS;
	struct proc *p = &world.procs[i];

	dprintf(commands[parent], "f%ld", kb);
	*p = world.procs[parent];
	begin_process(i, next_reply());
	if (p->own == OWN_SELF)
		p->own = OWN_NONE;
	else if (p->own == OWN_EXPLICIT)
		p->own = OWN_INHERITED;
	commands[i] = -1;
}

static void read_memory(struct proc *p)
{
	char path[64];
	char line[128];
	FILE *file;
	long kb;

	snprintf(path, sizeof(path), "/proc/%d/status", p->pid);
	file = fopen(path, "re");
	if (!file)
		die(path);
	p->kb = 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "VmRSS: %ld", &kb) == 1 || sscanf(line, "VmSwap: %ld", &kb) == 1 ||
		    sscanf(line, "VmPTE: %ld", &kb) == 1)
			p->kb += kb;
	fclose(file);
}

#endif /* RANDOM_PROCS_H */
