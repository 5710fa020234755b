/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long it takes to make room for pages.
 */
#ifndef OE_ROOM_TIME_H
#define OE_ROOM_TIME_H

int oe_room_time_start(void);
void oe_room_time_stop(void);
void oe_room_time_exit(void);
void oe_room_time_sum(unsigned long *waited_us, unsigned long *kswapd_us);

#endif /* OE_ROOM_TIME_H */
