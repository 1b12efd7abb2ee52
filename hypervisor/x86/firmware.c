/*
 * Owns: what the host's ACPI tables say that the hypervisor needs to run: CPUs, IOAPIC, PM timer, power. Read once; every byte through a
 * span. A table whose checksum is wrong is used (the machine may not start otherwise), one that is not all there is not.
 */
#include "acpi/firmware/set.h"
#include "acpi/table.h"
#include "hypervisor/x86/host.h"
#include <string.h>

struct firmware firmware;
static struct acpi_set firmware_tables;

static struct span map_host(void *owner, uint64_t at, uint64_t size)
{
    (void)owner;
    return at && memory_is_mapped(at, size) ? span_of(hpa_ptr(hpa(at)), size) : (struct span){ NULL, 0, true };
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
    (void)span_take(&t, TABLE_HEADER + 8);
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

/* Name(_S5_, Package(){a, b, ..}) by its name's bytes; no AML is run. */
static bool find_s5(struct span t, uint8_t type[2])
{
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

/* Some firmware has it in an SSDT. */
bool firmware_find_s5(uint8_t type[2])
{
    for (unsigned i = 0; i < firmware_tables.n; i++) {
        const struct acpi_table *t = &firmware_tables.table[i];
        if ((acpi_is(t, "DSDT") || acpi_is(t, "SSDT")) && find_s5(t->bytes, type))
            return true;
    }
    return false;
}

/* A generic address structure, ACPI 5.2.3.2. */
static struct register_at fadt_register(struct span t, unsigned off)
{
    uint64_t space = acpi_number(t, off, 1), at = acpi_number(t, off + 4, 8);
    if (space == 0 && memory_is_mapped(at, 1))
        return (struct register_at){ at, true };
    return (struct register_at){ space == 1 && at <= UINT16_MAX ? at : 0, false };
}

/* An I/O port that the FADT has twice: the 64-bit field counts where it is not zero (ACPI 5.2.9, X_PM1a_CNT_BLK). */
static uint16_t fadt_port(struct span t, unsigned wide, unsigned old)
{
    struct register_at x = fadt_register(t, wide);
    return x.at && !x.memory ? (uint16_t)x.at : (uint16_t)acpi_number(t, old, 4);
}

static void fadt(struct span t)
{
    enum { RESET_SUPPORTED = 1 << 10, HARDWARE_REDUCED = 1 << 20 };
    uint64_t flags = acpi_number(t, 112, 4);
    if (flags & RESET_SUPPORTED)
        firmware.reset = fadt_register(t, 116);
    firmware.reset_value = (uint8_t)acpi_number(t, 128, 1);
    if (flags & HARDWARE_REDUCED) {
        firmware.sleep = fadt_register(t, 244);
        return;
    }
    firmware.smi_command = (uint16_t)acpi_number(t, 48, 4);
    firmware.acpi_enable = (uint8_t)acpi_number(t, 52, 1);
    firmware.pm1a_control = fadt_port(t, 172, 64);
    firmware.pm1b_control = fadt_port(t, 184, 68);
    firmware.pm_timer = fadt_port(t, 208, 76);
}

void firmware_read(uint64_t rsdp)
{
    static const struct acpi_memory memory = { map_host, NULL };
    struct error e = { "" };
    firmware.uart_gsi = 4;
    if (!acpi_walk(&firmware_tables, &memory, rsdp, &e))
        return;
    for (unsigned i = 0; i < firmware_tables.n; i++) {
        const struct acpi_table *t = &firmware_tables.table[i];
        if (t->faults & (ACPI_CUT | ACPI_SHORT))
            continue;
        if (acpi_is(t, "APIC"))
            madt(t->bytes);
        else if (acpi_is(t, "FACP"))
            fadt(t->bytes);
    }
}
