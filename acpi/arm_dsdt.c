/*
 * Owns: the DSDT of BOARD_VIRT, in AML: the processors, the UART, and the devices that both boards may have. No \_S5_: a guest
 * with PSCI powers off by PSCI, and without a sleep control register there is nowhere to write a sleep type.
 */
#include "acpi/aml_resource.h"
#include "acpi/arm.h"
#include "acpi/dsdt_events.h"
#include "acpi/tables.h"
#include "platform/virt_map.h"

/* _UID is what ties a device to its GICC (ACPI 6.4, 8.4). No _STA: present and working. _PXM: as SRAT has it. */
static void processor(struct table_out *o, const struct platform *p, unsigned vcpu)
{
    char name[ACPI_CPU_NAME_SIZE];
    acpi_cpu_name(name, vcpu);
    uint64_t device = aml_device(o, name);
    aml_hid(o, "ACPI0007");
    aml_name_integer(o, "_UID", vcpu);
    if (p->nodes)
        aml_name_integer(o, "_PXM", p->vcpu_node[vcpu]);
    aml_close(o, device);
}

/*
 * ARMH0011 rather than ARMHB000, the SBSA UART's own name: drivers take both for the same subset of a PL011, but only
 * newer ones know the second.
 */
static void uart(struct table_out *o)
{
    uint64_t device = aml_device(o, "COM0");
    aml_hid(o, "ARMH0011");
    aml_name_integer(o, "_UID", 0);
    aml_name(o, "_CRS");
    uint64_t resources = aml_template(o);
    aml_memory32(o, VIRT_PL011_BASE, VIRT_PL011_SIZE);
    aml_interrupt_as(o, VIRT_PL011_GSI, AML_LEVEL);
    aml_template_close(o, resources);
    aml_close(o, device);
}

uint64_t acpi_arm_dsdt(struct table_out *o, const struct platform *p)
{
    uint64_t start = table_begin(o, "DSDT", 2);     /* 2: integers have 64 bits */
    uint64_t scope = aml_scope(o, "_SB");
    for (unsigned i = 0; i < p->vcpus; i++)
        processor(o, p, i);
    if (p->arm.pl011)
        uart(o);
    acpi_dsdt_channels(o, p);
    if (PLATFORM_MORE_DEVICES) {
        acpi_dsdt_tpm(o, p);
        acpi_dsdt_pcie(o, p);
    }
    aml_close(o, scope);
    table_end(o, start);
    return start;
}
