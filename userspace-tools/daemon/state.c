// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state that survives a restart of the manager, in a small file below /run (mapped.c). The file
 * has two slots, of which the newer whole one counts: a manager that is killed while it writes leaves
 * the older one. A slot that is not whole, of another boot, or of nonsense, counts as empty.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/daemon.h"

enum {
	PATH = 256,
};

static struct {
	void *mapped; /* OE_STATE_SLOTS of them; NULL: nothing is kept */
	struct oe_state_slot now;
	bool has_before;
	char path[PATH];
} file;

/* Of no use once it was taken over. */
static struct oe_state state_before __attribute__((aligned(4096)));

static void read_slots(const struct oe_state_slot *slots)
{
	for (int i = 0; i < OE_STATE_SLOTS; i++) {
		if (!oe_state_is_whole(&slots[i], file.now.boot_id) ||
		    (file.has_before &&
		     slots[i].generation <= file.now.generation))
			continue;
		file.now.generation = slots[i].generation;
		state_before = slots[i].state;
		file.has_before = true;
	}
}

/**
 * oe_state_open - keep the state in a file, and see what the manager before has left there
 * @path: the file; made if it is not there
 *
 * Not in an emergency. Without a file the manager works as well, which is logged. Again with
 * another path: the state is kept there from now on.
 */
void oe_state_open(const char *path)
{
	bool again = *file.path;
	const char *why;

	if (!strcmp(file.path, path))
		return;
	snprintf(file.path, sizeof(file.path), "%s", path);
	oe_state_read_boot_id(file.now.boot_id);
	why = oe_mapped_open(path,
			     OE_STATE_SLOTS * sizeof(struct oe_state_slot),
			     &file.mapped);
	if (why)
		oe_log(OE_LOG_WARNING,
		       "cannot use %s (%s): what I am at is lost when I end",
		       path, why);
	if (again)
		oe_state_publish();
	else if (file.mapped)
		read_slots(file.mapped);
}

/**
 * oe_state_before - the state that the manager before has left
 *
 * Return: its state, or NULL if there is none, or none that is whole and of this boot.
 */
const struct oe_state *oe_state_before(void)
{
	return file.has_before ? &state_before : NULL;
}

/**
 * oe_state_forget_before - the state of the manager before was taken over
 */
void oe_state_forget_before(void)
{
	file.has_before = false;
	oe_memory_spare(&state_before, sizeof(state_before));
}

/**
 * oe_state_now - the state, to be changed
 *
 * Return: the state; oe_state_publish() makes a change count.
 */
struct oe_state *oe_state_now(void)
{
	return &file.now.state;
}

/**
 * oe_state_publish - note the state
 *
 * Makes no system call.
 */
void oe_state_publish(void)
{
	struct oe_state_slot *slots = file.mapped;

	file.now.magic = OE_STATE_MAGIC;
	file.now.generation++;
	file.now.checksum = oe_state_checksum(&file.now);
	/* A manager that is killed in between leaves a slot that is not whole. */
	if (slots)
		slots[file.now.generation % OE_STATE_SLOTS] = file.now;
}

/**
 * oe_state_set_text - change a text of the state
 * @text: in oe_state_now()
 * @size: of @text
 * @value: cut off if it is longer
 */
void oe_state_set_text(char *text, size_t size, const char *value)
{
	/* All of it, so that equal states are equal. */
	memset(text, 0, size);
	snprintf(text, size, "%s", value);
}

/**
 * oe_state_is_text - is a name the one that was noted?
 * @text: in a state
 * @size: of @text
 * @value: a name of any length
 *
 * Return: true if it is, as far as it was noted.
 */
bool oe_state_is_text(const char *text, size_t size, const char *value)
{
	return *text && !strncmp(text, value, size - 1);
}
