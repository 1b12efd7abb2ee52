/* Owns: DMAR (Intel VT-d specification, chapter 8) and IVRS (AMD I/O Virtualization Technology specification, chapter 5). */
#include "acpi/show/describe_internal.h"

/* ---- DMAR ---- */

static void check_page(struct telling *t, uint64_t v)
{
    if (v & 0xfff)
        tell_wrong(t, "has to be on a page boundary");
    else if (!v)
        tell_wrong(t, "is 0");
}

static void check_limit(struct telling *t, uint64_t v)
{
    uint64_t base = tell_own(t, 8, 8);
    if (v <= base)
        tell_wrong(t, "ends before its base, 0x%llx", (unsigned long long)base);
    else if ((v + 1) & 0xfff)
        tell_wrong(t, "has to be the last byte of a page");
}

static const struct tell_word dmar_flag[] = { BIT(0, "interrupt remapping"), BIT(1, "x2APIC opt out"), BIT(2, "DMA protection asked for"), WORDS_END };
static const struct tell_word drhd_flag[] = { BIT(0, "all other PCI devices of the segment"), WORDS_END };
static const struct tell_word atsr_flag[] = { BIT(0, "all ports"), WORDS_END };
static const struct tell_word satc_flag[] = { BIT(0, "ATC required"), WORDS_END };
static const struct tell_word scope_type[] = {
    IS(1, "PCI endpoint"), IS(2, "PCI sub-hierarchy"), IS(3, "I/O APIC"), IS(4, "HPET"), IS(5, "ACPI device"), WORDS_END,
};

/* The scope's path: device and function from one bridge to the next. */
static void tell_scope_path(struct telling *t)
{
    uint32_t n = t->end - t->at;
    for (uint32_t i = 0; i + 1 < n; i += 2)
        tell_add(t, "%s%02x.%u", i ? " " : "", t->bytes[t->at + i], t->bytes[t->at + i + 1]);
    if (!n || n % 2)
        tell_wrong(t, "%u bytes are no path: each step has two", n);
    if (n)
        tell_field(t, "Path", n, false);
    else
        t->wrong[0] = '\0';
}

static const struct tell_row scope_head[] = {
    { "Type", 1, TELL_WORD, scope_type, NULL }, T_ROW("Length", 1, TELL_LENGTH), T_ROW("Flags", 1, TELL_HEX | TELL_DULL), T_RESERVED(1),
    T_NUMBER("Enumeration ID", 1), T_HEX("Start Bus Number", 1), ROWS_END,
};
static const struct tell_sub scope_sub[] = { { 0, 8, "Device Scope", NULL, NULL, tell_scope_path }, SUBS_END };
static const struct tell_list scopes = { .head = scope_head, .subs = scope_sub };

static const struct tell_row drhd[] = {
    T_BITS("Flags", 1, drhd_flag), T_HEX("Size", 1), T_NUMBER("Segment Number", 2), T_CHECK("Register Base Address", 8, TELL_HEX, check_page), ROWS_END,
};
static const struct tell_row rmrr[] = {
    T_RESERVED(2), T_NUMBER("Segment Number", 2), T_CHECK("Base Address", 8, TELL_HEX, check_page), T_CHECK("Limit Address", 8, TELL_HEX, check_limit),
    ROWS_END,
};
static const struct tell_row atsr[] = { T_BITS("Flags", 1, atsr_flag), T_RESERVED(1), T_NUMBER("Segment Number", 2), ROWS_END };
static const struct tell_row rhsa[] = {
    T_RESERVED(4), T_CHECK("Register Base Address", 8, TELL_HEX, check_page), T_NUMBER("Proximity Domain", 4), ROWS_END,
};
static const struct tell_row andd[] = { T_RESERVED(3), T_NUMBER("ACPI Device Number", 1), T_TEXT("ACPI Object Name", TELL_REST), ROWS_END };
static const struct tell_row satc[] = { T_BITS("Flags", 1, satc_flag), T_RESERVED(1), T_NUMBER("Segment Number", 2), ROWS_END };
static const struct tell_row dmar_head[] = { T_ROW("Type", 2, TELL_TYPE), T_ROW("Length", 2, TELL_LENGTH), ROWS_END };
static const struct tell_sub dmar_subs[] = {
    { 0, 0, "DRHD: hardware unit", drhd, &scopes, NULL },        { 1, 0, "RMRR: reserved memory", rmrr, &scopes, NULL },
    { 2, 0, "ATSR: root ports with ATS", atsr, &scopes, NULL },  { 3, 0, "RHSA: affinity of a unit", rhsa, NULL, NULL },
    { 4, 0, "ANDD: ACPI device", andd, NULL, NULL },             { 5, 0, "SATC: integrated devices with ATC", satc, &scopes, NULL }, SUBS_END,
};
static const struct tell_list dmar_list = { .head = dmar_head, .subs = dmar_subs, .other = "Remapping structure" };
static const struct tell_row dmar_rows[] = { T_NUMBER("Host Address Width - 1", 1), T_BITS("Flags", 1, dmar_flag), T_RESERVED(10), ROWS_END };

/* ---- IVRS ---- */

/* A device entry's length stands in its type (IVHD device entries, table 96): 4, 8, 16 or 32 bytes, but for those of ACPI devices. */
static uint32_t entry_length(struct telling *t, uint32_t type)
{
    if (type >= 0xf0)
        return 22 + (uint32_t)tell_get(t, t->at + 21, 1);
    return 4u << (type >> 6);
}

static const struct tell_word dte[] = {
    BIT(0, "INIT pass"), BIT(1, "EInt pass"), BIT(2, "NMI pass"), PART(0x30, 0, NULL), PART(0x30, 0x10, "system management 1"),
    PART(0x30, 0x20, "system management 2"), PART(0x30, 0x30, "system management 3"),
    BIT(6, "LINT0 pass"), BIT(7, "LINT1 pass"), WORDS_END,
};
static const struct tell_row entry[] = { T_DEVICE("DevID"), T_BITS("DTE Setting", 1, dte), ROWS_END };
static const struct tell_row alias[] = {
    T_DEVICE("DevID"), T_BITS("DTE Setting", 1, dte), T_UNUSED(1), T_DEVICE("Source DevID"), T_UNUSED(1), ROWS_END,
};
static const struct tell_row extended[] = { T_DEVICE("DevID"), T_BITS("DTE Setting", 1, dte), T_HEX("Extended DTE Setting", 4), ROWS_END };
static const struct tell_word special[] = { IS(1, "I/O APIC"), IS(2, "HPET"), WORDS_END };
static const struct tell_row special_device[] = {
    T_UNUSED(2), T_BITS("DTE Setting", 1, dte), T_NUMBER("Handle", 1), T_DEVICE("Source DevID"), T_WORD("Variety", 1, special), ROWS_END,
};
static const struct tell_row acpi_device[] = {
    T_DEVICE("DevID"), T_BITS("DTE Setting", 1, dte), T_TEXT("Hardware ID", 8), T_BYTES("Compatible ID", 8), T_NUMBER("UID format", 1),
    T_NUMBER("UID length", 1), ROWS_END,
};
static const struct tell_row entry_head[] = { T_ROW("Type", 1, TELL_TYPE), ROWS_END };
static const struct tell_sub entry_subs[] = {
    { 0, 0, "Padding", entry, NULL, NULL },                      { 1, 0, "All devices", entry, NULL, NULL },
    { 2, 0, "Device", entry, NULL, NULL },                       { 3, 0, "First device of a range", entry, NULL, NULL },
    { 4, 0, "Last device of a range", entry, NULL, NULL },       { 64, 8, "Padding", NULL, NULL, NULL },
    { 66, 0, "Device with an alias", alias, NULL, NULL },        { 67, 0, "First device of a range with an alias", alias, NULL, NULL },
    { 70, 0, "Device, extended", extended, NULL, NULL },         { 71, 0, "First device of a range, extended", extended, NULL, NULL },
    { 72, 0, "Special device", special_device, NULL, NULL },     { 240, 0, "ACPI device", acpi_device, NULL, NULL }, SUBS_END,
};
static const struct tell_list ivhd_entries = { .head = entry_head, .subs = entry_subs, .other = "Device entry", .length = entry_length };

static const struct tell_row ivhd[] = {
    T_DEVICE("DeviceID of the IOMMU"), T_HEX("Capability Offset", 2), T_CHECK("IOMMU Base Address", 8, TELL_HEX, check_page),
    T_NUMBER("PCI Segment Group", 2), T_HEX("IOMMU Info", 2), T_HEX("IOMMU Feature Info", 4), ROWS_END,
};
static const struct tell_row ivhd_wide[] = {
    T_DEVICE("DeviceID of the IOMMU"), T_HEX("Capability Offset", 2), T_CHECK("IOMMU Base Address", 8, TELL_HEX, check_page),
    T_NUMBER("PCI Segment Group", 2), T_HEX("IOMMU Info", 2), T_HEX("IOMMU Attributes", 4), T_HEX("EFR Register Image", 8),
    T_HEX("EFR Register Image 2", 8), ROWS_END,
};
static const struct tell_row ivmd[] = {
    T_DEVICE("DeviceID"), T_DEVICE("Auxiliary data"), T_UNUSED(8), T_HEX("IVMD start address", 8), T_HEX("IVMD memory block length", 8), ROWS_END,
};
static const struct tell_row ivrs_head[] = { T_ROW("Type", 1, TELL_TYPE), T_HEX("Flags", 1), T_ROW("Length", 2, TELL_LENGTH), ROWS_END };
static const struct tell_sub ivrs_subs[] = {
    { 0x10, 0, "IVHD: IOMMU", ivhd, &ivhd_entries, NULL },       { 0x11, 0, "IVHD: IOMMU, with EFR", ivhd_wide, &ivhd_entries, NULL },
    { 0x40, 0, "IVHD: IOMMU, with EFR and ACPI devices", ivhd_wide, &ivhd_entries, NULL },
    { 0x20, 0, "IVMD: memory of all devices", ivmd, NULL, NULL }, { 0x21, 0, "IVMD: memory of a device", ivmd, NULL, NULL },
    { 0x22, 0, "IVMD: memory of a range of devices", ivmd, NULL, NULL }, SUBS_END,
};
static const struct tell_list ivrs_list = { .head = ivrs_head, .subs = ivrs_subs, .other = "Block" };
static const struct tell_row ivrs_rows[] = { T_HEX("IVinfo", 4), T_UNUSED(8), ROWS_END };

const struct tell_kind_of tell_iommu_kinds[] = {
    { .signature = "DMAR", .title = "DMA Remapping Table", .clause = "Intel VT-d 4.0, 8.1", .low = 1, .high = 1, .rows = dmar_rows,
      .list = &dmar_list, .least = { { 1, 48 } } },
    { .signature = "IVRS", .title = "I/O Virtualization Reporting Structure", .clause = "AMD IOMMU 3.07, 5.2", .low = 1, .high = 3,
      .rows = ivrs_rows, .list = &ivrs_list, .least = { { 1, 48 } } },
    { .signature = NULL },
};
