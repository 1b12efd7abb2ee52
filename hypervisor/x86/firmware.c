/* Owns: what the host's ACPI tables say that the hypervisor needs to run: CPUs, IOAPIC, PM timer, power. Read once; every byte through a span. */
#include "hypervisor/x86/host.h"
#include <string.h>

struct firmware firmware;

enum { TABLE_HEADER = 36, TABLE_MAX = 1 << 20, ENTRIES_MAX = 256 };

static struct span window(uint64_t at, uint64_t size)
{
    return at && memory_is_mapped(at, size) ? span_of(hpa_ptr(hpa(at)), size) : (struct span){ NULL, 0, true };
}

/* The table at `at` behind its header; broken when it is not what it should be. */
static struct span table(uint64_t at, char signature[4])
{
    struct span head = window(at, TABLE_HEADER), name = span_take(&head, 4);
    uint64_t length = span_le(&head, 4);
    if (head.broken || length < TABLE_HEADER || length > TABLE_MAX)
        return (struct span){ NULL, 0, true };
    memcpy(signature, name.at, 4);
    struct span all = window(at, length);
    (void)span_take(&all, TABLE_HEADER);
    return all;
}

static void add_cpu(uint32_t id, uint64_t flags)
{
    if (!(flags & 1))
        return;
    for (unsigned i = 0; i < firmware.cpus; i++)
        if (firmware.apic_ids[i] == id)
            return;     /* told twice, as local APIC and as x2APIC */
    firmware.cpus_told++;
    if (firmware.cpus < HOST_CPUS_MAX)
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

/* A small integer in AML: ByteConst or one of the constants. */
static uint8_t aml_byte(struct span *p)
{
    uint8_t first = span_u8(p);
    return first == 0x0a ? span_u8(p) : first == 1;
}

/* \_S5_ of the DSDT, by its name's bytes: Name(_S5_, Package(){a, b, ..}). No AML is run. */
bool firmware_find_s5(uint8_t type[2])
{
    char signature[4];
    struct span t = table(firmware.dsdt, signature);
    for (; t.left > 5; (void)span_take(&t, 1)) {
        if (memcmp(t.at, "_S5_\x12", 5))
            continue;
        struct span p = t;
        (void)span_take(&p, 5);
        (void)span_take(&p, (span_u8(&p) >> 6) + UINT64_C(1));      /* the rest of PkgLength, NumElements */
        type[0] = aml_byte(&p);
        type[1] = aml_byte(&p);
        return !p.broken;
    }
    return false;
}

/* n bytes of the FADT at `off` from its start; 0 where it is shorter. t begins behind the header. */
static uint64_t fadt_field(struct span t, unsigned off, unsigned n)
{
    struct span f = span_slice(t, off - TABLE_HEADER, n);
    return span_le(&f, n);
}

/* A generic address structure, ACPI 5.2.3.2. */
static struct register_at fadt_register(struct span t, unsigned off)
{
    uint64_t space = fadt_field(t, off, 1), at = fadt_field(t, off + 4, 8);
    if (space == 0 && memory_is_mapped(at, 1))
        return (struct register_at){ at, true };
    return (struct register_at){ space == 1 && at <= UINT16_MAX ? at : 0, false };
}

static void fadt(struct span t)
{
    enum { RESET_SUPPORTED = 1 << 10, HARDWARE_REDUCED = 1 << 20 };
    uint64_t flags = fadt_field(t, 112, 4), dsdt = fadt_field(t, 140, 8);
    firmware.dsdt = dsdt ? dsdt : fadt_field(t, 40, 4);
    if (flags & RESET_SUPPORTED)
        firmware.reset = fadt_register(t, 116);
    firmware.reset_value = (uint8_t)fadt_field(t, 128, 1);
    if (flags & HARDWARE_REDUCED) {
        firmware.sleep = fadt_register(t, 244);
        return;
    }
    firmware.smi_command = (uint16_t)fadt_field(t, 48, 4);
    firmware.acpi_enable = (uint8_t)fadt_field(t, 52, 1);
    firmware.pm1a_control = (uint16_t)fadt_field(t, 64, 4);
    firmware.pm1b_control = (uint16_t)fadt_field(t, 68, 4);
    firmware.pm_timer = (uint16_t)fadt_field(t, 76, 4);
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
    if (r.broken || memcmp(r.at, "RSD PTR ", 8))
        return;
    uint8_t revision = r.at[15];
    rest = span_slice(r, 16, 4);
    uint64_t list = span_le(&rest, 4);
    unsigned width = 4;
    if (revision >= 2) {
        struct span x = span_slice(window(rsdp, RSDP_SIZE), 24, 8);
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
