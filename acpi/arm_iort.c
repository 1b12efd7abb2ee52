/*
 * Owns: the IORT ("IO Remapping Table", Arm DEN0049): that MSIs of the PCIe host bridge go to the ITS, each function by its
 * requester id. Without it no reader joins the two, and with no INTx line a device had no interrupt at all. An IOMMU is VIOT's.
 */
#include "acpi/arm.h"

enum { IORT_REVISION = 0, NODE_ITS_GROUP = 0, NODE_ROOT_COMPLEX = 2 };
enum { NODES = TABLE_HEADER + 12, NODE_HEADER = 16, ITS_LENGTH = NODE_HEADER + 8, ROOT_FIXED = NODE_HEADER + 20, MAPPING = 20 };

/* Type, length, revision, reserved, number of id mappings and where they stand in the node. */
static void node(struct table_out *o, uint8_t type, uint16_t length, uint8_t revision, uint32_t mappings, uint32_t at)
{
    table_le(o, type, 1);
    table_le(o, length, 2);
    table_le(o, revision, 1);
    table_zero(o, 4);
    table_le(o, mappings, 4);
    table_le(o, mappings ? at : 0, 4);
}

uint64_t acpi_arm_iort(struct table_out *o, const struct platform *p)
{
    enum { COHERENT = 1, CPM_DACS = 3, ADDRESS_BITS = 64 };
    uint64_t start = table_begin(o, "IORT", IORT_REVISION);
    table_le(o, 2, 4);                              /* nodes, and where they begin */
    table_le(o, NODES, 4);
    table_zero(o, 4);

    node(o, NODE_ITS_GROUP, ITS_LENGTH, 0, 0, 0);
    table_le(o, 1, 4);                              /* one ITS, by the id that MADT gives it */
    table_le(o, 0, 4);

    node(o, NODE_ROOT_COMPLEX, ROOT_FIXED + MAPPING, 1, 1, ROOT_FIXED);
    table_le(o, COHERENT, 4);                       /* as the host bridge's _CCA says */
    table_zero(o, 3);                               /* allocation hints */
    table_le(o, CPM_DACS, 1);
    table_le(o, 0, 4);                              /* no ATS */
    table_le(o, 0, 4);                              /* segment */
    table_le(o, ADDRESS_BITS, 1);
    table_zero(o, 3);
    table_le(o, 0, 4);                              /* requester ids from 0 on: how many more than one, and what they become */
    table_le(o, p->pcie.bus_last << 8 | 0xff, 4);
    table_le(o, 0, 4);
    table_le(o, NODES, 4);                          /* at the ITS group, which is the first node */
    table_le(o, 0, 4);
    table_end(o, start);
    return start;
}
