/* Owns: the end of the machine: by semihosting, where the command line says that a debugger or emulator waits for it, else by PSCI. */
#include "hypervisor/arm/host.h"

enum { PANIC_CODE = 0x13, SYS_EXIT_EXTENDED = 0x20, STOPPED_BY_EXIT = 0x20026 };

static bool has_semihosting;

void power_start(bool semihosting) { has_semihosting = semihosting; }

/* "Semihosting for AArch32 and AArch64", 6.9: the block has a reason and a status. Returns only if nobody listens. */
static void semihosting_exit(unsigned code)
{
    uint64_t block[2] = { STOPPED_BY_EXIT, 2 * code + 1 };
    register uint64_t x0 __asm__("x0") = SYS_EXIT_EXTENDED, x1 __asm__("x1") = (uintptr_t)block;
    if (has_semihosting)
        __asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
}

_Noreturn static void stop(void)
{
    for (;;)
        __asm__ volatile("wfi" : : : "memory");
}

_Noreturn void arch_halt(void)
{
    semihosting_exit(PANIC_CODE);
    stop();
}

_Noreturn void arch_poweroff(unsigned code)
{
    semihosting_exit(code);
    psci_off();
    stop();
}

_Noreturn void arch_reboot(void)
{
    psci_reset();
    stop();
}
