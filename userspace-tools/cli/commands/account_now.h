/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_CLI_ACCOUNT_NOW_H
#define OE_CLI_ACCOUNT_NOW_H

enum {
	ACCOUNT_NOTES = 5,
	ACCOUNT_NOTE_TEXT = 256,
};

/**
 * struct account_note - a closer look at a part of the memory
 * @title: "In tmpfs now"
 * @text: "/tmp 150.0 MiB, /run 2.0 MiB"; printable
 */
struct account_note {
	const char *title;
	char text[ACCOUNT_NOTE_TEXT];
};

int account_notes(struct account_note note[ACCOUNT_NOTES]);

#endif
