// SPDX-License-Identifier: GPL-2.0-only
/*
 * The findings of "check": collected, without repetition, and printed at the
 * end, the worst first.
 */
#include "cli/commands/findings.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/print/complain.h"
#include "cli/print/format.h"
#include "cli/print/out.h"
#include "cli/print/readable.h"

/**
 * struct finding - one of them
 * @severity: how bad
 * @id: one word that does not change
 * @text: the fault
 * @advice: the remedy
 * @times: it was found
 */
struct finding {
	enum severity severity;
	const char *id;
	char *text;
	const char *advice;
	unsigned long times;
};

static struct {
	struct finding *finding;
	size_t nr;
} found;

static struct finding *find_finding(const char *id, const char *text)
{
	size_t i;

	for (i = 0; i < found.nr; i++)
		if (!strcmp(found.finding[i].id, id) &&
		    !strcmp(found.finding[i].text, text))
			return &found.finding[i];
	return NULL;
}

/**
 * findings_add - something was found
 * @severity: how bad
 * @id: one word, kept by reference
 * @advice: the remedy, kept by reference
 * @format: the fault, as printf()
 */
void findings_add(enum severity severity, const char *id, const char *advice,
		  const char *format, ...)
{
	struct finding *again;
	va_list list;
	char *text;

	va_start(list, format);
	if (vasprintf(&text, format, list) < 0)
		errx(EXIT_TROUBLE, "out of memory");
	va_end(list);
	printable(text);
	again = find_finding(id, text);
	if (again) {
		again->times++;
		free(text);
		return;
	}
	found.finding = reallocarray(found.finding, found.nr + 1,
				     sizeof(*found.finding));
	if (!found.finding)
		errx(EXIT_TROUBLE, "out of memory");
	found.finding[found.nr++] =
		(struct finding){ severity, id, text, advice, 1 };
}

static void print_finding(const struct finding *finding)
{
	static const char *const words[] = {
		[FINDING_NOTE] = "note",
		[FINDING_WARNING] = "warning",
		[FINDING_ERROR] = "error",
	};

	if (out_is_json()) {
		out_open("");
		out_text("severity", words[finding->severity]);
		out_text("id", finding->id);
		out_text("text", finding->text);
		out_text("advice", finding->advice);
		out_number("times", (long long)finding->times);
		out_close();
		return;
	}
	readable(finding->text);
	/* Editors jump to the FILE:LINE that a line begins with. */
	if (!strcmp(finding->id, "config")) {
		printf("%s\n", finding->text);
		return;
	}
	printf("%s: %s", words[finding->severity], finding->text);
	if (finding->times > 1)
		printf(" (%lu times)", finding->times);
	printf(" [%s]\n", finding->id);
	if (*finding->advice)
		printf("         %s\n", finding->advice);
}

/**
 * findings_count - how many are there?
 * @severity: of this severity
 *
 * Return: their number; the same thing found again is not counted.
 */
unsigned long findings_count(enum severity severity)
{
	unsigned long nr = 0;
	size_t i;

	for (i = 0; i < found.nr; i++)
		nr += found.finding[i].severity == severity;
	return nr;
}

/**
 * findings_forget - forget all
 */
void findings_forget(void)
{
	size_t i;

	for (i = 0; i < found.nr; i++)
		free(found.finding[i].text);
	free(found.finding);
	found.finding = NULL;
	found.nr = 0;
}

/**
 * findings_print - print and forget them
 *
 * Return: EXIT_OK if there are notes only, EXIT_CONFIG if a configuration file
 * has errors, else EXIT_FINDINGS.
 */
int findings_print(void)
{
	int status = EXIT_OK;
	int severity;
	size_t i;

	if (out_is_json())
		out_open_list("findings");
	for (severity = FINDING_ERROR; severity >= FINDING_NOTE; severity--)
		for (i = 0; i < found.nr; i++) {
			const struct finding *finding = &found.finding[i];

			if ((int)finding->severity != severity)
				continue;
			print_finding(finding);
			if (!strcmp(finding->id, "config"))
				status = EXIT_CONFIG;
			else if (severity > FINDING_NOTE && !status)
				status = EXIT_FINDINGS;
		}
	if (out_is_json())
		out_close();
	else if (status == EXIT_OK)
		printf("no problems found\n");
	findings_forget();
	return status;
}
