/*
 * Owns: what is told of a PCIe host bridge and of the IOMMU behind it, in tables: MCFG ("PCI Firmware Specification" 3.3, 4.1.2)
 * and VIOT (ACPI 6.5, 5.2.32). One segment group, number 0, whose first bus is 0.
 */
#include "acpi/tables.h"

enum { MCFG_REVISION = 1, VIOT_REVISION = 0, SEGMENT = 0 };

uint64_t acpi_mcfg(struct table_out *o, const struct platform *p)
{
    uint64_t start = table_begin(o, "MCFG", MCFG_REVISION);
    table_zero(o, 8);
    table_le(o, p->pcie.ecam.v, 8);                 /* of bus 0 */
    table_le(o, SEGMENT, 2);
    table_le(o, 0, 1);                              /* first bus, last bus */
    table_le(o, p->pcie.bus_last, 1);
    table_zero(o, 4);
    table_end(o, start);
    return start;
}

/*
 * The range is the whole segment, the IOMMU itself included: it is known not to translate for itself. Endpoint ids are the
 * requesters' ids, as the range begins at 0.
 */
uint64_t acpi_viot(struct table_out *o, const struct platform *p)
{
    enum { NODES = TABLE_HEADER + 12, RANGE_LENGTH = 24, IOMMU_LENGTH = 16, NODE_PCI_RANGE = 1, NODE_VIRTIO_IOMMU_PCI = 3 };
    uint64_t start = table_begin(o, "VIOT", VIOT_REVISION);
    table_le(o, 2, 2);                              /* how many nodes, and where */
    table_le(o, NODES, 2);
    table_zero(o, 8);

    table_entry(o, NODE_VIRTIO_IOMMU_PCI, 0);       /* that byte is reserved here, and the length follows */
    table_le(o, IOMMU_LENGTH, 2);
    table_le(o, SEGMENT, 2);
    table_le(o, (uint32_t)p->viommu.device << 3 | p->viommu.function, 2);
    table_zero(o, 8);

    table_entry(o, NODE_PCI_RANGE, 0);
    table_le(o, RANGE_LENGTH, 2);
    table_le(o, 0, 4);                              /* first endpoint */
    table_le(o, SEGMENT, 2);                        /* first and last segment */
    table_le(o, SEGMENT, 2);
    table_le(o, 0, 2);                              /* first and last bus, device and function */
    table_le(o, (uint32_t)p->pcie.bus_last << 8 | 0xff, 2);
    table_le(o, NODES, 2);                          /* translated by the node at */
    table_zero(o, 6);
    table_end(o, start);
    return start;
}
