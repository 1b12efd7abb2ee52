/*
 * Owns: the GIC of one Arm machine: where its registers stand, its one lock, and the list registers of the vCPU that this CPU has.
 * Invariant: the GIC is touched only under gic_lock; list registers only by who has the vCPU loaded.
 */
#include "hypervisor/machine/virt.h"
#include "hypervisor/core/console.h"

enum { GICD_V2_BYTES = 0x1000, GICD_V3_BYTES = 0x10000, GICV_BYTES = 0x2000 };

/* ---- registers -------------------------------------------------------------------------- */

/* What v did in its list registers until now comes first: the registers tell of it. Under gic_lock, and so is what follows. */
static bool settle(struct vcpu *v) { return gic_exchange(&v->domain->machine->gic, v->id, arch_lr(v->arch), arch_lrs()); }

static void distributor_access(void *owner, struct vcpu *v, struct io_access *a)
{
    struct machine *m = owner;
    lock_take(&m->gic_lock);
    (void)settle(v);
    gic_distributor(&m->gic, v->id, (uint32_t)a->addr, a->size, a->write, &a->value);
    lock_give(&m->gic_lock);
}

static void redistributor_access(void *owner, struct vcpu *v, struct io_access *a)
{
    struct machine *m = owner;
    lock_take(&m->gic_lock);
    (void)settle(v);
    gic_redistributor(&m->gic, (unsigned)(a->addr / VIRT_GICR_SIZE), (uint32_t)(a->addr % VIRT_GICR_SIZE), a->size, a->write, &a->value);
    lock_give(&m->gic_lock);
}

bool virt_send_sgi(struct vcpu *v, uint64_t value, bool group1)
{
    struct machine *m = v->domain->machine;
    if (m->gic.version != 3)
        return false;
    lock_take(&m->gic_lock);
    (void)settle(v);
    gic_send_sgi(&m->gic, v->id, value, group1);
    lock_give(&m->gic_lock);
    return true;
}

static void wake(void *owner, unsigned cpu)
{
    struct vcpu *v = ((struct machine *)owner)->domain->vcpu[cpu];
    atomic_store_explicit(&v->machine->look, true, memory_order_relaxed);      /* before the wake, which orders it */
    vcpu_wake(v);
}

/* A private one is its timer's, which the architecture ends itself: it may be another CPU's, or that of no CPU now. */
static void end_host(void *owner, unsigned cpu, unsigned intid, unsigned host)
{
    (void)owner;
    (void)cpu;
    if (intid >= GIC_PRIVATE)
        arch_irq_end(host);
}

/* The physical interface is the virtual one of this host: no exit for an acknowledge or an end. */
static bool create_v2(struct domain *d)
{
    return io_claim(&d->memory_io, (struct io_range){ VIRT_GICD_BASE, GICD_V2_BYTES, distributor_access, d->machine, "GIC distributor" }) &&
           arch_stage2_map(d->stage2, gpa(VIRT_GICC_BASE), arch_gicv(), GICV_BYTES, S2_READ | S2_WRITE | S2_DEVICE);
}

static bool create_v3(struct domain *d)
{
    return io_claim(&d->memory_io, (struct io_range){ VIRT_GICD_BASE, GICD_V3_BYTES, distributor_access, d->machine, "GIC distributor" }) &&
           io_claim(&d->memory_io, (struct io_range){ VIRT_GICR_BASE, d->vcpus * VIRT_GICR_SIZE, redistributor_access, d->machine, "GIC redistributors" });
}

/* SPIs: the boards's own, and with a partial tree any that a host device may have. */
static unsigned spis_of(const struct domain *d) { return d->platform->arm.passthrough.size ? GIC_SPIS_MAX : VIRT_SPIS_MIN; }

bool virt_gic_create(struct domain *d)
{
    struct machine *m = d->machine;
    unsigned version = arch_gic_version(), spis = spis_of(d);
    struct gic_cpu **cpu = domain_alloc(d, d->vcpus * sizeof(*cpu));
    struct gic_irq *spi = domain_alloc(d, spis * sizeof(*spi));
    if (!cpu || !spi)
        return false;
    for (unsigned i = 0; i < d->vcpus; i++) {
        cpu[i] = &d->vcpu[i]->machine->gic;
        cpu[i]->mpidr = platform_mpidr(i);
    }
    gic_init(&m->gic, version, d->vcpus, cpu, spi, spis, wake, m);
    m->gic.end = end_host;
    return version == 2 ? create_v2(d) : create_v3(d);
}

void virt_gic_vcpu_reset(struct vcpu *v)
{
    struct machine *m = v->domain->machine;
    lock_take(&m->gic_lock);
    gic_cpu_reset(&m->gic, v->id);
    v->machine->event = false;
    atomic_store_explicit(&v->machine->look, true, memory_order_relaxed);
    lock_give(&m->gic_lock);
}

/* ---- interrupts --------------------------------------------------------------------------- */

void virt_line(struct domain *d, unsigned cpu, unsigned intid, bool high)
{
    struct machine *m = d->machine;
    lock_take(&m->gic_lock);
    gic_line(&m->gic, cpu, intid, high);
    lock_give(&m->gic_lock);
}

/* Most exits change nothing: no list register was in use, no line moved, and no register of the GIC was written. */
void virt_interrupts(struct vcpu *v, bool event)
{
    struct machine *m = v->domain->machine;
    struct machine_vcpu *own = v->machine;
    if (!arch_lrs_in_use(v->arch) && event == own->event && !atomic_load_explicit(&own->look, memory_order_relaxed))
        return;
    atomic_store_explicit(&own->look, false, memory_order_relaxed);
    lock_take(&m->gic_lock);
    own->event = event;
    if (v->xen)
        gic_line(&m->gic, v->id, VIRT_EVTCHN_GSI, event);
    bool more = settle(v);
    lock_give(&m->gic_lock);
    arch_window(v->arch, more);
}

void virt_timer_fired(struct vcpu *v)
{
    struct machine *m = v->domain->machine;
    lock_take(&m->gic_lock);
    gic_raise_hw(&m->gic, v->id, VIRT_TIMER_VIRT_GSI, arch_vtimer_host());
    lock_give(&m->gic_lock);
}

bool virt_must_stay_awake(struct vcpu *v, bool event)
{
    struct machine *m = v->domain->machine;
    bool group = arch_group_enabled(v->arch, true) || arch_group_enabled(v->arch, false);
    lock_take(&m->gic_lock);
    v->machine->event = event;
    if (v->xen)
        gic_line(&m->gic, v->id, VIRT_EVTCHN_GSI, event);
    bool due = group && gic_deliverable(&m->gic, v->id, arch_lr(v->arch), arch_lrs(), arch_priority_mask(v->arch));
    lock_give(&m->gic_lock);
    uint64_t deadline = arch_vtimer_deadline(v->arch);
    if (due || deadline <= arch_clock())
        return true;
    timer_set(&v->machine->wake, deadline);
    return false;
}
