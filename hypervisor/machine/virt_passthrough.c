/*
 * Owns: the host devices that guests have: whose each host interrupt and each page of registers is.
 * Invariant: owner[i] is set, under routes_lock, exactly while interrupt i is routed for that domain, whose machine stays until
 * virt_passthrough_end has taken it out. A page of registers has one owner; the builder, who is alone, keeps those.
 */
#include "hypervisor/machine/virt.h"
#include "lib/checked.h"

static struct lock routes_lock;
static struct domain *owner[GIC_INTIDS_MAX];
enum { WINDOWS_MAX = 64 };
static struct window { uint64_t at, size; struct domain *owner; } windows[WINDOWS_MAX];     /* size 0: free */

static unsigned first_cpu(const struct domain *d) { return d->platform->affinity ? (unsigned)__builtin_ctzll(d->platform->affinity) : 0; }

static bool route(struct domain *d, unsigned intid, bool edge, struct error *e)
{
    struct machine *m = d->machine;
    const char *name = d->platform->name;
    if (intid < GIC_PRIVATE || intid >= GIC_PRIVATE + m->gic.spis)
        return fail(e, "%s: its partial tree names interrupt %u, and a guest's GIC has %u to %u: leave the device out", name, intid,
                    GIC_PRIVATE, GIC_PRIVATE + m->gic.spis - 1);
    if (intid == VIRT_PL011_GSI && d->platform->arm.pl011)
        return fail(e, "%s: its partial tree names interrupt %u, which is its PL011's: take one of the two away from it", name, intid);
    lock_take(&routes_lock);
    struct domain *other = owner[intid];
    bool ok = !other && arch_irq_route(intid, edge, first_cpu(d), true);
    if (ok)
        owner[intid] = d;
    lock_give(&routes_lock);
    if (ok)
        m->routed[m->routes++] = (uint16_t)intid;
    if (other)
        return fail(e, "%s: its partial tree names interrupt %u, which guest %s has already: give the device to one of them", name, intid, other->platform->name);
    return ok || fail(e, "%s: its partial tree names interrupt %u, which this host does not have or uses itself: leave the device out", name, intid);
}

/* What another has, or the first free place; NULL: there is none. A guest may name a page twice: devices can share one. */
static struct window *window_for(const struct domain *d, uint64_t at, uint64_t size)
{
    struct window *unused = NULL;
    for (unsigned i = 0; i < WINDOWS_MAX; i++) {
        struct window *w = &windows[i];
        if (w->size && w->owner != d && ranges_meet(w->at, w->size, at, size))
            return w;
        if (!w->size && !unused)
            unused = w;
    }
    return unused;
}

static bool can_translate(const char *name, const char *whose, uint64_t at, uint64_t size, struct error *e)
{
    uint64_t end = arch_stage2_end();
    return (at < end && size <= end - at) ||
           fail(e, "%s: its partial tree has registers at %s address 0x%llx, 0x%llx bytes, and such addresses end at 0x%llx here: correct xen,reg",
                name, whose, (unsigned long long)at, (unsigned long long)size, (unsigned long long)end);
}

static bool give_registers(struct domain *d, gpa_t guest, hpa_t host, uint64_t size, struct error *e)
{
    const char *name = d->platform->name, *kept = arch_kept(host, size);
    unsigned long long at = host.v;
    if (!can_translate(name, "host", host.v, size, e) || !can_translate(name, "guest", guest.v, size, e))
        return false;
    if (kept)
        return fail(e, "%s: its partial tree hands over host address 0x%llx, where %s is: give xen,reg the registers of a device that the "
                    "hypervisor does not use", name, at, kept);
    struct window *w = window_for(d, host.v, size);
    if (!w)
        return fail(e, "%s: its partial tree hands over host address 0x%llx, one more than the %d that guests can have: leave it out", name, at, WINDOWS_MAX);
    if (w->size)
        return fail(e, "%s: its partial tree hands over host address 0x%llx, and guest %s has something of that page: give all of it to one of them",
                    name, at, w->owner->platform->name);
    *w = (struct window){ host.v, size, d };
    return arch_stage2_map(d->stage2, guest, host, size, S2_READ | S2_WRITE | S2_DEVICE) ||
           fail(e, "%s: the host ran out of memory while it was given its devices: give the host more", name);
}

bool virt_passthrough(struct domain *d, const struct passthrough *p, struct error *e)
{
    for (unsigned i = 0; i < p->regs; i++)
        if (!give_registers(d, p->reg[i].guest, p->reg[i].host, p->reg[i].size, e))
            return false;
    for (unsigned i = 0; i < p->irqs; i++)
        if (!route(d, p->irq[i].intid, p->irq[i].edge, e))
            return false;
    return true;
}

/* One that the guest had not ended would stay active in the host for ever. */
void virt_passthrough_end(struct domain *d)
{
    struct machine *m = d->machine;
    for (unsigned i = 0; i < m->routes; i++) {
        unsigned intid = m->routed[i];
        lock_take(&routes_lock);
        owner[intid] = NULL;
        (void)arch_irq_route(intid, false, 0, false);
        arch_irq_end(intid);
        lock_give(&routes_lock);
    }
    m->routes = 0;
    for (unsigned i = 0; i < WINDOWS_MAX; i++)
        if (windows[i].owner == d)
            windows[i] = (struct window){ 0 };
}

void machine_routed(unsigned intid)
{
    if (intid >= GIC_INTIDS_MAX)
        return;
    lock_take(&routes_lock);
    struct domain *d = owner[intid];
    if (d) {
        lock_take(&d->machine->gic_lock);
        gic_raise_hw(&d->machine->gic, 0, intid, intid);
        lock_give(&d->machine->gic_lock);
    } else {
        arch_irq_end(intid);        /* it came while its guest went */
    }
    lock_give(&routes_lock);
}
