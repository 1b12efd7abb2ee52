/* Owns: what the host's ACPI tables say that the hypervisor needs to run: CPUs, IOAPIC, PM timer, power. Read once; every byte through a span. */
#include "hypervisor/x86/host.h"
#include <string.h>

struct firmware firmware;

enum { TABLE_MAX = 1 << 20, ENTRIES_MAX = 256 };

static struct span window(uint64_t at, uint64_t size)
{
    return at && memory_is_mapped(at, size) ? span_of(hpa_ptr(hpa(at)), size) : (struct span){ NULL, 0, true };
}

/* The table at `at` behind its header; broken when it is not what it should be. */
static struct span table(uint64_t at, char signature[4])
{
    struct span head = window(at, 36), name = span_take(&head, 4);
    uint64_t length = span_le(&head, 4);
    if (head.broken || length < 36 || length > TABLE_MAX)
        return (struct span){ NULL, 0, true };
    memcpy(signature, name.at, 4);
    struct span all = window(at, length);
    (void)span_take(&all, 36);
    return all;
}

static void add_cpu(uint32_t id, uint64_t flags)
{
    if ((flags & 1) && firmware.cpus < HOST_CPUS_MAX)
        firmware.apic_ids[firmware.cpus++] = id;
}

static void interrupt_override(struct span e)
{
    (void)span_le(&e, 1);
    if (span_le(&e, 1) != 4)
        return;
    firmware.uart_gsi = (uint32_t)span_le(&e, 4);
    uint64_t flags = span_le(&e, 2);
    firmware.uart_low = (flags & 3) == 3;
    firmware.uart_level = (flags >> 2 & 3) == 3;
}

static void madt_entry(uint64_t type, struct span e)
{
    switch (type) {
    case 0:     /* local APIC: UID, id, flags */
        (void)span_le(&e, 1);
        { uint32_t id = (uint32_t)span_le(&e, 1); add_cpu(id, span_le(&e, 4)); }
        return;
    case 1:     /* IOAPIC: id, reserved, address, first GSI */
        (void)span_le(&e, 2);
        { uint32_t at = (uint32_t)span_le(&e, 4); if (span_le(&e, 4) == 0) firmware.ioapic = at; }
        return;
    case 2: interrupt_override(e); return;
    case 9:     /* local x2APIC: reserved, id, flags */
        (void)span_le(&e, 2);
        { uint32_t id = (uint32_t)span_le(&e, 4); add_cpu(id, span_le(&e, 4)); }
        return;
    default: return;
    }
}

static void madt(struct span t)
{
    (void)span_take(&t, 8);
    while (t.left >= 2) {
        uint64_t type = span_le(&t, 1), length = span_le(&t, 1);
        if (length < 2)
            return;
        madt_entry(type, span_take(&t, length - 2));
    }
}

/* \_S5_ of the DSDT, by its name's bytes: Name(_S5_, Package(){a, b, ..}). No AML is run. */
static void find_s5(uint64_t dsdt)
{
    char signature[4];
    struct span t = table(dsdt, signature);
    for (; t.left > 16; (void)span_take(&t, 1)) {
        if (memcmp(t.at, "_S5_\x12", 5))
            continue;
        struct span p = t;
        (void)span_take(&p, 5);
        unsigned more = (unsigned)(span_le(&p, 1) >> 6);
        (void)span_take(&p, more + 1);          /* the rest of PkgLength, NumElements */
        uint64_t first = span_le(&p, 1);
        firmware.s5_type = (uint8_t)(first == 0x0a ? span_le(&p, 1) : first == 1 ? 1 : 0);
        return;
    }
}

static void fadt(struct span t)
{
    struct span f = t;      /* offsets below are from the table's start, 36 bytes before */
    struct span dsdt = span_slice(f, 40 - 36, 4), pm1a = span_slice(f, 64 - 36, 4), pm1b = span_slice(f, 68 - 36, 4);
    struct span timer = span_slice(f, 76 - 36, 4), reset = span_slice(f, 116 - 36, 13), flags = span_slice(f, 112 - 36, 4);
    firmware.pm1a_control = (uint16_t)span_le(&pm1a, 4);
    firmware.pm1b_control = (uint16_t)span_le(&pm1b, 4);
    firmware.pm_timer = (uint16_t)span_le(&timer, 4);
    find_s5(span_le(&dsdt, 4));
    if (!(span_le(&flags, 4) >> 10 & 1) || span_le(&reset, 1) != 1)
        return;
    (void)span_le(&reset, 3);
    firmware.reset_port = (uint16_t)span_le(&reset, 8);
    firmware.reset_value = (uint8_t)span_le(&reset, 1);
}

static void visit(uint64_t at)
{
    char signature[4];
    struct span t = table(at, signature);
    if (t.broken)
        return;
    if (memcmp(signature, "APIC", 4) == 0)
        madt(t);
    else if (memcmp(signature, "FACP", 4) == 0)
        fadt(t);
}

void firmware_read(uint64_t rsdp)
{
    char signature[4];
    struct span r = window(rsdp, 20), rest;
    firmware.uart_gsi = 4;
    firmware.rsdp = rsdp;
    if (r.broken || memcmp(r.at, "RSD PTR ", 8))
        return;
    uint8_t revision = r.at[15];
    rest = span_slice(r, 16, 4);
    uint64_t list = span_le(&rest, 4);
    unsigned width = 4;
    if (revision >= 2) {
        struct span x = span_slice(window(rsdp, 36), 24, 8);
        uint64_t xsdt = span_le(&x, 8);
        if (xsdt && !table(xsdt, signature).broken) {
            list = xsdt;
            width = 8;
        }
    }
    struct span t = table(list, signature);
    for (unsigned i = 0; i < ENTRIES_MAX && t.left >= width; i++)
        visit(span_le(&t, width));
}
