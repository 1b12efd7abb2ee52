/*
 * Owns: the order in which a domain comes to be: checked, planned, memory, contents, chips, Xen ABI, first vCPU. Failure at
 * any step undoes all of it, because all a domain holds is held in its name.
 */
#include "hypervisor/builder/build.h"
#include "acpi/acpi.h"
#include "hypervisor/builder/plan.h"
#include "hypervisor/core/console.h"
#include "hypervisor/core/guest.h"
#include "hypervisor/core/page.h"
#include "hypervisor/machine/machine.h"
#include "hypervisor/xen/xen.h"
#include "lib/checked.h"
#include "lib/format.h"
#include "lib/panic.h"

static bool out_of_memory(const struct platform *p, struct error *e)
{
    return fail(e, "%s: the host ran out of memory while building it; %llu MiB are free: give the guest less memory or the host more",
                p->name, (unsigned long long)(page_free_bytes() >> 20));
}

static unsigned order_for(uint64_t bytes)
{
    unsigned order = 0;
    while (PAGE_SIZE << order < bytes)
        order++;
    return order;
}

/* Asked before anything is taken, so that a guest that cannot be built costs nothing and others keep their memory. */
static bool check_host(const struct platform *p, struct error *e)
{
    const struct host *h = arch_host(NULL);
    uint64_t all = h->cpus == 64 ? UINT64_MAX : (UINT64_C(1) << h->cpus) - 1;
    if (h->refusal)
        return fail(e, "%s: %s", p->name, h->refusal);
    if (p->affinity && !(p->affinity & all))
        return fail(e, "%s: cpus= names only CPUs that this host does not have; it has %u: name some of 0..%u", p->name, h->cpus, h->cpus - 1);
    if (p->memory > page_free_bytes())
        return fail(e, "%s: memory=%llu is more than the host has free (%llu MiB): give the guest less memory or the host more",
                    p->name, (unsigned long long)(p->memory >> 20), (unsigned long long)(page_free_bytes() >> 20));
    return true;
}

static bool add_ram(struct domain *d, struct error *e)
{
    const struct platform *p = d->platform;
    for (unsigned i = 0; i < 2; i++)
        if (p->ram[i].size && !domain_ram_add(d, p->ram[i].base, p->ram[i].size))
            return out_of_memory(p, e);
    return true;
}

/* The plan has checked that all of these places are RAM. */
static bool place(struct domain *d, gpa_t at, struct span bytes, struct error *e)
{
    if (!bytes.broken && guest_write(d, at, bytes.at, bytes.left))
        return true;
    return fail(e, "%s: its bundle is damaged: pack it anew", d->platform->name);
}

static bool place_payloads(struct domain *d, const struct bundle *b, const struct plan *plan, struct error *e)
{
    const struct platform *p = d->platform;
    struct span kernel = bundle_payload(b, p->kernel.offset, p->kernel.size);
    for (unsigned i = 0; i < plan->kernel.segments; i++) {
        const struct kernel_segment *s = &plan->kernel.segment[i];
        if (!place(d, gpa(s->at), span_slice(kernel, s->offset, s->file_size), e))
            return false;       /* the rest of memory_size is zero already */
    }
    for (unsigned i = 0; i < p->modules; i++)
        if (!place(d, plan->module[i].at, bundle_payload(b, p->module[i].file.offset, p->module[i].file.size), e))
            return false;
    return true;
}

/* ACPI tables stand in RAM of their own, outside what the memory map calls RAM. */
static bool place_acpi(struct domain *d, const struct plan *plan, gpa_t *rsdp, uint64_t *used, struct error *e)
{
    hpa_t page;
    *rsdp = gpa(0);
    *used = 0;
    if (!plan->acpi_size)
        return true;
    if (!page_take_zeroed(d->id, order_for(plan->acpi_size), &page))
        return out_of_memory(d->platform, e);
    if (!acpi_build(d->platform, plan->acpi, hpa_ptr(page), plan->acpi_size, used, rsdp))
        return fail(e, "%s: its ACPI tables do not fit %llu KiB: use fewer vcpus", d->platform->name, (unsigned long long)(plan->acpi_size >> 10));
    *used = round_up(*used, PAGE_SIZE);
    return arch_stage2_map(d->stage2, plan->acpi, page, *used, S2_ALL) || out_of_memory(d->platform, e);
}

static bool place_start_info(struct domain *d, const struct plan *plan, gpa_t rsdp, uint64_t acpi_used, struct error *e)
{
    unsigned order = order_for(plan->start_info_size);
    hpa_t page;
    if (!page_take_zeroed(d->id, order, &page))
        return out_of_memory(d->platform, e);
    bool ok = start_info_build(d->platform, plan->start_info, plan->module, rsdp, plan->acpi, acpi_used, hpa_ptr(page), plan->start_info_size) &&
              guest_write(d, plan->start_info, hpa_ptr(page), plan->start_info_size);
    page_give(page, order);
    return ok || fail(e, "%s: its start info does not fit: use a shorter cmdline or fewer modules", d->platform->name);
}

static bool create_vcpus(struct domain *d, struct error *e)
{
    for (unsigned i = 0; i < d->vcpus; i++) {
        d->vcpu[i]->arch = arch_vcpu_create(d->stage2, d->id);
        if (!d->vcpu[i]->arch)
            return out_of_memory(d->platform, e);
    }
    return true;
}

static bool create_interfaces(struct domain *d, struct error *e)
{
    static const struct xen_hooks with_lapic = { .raise = machine_raise, .has_lapic = true }, without = { .raise = machine_raise };
    if (d->platform->xen && !xen_create(d, d->platform->lapic ? &with_lapic : &without))
        return out_of_memory(d->platform, e);
    if (!machine_create(d))
        return out_of_memory(d->platform, e);
    return true;
}

static bool build_steps(struct domain *d, const struct bundle *b, struct plan *plan, struct error *e)
{
    gpa_t rsdp;
    uint64_t acpi_used;
    const struct platform *p = d->platform;
    if (!plan_make(plan, p, bundle_payload(b, p->kernel.offset, p->kernel.size), e))
        return false;
    d->stage2 = arch_stage2_create(d->id);
    if (!d->stage2)
        return out_of_memory(p, e);
    if (!add_ram(d, e) || !place_payloads(d, b, plan, e) || !place_acpi(d, plan, &rsdp, &acpi_used, e) ||
        !place_start_info(d, plan, rsdp, acpi_used, e) || !create_vcpus(d, e) || !create_interfaces(d, e))
        return false;
    if (!machine_reset_vector(d))
        panic("a guest without RAM at 0xffff0, though 1 MiB is the least");
    machine_pvh_entry(d->vcpu[0], plan->kernel.entry, (uint32_t)plan->start_info.v);
    return true;
}

void build_undo(struct domain *d)
{
    machine_destroy(d);
    if (d->xen)
        xen_destroy(d);
    for (unsigned i = 0; i < d->vcpus; i++)
        if (d->vcpu[i]->arch)
            arch_vcpu_destroy(d->vcpu[i]->arch);
    if (d->stage2)
        arch_stage2_destroy(d->stage2);
    domain_free(d);
}

static void report(struct domain *d)
{
    const struct platform *p = d->platform;
    char most[24] = "";
    if (d->vcpus > p->vcpus)
        (void)format(most, sizeof(most), " of at most %u", d->vcpus);
    console_log("%s: domain %u, %llu MiB, %u vCPU%s%s, lapic=%d ioapic=%d xen=%d; %llu KiB beyond its RAM", p->name, d->id,
                (unsigned long long)(p->memory >> 20), p->vcpus, p->vcpus == 1 ? "" : "s", most, p->lapic, p->ioapic, p->xen,
                (unsigned long long)((page_held_bytes(d->id) - p->memory) >> 10));
}

struct domain *build_domain(struct guest *g, const struct bundle *b, struct error *e)
{
    struct plan *plan;
    if (!check_host(&g->platform, e))
        return NULL;
    struct domain *d = domain_create(&g->platform);
    if (!d) {
        (void)out_of_memory(&g->platform, e);
        return NULL;
    }
    d->origin = g;
    d->restarts = g->starts;
    plan = domain_alloc(d, sizeof(*plan));
    if (!plan)
        (void)out_of_memory(&g->platform, e);
    if (!plan || !build_steps(d, b, plan, e)) {
        build_undo(d);
        return NULL;
    }
    report(d);
    return d;
}
