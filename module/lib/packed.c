// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records in the bytes that they have: a struct in which most numbers are small,
 * most texts are short, and some are the same, takes a fourth of its size.
 */
#include "core.h"

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "lib/packed.h"

enum {
	/* The byte of a text that is the same as that of a field before. */
	SAME_TEXT = 0x80,
	MORE_BITS = 0x80,
};

/* A packing under way. */
struct packer {
	const struct oe_packed_ring *ring;
	u32 at; /* wraps */
	u64 begin; /* of OE_FIELD_BEGIN */
};

static void put_byte(struct packer *packer, u8 byte)
{
	packer->ring->bytes[packer->at++ & packer->ring->mask] = byte;
}

static u8 get_byte(struct packer *packer)
{
	return packer->ring->bytes[packer->at++ & packer->ring->mask];
}

static void put_number(struct packer *packer, u64 number)
{
	for (; number >= MORE_BITS; number >>= 7)
		put_byte(packer, number | MORE_BITS);
	put_byte(packer, number);
}

static u64 get_number(struct packer *packer)
{
	unsigned int shift = 0;
	u64 number = 0;
	u8 byte;

	do {
		byte = get_byte(packer);
		number |= (u64)(byte & ~MORE_BITS) << shift;
		shift += 7;
	} while ((byte & MORE_BITS) && shift < 64);
	return number;
}

static u64 load_member(const struct oe_field *field, const void *member)
{
	switch (field->size) {
	case 1:
		return *(const u8 *)member;
	case 2:
		return *(const u16 *)member;
	case 4:
		return *(const u32 *)member;
	default:
		return *(const u64 *)member;
	}
}

static void store_member(const struct oe_field *field, void *member, u64 number)
{
	switch (field->size) {
	case 1:
		*(u8 *)member = number;
		break;
	case 2:
		*(u16 *)member = number;
		break;
	case 4:
		*(u32 *)member = number;
		break;
	default:
		*(u64 *)member = number;
	}
}

/* 0 stays 0: it did not happen. */
static u64 count_from(u64 begin, u64 time)
{
	return time ? time - begin + 1 : 0;
}

static u64 count_back(u64 begin, u64 since)
{
	return since ? begin + since - 1 : 0;
}

/* The field before @i with the same text, or @i. */
static unsigned int find_same(const struct oe_field *fields, unsigned int i,
			      const void *record)
{
	const char *text = record + fields[i].offset;
	unsigned int k;

	for (k = 0; k < i; k++)
		if (fields[k].kind == OE_FIELD_TEXT &&
		    !strcmp(record + fields[k].offset, text))
			return k;
	return i;
}

static void put_text(struct packer *packer, const struct oe_field *fields,
		     unsigned int i, const void *record)
{
	const char *text = record + fields[i].offset;
	unsigned int length = strnlen(text, fields[i].size - 1);
	unsigned int same = length ? find_same(fields, i, record) : i;

	if (same != i) {
		put_byte(packer, SAME_TEXT | same);
		return;
	}
	put_byte(packer, length);
	while (length--)
		put_byte(packer, *text++);
}

static void get_text(struct packer *packer, const struct oe_field *fields,
		     unsigned int i, void *record)
{
	char *text = record + fields[i].offset;
	u8 length = get_byte(packer);
	unsigned int k;

	if (length & SAME_TEXT) {
		strscpy(text, record + fields[length & ~SAME_TEXT].offset,
			fields[i].size);
		return;
	}
	for (k = 0; k < length; k++)
		text[k] = get_byte(packer);
	text[length] = '\0';
}

/**
 * oe_pack - add a record to a ring
 * @ring: of the caller, who keeps others from it
 * @at: where; wraps
 * @fields: the members that are kept, at most OE_FIELDS_MAX, texts with a NUL
 * @nr_fields: how many
 * @record: the struct
 *
 * Context: any; allocates nothing.
 * Return: the position behind it.
 */
u32 oe_pack(const struct oe_packed_ring *ring, u32 at,
	    const struct oe_field *fields, unsigned int nr_fields,
	    const void *record)
{
	struct packer packer = { .ring = ring, .at = at };
	unsigned int i;

	for (i = 0; i < nr_fields; i++) {
		u64 number;

		if (fields[i].kind == OE_FIELD_TEXT) {
			put_text(&packer, fields, i, record);
			continue;
		}
		number = load_member(&fields[i], record + fields[i].offset);
		if (fields[i].kind == OE_FIELD_BEGIN)
			packer.begin = number;
		else if (fields[i].kind == OE_FIELD_SINCE)
			number = count_from(packer.begin, number);
		put_number(&packer, number);
	}
	return packer.at;
}

/**
 * oe_unpack - a record of a ring
 * @ring: of the caller, who keeps others from it
 * @at: where oe_pack() has put it
 * @fields: as they were given to it
 * @nr_fields: as it was given to it
 * @record: the members are filled in, and nothing else is changed
 *
 * Context: any.
 * Return: the position behind it.
 */
u32 oe_unpack(const struct oe_packed_ring *ring, u32 at,
	      const struct oe_field *fields, unsigned int nr_fields,
	      void *record)
{
	struct packer packer = { .ring = ring, .at = at };
	unsigned int i;

	for (i = 0; i < nr_fields; i++) {
		u64 number;

		if (fields[i].kind == OE_FIELD_TEXT) {
			get_text(&packer, fields, i, record);
			continue;
		}
		number = get_number(&packer);
		if (fields[i].kind == OE_FIELD_BEGIN)
			packer.begin = number;
		else if (fields[i].kind == OE_FIELD_SINCE)
			number = count_back(packer.begin, number);
		store_member(&fields[i], record + fields[i].offset, number);
	}
	return packer.at;
}
