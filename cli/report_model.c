/* Owns: the machine behind the pictures: of a guest, from its platform and its plan. */
#include "cli/guests.h"
#include "cli/report.h"
#include "platform/pc_map.h"
#include <stdarg.h>
#include <string.h>
#include <xen/xen.h>
#include <xen/arch-x86/hvm/start_info.h>

void model_pill(struct model *m, bool on, const char *fmt, ...)
{
    va_list args;
    if (m->pills == MODEL_PILLS)
        return;
    struct pill *p = &m->pill[m->pills++];
    p->on = on;
    va_start(args, fmt);
    (void)vsnprintf(p->text, sizeof(p->text), fmt, args);
    va_end(args);
}

void model_region(struct model *m, uint64_t base, uint64_t size, enum region_kind kind, const char *fmt, ...)
{
    va_list args;
    if (m->regions == MODEL_REGIONS || !size)
        return;
    struct region *r = &m->region[m->regions++];
    *r = (struct region){ .base = base, .size = size, .kind = kind };
    va_start(args, fmt);
    (void)vsnprintf(r->label, sizeof(r->label), fmt, args);
    va_end(args);
}

void model_line(struct model *m, unsigned gsi, const char *source, const char *manner)
{
    if (m->lines == MODEL_LINES)
        return;
    struct line *l = &m->line[m->lines++];
    l->gsi = gsi;
    (void)snprintf(l->source, sizeof(l->source), "%s", source);
    (void)snprintf(l->manner, sizeof(l->manner), "%s", manner);
}

static void memory_of_guest(struct model *m, const struct guest *g)
{
    const struct platform *p = &g->platform;
    const struct plan *plan = &g->plan;
    struct start_info_range range[32];
    unsigned n = start_info_memory_map(p, plan->acpi, plan->acpi_size, range, 32);
    for (unsigned i = 0; i < n; i++) {
        bool ram = range[i].type == XEN_HVM_MEMMAP_TYPE_RAM, acpi = range[i].type == XEN_HVM_MEMMAP_TYPE_ACPI;
        bool special = range[i].base == PC_SPECIAL_BASE;
        if (range[i].base == PC_IOAPIC_BASE || range[i].base == PC_LAPIC_BASE)
            continue;           /* reserved because a device stands there, which is told below */
        model_region(m, range[i].base, range[i].size, ram ? REGION_RAM : acpi ? REGION_ACPI : REGION_RESERVED,
                     ram ? "RAM" : acpi ? "ACPI tables" : special ? "Xen's special pages" : "reserved");
    }
    for (unsigned i = 0; i < plan->kernel.segments; i++)
        model_region(m, plan->kernel.segment[i].at, plan->kernel.segment[i].memory_size, REGION_PLACED, "kernel segment %u", i);
    for (unsigned i = 0; i < p->modules; i++)
        model_region(m, plan->module[i].at.v, plan->module[i].size, REGION_PLACED, i || !g->config.ramdisk ? "module %u" : "ramdisk", i);
    model_region(m, plan->start_info.v, plan->start_info_size, REGION_PLACED, "start info");
    if (p->ioapic)
        model_region(m, PC_IOAPIC_BASE, PAGE_SIZE, REGION_DEVICE, "IOAPIC");
    if (p->lapic)
        model_region(m, PC_LAPIC_BASE, PAGE_SIZE, REGION_DEVICE, "local APIC");
    if (p->pcie.present)
        model_region(m, p->pcie.ecam.v, (uint64_t)(p->pcie.bus_last + 1) << 20, REGION_DEVICE, "PCIe configuration");
}

static void lines_of_guest(struct model *m, const struct platform *p)
{
    if (p->uart.present && (p->ioapic || !p->lapic))
        model_line(m, p->uart.gsi, "UART (COM1)", "edge, active high");
    if (p->ged.present)
        model_line(m, p->ged.gsi, "Generic event device", "edge, active high");
    if (!p->lapic) {
        model_line(m, 0, "PIT", "edge, active high");
        model_line(m, PC_SCI_GSI, "SCI", "level, active low");
    }
}

static void model_of_pc_guest(struct model *m, const struct guest *g)
{
    const struct platform *p = &g->platform;
    *m = (struct model){ .cpus = p->vcpus, .cpus_told = platform_vcpus_told(p), .lapic = p->lapic, .pic = !p->lapic, .events = p->xen,
                         .ioapics = p->ioapic, .pins = p->ioapic ? PC_IOAPIC_PINS : 0 };
    (void)snprintf(m->name, sizeof(m->name), "%s", p->name);
    (void)snprintf(m->subtitle, sizeof(m->subtitle), "a guest of Bedplate, told from %s", g->config.path);
    model_pill(m, true, "%u vCPU%s", p->vcpus, p->vcpus == 1 ? "" : "s");
    if (m->cpus_told > m->cpus)
        model_pill(m, true, "up to %u", m->cpus_told);
    model_pill(m, true, "%llu MiB", (unsigned long long)(p->memory >> 20));
    model_pill(m, p->lapic, "local APIC");
    model_pill(m, p->ioapic, "IOAPIC");
    model_pill(m, p->xen, "Xen ABI");
    model_pill(m, p->uart.present, "UART");
    model_pill(m, p->ged.present, "power button");
    if (p->nodes)
        model_pill(m, true, "%u NUMA nodes", p->nodes);
    memory_of_guest(m, g);
    lines_of_guest(m, p);
}

void model_of_guest(struct model *m, const struct guest *g)
{
    (g->platform.board == BOARD_VIRT ? model_of_arm_guest : model_of_pc_guest)(m, g);
    m->guest = true;
    settings_of_guest(&m->settings, g);
}

void model_free(struct model *m) { facts_free(&m->settings); }
