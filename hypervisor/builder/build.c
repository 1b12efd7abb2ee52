/*
 * Owns: the order in which a domain comes to be: checked, planned, memory, contents, chips, Xen ABI, first vCPU; what is the same
 * for every board stands here, the rest in build_pc.c and build_virt.c. Failure at any step undoes all of it, because all a domain
 * holds is held in its name.
 */
#include "hypervisor/builder/build.h"
#include "acpi/acpi.h"
#include "hypervisor/core/console.h"
#include "hypervisor/core/guest.h"
#include "hypervisor/core/page.h"
#include "hypervisor/machine/machine.h"
#include "hypervisor/xen/xen.h"
#include "lib/checked.h"
#include "lib/format.h"

bool build_out_of_memory(const struct platform *p, struct error *e)
{
    return fail(e, "%s: the host ran out of memory while building it; %llu MiB are free: give the guest less memory or the host more",
                p->name, (unsigned long long)(page_free_bytes() >> 20));
}

unsigned build_order(uint64_t bytes)
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
    for (unsigned i = 0; i < p->vcpus; i++)
        if (platform_cpus_of(p, i) && !(platform_cpus_of(p, i) & all))
            return fail(e, "%s: cpus= names only CPUs that this host does not have; it has %u: name some of 0..%u", p->name, h->cpus, h->cpus - 1);
    if (p->memory > page_free_bytes())
        return fail(e, "%s: memory=%llu is more than the host has free (%llu MiB): give the guest less memory or the host more",
                    p->name, (unsigned long long)(p->memory >> 20), (unsigned long long)(page_free_bytes() >> 20));
    return true;
}

/* The plan has checked that all of these places are RAM. */
bool build_place(struct domain *d, gpa_t at, struct span bytes, struct error *e)
{
    if (!bytes.broken && guest_write(d, at, bytes.at, bytes.left))
        return true;
    return fail(e, "%s: its bundle is damaged: pack it anew", d->platform->name);
}

bool build_modules(struct domain *d, const struct bundle *b, const struct plan *plan, struct error *e)
{
    const struct platform *p = d->platform;
    for (unsigned i = 0; i < p->modules; i++)
        if (!build_place(d, plan->module[i].at, bundle_payload(b, p->module[i].file.offset, p->module[i].file.size), e))
            return false;
    return true;
}

/* ACPI tables stand in RAM of their own, outside what the memory map calls RAM. */
bool build_acpi(struct domain *d, const struct plan *plan, gpa_t *rsdp, uint64_t *used, struct error *e)
{
    hpa_t page;
    *rsdp = gpa(0);
    *used = 0;
    if (!plan->acpi_size)
        return true;
    if (!page_take_zeroed(d->id, build_order(plan->acpi_size), &page))
        return build_out_of_memory(d->platform, e);
    if (!acpi_build(d->platform, plan->acpi, hpa_ptr(page), plan->acpi_size, used, rsdp))
        return fail(e, "%s: its ACPI tables do not fit %llu KiB: use fewer vcpus", d->platform->name, (unsigned long long)(plan->acpi_size >> 10));
    *used = round_up(*used, PAGE_SIZE);
    return arch_stage2_map(d->stage2, plan->acpi, page, *used, S2_ALL) || build_out_of_memory(d->platform, e);
}

bool build_vcpus(struct domain *d, struct error *e)
{
    for (unsigned i = 0; i < d->vcpus; i++) {
        d->vcpu[i]->arch = arch_vcpu_create(d->stage2, d->id);
        if (!d->vcpu[i]->arch)
            return build_out_of_memory(d->platform, e);
    }
    return true;
}

static bool build_steps(struct domain *d, const struct bundle *b, struct plan *plan, struct error *e)
{
    const struct platform *p = d->platform;
    const struct payload *devices = &p->arm.passthrough;
    struct span passthrough = devices->size ? bundle_payload(b, devices->offset, devices->size) : span_of(NULL, 0);
    if (!plan_make(plan, p, bundle_payload(b, p->kernel.offset, p->kernel.size), passthrough, e))
        return false;
    d->stage2 = arch_stage2_create(d->id);
    if (!d->stage2)
        return build_out_of_memory(p, e);
    return build_board(d, b, plan, e);
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
    char most[24] = "", traits[64] = "";
    if (d->vcpus > p->vcpus)
        (void)format(most, sizeof(most), " of at most %u", d->vcpus);
    build_traits(p, traits, sizeof(traits));
    console_log("%s: domain %u, %llu MiB, %u vCPU%s%s, %s; %llu KiB beyond its RAM", p->name, d->id,
                (unsigned long long)(p->memory >> 20), p->vcpus, p->vcpus == 1 ? "" : "s", most, traits,
                (unsigned long long)((page_held_bytes(d->id) - p->memory) >> 10));
}

struct domain *build_domain(struct guest *g, const struct bundle *b, struct error *e)
{
    struct plan *plan;
    if (!check_host(&g->platform, e) || !build_check(&g->platform, e))
        return NULL;
    struct domain *d = domain_create(&g->platform);
    if (!d) {
        (void)build_out_of_memory(&g->platform, e);
        return NULL;
    }
    d->origin = g;
    d->restarts = g->starts;
    plan = domain_alloc(d, sizeof(*plan));
    if (!plan)
        (void)build_out_of_memory(&g->platform, e);
    if (!plan || !build_steps(d, b, plan, e)) {
        build_undo(d);
        return NULL;
    }
    report(d);
    return d;
}
