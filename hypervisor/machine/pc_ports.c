/* Owns: what answers at a PC guest's ports. A port without a row floats high; what Linux must not see floating has one. */
#include "hypervisor/core/console.h"
#include "hypervisor/machine/pc.h"
#include "platform/pc_map.h"

/* Hands the UART what was typed, as it has room. Under its lock. */
static void uart_refill(struct machine *pc)
{
    while (pc->typed_count && uart8250_room(&pc->uart)) {
        (void)uart8250_receive(&pc->uart, pc->typed[pc->typed_first]);
        pc->typed_first = (pc->typed_first + 1) % TYPED_MAX;
        pc->typed_count--;
    }
}

static void uart_access(void *owner, struct vcpu *v, struct io_access *a)
{
    struct machine *pc = owner;
    (void)v;
    lock_take(&pc->uart_lock);
    for (unsigned i = 0; i < a->size; i++) {
        if (a->write)
            uart8250_write(&pc->uart, (unsigned)a->addr + i, (uint8_t)(a->value >> 8 * i));
        else
            a->value |= (uint64_t)uart8250_read(&pc->uart, (unsigned)a->addr + i) << 8 * i;
    }
    uart_refill(pc);
    lock_give(&pc->uart_lock);
}

static void uart_transmits(void *owner, uint8_t byte)
{
    struct machine *pc = owner;
    console_guest(pc->domain, CONSOLE_UART, (char)byte);
}

void pc_uart_input(struct domain *d, char c)
{
    struct machine *pc = d->machine;
    lock_take(&pc->uart_lock);
    if (pc->typed_count < TYPED_MAX)    /* else it is lost: the guest has not read for 256 bytes */
        pc->typed[(pc->typed_first + pc->typed_count++) % TYPED_MAX] = (uint8_t)c;
    uart_refill(pc);
    lock_give(&pc->uart_lock);
}

static void act(struct machine *pc, enum acpi_pm_event event)
{
    if (event == ACPI_PM_OFF)
        domain_shutdown(pc->domain, END_POWEROFF);
    else if (event == ACPI_PM_RESET)
        domain_shutdown(pc->domain, END_REBOOT);
}

static void sleep_access(void *owner, struct vcpu *v, struct io_access *a)
{
    struct machine *pc = owner;
    (void)v;
    if (a->write)
        act(pc, acpi_pm_sleep_write(&pc->pm, (unsigned)a->addr, (uint8_t)a->value));
    else
        a->value = acpi_pm_sleep_read(&pc->pm, (unsigned)a->addr);
}

static void pm1_access(void *owner, struct vcpu *v, struct io_access *a)
{
    struct machine *pc = owner;
    (void)v;
    for (unsigned i = 0; i < a->size; i += 2) {
        unsigned at = ((unsigned)a->addr + i) & ~1u;
        if (a->write && a->size > 1)
            act(pc, acpi_pm1_write(&pc->pm, at, (uint16_t)(a->value >> 8 * i)));
        else if (!a->write)
            a->value |= (uint64_t)(acpi_pm1_read(&pc->pm, at) >> 8 * (a->addr & 1)) << 8 * i;
    }
}

static void reset_access(void *owner, struct vcpu *v, struct io_access *a)
{
    struct machine *pc = owner;
    (void)v;
    if (a->write)
        act(pc, acpi_pm_reset_write(&pc->pm, (uint8_t)a->value));
}

static void pm_timer_access(void *owner, struct vcpu *v, struct io_access *a)
{
    (void)owner;
    (void)v;
    a->value = acpi_pm_timer(arch_clock()) >> (8 * a->addr);
}

static void pit_access(void *owner, struct vcpu *v, struct io_access *a)
{
    struct machine *pc = owner;
    (void)v;
    lock_take(&pc->pit_lock);
    if (a->write)
        pit_write(&pc->pit, 0x40 + (unsigned)a->addr, (uint8_t)a->value, arch_clock());
    else
        a->value = pit_read(&pc->pit, 0x40 + (unsigned)a->addr, arch_clock());
    if (a->write)
        pc_pit_alarm(pc);
    lock_give(&pc->pit_lock);
}

static void speaker_access(void *owner, struct vcpu *v, struct io_access *a)
{
    struct machine *pc = owner;
    (void)v;
    lock_take(&pc->pit_lock);
    if (a->write)
        pit_write(&pc->pit, 0x61, (uint8_t)a->value, arch_clock());
    else
        a->value = pit_read(&pc->pit, 0x61, arch_clock());
    lock_give(&pc->pit_lock);
}

/* Reads as zero: see pc_ports_create. */
static void absent_access(void *owner, struct vcpu *v, struct io_access *a)
{
    (void)owner;
    (void)v;
    (void)a;
}

static bool claim(struct domain *d, uint64_t base, uint64_t size,
                  void (*access)(void *, struct vcpu *, struct io_access *), const char *name)
{
    return io_claim(&d->ports, (struct io_range){ base, size, access, d->machine, name });
}

/*
 * A guest of the Xen ABI with a local APIC is told its TSC's frequency and has no PIT. Yet Linux tries one before it looks
 * (quick_pit_calibrate), and spins 50,000 times while channel 2 reads as 0xff, as a floating bus does: so the four
 * ports read as zero there, and the attempt ends at once.
 */
static bool create_timers(struct domain *d)
{
    if (d->platform->xen && d->platform->lapic)
        return claim(d, 0x40, 4, absent_access, "no PIT");
    pit_reset(&d->machine->pit);
    return claim(d, 0x40, 4, pit_access, "PIT") && claim(d, 0x61, 1, speaker_access, "PIT gate") &&
           claim(d, PC_PM_TIMER, 4, pm_timer_access, "PM timer");
}

static bool create_uart(struct domain *d)
{
    struct machine *pc = d->machine;
    if (!d->platform->uart.present)
        return true;
    pc->uart.irq = (struct wire){ pc_line, pc, d->platform->uart.gsi };
    pc->uart.transmit = uart_transmits;
    pc->uart.owner = pc;
    uart8250_reset(&pc->uart);
    d->input[CONSOLE_UART] = pc_uart_input;
    return claim(d, d->platform->uart.port, 8, uart_access, "UART");
}

static bool create_power(struct domain *d)
{
    if (!d->platform->acpi)
        return true;
    if (!claim(d, PC_RESET_PORT, 1, reset_access, "reset register"))
        return false;
    if (d->platform->lapic)
        return claim(d, PC_SLEEP_CONTROL, 2, sleep_access, "ACPI sleep registers");
    return claim(d, PC_PM1A_EVENT, 6, pm1_access, "PM1a registers");
}

bool pc_ports_create(struct domain *d)
{
    acpi_pm_reset(&d->machine->pm, PC_S5_TYPE, PC_RESET_VALUE);
    return create_power(d) && create_timers(d) && create_uart(d);
}

void machine_port(struct vcpu *v, const struct exit_port *e)
{
    struct x86_regs *r = arch_regs(v->arch);
    struct io_access a = { e->port, e->size, e->write, 0 };
    uint64_t mask = e->size == 4 ? UINT32_MAX : (UINT64_C(1) << 8 * e->size) - 1;
    if (e->string) {
        pc_emulate(v);
        return;
    }
    if (e->write)
        a.value = r->gpr[RAX] & mask;
    (void)io_dispatch(&v->domain->ports, v, &a);
    if (!e->write)      /* a 32-bit IN clears the upper half, as every 32-bit result does */
        r->gpr[RAX] = (e->size == 4 ? 0 : r->gpr[RAX] & ~mask) | (a.value & mask);
    arch_skip(v->arch, (unsigned)(e->next_rip - r->rip));
}
