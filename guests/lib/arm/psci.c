/* Owns: calls of the firmware's kind (DEN 0028), time, and the ways to end. */
#include "guests/lib/guest.h"
#include <string.h>
#include <xen/xen.h>
#include <xen/sched.h>

bool psci_by_smc;
static bool asked;

int32_t psci(uint32_t function, uint64_t a, uint64_t b, uint64_t c)
{
    if (!asked) {
        int node = tree_node("arm,psci-1.0");
        const char *method = tree_text(node < 0 ? tree_node("arm,psci-0.2") : node, "method");
        psci_by_smc = method && strcmp(method, "smc") == 0;
        asked = true;
    }
    return (int32_t)smccc(function, a, b, c);
}

void power_off(void) { (void)psci(PSCI_SYSTEM_OFF, 0, 0, 0); }

/* Nothing on Arm is fatal by itself as a triple fault is: whoever has no Xen to tell ends quietly, its verdict said. */
_Noreturn void break_down(void)
{
    if (has_xen())
        xen_shutdown(SHUTDOWN_crash);
    power_off();
    for (;;)
        __asm__ volatile("msr daifset, #15; wfi");
}

uint64_t ticks_hz(void) { return read_sysreg("cntfrq_el0"); }

void delay_us(uint64_t us)
{
    uint64_t end = ticks() + ticks_hz() * us / 1000000;
    while (ticks() < end)
        pause();
}
