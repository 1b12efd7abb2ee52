/* Owns: buses and what translates for them: MCFG (PCI firmware specification) and VIOT. */
#include "acpi/show/describe_internal.h"

/* ---- MCFG ---- */

enum { RANGES = 128 };      /* more are told, but not compared */
struct mcfg { unsigned n; struct { uint16_t segment; uint8_t first, last; } range[RANGES]; };

static void check_base(struct telling *t, uint64_t v)
{
    uint64_t first = tell_own(t, 10, 1) << 20;
    if (v & 0xfffff)
        tell_wrong(t, "a bus has 1 MiB: the base has to be on such a boundary");
    else if (!v)
        tell_wrong(t, "is 0");
    else if (v + first < v)
        tell_wrong(t, "reaches beyond the end of all addresses");
}

static void check_last_bus(struct telling *t, uint64_t last)
{
    struct mcfg *m = t->own;
    uint64_t segment = tell_own(t, 8, 2), first = tell_own(t, 10, 1);
    if (last < first)
        tell_wrong(t, "the last bus, %llu, is before the first, %llu", (unsigned long long)last, (unsigned long long)first);
    for (unsigned i = 0; i < m->n; i++)
        if (m->range[i].segment == segment && first <= m->range[i].last && m->range[i].first <= last)
            tell_wrong(t, "buses %u..%u of segment %u have a place already", m->range[i].first, m->range[i].last, (unsigned)segment);
    if (m->n < RANGES) {
        m->range[m->n].segment = (uint16_t)segment;
        m->range[m->n].first = (uint8_t)first;
        m->range[m->n++].last = (uint8_t)last;
    }
}

static const struct tell_row mcfg_head[] = { T_RESERVED(8), ROWS_END };
static const struct tell_row allocation[] = {
    T_CHECK("Base Address", 8, TELL_HEX, check_base), T_NUMBER("PCI Segment Group Number", 2), T_NUMBER("Start Bus Number", 1),
    T_CHECK("End Bus Number", 1, TELL_NUMBER, check_last_bus), T_RESERVED(4), ROWS_END,
};
static const struct tell_sub allocations[] = { { 0, 0, "Configuration Space", allocation, NULL, NULL }, SUBS_END };
static const struct tell_list mcfg_list = { .subs = allocations };

static void tell_mcfg(struct telling *t)
{
    struct mcfg m = { .n = 0 };
    t->own = &m;
    tell_rows(t, mcfg_head);
    tell_list(t, &mcfg_list, UINT32_MAX);
    t->own = NULL;
}

/* ---- VIOT (ACPI 6.5, 5.2.32) ---- */

static void check_output(struct telling *t, uint64_t v)
{
    uint64_t type = tell_get(t, (uint32_t)v, 1);
    if (v < 48 || v >= t->size || (type != 3 && type != 4))
        tell_wrong(t, "no IOMMU's node stands at offset 0x%llx", (unsigned long long)v);
}

static void check_bdf_end(struct telling *t, uint64_t v)
{
    if (tell_own(t, 8, 2) == tell_own(t, 10, 2) && v < tell_own(t, 12, 2))
        tell_wrong(t, "the range ends before it begins");
}

static const struct tell_row viot_rows[] = { T_NUMBER("Node count", 2), T_HEX("Node offset", 2), T_RESERVED(8), ROWS_END };
static const struct tell_row viot_head[] = { T_ROW("Type", 1, TELL_TYPE), T_RESERVED(1), T_ROW("Length", 2, TELL_LENGTH), ROWS_END };
static const struct tell_row pci_range[] = {
    T_HEX("Endpoint start", 4), T_NUMBER("PCI Segment start", 2), T_NUMBER("PCI Segment end", 2), T_DEVICE("PCI BDF start"),
    T_CHECK("PCI BDF end", 2, TELL_DEVICE, check_bdf_end), T_CHECK("Output node", 2, TELL_HEX, check_output), T_RESERVED(6), ROWS_END,
};
static const struct tell_row mmio_endpoint[] = {
    T_HEX("Endpoint ID", 4), T_HEX("Base address", 8), T_CHECK("Output node", 2, TELL_HEX, check_output), T_RESERVED(6), ROWS_END,
};
static const struct tell_row pci_iommu[] = { T_NUMBER("PCI Segment", 2), T_DEVICE("PCI BDF number"), T_RESERVED(8), ROWS_END };
static const struct tell_row mmio_iommu[] = { T_RESERVED(4), T_HEX("Base address", 8), ROWS_END };
static const struct tell_sub viot_subs[] = {
    { 1, 0, "PCI Range", pci_range, NULL, NULL },                { 2, 0, "Single MMIO endpoint", mmio_endpoint, NULL, NULL },
    { 3, 0, "virtio-pci IOMMU", pci_iommu, NULL, NULL },         { 4, 0, "virtio-mmio IOMMU", mmio_iommu, NULL, NULL }, SUBS_END,
};
static const struct tell_list viot_list = { .head = viot_head, .subs = viot_subs, .other = "Node" };

static void tell_viot(struct telling *t)
{
    uint32_t count = (uint32_t)tell_get(t, 36, 2), offset = (uint32_t)tell_get(t, 38, 2);
    tell_rows(t, viot_rows);
    if (offset > t->at && offset <= t->end)
        tell_data(t, offset, "Data");
    if (offset < 48 || offset > t->size)
        tell_table_wrong(t, "the nodes cannot begin at offset 0x%x", offset);
    else
        tell_list(t, &viot_list, count);
}

const struct tell_kind_of tell_pci_kinds[] = {
    { .signature = "MCFG", .title = "PCI Express Memory-mapped Configuration Space", .clause = "PCI Firmware Specification 3.3, 4.1.2",
      .low = 1, .high = 1, .tell = tell_mcfg, .least = { { 1, 44 } } },
    { .signature = "VIOT", .title = "Virtual I/O Translation Table", .clause = "ACPI 6.5, 5.2.32", .high = 1, .tell = tell_viot,
      .least = { { 0, 48 } } },
    { .signature = NULL },
};
