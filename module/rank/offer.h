/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_OFFER_H
#define OE_OFFER_H

int oe_offer_make(unsigned int rank);

#endif /* OE_OFFER_H */
