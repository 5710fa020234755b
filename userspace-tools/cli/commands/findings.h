/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_FINDINGS_H
#define OE_CLI_FINDINGS_H

/* The findings of "check". */
enum severity {
	FINDING_NOTE, /* good to know */
	FINDING_WARNING, /* probably not meant */
	FINDING_ERROR, /* defeats the policy */
};

void findings_add(enum severity severity, const char *id, const char *advice,
		  const char *format, ...)
	__attribute__((format(printf, 4, 5)));
unsigned long findings_count(enum severity severity);
void findings_forget(void);
int findings_print(void);

#endif
