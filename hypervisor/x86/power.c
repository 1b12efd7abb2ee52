/* Owns: the end of the machine: by ACPI where its tables say how, and by older ways where they do not. */
#include "hypervisor/x86/cpu.h"
#include "hypervisor/x86/host.h"

enum { DEBUG_EXIT = 0xf4, PANIC_CODE = 0x13 };      /* QEMU's isa-debug-exit; no such port on a real machine */
enum { SCI_EN = 1, SLP_EN = 1 << 13, SLEEP_EN = 1 << 5, SPINS_MAX = 1000000 };

static void put_register(const struct register_at *r, uint8_t v)
{
    if (r->at && r->memory)
        *(volatile uint8_t *)hpa_ptr(hpa(r->at)) = v;
    else if (r->at)
        port_out8((uint16_t)r->at, v);
}

_Noreturn static void stop(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}

_Noreturn void arch_halt(void)
{
    trap_stop_at_nmi();
    apic_stop_others();
    port_out8(DEBUG_EXIT, PANIC_CODE);
    stop();
}

/* The firmware obeys PM1's sleep bits in ACPI mode only, ACPI 6.4, 4.8.2.5. */
static void enter_acpi_mode(void)
{
    if (!firmware.smi_command || !firmware.acpi_enable || (port_in16(firmware.pm1a_control) & SCI_EN))
        return;
    port_out8(firmware.smi_command, firmware.acpi_enable);
    for (unsigned i = 0; i < SPINS_MAX && !(port_in16(firmware.pm1a_control) & SCI_EN); i++)
        arch_relax();
}

_Noreturn void arch_poweroff(unsigned code)
{
    uint8_t type[2];
    trap_stop_at_nmi();
    apic_stop_others();
    port_out8(DEBUG_EXIT, (uint8_t)code);
    if (firmware_find_s5(type)) {
        put_register(&firmware.sleep, (uint8_t)(type[0] << 2 | SLEEP_EN));
        if (firmware.pm1a_control) {
            enter_acpi_mode();
            port_out16(firmware.pm1a_control, (uint16_t)(type[0] << 10 | SLP_EN));
        }
        if (firmware.pm1b_control)
            port_out16(firmware.pm1b_control, (uint16_t)(type[1] << 10 | SLP_EN));
    }
    stop();
}

_Noreturn void arch_reboot(void)
{
    struct { uint16_t limit; uint64_t base; } __attribute__((packed)) none = { 0, 0 };
    put_register(&firmware.reset, firmware.reset_value);
    port_out8(0xcf9, 6);
    port_out8(0x64, 0xfe);      /* the keyboard controller's reset line */
    __asm__ volatile("lidt %0; ud2" : : "m"(none));
    __builtin_unreachable();
}
