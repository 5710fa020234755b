/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_PURPOSE_H
#define OE_PURPOSE_H

#include "episode.h"

enum oe_purpose oe_purpose_of(const struct oe_call *call);

#endif /* OE_PURPOSE_H */
