/* Owns: the DSDT, in AML: how to power off, the processors, the UART, the PIT. It names what the machine answers for, nothing more. */
#include "acpi/aml_resource.h"
#include "acpi/dsdt_events.h"
#include "acpi/tables.h"
#include "platform/pc_map.h"

/* SLP_TYP for the sleep control register; the second one is for a PM1b block, of which hardware-reduced machines have none. */
static void power_off(struct table_out *o)
{
    aml_name(o, "_S5");
    uint64_t values = aml_package(o, 4);
    aml_integer(o, PC_S5_TYPE);
    for (unsigned i = 0; i < 3; i++)
        aml_integer(o, 0);
    aml_close(o, values);
}

/*
 * _UID is what ties a device to its MADT entry (ACPI 6.4, 8.4). Without _STA: present and working. _PXM says what SRAT says: a
 * processor that comes later is not looked up there (6.2.14).
 */
static void processor(struct table_out *o, const struct platform *p, unsigned vcpu)
{
    char name[ACPI_CPU_NAME_SIZE];
    acpi_cpu_name(name, vcpu);
    uint64_t device = aml_device(o, name);
    aml_hid(o, "ACPI0007");
    aml_name_integer(o, "_UID", platform_apic_id(vcpu));
    if (p->nodes)
        aml_name_integer(o, "_PXM", p->vcpu_node[vcpu]);
    acpi_dsdt_cpu_events(o, p, vcpu);
    aml_close(o, device);
}

/* A device of fixed ports and nothing else. */
struct port_range { uint16_t first; uint8_t length; };
static void ports(struct table_out *o, const char *name, const char *hid, const struct port_range *range, unsigned n)
{
    uint64_t device = aml_device(o, name);
    aml_hid(o, hid);
    aml_name(o, "_CRS");
    uint64_t resources = aml_template(o);
    for (unsigned i = 0; i < n; i++)
        aml_io(o, range[i].first, range[i].length);
    aml_template_close(o, resources);
    aml_close(o, device);
}

static const struct port_range pic[] = { { 0x20, 2 }, { 0xa0, 2 }, { 0x4d0, 2 } };      /* both, and their edge and level registers */
static const struct port_range pit[] = { { PC_PIT_PORT, 4 } }, speaker[] = { { PC_PIT_GATE, 1 } };

/* Without an IOAPIC nothing carries its line to a CPU: then no interrupt is named, and drivers poll. */
static void uart(struct table_out *o, const struct platform *p)
{
    uint64_t device = aml_device(o, "COM1");
    aml_hid(o, "PNP0501");
    aml_name_integer(o, "_UID", 1);
    aml_name(o, "_CRS");
    uint64_t resources = aml_template(o);
    aml_io(o, p->uart.port, 8);
    if (p->ioapic)
        aml_interrupt(o, p->uart.gsi);
    aml_template_close(o, resources);
    aml_close(o, device);
}

uint64_t acpi_dsdt(struct table_out *o, const struct platform *p)
{
    uint64_t start = table_begin(o, "DSDT", 2);     /* 2: integers have 64 bits */
    power_off(o);
    uint64_t scope = aml_scope(o, "_SB");
    for (unsigned i = 0; i < platform_vcpus_told(p); i++)
        processor(o, p, i);
    acpi_dsdt_events(o, p);
    if (p->uart.present)
        uart(o, p);
    acpi_dsdt_channels(o, p);
    if (PLATFORM_MORE_DEVICES) {
        acpi_dsdt_tpm(o, p);
        acpi_dsdt_pcie(o, p);
    }
    if (!p->lapic)
        ports(o, "PIC", "PNP0000", pic, 3);
    if (!p->xen || !p->lapic) {         /* who has no Xen clock measures its TSC against these, or takes its ticks from them */
        ports(o, "TIMR", "PNP0100", pit, 1);
        ports(o, "SPKR", "PNP0800", speaker, 1);
    }
    aml_close(o, scope);
    table_end(o, start);
    return start;
}
