/* The boards' parts of plan_make. Each finds *plan zeroed but for acpi and acpi_size. name: what to call the kernel in a sentence. */
#ifndef HYPERVISOR_BUILDER_PLAN_BOARD_H
#define HYPERVISOR_BUILDER_PLAN_BOARD_H
#include "hypervisor/builder/plan.h"

bool plan_pc(struct plan *plan, const struct platform *p, struct span kernel, const char *name, struct error *e);
bool plan_virt(struct plan *plan, const struct platform *p, struct span kernel, struct span passthrough, const char *name, struct error *e);
#endif
