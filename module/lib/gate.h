/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_GATE_H
#define OE_GATE_H

/*
 * Settings that belong together are put in force while no emergency looks at
 * them. Those who look never wait for more than the stores; the one who puts
 * them in force waits until nobody looks.
 */
void oe_gate_enter(void);
void oe_gate_leave(void);
int oe_gate_close(void);
void oe_gate_open(void);

#endif /* OE_GATE_H */
