/* The parts of platform_check, by subject; called in this order, each may rely on those before. */
#ifndef PLATFORM_CHECK_H
#define PLATFORM_CHECK_H
#include "platform/platform.h"

bool platform_check_nodes(const struct platform *p, struct error *e);       /* virtual NUMA against memory and vCPUs */
bool platform_check_hidden(const struct platform *p, struct error *e);      /* ACPI paths: their form only */
bool platform_check_arm(const struct platform *p, struct error *e);         /* BOARD_VIRT: GIC, static memory */
bool platform_check_no_arm(const struct platform *p, struct error *e);      /* BOARD_PC: nothing of those */
void platform_lay_out_banks(struct platform *p);                            /* direct-map: p->ram from the banks */
bool platform_check_channels(const struct platform *p, struct error *e);    /* static event channels: ports, labels */
bool platform_check_devices(const struct platform *p, struct error *e);     /* nothing stands on another; p->ram is laid out */
#endif
