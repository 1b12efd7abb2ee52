/*
 * Owns: the PCIe host bridge in AML (ACPI 6.4, 6.2 and 6.4.3.5; "PCI Firmware Specification" 3.3, 4.5.1). There is no _PRT: no
 * INTx line of any slot leads anywhere, devices interrupt by MSI.
 */
#include "acpi/aml_code.h"
#include "acpi/aml_resource.h"
#include "acpi/tables.h"

#define HOST_BRIDGE_UUID "33DB4D5B-1FF7-401C-9657-7441C03DD766"
enum { ECAM_BYTES_PER_BUS = 1 << 20, OSC_UNKNOWN_UUID = 1 << 2 };

static void window(struct table_out *o, const struct platform_window *w, enum aml_range_kind kind)
{
    if (w->size)
        aml_range(o, &(struct aml_range){ kind, .first = w->base, .last = w->base + w->size - 1 });
}

/* PC: ports as they are. Arm's CPUs have none: they reach port 0 of the bus at the window's base. */
static void ports(struct table_out *o, const struct platform *p)
{
    const struct platform_window *w = &p->pcie.io;
    if (platform_is(p, BOARD_VIRT) && w->size)
        aml_range(o, &(struct aml_range){ AML_IO_RANGE, .memory_mapped = true, .last = w->size - 1, .translation = w->base });
    else
        window(o, w, AML_IO_RANGE);
}

static void resources(struct table_out *o, const struct platform *p)
{
    aml_name(o, "_CRS");
    uint64_t template = aml_template(o);
    aml_range(o, &(struct aml_range){ AML_BUS_RANGE, .first = 0, .last = p->pcie.bus_last });
    ports(o, p);
    window(o, &p->pcie.memory32, AML_MEMORY_RANGE);
    window(o, &p->pcie.memory64, AML_MEMORY_RANGE);
    aml_template_close(o, template);
}

/*
 * No firmware wants to keep hot-plug, error reporting or power management for itself, so the guest gets all it asks for: the
 * capabilities buffer goes back as it came. Without _OSC a guest may use none of them (4.5.1).
 */
static void capabilities(struct table_out *o)
{
    uint64_t method = aml_method(o, "_OSC", 4, true);           /* serialized: it declares a name */
    aml_op(o, AML_DWORD_FIELD);
    aml_arg(o, 3);
    aml_integer(o, 0);
    aml_name_path(o, "CDW1");
    uint64_t other = aml_if(o);
    aml_op(o, AML_LNOT_EQUAL);
    aml_arg(o, 0);
    aml_uuid(o, HOST_BRIDGE_UUID);
    aml_op(o, AML_OR);
    aml_name_path(o, "CDW1");
    aml_integer(o, OSC_UNKNOWN_UUID);
    aml_name_path(o, "CDW1");
    aml_close(o, other);
    aml_op(o, AML_RETURN);
    aml_arg(o, 3);
    aml_close(o, method);
}

/* MCFG does not reserve what it names; a motherboard device must (4.1.2, note 2). */
static void config_space(struct table_out *o, const struct platform *p)
{
    uint64_t device = aml_device(o, "ECAM"), first = p->pcie.ecam.v;
    uint64_t last = first + (p->pcie.bus_last + 1u) * (uint64_t)ECAM_BYTES_PER_BUS - 1;
    aml_hid(o, "PNP0C02");
    aml_name_integer(o, "_UID", 0);
    aml_name(o, "_CRS");
    uint64_t template = aml_template(o);
    aml_range(o, &(struct aml_range){ AML_MEMORY_RANGE, .consumer = true, .first = first, .last = last });
    aml_template_close(o, template);
    aml_close(o, device);
}

void acpi_dsdt_pcie(struct table_out *o, const struct platform *p)
{
    if (!p->pcie.present)
        return;
    config_space(o, p);
    uint64_t device = aml_device(o, "PCI0");
    aml_hid(o, "PNP0A08");
    aml_name(o, "_CID");
    aml_eisa_id(o, "PNP0A03");
    aml_name_integer(o, "_UID", 0);
    aml_name_integer(o, "_SEG", 0);
    aml_name_integer(o, "_BBN", 0);
    aml_name_integer(o, "_CCA", 1);             /* DMA sees the caches: Arm asks for it (6.2.17) */
    resources(o, p);
    capabilities(o);
    aml_close(o, device);
}
