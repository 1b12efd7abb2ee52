/* Owns: the GTDT of BOARD_VIRT (ACPI 6.4, 5.2.24): the interrupts of each vCPU's timers. There are no memory-mapped timers. */
#include "acpi/arm.h"
#include "platform/virt_map.h"

enum { GTDT_REVISION = 3 };
#define NO_BLOCK UINT64_MAX                         /* an address of a counter block that is not provided */

static void timer(struct table_out *o, uint32_t gsiv, uint32_t flags)
{
    table_le(o, gsiv, 4);
    table_le(o, flags, 4);
}

/*
 * The lines are the generic timer's: level-triggered, active low as Xen's device trees have it. Always on: the timer of a
 * vCPU that waits is kept by the hypervisor and wakes it, whatever the physical CPU does meanwhile, so a guest needs no
 * second clock to wake from idle (and has none). The secure timer's number is the layout's; nobody in the guest can run it, nor
 * EL2's timer, whose number is told because Linux asks the GIC for it whatever it is and finds fault with 0.
 */
uint64_t acpi_arm_gtdt(struct table_out *o, const struct platform *p)
{
    (void)p;
    uint64_t start = table_begin(o, "GTDT", GTDT_REVISION);
    table_le(o, NO_BLOCK, 8);                       /* CntControlBase */
    table_zero(o, 4);
    timer(o, VIRT_TIMER_SEC_GSI, ARM_LEVEL_LOW);
    timer(o, VIRT_TIMER_EL1_GSI, ARM_LEVEL_LOW | ARM_ALWAYS_ON);
    timer(o, VIRT_TIMER_VIRT_GSI, ARM_LEVEL_LOW | ARM_ALWAYS_ON);
    timer(o, VIRT_TIMER_EL2_GSI, ARM_LEVEL_LOW);
    table_le(o, NO_BLOCK, 8);                       /* CntReadBase */
    table_zero(o, 4 + 4);                           /* platform timers: none */
    timer(o, 0, 0);                                 /* EL2's virtual one */
    table_end(o, start);
    return start;
}
