/* Owns: what a PC guest is made of: RAM, an ELF kernel, start info, tables, chips, and its first vCPU in 32-bit protected mode. */
#include "hypervisor/builder/build.h"
#include "hypervisor/core/guest.h"
#include "hypervisor/core/page.h"
#include "hypervisor/machine/pc_exits.h"
#include "hypervisor/xen/xen.h"
#include "lib/format.h"
#include "lib/panic.h"

bool build_check(struct platform *p, struct error *e)
{
    return p->board == BOARD_PC || fail(e, "%s: it is an Arm guest, and this host is a PC: give it a kernel for x86", p->name);
}

void build_traits(const struct platform *p, char *to, uint64_t size)
{
    (void)format(to, size, "lapic=%d ioapic=%d xen=%d", p->lapic, p->ioapic, p->xen);
}

static bool add_ram(struct domain *d, struct error *e)
{
    const struct platform *p = d->platform;
    for (unsigned i = 0; i < PLATFORM_BANKS_MAX; i++)
        if (p->ram[i].size && !domain_ram_add(d, p->ram[i].base, p->ram[i].size))
            return build_out_of_memory(p, e);
    return true;
}

static bool place_kernel(struct domain *d, const struct bundle *b, const struct plan *plan, struct error *e)
{
    struct span kernel = bundle_payload(b, d->platform->kernel.offset, d->platform->kernel.size);
    for (unsigned i = 0; i < plan->kernel.segments; i++) {
        const struct kernel_segment *s = &plan->kernel.segment[i];
        if (!build_place(d, gpa(s->at), span_slice(kernel, s->offset, s->file_size), e))
            return false;       /* the rest of memory_size is zero already */
    }
    return true;
}

static bool place_start_info(struct domain *d, const struct plan *plan, gpa_t rsdp, uint64_t acpi_used, struct error *e)
{
    unsigned order = build_order(plan->start_info_size);
    hpa_t page;
    if (!page_take_zeroed(d->id, order, &page))
        return build_out_of_memory(d->platform, e);
    bool ok = start_info_build(d->platform, plan->start_info, plan->module, rsdp, plan->acpi, acpi_used, hpa_ptr(page), plan->start_info_size) &&
              guest_write(d, plan->start_info, hpa_ptr(page), plan->start_info_size);
    page_give(page, order);
    return ok || fail(e, "%s: its start info does not fit: use a shorter cmdline or fewer modules", d->platform->name);
}

static bool create_interfaces(struct domain *d, struct error *e)
{
    static const struct xen_hooks with_lapic = { .raise = machine_raise, .has_lapic = true }, without = { .raise = machine_raise };
    if (d->platform->xen && !xen_create(d, d->platform->lapic ? &with_lapic : &without))
        return build_out_of_memory(d->platform, e);
    if (!machine_create(d))
        return build_out_of_memory(d->platform, e);
    return true;
}

bool build_board(struct domain *d, const struct bundle *b, const struct plan *plan, struct error *e)
{
    gpa_t rsdp;
    uint64_t acpi_used;
    if (!add_ram(d, e) || !place_kernel(d, b, plan, e) || !build_modules(d, b, plan, e) || !build_acpi(d, plan, &rsdp, &acpi_used, e) ||
        !place_start_info(d, plan, rsdp, acpi_used, e) || !build_vcpus(d, e) || !create_interfaces(d, e))
        return false;
    if (!machine_reset_vector(d))
        panic("a guest without RAM at 0xffff0, though 1 MiB is the least");
    machine_pvh_entry(d->vcpu[0], plan->kernel.entry, (uint32_t)plan->start_info.v);
    return true;
}
