/*
 * The event register and the registers of CPUs that come and go (docs/guest-abi.md), as the DSDT's methods use them. Somebody at the
 * console presses keys when it says so: Ctrl-] and s, then +, -, +. Without "max=" only s.
 *
 * Claimed: each event raises the line of GSI 9, once, and stands in the register until a one is written. A CPU that is not plugged in
 * cannot be started, by startup IPI or hypercall; plugged in it starts as any other; the guest is asked for the last one back,
 * and once it has ejected it, it is as it was before. CPU 0 cannot be ejected. Registers read the same at any width.
 */
#include "guests/lib/guest.h"
#include "platform/pc_events.h"
#include "platform/pc_map.h"
#include <xen/xen.h>
#include <xen/vcpu.h>

const char test_name[] = "events", test_title[] = "events by the generic event device's line, CPUs that come and go";

enum { VECTOR = 0x71, MASKED = 1 << 16, XEN_ENOENT_ = 2, KEY_WAIT_S = 30 };
static uint64_t ioapic;
static uint32_t before;

static void set(uint32_t index, uint32_t value) { write32(ioapic, index); write32(ioapic + 0x10, value); }
static uint32_t count(void) { return *(volatile uint32_t *)&this_cpu()->interrupts[VECTOR]; }

/* Waits for the key's interrupt, and a little longer, so that a second one would be seen. */
static void key(const char *name, uint32_t event)
{
    before = count();
    print("events: press %s\n", name);
    interrupts_on();
    bool came = wait_for(count() != before, KEY_WAIT_S);
    delay_us(2000);
    interrupts_off();
    CHECK(came, "the interrupt of %s", name);
    CHECK_EQ(count() - before, 1, "interrupts of one event");
    CHECK_EQ(inl(PC_GED_PORT), event, "the event register");
    CHECK_EQ(inb(PC_GED_PORT), event, "the event register, as a byte");
    outl(PC_GED_PORT, ~event);
    CHECK_EQ(inl(PC_GED_PORT), event, "the event register after other bits were written");
    outl(PC_GED_PORT, event);
    CHECK_EQ(inl(PC_GED_PORT), 0, "the event register, cleared");
}

static uint32_t next(void) { return inl(PC_CPUS_PORT + PC_CPUS_NEXT); }

static uint8_t flags(uint32_t cpu)
{
    outl(PC_CPUS_PORT + PC_CPUS_SELECT, cpu);
    CHECK_EQ(inl(PC_CPUS_PORT + PC_CPUS_SELECT), cpu, "the selector");
    uint8_t f = inb(PC_CPUS_PORT + PC_CPUS_FLAGS);
    CHECK_EQ(inl(PC_CPUS_PORT + PC_CPUS_FLAGS), f, "flags, read wide");
    return f;
}

static void write_flags(uint32_t cpu, uint8_t value)
{
    outl(PC_CPUS_PORT + PC_CPUS_SELECT, cpu);
    outb(PC_CPUS_PORT + PC_CPUS_FLAGS, value);
}

static void cannot_be_started(unsigned cpu)
{
    apic_send(cpu, 0x4500);             /* INIT */
    delay_us(1000);
    apic_send(cpu, 0x4600 | 0x8);       /* startup, at a page of zeroes: `add %al, (%bx, %si)` until the end of its segment */
    delay_us(1000);
    if (!has_xen())
        return;
    CHECK_EQ(vcpu_op(VCPUOP_is_up, cpu, NULL), 0, "a CPU that is not there, after a startup IPI");
    CHECK_EQ(vcpu_op(VCPUOP_up, cpu, NULL), (uint64_t)-XEN_ENOENT_, "VCPUOP_up of a CPU that is not there");
}

static void works(struct cpu *cpu) { cpu->apic_id = 0x1000 + cpu->number; }

static void comes(unsigned cpu, const char *by)
{
    key(by, PC_EVENT_CPUS);
    CHECK_EQ(next(), cpu, "who has news");
    CHECK_EQ(flags(cpu), PC_CPU_PRESENT | PC_CPU_INSERTED, "flags of the CPU that came");
    write_flags(cpu, PC_CPU_INSERTED);
    CHECK_EQ(flags(cpu), PC_CPU_PRESENT, "its flags when the news are taken");
    CHECK_EQ(next(), PC_CPUS_NONE, "who has news then");
    cpus[cpu].apic_id = 0;
    CHECK(ap_start(cpu, AP_BY_SIPI, works), "it starts");
    CHECK(wait_for(*(volatile uint32_t *)&cpus[cpu].apic_id == 0x1000 + cpu, 2), "it works");
}

void test_main(void)
{
    unsigned cpus_max = (unsigned)cmdline_number("max", 0);
    ioapic = madt_ioapic();
    if (!ioapic) {
        skip("no IOAPIC");
        return;
    }
    apic_enable(false);
    set(0x11 + 2 * PC_GED_GSI, cpus[0].apic_id << 24);
    set(0x10 + 2 * PC_GED_GSI, VECTOR);
    CHECK_EQ(inl(PC_GED_PORT), 0, "the event register at the start");
    key("s", PC_EVENT_POWER);
    if (!cpus_max) {
        CHECK_EQ(inl(PC_CPUS_PORT), UINT32_MAX, "the registers of CPUs where none come");
        return;
    }
    CHECK_EQ(inl(PC_CPUS_PORT + PC_CPUS_COUNT), cpus_max, "how many CPUs there can be");
    CHECK_EQ(next(), PC_CPUS_NONE, "who has news at the start");
    CHECK_EQ(flags(0), PC_CPU_PRESENT, "flags of the first CPU");
    CHECK_EQ(flags(1), 0, "flags of a CPU that is not there");
    CHECK_EQ(flags(cpus_max), 0, "flags of a CPU that cannot be there");
    cannot_be_started(1);
    comes(1, "+");
    key("-", PC_EVENT_CPUS);
    CHECK_EQ(flags(1), PC_CPU_PRESENT | PC_CPU_REMOVE, "flags of the CPU that is asked for");
    write_flags(1, PC_CPU_REMOVE);
    write_flags(0, PC_CPU_EJECT);
    CHECK_EQ(flags(0), PC_CPU_PRESENT, "flags of the first CPU after an attempt to eject it");
    write_flags(1, PC_CPU_EJECT);
    CHECK_EQ(flags(1), 0, "flags of a CPU that was ejected");
    cannot_be_started(1);
    comes(1, "+ again");
    set(0x10 + 2 * PC_GED_GSI, MASKED);
}
