/*
 * What a platform lets its tables name: addresses, ports, interrupt lines and CPUs, each by what it is, from struct platform
 * and the boards' maps alone. A walk over the tables claims what it finds here; what is not here must not be named, and what is
 * here must be named by something.
 */
#ifndef TESTS_GOLDEN_ACPI_CLAIMS_H
#define TESTS_GOLDEN_ACPI_CLAIMS_H
#include "lib/span.h"
#include "platform/pc_events.h"
#include "platform/pc_map.h"
#include "platform/platform.h"
#include "platform/virt_map.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum claim_kind { CLAIM_MEMORY, CLAIM_PORT, CLAIM_LINE, CLAIM_BUS, CLAIM_CHANNEL, CLAIM_RING };    /* channel: port, peer's port; ring: page, port */
/* size 0: told by its first address alone. optional: may be named, need not (a register within what is named as a whole). */
struct claim { const char *what; enum claim_kind kind; uint64_t base, size; bool optional, seen; };

enum { CLAIMS_MAX = 96, WHY_MAX = 200 };
enum cpu_teller { CPU_MADT, CPU_DSDT, CPU_SRAT, CPU_PPTT, CPU_TELLERS };

struct walk {
    const struct platform *p;
    struct claim claim[CLAIMS_MAX];
    unsigned claims;
    bool cpu[CPU_TELLERS][PLATFORM_VCPUS_MAX];
    char table[5];
    char why[WHY_MAX];          /* the first fault; "" while there is none */
    char uart[64];              /* the path of the DSDT's UART, segments of four characters */
    char evaluate[4096];        /* acpiexec's commands for methods and names that are the tables' own, with a ';' behind each */
};

__attribute__((format(printf, 2, 3))) static void fault(struct walk *w, const char *fmt, ...)
{
    if (w->why[0])
        return;
    int n = snprintf(w->why, sizeof(w->why), "%s: ", w->table);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(w->why + n, sizeof(w->why) - (size_t)n, fmt, ap);
    va_end(ap);
}

static void may(struct walk *w, bool when, const char *what, enum claim_kind kind, uint64_t base, uint64_t size, bool optional)
{
    if (!when)
        return;
    if (w->claims == CLAIMS_MAX)
        fault(w, "CLAIMS_MAX is too small");
    else
        w->claim[w->claims++] = (struct claim){ what, kind, base, size, optional, false };
}

static void must(struct walk *w, bool when, const char *what, enum claim_kind kind, uint64_t base, uint64_t size)
{
    may(w, when, what, kind, base, size, false);
}

static void expect_pc(struct walk *w, const struct platform *p)
{
    bool old_clock = !p->xen || !p->lapic;          /* who has no Xen clock, and who has no local APIC, needs a PC's */
    must(w, p->lapic, "local APIC", CLAIM_MEMORY, PC_LAPIC_BASE, 0);
    must(w, p->ioapic, "IOAPIC", CLAIM_MEMORY, PC_IOAPIC_BASE, 0);
    must(w, p->lapic, "sleep control", CLAIM_PORT, PC_SLEEP_CONTROL, 1);
    must(w, p->lapic, "sleep status", CLAIM_PORT, PC_SLEEP_STATUS, 1);
    must(w, true, "reset register", CLAIM_PORT, PC_RESET_PORT, 1);
    must(w, old_clock, "PM timer", CLAIM_PORT, PC_PM_TIMER, 4);
    must(w, old_clock, "PIT", CLAIM_PORT, PC_PIT_PORT, 4);
    must(w, old_clock, "PIT's gate", CLAIM_PORT, PC_PIT_GATE, 1);
    must(w, !p->lapic, "PM1a event", CLAIM_PORT, PC_PM1A_EVENT, 4);
    must(w, !p->lapic, "PM1a control", CLAIM_PORT, PC_PM1A_CONTROL, 2);
    must(w, !p->lapic, "SCI", CLAIM_LINE, PC_SCI_GSI, 0);
    must(w, !p->lapic, "first 8259", CLAIM_PORT, 0x20, 2);
    must(w, !p->lapic, "second 8259", CLAIM_PORT, 0xa0, 2);
    must(w, !p->lapic, "edge or level of the 8259s", CLAIM_PORT, 0x4d0, 2);
    must(w, p->uart.present, "UART", CLAIM_PORT, p->uart.port, 8);
    must(w, p->uart.present && p->ioapic, "UART", CLAIM_LINE, p->uart.gsi, 0);
    must(w, p->ged.present, "events", CLAIM_PORT, p->ged.port, PC_EVENTS_BYTES);
    must(w, p->ged.present, "events", CLAIM_LINE, p->ged.gsi, 0);
    must(w, p->ged.present && platform_vcpus_told(p) > p->vcpus, "CPUs' registers", CLAIM_PORT, PC_CPUS_PORT, PC_CPUS_BYTES);
}

static void expect_virt(struct walk *w, const struct platform *p)
{
    bool v3 = p->arm.gic_version != 2;
    must(w, true, "GICD", CLAIM_MEMORY, VIRT_GICD_BASE, 0);
    must(w, !v3, "GICC", CLAIM_MEMORY, VIRT_GICC_BASE, 0);
    must(w, v3, "GICR", CLAIM_MEMORY, VIRT_GICR_BASE, p->vcpus * VIRT_GICR_SIZE);
    must(w, v3 && p->arm.its, "ITS", CLAIM_MEMORY, VIRT_ITS_BASE, 0);
    must(w, p->arm.pl011, "PL011", CLAIM_MEMORY, VIRT_PL011_BASE, VIRT_PL011_SIZE);
    must(w, p->arm.pl011, "PL011", CLAIM_LINE, VIRT_PL011_GSI, 0);
    must(w, true, "secure timer", CLAIM_LINE, VIRT_TIMER_SEC_GSI, 0);
    must(w, true, "physical timer", CLAIM_LINE, VIRT_TIMER_EL1_GSI, 0);
    must(w, true, "EL2's timer", CLAIM_LINE, VIRT_TIMER_EL2_GSI, 0);
    must(w, true, "virtual timer", CLAIM_LINE, VIRT_TIMER_VIRT_GSI, 0);
    must(w, p->xen, "event channels", CLAIM_LINE, VIRT_EVTCHN_GSI, 0);
    must(w, p->xen, "room for the grant table", CLAIM_MEMORY, VIRT_GRANT_BASE, VIRT_GRANT_SIZE);
}

static void expect_devices(struct walk *w, const struct platform *p)
{
    const struct platform_pcie *pci = &p->pcie;
    uint64_t buses = pci->bus_last + 1u;
    must(w, pci->present, "buses", CLAIM_BUS, 0, buses);
    must(w, pci->present, "ECAM", CLAIM_MEMORY, pci->ecam.v, buses << 20);
    must(w, pci->present && pci->io.size, "PCI ports", CLAIM_PORT, p->board == BOARD_VIRT ? 0 : pci->io.base, pci->io.size);
    must(w, pci->present && pci->io.size && p->board == BOARD_VIRT, "memory that is PCI ports", CLAIM_MEMORY, pci->io.base, pci->io.size);
    must(w, pci->present && pci->memory32.size, "PCI memory", CLAIM_MEMORY, pci->memory32.base, pci->memory32.size);
    must(w, pci->present && pci->memory64.size, "PCI memory, 64 bits", CLAIM_MEMORY, pci->memory64.base, pci->memory64.size);
    must(w, p->tpm.present, "TPM", CLAIM_MEMORY, p->tpm.base.v, 0x1000);
    may(w, p->tpm.present, "TPM's control area", CLAIM_MEMORY, p->tpm.base.v + 0x40, 0, true);
    for (unsigned i = 0; i < p->channels; i++)
        must(w, true, "event channel", CLAIM_CHANNEL, p->channel[i].port, p->channel[i].peer_port);
    for (unsigned i = 0; i < p->rings; i++)
        must(w, true, "console ring", CLAIM_RING, VIRT_RING_BASE + i * PAGE_SIZE, p->ring[i].port);
}

/* Something names base (size 0: where it begins is all that is named). */
static void claim(struct walk *w, enum claim_kind kind, uint64_t base, uint64_t size)
{
    static const char *const word[] = { "memory", "port", "line", "bus", "channel", "ring" };
    for (unsigned i = 0; i < w->claims; i++) {
        struct claim *c = &w->claim[i];
        if (c->kind != kind || c->base != base || (size && c->size && c->size != size))
            continue;
        c->seen = true;
        return;
    }
    fault(w, "names %s 0x%llx (0x%llx), which the platform has not", word[kind], (unsigned long long)base,
          (unsigned long long)size);
}

/* Something names the CPU of that UID or id; each teller names it once. */
static void claim_cpu(struct walk *w, enum cpu_teller teller, uint64_t cpu)
{
    if (cpu >= platform_vcpus_told(w->p))
        fault(w, "names CPU %llu of %u", (unsigned long long)cpu, platform_vcpus_told(w->p));
    else if (w->cpu[teller][cpu])
        fault(w, "names CPU %llu twice", (unsigned long long)cpu);
    else
        w->cpu[teller][cpu] = true;
}

/* A little-endian number at an offset of a table; a fault where the table is too short. */
static uint64_t number(struct walk *w, struct span table, uint64_t offset, unsigned n)
{
    struct span s = span_slice(table, offset, n);
    uint64_t v = span_le(&s, n);
    if (s.broken)
        fault(w, "too short for what stands at %llu", (unsigned long long)offset);
    return v;
}

static void check_all_named(struct walk *w)
{
    bool by_id = w->p->board == BOARD_VIRT || w->p->lapic;       /* MADT and SRAT know no processor without an interrupt controller */
    static const char *const word[CPU_TELLERS] = { "MADT", "DSDT", "SRAT", "PPTT" };
    bool told[CPU_TELLERS] = { by_id, true, by_id && w->p->nodes, w->p->board == BOARD_VIRT };
    for (unsigned i = 0; i < w->claims; i++)
        if (!w->claim[i].seen && !w->claim[i].optional)
            fault(w, "no table names the platform's %s (0x%llx)", w->claim[i].what, (unsigned long long)w->claim[i].base);
    for (unsigned teller = 0; teller < CPU_TELLERS; teller++)
        for (unsigned i = 0; told[teller] && i < platform_vcpus_told(w->p); i++)
            if (!w->cpu[teller][i])
                fault(w, "CPU %u is not in %s", i, word[teller]);
}
#endif
