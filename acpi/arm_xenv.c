/*
 * Owns: XENV, the "Xen Environment Table" (version 1, 4 January 2015): the two things that a Xen guest on Arm cannot ask for by
 * hypercall before it has them: where there is room for its grant table, and the interrupt of its event channels.
 */
#include "acpi/arm.h"
#include "platform/virt_map.h"

uint64_t acpi_arm_xenv(struct table_out *o, const struct platform *p)
{
    (void)p;
    uint64_t start = table_begin(o, "XENV", 1);
    table_le(o, VIRT_GRANT_BASE, 8);
    table_le(o, VIRT_GRANT_SIZE, 8);
    table_le(o, VIRT_EVTCHN_GSI, 4);
    table_le(o, ARM_LEVEL_LOW, 1);                  /* pending as long as the vCPU has an unmasked event: a level */
    table_end(o, start);
    return start;
}
