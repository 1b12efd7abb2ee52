/*
 * Owns: as much of UEFI (2.9) as tells an arm64 kernel where its ACPI tables and its RAM are: system table, configuration table,
 * memory map. No boot services are left and no runtime services are given: EFI_RT_PROPERTIES_TABLE (4.6) says that none of
 * them works, so no kernel calls through the system table's null.
 */
#include "lib/checked.h"
#include "platform/virt_map.h"
#include "start_info/guest_internal.h"
#include <string.h>

enum { AT_TABLES = 0x80, AT_PROPERTIES = 0xb0, AT_VENDOR = 0xb8 };
enum { SYSTEM_TABLE_BYTES = 120, TABLES = 2, RT_PROPERTIES_BYTES = 8 };
#define SYSTEM_TABLE_SIGNATURE UINT64_C(0x5453595320494249)     /* "IBI SYST" (4.3) */
#define REVISION_2_90 (UINT32_C(2) << 16 | 90)
enum { EFI_CONVENTIONAL = 7, EFI_ACPI_RECLAIM = 9, EFI_UC_WC_WT_WB = 0xf };  /* types (7.2, table 7-6); cacheability it can have */
#define EFI_GRANULE KIB(64)             /* pages that a kernel of 64 KiB pages maps as one have one type (2.3.6) */

/* As they stand in memory: the first three parts little-endian. */
static const uint8_t acpi_20_guid[16] = { 0x71, 0xe8, 0x68, 0x88, 0xf1, 0xe4, 0xd3, 0x11, 0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 };
static const uint8_t rt_properties_guid[16] = { 0x8a, 0x91, 0x66, 0xeb, 0xef, 0x7e, 0x2a, 0x40, 0x84, 0x2e, 0x93, 0x1d, 0x21, 0xc3, 0x8a, 0xe9 };

static void put(uint8_t *to, uint64_t v, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (uint8_t)(v >> (8 * i));
}

/* The CRC-32 of Ethernet and zip, over the header with the sum itself as 0 (4.2). */
static uint32_t crc32(const uint8_t *at, unsigned n)
{
    uint32_t crc = UINT32_MAX;
    while (n--) {
        crc ^= *at++;
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
    }
    return ~crc;
}

static void system_table(uint8_t *to, uint64_t at)
{
    put(to, SYSTEM_TABLE_SIGNATURE, 8);
    put(to + 8, REVISION_2_90, 4);
    put(to + 12, SYSTEM_TABLE_BYTES, 4);
    put(to + 24, at + AT_VENDOR, 8);
    put(to + 32, 1, 4);                         /* firmware revision; consoles and services: null */
    put(to + 104, TABLES, 8);
    put(to + 112, at + AT_TABLES, 8);
    put(to + 16, crc32(to, SYSTEM_TABLE_BYTES), 4);
}

static void configuration_table(uint8_t *to, const uint8_t guid[16], uint64_t at)
{
    memcpy(to, guid, 16);
    put(to + 16, at, 8);
}

struct map { uint8_t *to; unsigned entries; };

static void descriptor(struct map *m, uint32_t type, uint64_t base, uint64_t size)
{
    if (!size)
        return;
    if (m->to) {
        uint8_t *to = m->to + m->entries * EFI_DESCRIPTOR_BYTES;
        put(to, type, 4);
        put(to + 8, base, 8);
        put(to + 24, size >> PAGE_SHIFT, 8);
        put(to + 32, EFI_UC_WC_WT_WB, 8);
    }
    m->entries++;
}

/* Ascending: the tables' RAM lies below all other. These pages themselves are kept as the tables are, for kexec to read again. */
static unsigned memory_map(const struct platform *p, const struct guest_places *w, uint8_t *to)
{
    struct map m = { to, 0 };
    const uint64_t efi = w->efi.v, efi_end = efi + EFI_GRANULE;
    bool acpi_told = false;
    for (unsigned i = 0; i < PLATFORM_BANKS_MAX; i++) {
        uint64_t base = p->ram[i].base.v, end = base + p->ram[i].size;
        if (base == end)
            continue;
        if (!acpi_told && w->acpi.v < base) {
            descriptor(&m, EFI_ACPI_RECLAIM, w->acpi.v, w->acpi_size);
            acpi_told = true;
        }
        if (!range_within(efi, EFI_GRANULE, base, end - base)) {
            descriptor(&m, EFI_CONVENTIONAL, base, end - base);
            continue;
        }
        descriptor(&m, EFI_CONVENTIONAL, base, efi - base);
        descriptor(&m, EFI_ACPI_RECLAIM, efi, EFI_GRANULE);
        descriptor(&m, EFI_CONVENTIONAL, efi_end, end - efi_end);
    }
    if (!acpi_told)
        descriptor(&m, EFI_ACPI_RECLAIM, w->acpi.v, w->acpi_size);
    return m.entries;
}

unsigned guest_efi_descriptors(const struct platform *p, const struct guest_places *w) { return memory_map(p, w, NULL); }

/* At most: the tables, this, and around it and in each bank one. */
_Static_assert(EFI_MAP_AT + (PLATFORM_BANKS_MAX + 3) * EFI_DESCRIPTOR_BYTES <= EFI_GRANULE, "all of it fits");
uint64_t guest_efi_size(const struct platform *p) { return p->acpi ? EFI_GRANULE : 0; }

bool guest_efi_build(const struct platform *p, const struct guest_places *w, void *to, uint64_t size)
{
    static const char vendor[] = "Bedplate";
    uint8_t *at = to;
    if (!w->acpi_size)
        return true;
    if (size < EFI_MAP_AT + guest_efi_descriptors(p, w) * (uint64_t)EFI_DESCRIPTOR_BYTES)
        return false;
    memset(to, 0, size);
    system_table(at, w->efi.v);
    configuration_table(at + AT_TABLES, acpi_20_guid, w->rsdp.v);
    configuration_table(at + AT_TABLES + 24, rt_properties_guid, w->efi.v + AT_PROPERTIES);
    put(at + AT_PROPERTIES, 1, 2);              /* version; services that work: none */
    put(at + AT_PROPERTIES + 2, RT_PROPERTIES_BYTES, 2);
    for (unsigned i = 0; i < sizeof(vendor); i++)
        put(at + AT_VENDOR + 2 * i, (uint8_t)vendor[i], 2);
    (void)memory_map(p, w, at + EFI_MAP_AT);
    return true;
}
