/* Owns: the machine behind the pictures, of a guest on Arm's board. */
#include "cli/guests.h"
#include "cli/report.h"
#include "platform/virt_map.h"

static void placed(struct model *m, const struct guest *g)
{
    const struct plan *plan = &g->plan;
    model_region(m, plan->entry.v, plan->image.memory_size, REGION_PLACED, "kernel");
    model_region(m, plan->places.tree.v, plan->places.tree_size, REGION_PLACED, "device tree");
    model_region(m, plan->places.efi.v, plan->efi_size, REGION_PLACED, "EFI tables");
    for (unsigned i = 0; i < g->platform.modules; i++)
        model_region(m, plan->module[i].at.v, plan->module[i].size, REGION_PLACED, "ramdisk");
}

static void devices(struct model *m, const struct platform *p)
{
    model_region(m, VIRT_GICD_BASE, p->arm.gic_version == 2 ? 0x1000 : 0x10000, REGION_DEVICE, "GIC distributor");
    if (p->arm.gic_version == 2)
        model_region(m, VIRT_GICC_BASE, 0x2000, REGION_DEVICE, "GIC CPU interface");
    else
        model_region(m, VIRT_GICR_BASE, p->vcpus * VIRT_GICR_SIZE, REGION_DEVICE, "GIC redistributors");
    if (p->arm.pl011) {
        model_region(m, VIRT_PL011_BASE, VIRT_PL011_SIZE, REGION_DEVICE, "PL011");
        model_line(m, VIRT_PL011_GSI, "PL011", "level, active high");
    }
    if (p->xen)
        model_region(m, VIRT_GRANT_BASE, VIRT_GRANT_SIZE, REGION_RESERVED, "place for grants");
    for (unsigned i = 0; i < p->rings; i++)
        model_region(m, VIRT_RING_BASE + i * PAGE_SIZE, PAGE_SIZE, REGION_RESERVED, "console ring of %s", p->ring[i].of);
    if (p->pcie.present)
        model_region(m, p->pcie.ecam.v, (uint64_t)(p->pcie.bus_last + 1) << 20, REGION_DEVICE, "PCIe configuration");
}

void model_of_arm_guest(struct model *m, const struct guest *g)
{
    const struct platform *p = &g->platform;
    *m = (struct model){ .cpus = p->vcpus, .cpus_told = p->vcpus, .arm = true, .gic = p->arm.gic_version };
    (void)snprintf(m->name, sizeof(m->name), "%s", p->name);
    (void)snprintf(m->subtitle, sizeof(m->subtitle), "a guest of Bedplate on Arm, told from %s", g->config.path);
    model_pill(m, true, "%u vCPU%s", p->vcpus, p->vcpus == 1 ? "" : "s");
    model_pill(m, true, "%llu MiB", (unsigned long long)(p->memory >> 20));
    model_pill(m, true, p->arm.gic_version ? "GIC v%u" : "the host's GIC", p->arm.gic_version);
    model_pill(m, p->acpi, "ACPI");
    model_pill(m, p->xen, "Xen ABI");
    model_pill(m, p->arm.pl011, "PL011");
    if (p->channels)
        model_pill(m, true, "%u static event channel%s", p->channels, p->channels == 1 ? "" : "s");
    for (unsigned i = 0; i < PLATFORM_BANKS_MAX; i++)
        model_region(m, p->ram[i].base.v, p->ram[i].size, REGION_RAM, p->arm.direct_map ? "RAM, as on the host" : "RAM");
    model_region(m, g->plan.acpi.v, g->plan.acpi_size, REGION_ACPI, "ACPI tables");
    model_line(m, VIRT_TIMER_VIRT_GSI, "virtual timer", "level");
    if (p->xen)
        model_line(m, VIRT_EVTCHN_GSI, "Xen event channels", "level");
    placed(m, g);
    devices(m, p);
}
