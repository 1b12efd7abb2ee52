/* Owns: what firmware leaves behind for the operating system: BGRT, FPDT, UEFI, MSDM, SLIC, BOOT, CSRT, NHLT, ASF!, VFCT. */
#include "acpi/show/describe_internal.h"

/* ---- BGRT (ACPI 6.4, 5.2.22) ---- */

static const struct tell_word displayed[] = {
    BIT(0, "displayed"), PART(6, 0, NULL), PART(6, 2, "turned by 90 degrees"), PART(6, 4, "turned by 180 degrees"), PART(6, 6, "turned by 270 degrees"), WORDS_END,
};
static const struct tell_word picture[] = { IS(0, "BMP"), WORDS_END };
static void check_bgrt_version(struct telling *t, uint64_t v)
{
    if (v != 1)
        tell_wrong(t, "has to be 1");
}
static const struct tell_row bgrt[] = {
    T_CHECK("Version", 2, TELL_NUMBER, check_bgrt_version), T_BITS("Status", 1, displayed), T_WORD("Image Type", 1, picture), T_HEX("Image Address", 8),
    T_NUMBER("Image Offset X", 4), T_NUMBER("Image Offset Y", 4), ROWS_END,
};

/* ---- FPDT (5.2.23) ---- */

static const struct tell_row fpdt_head[] = { T_ROW("Type", 2, TELL_TYPE), T_ROW("Length", 1, TELL_LENGTH), T_NUMBER("Revision", 1), ROWS_END };
static const struct tell_row pointer[] = { T_RESERVED(4), T_HEX("Pointer", 8), ROWS_END };
static const struct tell_sub fpdt_subs[] = {
    { 0, 0, "Firmware Basic Boot Performance Pointer", pointer, NULL, NULL }, { 1, 0, "S3 Performance Table Pointer", pointer, NULL, NULL }, SUBS_END,
};
static const struct tell_list fpdt_list = { .head = fpdt_head, .subs = fpdt_subs, .other = "Record" };

/* ---- UEFI (UEFI specification, appendix O) ---- */

static const struct tell_row uefi[] = { T_UUID("Identifier"), T_HEX("DataOffset", 2), ROWS_END };

/* ---- Microsoft's ---- */

static const struct tell_row msdm[] = {
    T_NUMBER("Version", 4), T_RESERVED(4), T_NUMBER("Data Type", 4), T_RESERVED(4), T_NUMBER("Data Length", 4), ROWS_END,
};
static const struct tell_row boot[] = { T_HEX("CMOS Index", 1), T_RESERVED(3), ROWS_END };
static const struct tell_row csrt_head[] = { T_ROW("Length", 4, TELL_LENGTH), ROWS_END };
static const struct tell_row group[] = {
    T_TEXT("Vendor ID", 4), T_HEX("Subvendor ID", 4), T_HEX("Device ID", 2), T_HEX("Subdevice ID", 2), T_HEX("Revision", 2), T_RESERVED(2),
    T_NUMBER("Shared Info Length", 4), ROWS_END,
};
static const struct tell_word resource_type[] = { IS(1, "interrupt"), IS(2, "timer"), IS(3, "DMA"), IS(4, "cache"), WORDS_END };
static const struct tell_row descriptor[] = { T_WORD("Type", 2, resource_type), T_NUMBER("Subtype", 2), T_HEX("UID", 4), ROWS_END };
static const struct tell_sub descriptor_sub[] = { { 0, 0, "Resource Descriptor", descriptor, NULL, NULL }, SUBS_END };
static const struct tell_list descriptors = { .head = csrt_head, .subs = descriptor_sub };
static void tell_group(struct telling *t)
{
    uint32_t n = (uint32_t)tell_own(t, 20, 4), left = t->end - t->at;
    tell_data(t, t->at + (n < left ? n : left), "Shared Info");
    tell_list(t, &descriptors, UINT32_MAX);
}
static const struct tell_sub group_sub[] = { { 0, 0, "Resource Group", group, NULL, tell_group }, SUBS_END };
static const struct tell_list csrt_list = { .head = csrt_head, .subs = group_sub };

/* ---- NHLT, ASF!, VFCT ---- */

static const struct tell_word link[] = { IS(0, "HD Audio"), IS(1, "DSP"), IS(2, "PDM"), IS(3, "SSP"), IS(4, "SlimBus"), IS(5, "SoundWire"), WORDS_END };
static const struct tell_row nhlt_rows[] = { T_NUMBER("Endpoint Count", 1), ROWS_END };
static const struct tell_row audio[] = {
    T_WORD("Link Type", 1, link), T_NUMBER("Instance ID", 1), T_HEX("Vendor ID", 2), T_HEX("Device ID", 2), T_HEX("Revision ID", 2),
    T_HEX("Subsystem ID", 4), T_HEX("Device Type", 1), T_HEX("Direction", 1), T_NUMBER("Virtual Bus ID", 1), ROWS_END,
};
static const struct tell_sub audio_sub[] = { { 0, 0, "Endpoint Descriptor", audio, NULL, NULL }, SUBS_END };
static const struct tell_list nhlt_list = { .head = csrt_head, .subs = audio_sub };
static void tell_nhlt(struct telling *t)
{
    tell_rows(t, nhlt_rows);
    tell_list(t, &nhlt_list, (uint32_t)tell_get(t, 36, 1));
}

/* Bit 7 of the type marks the last record (Alert Standard Format 2.0, 4.1). */
static const struct tell_row asf_head[] = { T_ROW("Type", 1, TELL_TYPE), T_RESERVED(1), T_ROW("Length", 2, TELL_LENGTH), ROWS_END };
static const struct tell_sub asf_subs[] = {
    { 0, 4, "ASF_INFO", NULL, NULL, NULL },         { 1, 4, "ASF_ALRT", NULL, NULL, NULL },         { 2, 4, "ASF_RCTL", NULL, NULL, NULL },
    { 3, 4, "ASF_RMCP", NULL, NULL, NULL },         { 4, 4, "ASF_ADDR", NULL, NULL, NULL },         { 0x80, 4, "ASF_INFO, the last", NULL, NULL, NULL },
    { 0x81, 4, "ASF_ALRT, the last", NULL, NULL, NULL }, { 0x82, 4, "ASF_RCTL, the last", NULL, NULL, NULL },
    { 0x83, 4, "ASF_RMCP, the last", NULL, NULL, NULL }, { 0x84, 4, "ASF_ADDR, the last", NULL, NULL, NULL }, SUBS_END,
};
static const struct tell_list asf_list = { .head = asf_head, .subs = asf_subs, .other = "Record" };

static const struct tell_row vfct[] = {
    T_UUID("Table UUID"), T_HEX("VBIOS Image Offset", 4), T_HEX("Lib1 Image Offset", 4), T_UNUSED(16), ROWS_END,
};

const struct tell_kind_of tell_boot_kinds[] = {
    { .signature = "BGRT", .title = "Boot Graphics Resource Table", .clause = "ACPI 6.4, 5.2.22", .high = 1, .rows = bgrt, .least = { { 0, 56 } } },
    { .signature = "FPDT", .title = "Firmware Performance Data Table", .clause = "ACPI 6.4, 5.2.23", .low = 1, .high = 1, .list = &fpdt_list },
    { .signature = "UEFI", .title = "UEFI ACPI Data Table", .clause = "UEFI 2.9, appendix O", .low = 1, .high = 1, .rows = uefi, .least = { { 1, 54 } } },
    { .signature = "MSDM", .title = "Microsoft Data Management Table", .clause = "Microsoft MSDM", .low = 1, .high = 3, .rows = msdm, .least = { { 1, 56 } } },
    { .signature = "SLIC", .title = "Microsoft Software Licensing Table", .clause = "Microsoft SLIC" },
    { .signature = "BOOT", .title = "Simple Boot Flag Table", .clause = "Microsoft Simple Boot Flag 2.1", .low = 1, .high = 1, .rows = boot,
      .least = { { 1, 40 } } },
    { .signature = "CSRT", .title = "Core System Resource Table", .clause = "Microsoft CSRT", .high = 1, .list = &csrt_list },
    { .signature = "NHLT", .title = "Non HD Audio Link Table", .clause = "Intel NHLT 0.8", .high = 0, .tell = tell_nhlt, .least = { { 0, 37 } } },
    { .signature = "ASF!", .title = "Alert Standard Format Table", .clause = "DMTF DSP0136, 4.1", .low = 1, .high = 32, .list = &asf_list },
    { .signature = "VFCT", .title = "Video BIOS Image Table", .clause = "", .rows = vfct, .least = { { 0, 76 } } },
    { .signature = NULL },
};
