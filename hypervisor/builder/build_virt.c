/*
 * Owns: what an Arm guest is made of: RAM, from anywhere or from banks of its own, an Image, a ramdisk, a device tree, with ACPI
 * tables and what EFI would have told of them, chips, host devices, and its first vCPU at the Image's first byte.
 */
#include "hypervisor/builder/build.h"
#include "hypervisor/core/guest.h"
#include "hypervisor/core/page.h"
#include "hypervisor/machine/virt_exits.h"
#include "hypervisor/xen/xen.h"
#include "lib/format.h"
#include "platform/virt_map.h"

bool build_check(struct platform *p, struct error *e)
{
    unsigned host = arch_gic_version();
    if (p->board != BOARD_VIRT)
        return fail(e, "%s: it is a PC's guest, and this host is an Arm machine: give it a kernel that is an arm64 Image", p->name);
    if (p->arm.gic_version && p->arm.gic_version != host)
        return fail(e, "%s: it asks for a GIC of version %u, and this host's is %u: leave gic_version out", p->name, p->arm.gic_version, host);
    if (host == 2 && p->vcpus > VIRT_GIC2_VCPUS)
        return fail(e, "%s: it has %u vCPUs, and a GIC of version 2, as this host's is, serves %d: give it fewer", p->name, p->vcpus, VIRT_GIC2_VCPUS);
    p->arm.gic_version = host;
    return true;
}

void build_traits(const struct platform *p, char *to, uint64_t size)
{
    (void)format(to, size, "GICv%u%s%s xen=%d", p->arm.gic_version, p->arm.pl011 ? ", PL011" : "", p->arm.direct_map ? ", direct map" : "", p->xen);
}

static bool not_reserved(const struct platform *p, const struct platform_bank *b, struct error *e)
{
    return fail(e, "%s: static memory 0x%llx, %llu MiB, is no RAM of this host, or a module or another guest lies in it: choose another place",
                p->name, (unsigned long long)b->base.v, (unsigned long long)(b->size >> 20));
}

/* RAM regions in turn from the banks in turn: with a direct map they are the same. */
static bool add_banks(struct domain *d, struct error *e)
{
    const struct platform *p = d->platform;
    unsigned i = 0;
    uint64_t used = 0;
    for (unsigned r = 0; r < PLATFORM_BANKS_MAX; r++) {
        for (uint64_t done = 0; done < p->ram[r].size && i < p->arm.banks;) {
            const struct platform_bank *b = &p->arm.bank[i];
            uint64_t size = p->ram[r].size - done, left = b->size - used;
            size = size < left ? size : left;
            if (!domain_ram_add_at(d, gpa_add(p->ram[r].base, done), hpa(b->base.v + used), size))
                return not_reserved(p, b, e);
            done += size;
            used += size;
            if (used == b->size) {
                used = 0;
                i++;
            }
        }
    }
    return true;
}

static bool add_ram(struct domain *d, struct error *e)
{
    const struct platform *p = d->platform;
    if (p->arm.banks)
        return add_banks(d, e);
    for (unsigned i = 0; i < PLATFORM_BANKS_MAX; i++)
        if (p->ram[i].size && !domain_ram_add(d, p->ram[i].base, p->ram[i].size))
            return build_out_of_memory(p, e);
    return true;
}

static void clean(struct domain *d, gpa_t at, uint64_t size)
{
    for (uint64_t done = 0, run; done < size; done += run) {
        hpa_t h;
        unsigned perm;
        if (!arch_stage2_lookup(d->stage2, gpa_add(at, done), &h, &perm, &run))
            return;
        run = run < size - done ? run : size - done;
        arch_clean(hpa_ptr(h), run);
    }
}

/*
 * Its first instructions run with caches off (Linux: Documentation/arch/arm64/booting), and what its RAM was before us must not show
 * where it reads past the caches. Once, after all of it is written.
 */
static void clean_ram(struct domain *d)
{
    for (unsigned i = 0; i < PLATFORM_BANKS_MAX; i++)
        clean(d, d->platform->ram[i].base, d->platform->ram[i].size);
}

static bool place_kernel(struct domain *d, const struct bundle *b, const struct plan *plan, struct error *e)
{
    struct span kernel = bundle_payload(b, d->platform->kernel.offset, d->platform->kernel.size);
    return build_place(d, plan->entry, span_slice(kernel, 0, plan->image.file_size), e);
}

/* What is written for this guest, in memory of the hypervisor first: the writers want it in one piece. */
static bool place_efi(struct domain *d, const struct plan *plan, const struct guest_places *w, struct error *e)
{
    hpa_t page;
    if (!plan->efi_size)
        return true;
    if (!page_take_zeroed(d->id, build_order(plan->efi_size), &page))
        return build_out_of_memory(d->platform, e);
    bool ok = guest_efi_build(d->platform, w, hpa_ptr(page), plan->efi_size) && guest_write(d, w->efi, hpa_ptr(page), plan->efi_size);
    page_give(page, build_order(plan->efi_size));
    return ok || fail(e, "%s: its EFI tables do not fit: leave ACPI out", d->platform->name);
}

static bool place_tree(struct domain *d, const struct guest_places *w, struct span passthrough, struct error *e)
{
    hpa_t page;
    if (!page_take_zeroed(d->id, build_order(w->tree_size), &page))
        return build_out_of_memory(d->platform, e);
    bool ok = guest_tree_build(d->platform, w, passthrough, hpa_ptr(page), w->tree_size, e) &&
              build_place(d, w->tree, span_of(hpa_ptr(page), w->tree_size), e);
    page_give(page, build_order(w->tree_size));
    return ok;
}

static bool place_start_info(struct domain *d, const struct bundle *b, const struct plan *plan, struct error *e)
{
    const struct payload *devices = &d->platform->arm.passthrough;
    struct guest_places w = plan->places;
    w.seeded = build_seed(w.seed);
    if (!build_acpi(d, plan, &w.rsdp, &w.acpi_size, e) || !place_efi(d, plan, &w, e))
        return false;
    return place_tree(d, &w, devices->size ? bundle_payload(b, devices->offset, devices->size) : span_of(NULL, 0), e);
}

static void connect_uart(struct domain *d)
{
    const struct platform_arm *a = &d->platform->arm;
    if (a->pl011 && a->pl011_backend && *a->pl011_backend)
        virt_uart_connect(d, &(struct virt_uart_far){ xen_uart_put, xen_uart_get, d });
}

static bool create_interfaces(struct domain *d, const struct plan *plan, struct error *e)
{
    static const struct xen_hooks hooks = { .has_lapic = false, .uart_look = virt_uart_look };
    if (d->platform->xen && !xen_create(d, &hooks))
        return build_out_of_memory(d->platform, e);
    if (!machine_create(d))
        return build_out_of_memory(d->platform, e);
    connect_uart(d);
    return virt_passthrough(d, &plan->passthrough, e);
}

bool build_board(struct domain *d, const struct bundle *b, const struct plan *plan, struct error *e)
{
    if (!add_ram(d, e) || !place_kernel(d, b, plan, e) || !build_modules(d, b, plan, e) || !place_start_info(d, b, plan, e) ||
        !build_vcpus(d, e) || !create_interfaces(d, plan, e))
        return false;
    clean_ram(d);
    virt_start_state(d->vcpu[0], plan->entry.v, plan->places.tree.v);
    return true;
}
