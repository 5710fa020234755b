/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model that sysfs_fuzz has of the module's files: which there are, and what each has to read as. Its functions
 * read, write and compare them, and count violations. To be included after fuzz_files.h.
 */
#ifndef FUZZ_MODEL_H
#define FUZZ_MODEL_H

#define OE "/sys/kernel/oom_embedded/"

enum {
	READ_MAX = 256 * 1024,
	VIOLATIONS_SHOWN = 40,
};

/* A file, and what it has to read as. */
struct file {
	struct file *next;
	const struct setting *setting;
	char path[96];
	char shown[8192];
	unsigned int nr_staged;
	char staged_shown[64];
	bool staged_known;
};

static struct file *files;
static long nr_writes, nr_refused, nr_reads, nr_violations;
static struct text text;
static char buffer[READ_MAX + 1];

static void print_escaped(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len && i < 80; i++) {
		if (bytes[i] > ' ' && bytes[i] < 127)
			putchar(bytes[i]);
		else
			printf("\\x%02x", (unsigned char)bytes[i]);
	}
}

static void violation(const char *path, const char *what, const char *found)
{
	if (++nr_violations > VIOLATIONS_SHOWN)
		return;
	printf("# violation: %s: %s: wrote '", path, what);
	print_escaped(text.bytes, text.len);
	printf("' found '");
	print_escaped(found, strlen(found));
	printf("'\n");
	fflush(stdout);
}

static int open_file(const char *path, int mode)
{
	char whole[160];

	snprintf(whole, sizeof(whole), OE "%s", path);
	return open(whole, mode | O_CLOEXEC);
}

/* The whole file in the buffer, without its last newline; or -1. */
static long read_file(const char *path)
{
	int fd = open_file(path, O_RDONLY);
	long len = 0;
	long got = 0;

	nr_reads++;
	buffer[0] = '\0';
	if (fd < 0)
		return -1;
	while (len < READ_MAX &&
	       (got = read(fd, buffer + len, READ_MAX - len)) > 0)
		len += got;
	close(fd);
	if (got < 0)
		return -1;
	len -= len && buffer[len - 1] == '\n';
	buffer[len] = '\0';
	return len;
}

static bool is_known_errno(int error)
{
	switch (error) {
	case EINVAL:
	case ERANGE:
	case ENOENT:
	case EEXIST:
	case ENOSPC:
	case EBUSY:
	case ENAMETOOLONG:
	case EOPNOTSUPP:
	case ESRCH:
	case EPERM:
	case EFBIG:
	case ENOTDIR:
	case EACCES:
	case E2BIG:
		return true;
	}
	return false;
}

/* The text; 0, or the errno */
static int write_file(const char *path)
{
	int fd = open_file(path, O_WRONLY);
	ssize_t put;
	int error;

	nr_writes++;
	if (fd < 0)
		return errno;
	put = write(fd, text.bytes, text.len);
	error = put < 0 ? errno : 0;
	close(fd);
	nr_refused += error != 0;
	if (error && !is_known_errno(error))
		violation(path, "no errno of the ABI", strerrorname_np(error));
	return error;
}

static void check_file(const struct file *file, const char *when)
{
	if (read_file(file->path) < 0)
		violation(file->path, when, strerrorname_np(errno));
	else if (strcmp(buffer, file->shown))
		violation(file->path, when, buffer);
}

static void adopt(struct file *file)
{
	if (read_file(file->path) < 0 || strlen(buffer) >= sizeof(file->shown))
		violation(file->path, "cannot be read", strerrorname_np(errno));
	else
		strcpy(file->shown, buffer);
}

static void add_files(const char *dir, const struct setting *settings)
{
	for (; settings->path; settings++) {
		struct file *file = calloc(1, sizeof(*file));

		if (!file)
			die("calloc");
		file->setting = settings;
		snprintf(file->path, sizeof(file->path), "%s%s", dir,
			 settings->path);
		file->next = files;
		files = file;
		adopt(file);
	}
}

static void remove_files(const char *dir)
{
	struct file **place = &files;

	while (*place) {
		struct file *file = *place;

		if (strncmp(file->path, dir, strlen(dir))) {
			place = &file->next;
			continue;
		}
		*place = file->next;
		free(file);
	}
}

static unsigned int count_files(void)
{
	unsigned int n = 0;

	for (struct file *file = files; file; file = file->next)
		n++;
	return n;
}

static struct file *pick_file(void)
{
	unsigned int n = random_below(count_files());
	struct file *file = files;

	while (n--)
		file = file->next;
	return file;
}

static bool is_there(const char *dir)
{
	for (struct file *file = files; file; file = file->next)
		if (!strncmp(file->path, dir, strlen(dir)))
			return true;
	return false;
}

static long setting_value(const char *path)
{
	for (struct file *file = files; file; file = file->next)
		if (!strcmp(file->path, path))
			return strtol(file->shown, NULL, 10);
	return 0;
}

#endif /* FUZZ_MODEL_H */
