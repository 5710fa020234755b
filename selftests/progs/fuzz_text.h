/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The texts of sysfs_fuzz, by the grammar of the ABI page: good ones, ones at a bound and ones that are
 * spoiled; and a judge, who knows what the page says of a text. To be included after prog.h.
 */
#ifndef FUZZ_TEXT_H
#define FUZZ_TEXT_H

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	TEXT_MAX_LEN =
		6000, /* longer than a page, of which kernfs takes no more */
};

enum kind {
	KIND_NUMBER, /* min to max */
	KIND_SIZE, /* KiB, or with K, M, G; min to max KiB */
	KIND_WORD, /* one of words */
	KIND_COMM,
	KIND_UID,
	KIND_CGROUP,
	KIND_RULES,
	KIND_SUBORDINATE,
};

/* The page's word about a text. */
enum verdict {
	VERDICT_GOOD, /* taken; it reads as the shown text */
	VERDICT_BAD, /* refused */
	VERDICT_OPEN, /* either: the page says too little, or another file has a word in it */
};

struct setting {
	const char *path; /* below the module's directory or that of a member */
	enum kind kind;
	long min, max;
	const char *const *words;
	bool open; /* more texts may be good than these, or a good one refused */
};

struct text {
	size_t len;
	char bytes[TEXT_MAX_LEN + 1]; /* a NUL behind it */
};

static uint64_t random_state;

/* xorshift64*: the same seed gives the same run. */
static uint32_t random_below(uint32_t n)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * 0x2545f4914f6cdd1dULL >> 32) % n;
}

static bool one_in(uint32_t n)
{
	return !random_below(n);
}

static const char *pick(const char *const *words)
{
	unsigned int n = 0;

	while (words[n])
		n++;
	return words[random_below(n)];
}

__attribute__((format(printf, 2, 3))) static void
set_text(struct text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text->len = vsnprintf(text->bytes, sizeof(text->bytes), format, args);
	va_end(args);
}

static long pick_number(const struct setting *setting)
{
	switch (random_below(6)) {
	case 0:
		return setting->min;
	case 1:
		return setting->max;
	case 2:
		return setting->max + 1;
	case 3:
		return setting->min - 1;
	}
	return setting->min +
	       random_below(setting->max - setting->min < 1000 ?
				    setting->max - setting->min + 1 :
				    1000);
}

static const char *const patterns[] = { "fz*",	 "pump?", "[a-f]z", "[!z]9",
					"a\\*b", "",	  NULL };
static const char *const cgroups[] = { "/",	"/fz", "/fz/deep/er",
				       "/fz/*", "fz",  "/fz//",
				       "",	NULL };
static const char *const programs[] = { "/selftests/leak", "/bin/busybox",
					"/nowhere", "leak", NULL };

static void make_uids(struct text *text)
{
	unsigned int first = 1000 + random_below(50);

	if (one_in(2))
		set_text(text, "%u", first);
	else
		set_text(text, "%u-%u", first, first + random_below(5));
}

/* One to four lines, each of one to four conditions. */
static void make_rules(struct text *text)
{
	unsigned int lines = 1 + random_below(4);

	text->len = 0;
	text->bytes[0] = '\0';
	for (unsigned int i = 0; i < lines; i++) {
		char line[256] = "";

		if (one_in(3))
			snprintf(line + strlen(line),
				 sizeof(line) - strlen(line), "exe=%s ",
				 pick(programs));
		if (one_in(2))
			snprintf(line + strlen(line),
				 sizeof(line) - strlen(line), "cgroup=%s ",
				 pick(cgroups));
		if (one_in(2))
			snprintf(line + strlen(line),
				 sizeof(line) - strlen(line), "comm=%s ",
				 pick(patterns));
		if (one_in(2))
			snprintf(line + strlen(line),
				 sizeof(line) - strlen(line), "uid=%u",
				 1000 + random_below(9));
		text->len += snprintf(text->bytes + text->len,
				      sizeof(text->bytes) - text->len, "%s\n",
				      line);
	}
}

static void make_plain(const struct setting *setting, struct text *text)
{
	static const char *const units[] = { "", "K", "M", "G", NULL };

	switch (setting->kind) {
	case KIND_NUMBER:
		set_text(text, "%ld", pick_number(setting));
		break;
	case KIND_SIZE:
		set_text(text, "%ld%s",
			 pick_number(setting) >> (one_in(2) ? 10 : 0),
			 pick(units));
		break;
	case KIND_WORD:
		set_text(text, "%s", pick(setting->words));
		break;
	case KIND_COMM:
		set_text(text, "%s", pick(patterns));
		break;
	case KIND_CGROUP:
		set_text(text, "%s", pick(cgroups));
		break;
	case KIND_RULES:
		make_rules(text);
		break;
	case KIND_UID:
	case KIND_SUBORDINATE:
		make_uids(text);
		break;
	}
}

/* One fault, or two. */
static void spoil(struct text *text)
{
	static const char junk[] = "\0\n \t-+0x%/*[\\\377\001;=:aK9";
	size_t at = random_below(text->len + 1);

	switch (random_below(6)) {
	case 0:
	case 1:
		if (text->len < TEXT_MAX_LEN) {
			memmove(text->bytes + at + 1, text->bytes + at,
				text->len - at);
			text->bytes[at] = junk[random_below(sizeof(junk) - 1)];
			text->len++;
		}
		break;
	case 2:
		text->len = at;
		break;
	case 3:
		if (at < text->len)
			text->bytes[at] = junk[random_below(sizeof(junk) - 1)];
		break;
	case 4:
		while (text->len && text->len * 2 <= TEXT_MAX_LEN &&
		       !one_in(8)) {
			memcpy(text->bytes + text->len, text->bytes, text->len);
			text->len *= 2;
		}
		break;
	default:
		set_text(text, "%s",
			 one_in(2) ? "18446744073709551617" :
				     "-9223372036854775809");
	}
	text->bytes[text->len] = '\0';
	if (one_in(4))
		spoil(text);
}

static void make_text(const struct setting *setting, struct text *text)
{
	make_plain(setting, text);
	if (one_in(3) && text->len < TEXT_MAX_LEN) {
		text->bytes[text->len++] = '\n';
		text->bytes[text->len] = '\0';
	}
	if (one_in(3))
		spoil(text);
}

/* digits: how many of them are at the beginning, without a needless zero; 0 if there is no plain number */
static size_t nr_digits(const char *bytes, size_t len)
{
	size_t n = 0;

	while (n < len && isdigit((unsigned char)bytes[n]))
		n++;
	return n > 1 && bytes[0] == '0' ? 0 : n;
}

static enum verdict judge_size(const struct setting *setting, const char *bytes,
			       size_t len, char *shown)
{
	size_t digits = nr_digits(bytes, len);
	const char *unit = "KMG";
	unsigned long long kb;

	if (!digits || digits > 9 || len - digits > 1)
		return VERDICT_OPEN;
	kb = strtoull(bytes, NULL, 10);
	if (len > digits) {
		unit = strchr(unit, bytes[digits]);
		if (!unit || !*unit || setting->kind != KIND_SIZE)
			return VERDICT_OPEN;
		kb <<= 10 * (*unit == 'M' ? 1 : *unit == 'G' ? 2 : 0);
	}
	if (kb < (unsigned long long)setting->min ||
	    kb > (unsigned long long)setting->max)
		return setting->kind == KIND_SIZE ? VERDICT_OPEN : VERDICT_BAD;
	sprintf(shown, "%llu", kb);
	return VERDICT_GOOD;
}

/* Without the one newline that may end it. */
static size_t line_length(const struct text *text)
{
	return text->len - (text->len && text->bytes[text->len - 1] == '\n');
}

static enum verdict judge_number(const struct setting *setting,
				 const struct text *text, char *shown)
{
	size_t len = line_length(text);

	if (len > 4000)
		return VERDICT_OPEN;
	for (size_t i = 0; i < len; i++)
		if (!isdigit((unsigned char)text->bytes[i]) &&
		    (i || text->bytes[i] != '-') &&
		    (setting->kind == KIND_NUMBER ||
		     !strchr("KMGkmg%", text->bytes[i])))
			return VERDICT_BAD;
	return judge_size(setting, text->bytes, len, shown);
}

static enum verdict judge_word(const struct setting *setting,
			       const struct text *text, char *shown)
{
	size_t len = line_length(text);

	for (const char *const *word = setting->words; *word; word++)
		if (len == strlen(*word) && !memcmp(text->bytes, *word, len)) {
			strcpy(shown, *word);
			return VERDICT_GOOD;
		}
	return len ? VERDICT_BAD : VERDICT_OPEN;
}

/* judge - what the page says; shown has what it reads as then, if it is good */
static enum verdict judge(const struct setting *setting,
			  const struct text *text, char *shown)
{
	if (setting->open)
		return VERDICT_OPEN;
	switch (setting->kind) {
	case KIND_NUMBER:
	case KIND_SIZE:
		return judge_number(setting, text, shown);
	case KIND_WORD:
		return judge_word(setting, text, shown);
	default:
		return VERDICT_OPEN;
	}
}

#endif /* FUZZ_TEXT_H */
