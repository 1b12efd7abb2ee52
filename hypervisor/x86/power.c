/* Owns: the end of the machine: by ACPI where its tables say how, and by older ways where they do not. */
#include "hypervisor/x86/cpu.h"
#include "hypervisor/x86/host.h"

enum { DEBUG_EXIT = 0xf4, PANIC_CODE = 0x13 };      /* QEMU's isa-debug-exit; no such port on a real machine */

_Noreturn void arch_halt(void)
{
    port_out8(DEBUG_EXIT, PANIC_CODE);
    for (;;)
        __asm__ volatile("cli; hlt");
}

_Noreturn void arch_poweroff(unsigned code)
{
    uint16_t sleep = (uint16_t)(firmware.s5_type << 10 | 1 << 13);
    port_out8(DEBUG_EXIT, (uint8_t)code);
    if (firmware.pm1a_control)
        port_out16(firmware.pm1a_control, sleep);
    if (firmware.pm1b_control)
        port_out16(firmware.pm1b_control, sleep);
    for (;;)
        __asm__ volatile("cli; hlt");
}

_Noreturn void arch_reboot(void)
{
    if (firmware.reset_port)
        port_out8(firmware.reset_port, firmware.reset_value);
    port_out8(0xcf9, 6);
    port_out8(0x64, 0xfe);
    arch_halt();
}
