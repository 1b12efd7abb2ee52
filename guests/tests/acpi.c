/*
 * The ACPI tables as a guest finds them, and the two registers that end it (ACPI 6.4, chapters 4 and 5).
 *
 * Claimed: RSDP, RSDT, XSDT, FADT, MADT and DSDT have right lengths and checksums, RSDT and XSDT name the same tables, all
 * lie in memory the map calls ACPI data. The FADT is hardware-reduced and names sleep and reset registers. The MADT has
 * "vcpus=" processors and an IOAPIC exactly with "ioapic=1". Tables may be written to: that is the guest's own memory.
 * With "end=reset" the reset register ends the guest, otherwise the sleep control register with S5's type: the runner
 * sees which.
 */
#include "guests/lib/guest.h"
#include <string.h>
#include <xen/arch-x86/hvm/start_info.h>

const char test_name[] = "acpi", test_title[] = "ACPI tables and the registers they name";

enum { FADT_FLAGS = 112, HW_REDUCED = 1 << 20, RESET_SUPPORTED = 1 << 10, GAS_IO = 1 };

static bool in_acpi_memory(uint64_t at, uint64_t size)
{
    const struct hvm_start_info *s = start_info();
    const struct hvm_memmap_table_entry *e = (const void *)(uintptr_t)s->memmap_paddr;
    for (unsigned i = 0; e && i < s->memmap_entries; i++)
        if (e[i].type == XEN_HVM_MEMMAP_TYPE_ACPI && at >= e[i].addr && at + size <= e[i].addr + e[i].size)
            return true;
    return false;
}

static void table(const uint8_t *t)
{
    uint32_t length = table_number(t + 4, 4);
    CHECK(in_acpi_memory((uintptr_t)t, length), "%.4s lies in memory for ACPI data", (const char *)t);
    CHECK(length >= 36 && length < 0x100000, "%.4s: length %u", (const char *)t, length);
    if (length >= 36 && length < 0x100000)
        CHECK(acpi_sum_ok(t, length), "%.4s: checksum", (const char *)t);
    print("  %.4s at %p, %u bytes, revision %u\n", (const char *)t, (const void *)t, length, t[8]);
}

static const uint8_t *at(uint32_t address) { return (const uint8_t *)(uintptr_t)address; }

static void roots(const uint8_t *rsdp)
{
    const uint8_t *rsdt = at(table_number(rsdp + 16, 4)), *xsdt = at(table_number(rsdp + 24, 4));
    CHECK(acpi_sum_ok(rsdp, 20), "RSDP: checksum of its first 20 bytes");
    CHECK(acpi_sum_ok(rsdp, 36), "RSDP: extended checksum");
    CHECK_EQ(rsdp[15], 2, "RSDP: revision");
    CHECK(rsdt && xsdt, "RSDT and XSDT are both there");
    if (!rsdt || !xsdt)
        return;
    table(rsdt);
    table(xsdt);
    uint32_t n = (table_number(rsdt + 4, 4) - 36) / 4;
    CHECK_EQ((table_number(xsdt + 4, 4) - 36) / 8, n, "tables that the XSDT names, and the RSDT");
    for (uint32_t i = 0; i < n; i++) {
        CHECK_EQ(table_number(xsdt + 36 + 8 * i, 4), table_number(rsdt + 36 + 4 * i, 4), "a table's address in both");
        CHECK_EQ(table_number(xsdt + 40 + 8 * i, 4), 0, "its upper half");
        table(at(table_number(rsdt + 36 + 4 * i, 4)));
    }
}

static void fadt(const uint8_t *f)
{
    uint32_t flags = table_number(f + FADT_FLAGS, 4);
    CHECK(flags & HW_REDUCED, "FADT: hardware-reduced");
    CHECK(flags & RESET_SUPPORTED, "FADT: there is a reset register");
    CHECK_EQ(f[116], GAS_IO, "FADT: the reset register's address space");
    CHECK_EQ(f[244], GAS_IO, "FADT: the sleep control register's address space");
    CHECK(table_number(f + 248, 4) != 0, "FADT: the sleep control register's port");
    CHECK_EQ(table_number(f + 40, 4), table_number(f + 140, 4), "FADT: DSDT and X_DSDT");
    table(at(table_number(f + 40, 4)));
}

static void scribble(uint8_t *t)
{
    uint8_t was = t[10];
    *(volatile uint8_t *)(t + 10) = (uint8_t)~was;
    CHECK_EQ(*(volatile uint8_t *)(t + 10), (uint8_t)~was, "a table can be written to");
    t[10] = was;
}

void test_main(void)
{
    const uint8_t *rsdp = acpi_rsdp(), *f = acpi_find("FACP"), *m = acpi_find("APIC");
    uint32_t ids[CPUS_MAX];
    char end[8] = "";
    if (!rsdp) {
        skip("no ACPI");
        return;
    }
    roots(rsdp);
    CHECK(f != NULL, "there is a FADT");
    if (!f)
        return;
    fadt(f);
    scribble((uint8_t *)(uintptr_t)f);
    if (m)
        CHECK_EQ(madt_cpus(ids, CPUS_MAX), cmdline_number("vcpus", 1), "processors in the MADT");
    CHECK_EQ(madt_ioapic() != 0, cmdline_number("ioapic", 0), "an IOAPIC in the MADT");
    (void)cmdline_word("end", end, sizeof(end));
    test_verdict();
    if (strcmp(end, "reset") == 0)
        acpi_reset();
    acpi_poweroff();
}
