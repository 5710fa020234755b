/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_PACKED_H
#define OE_PACKED_H

#include <linux/stddef.h>
#include <linux/types.h>

/**
 * enum oe_field_kind - how a member of a record is packed
 * @OE_FIELD_NUMBER: of 1, 2, 4 or 8 bytes: 7 bits a byte, small ones in few
 * @OE_FIELD_BEGIN: the same; times that follow are counted from it
 * @OE_FIELD_SINCE: a time of 8 bytes, or 0
 * @OE_FIELD_TEXT: an array with a NUL in it: its length, and so many bytes; or, if
 *	a text before it is the same, the field of that one
 */
enum oe_field_kind {
	OE_FIELD_NUMBER,
	OE_FIELD_BEGIN,
	OE_FIELD_SINCE,
	OE_FIELD_TEXT,
};

/**
 * struct oe_field - a member of a record
 * @offset: in the record
 * @size: bytes; of a text at most OE_FIELD_TEXT_MAX
 * @kind: &enum oe_field_kind
 */
struct oe_field {
	u16 offset;
	u8 size;
	u8 kind;
};

enum {
	OE_FIELD_TEXT_MAX = 128,
	OE_FIELDS_MAX = 128,
};

/* clang-format off */
#define OE_FIELD(type, member, the_kind)			\
	{							\
		.offset = offsetof(type, member),		\
		.size = sizeof_field(type, member),		\
		.kind = the_kind,				\
	}
/* clang-format on */

/**
 * struct oe_packed_ring - bytes, each in place of the oldest one
 * @bytes: @mask + 1 of them, a power of two
 * @mask: of a position
 */
struct oe_packed_ring {
	u8 *bytes;
	u32 mask;
};

u32 oe_pack(const struct oe_packed_ring *ring, u32 at,
	    const struct oe_field *fields, unsigned int nr_fields,
	    const void *record);
u32 oe_unpack(const struct oe_packed_ring *ring, u32 at,
	      const struct oe_field *fields, unsigned int nr_fields,
	      void *record);

#endif /* OE_PACKED_H */
