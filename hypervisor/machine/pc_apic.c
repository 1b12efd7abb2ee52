/*
 * Owns: the APIC bus of one PC: local APICs and the IOAPIC, their locks, their alarms, and who gets a message.
 * Invariant: a local APIC is touched only under its lapic_lock; a message is delivered with no other lapic_lock held.
 */
#include "hypervisor/core/sched.h"
#include "hypervisor/machine/pc.h"
#include "platform/pc_map.h"

static struct lapic *lapic(struct vcpu *v) { return &v->machine->lapic; }

uint64_t pc_guest_tsc(struct vcpu *v) { return arch_tsc() + arch_tsc_offset(v->arch); }

/* ---- alarms --------------------------------------------------------------------------- */

/*
 * When the APIC's timer is due in arch_clock() time. Under the lock, as is setting the alarm by it: else an older answer
 * could overwrite a newer one.
 */
static uint64_t alarm_of(struct vcpu *v)
{
    uint64_t tsc, ns = lapic_due(lapic(v), &tsc);
    return tsc ? arch_tsc_to_ns(tsc - arch_tsc_offset(v->arch)) : ns;
}

static void alarm_fires(void *owner)
{
    struct vcpu *v = owner;
    struct machine_vcpu *m = v->machine;
    lock_take(&m->lapic_lock);
    lapic_tick(&m->lapic, arch_clock(), pc_guest_tsc(v));
    timer_set(&m->timer, alarm_of(v));
    lock_give(&m->lapic_lock);
    vcpu_wake(v);
}

/* ---- messages ------------------------------------------------------------------------- */

static bool wants(struct vcpu *v, const struct apic_message *m, const struct vcpu *from)
{
    switch (m->shorthand) {
    case APIC_TO_SELF:   return v == from;
    case APIC_TO_ALL:    return true;
    case APIC_TO_OTHERS: return v != from;
    default:             return lapic_matches(lapic(v), m);
    }
}

/* Stops v; where it runs elsewhere, waits until its CPU has left it. Gives up when the caller itself is to stop, so that two that stop each other end. */
static bool stop_and_wait(struct vcpu *v, struct vcpu *self)
{
    vcpu_stop(v);
    while (vcpu_is_on(v)) {
        if (v == self || (self && atomic_load(&self->stop)) || !domain_is_running(v->domain))
            return false;
        arch_relax();
    }
    return true;
}

static void take_init(struct vcpu *v, struct vcpu *self)
{
    struct machine_vcpu *m = v->machine;
    lock_take(&m->lapic_lock);
    lapic_init(&m->lapic);
    m->lapic.init = false;
    m->waits_for_sipi = true;
    timer_set(&m->timer, UINT64_MAX);
    lock_give(&m->lapic_lock);
    (void)stop_and_wait(v, self);
}

static void take_startup(struct vcpu *v, uint8_t vector, struct vcpu *self)
{
    struct machine_vcpu *m = v->machine;
    struct x86_state s;
    lock_take(&m->lapic_lock);
    bool waits = m->waits_for_sipi;
    m->waits_for_sipi = false;
    lock_give(&m->lapic_lock);
    if (!waits || (vcpu_is_on(v) && !stop_and_wait(v, self)))
        return;     /* a second SIPI does nothing (SDM vol. 3, 8.4.3) */
    pc_sipi_state(&s, vector);
    arch_state_set(v->arch, &s);
    vcpu_start(v);
}

static void deliver(struct vcpu *v, const struct apic_message *m, struct vcpu *self)
{
    if (m->mode == APIC_INIT) {
        if (m->assert_ || !m->level)
            take_init(v, self);
        return;
    }
    if (m->mode == APIC_STARTUP) {
        take_startup(v, m->vector, self);
        return;
    }
    lock_take(&v->machine->lapic_lock);
    lapic_take(lapic(v), m);
    lock_give(&v->machine->lapic_lock);
    vcpu_wake(v);
}

/* Lowest priority: one of those addressed, the one with the least TPR; equal ones in turn would be fairer, hardware promises neither. */
static struct vcpu *lowest(struct domain *d, const struct apic_message *m)
{
    struct vcpu *best = NULL;
    for (unsigned i = 0; i < d->vcpus; i++) {
        struct vcpu *v = d->vcpu[i];
        if (!atomic_load(&v->absent) && lapic_enabled(lapic(v)) && wants(v, m, NULL) && (!best || lapic(v)->tpr < lapic(best)->tpr))
            best = v;
    }
    return best;
}

static void send(struct domain *d, const struct apic_message *m, struct vcpu *from)
{
    if (m->mode == APIC_LOWEST && m->shorthand == APIC_TO_DESTINATION) {
        struct vcpu *v = lowest(d, m);
        if (v)
            deliver(v, m, from);
        return;
    }
    for (unsigned i = 0; i < d->vcpus; i++)
        if (!atomic_load(&d->vcpu[i]->absent) && wants(d->vcpu[i], m, from))
            deliver(d->vcpu[i], m, from);
}

/* What a register write asked for, done with the lock given back. */
static void settle(struct vcpu *v, const struct lapic_effect *e)
{
    struct machine_vcpu *m = v->machine;
    if (e->timer) {
        lock_take(&m->lapic_lock);
        timer_set(&m->timer, alarm_of(v));
        lock_give(&m->lapic_lock);
    }
    if (e->eoi && v->domain->platform->ioapic) {
        struct machine *pc = v->domain->machine;
        lock_take(&pc->ioapic_lock);
        ioapic_eoi(&pc->ioapic, e->eoi_vector);
        lock_give(&pc->ioapic_lock);
    }
    if (e->send)
        send(v->domain, &e->message, v);
}

/* ---- the IOAPIC ------------------------------------------------------------------------- */

static void ioapic_sends(void *owner, const struct apic_message *m)
{
    struct machine *pc = owner;
    /* INIT and startup wait for the CPU they go to, which may be waiting for the IOAPIC's lock, held here. */
    if (m->mode != APIC_INIT && m->mode != APIC_STARTUP)
        send(pc->domain, m, NULL);
}

void pc_line(void *owner, unsigned pin, bool high)
{
    struct machine *pc = owner;
    if (!pc->domain->platform->lapic)
        pc_pic_line(pc, pin, high);
    if (!pc->domain->platform->ioapic)
        return;
    lock_take(&pc->ioapic_lock);
    ioapic_line(&pc->ioapic, pin, high);
    lock_give(&pc->ioapic_lock);
}

/* Registers are 32 bits at 16-byte steps (82093AA, 3.0); narrower reads see their part. */
void pc_ioapic_access(void *owner, struct vcpu *v, struct io_access *a)
{
    struct machine *pc = owner;
    unsigned at = (unsigned)a->addr & ~3u, shift = (unsigned)(a->addr & 3) * 8;
    (void)v;
    lock_take(&pc->ioapic_lock);
    if (!a->write)
        a->value = ioapic_read(&pc->ioapic, at) >> shift;
    else if (!shift)
        ioapic_write(&pc->ioapic, at, (uint32_t)a->value);
    lock_give(&pc->ioapic_lock);
}

/* ---- the local APIC's registers ----------------------------------------------------------- */

void pc_apic_access(void *owner, struct vcpu *v, struct io_access *a)
{
    struct machine_vcpu *m = v->machine;
    struct lapic_effect e = { 0 };
    unsigned at = (unsigned)a->addr & ~3u, shift = (unsigned)(a->addr & 3) * 8;
    (void)owner;
    if (!(m->lapic.base & APIC_BASE_ENABLE) || lapic_x2(&m->lapic)) {
        a->value = UINT64_MAX;      /* nothing answers there in these modes */
        return;
    }
    lock_take(&m->lapic_lock);
    if (!a->write)
        a->value = lapic_read(&m->lapic, at, arch_clock()) >> shift;
    else if (!shift)
        lapic_write(&m->lapic, at, (uint32_t)a->value, arch_clock(), &e);
    lock_give(&m->lapic_lock);
    settle(v, &e);
}

bool pc_apic_msr_read(struct vcpu *v, uint32_t msr, uint64_t *value)
{
    struct machine_vcpu *m = v->machine;
    bool ok = true;
    lock_take(&m->lapic_lock);
    if (msr == MSR_APIC_BASE)
        *value = m->lapic.base;
    else if (msr == MSR_TSC_DEADLINE)
        *value = m->lapic.tsc_deadline;
    else
        ok = lapic_msr_read(&m->lapic, msr, arch_clock(), value);
    lock_give(&m->lapic_lock);
    return ok;
}

bool pc_apic_msr_write(struct vcpu *v, uint32_t msr, uint64_t value)
{
    struct machine_vcpu *m = v->machine;
    struct lapic_effect e = { .timer = msr == MSR_TSC_DEADLINE };
    bool ok = true;
    lock_take(&m->lapic_lock);
    if (msr == MSR_APIC_BASE)   /* the page stays where the tables say it is */
        ok = (value & ~UINT64_C(0xfff)) == PC_LAPIC_BASE && lapic_set_base(&m->lapic, value);
    else if (msr == MSR_TSC_DEADLINE)
        lapic_set_deadline(&m->lapic, value);
    else
        ok = lapic_msr_write(&m->lapic, msr, value, arch_clock(), &e);
    lock_give(&m->lapic_lock);
    if (ok)
        settle(v, &e);
    return ok;
}

/* ---- interrupts, as run.c asks ---------------------------------------------------------- */

int machine_pending(struct vcpu *v)
{
    struct machine_vcpu *m = v->machine;
    if (!v->domain->platform->lapic)
        return pc_pic_pending(v);
    lock_take(&m->lapic_lock);
    int vector = lapic_pending(&m->lapic);
    lock_give(&m->lapic_lock);
    return vector;
}

void machine_accept(struct vcpu *v, uint8_t vector)
{
    if (!v->domain->platform->lapic) {
        pc_pic_accept(v);
        return;
    }
    lock_take(&v->machine->lapic_lock);
    lapic_accept(lapic(v), vector);
    lock_give(&v->machine->lapic_lock);
}

bool machine_nmi_pending(struct vcpu *v)
{
    struct machine_vcpu *m = v->machine;
    if (!m->lapic.nmi)
        return false;
    lock_take(&m->lapic_lock);
    m->lapic.nmi = false;
    lock_give(&m->lapic_lock);
    return true;
}

bool machine_raise(struct vcpu *v, uint8_t vector)
{
    struct apic_message m = { .vector = vector, .mode = APIC_FIXED, .shorthand = APIC_TO_SELF };
    if (!v->domain->platform->lapic)
        return false;
    deliver(v, &m, NULL);
    return true;
}

/* While it is off, so that nobody but its alarm looks. */
void pc_apic_plugged(struct vcpu *v)
{
    struct machine_vcpu *m = v->machine;
    lock_take(&m->lapic_lock);
    lapic_reset(&m->lapic, machine_apic_id(v), v->id == 0);
    m->waits_for_sipi = v->id != 0;
    timer_set(&m->timer, UINT64_MAX);
    lock_give(&m->lapic_lock);
}

bool pc_apic_create(struct domain *d)
{
    struct machine *pc = d->machine;
    for (unsigned i = 0; i < d->vcpus; i++) {
        timer_init(&d->vcpu[i]->machine->timer, alarm_fires, d->vcpu[i]);
        pc_apic_plugged(d->vcpu[i]);
    }
    if (d->platform->lapic &&
        !io_claim(&d->memory_io, (struct io_range){ PC_LAPIC_BASE, PAGE_SIZE, pc_apic_access, pc, "local APIC" }))
        return false;
    if (!d->platform->ioapic)
        return true;
    pc->ioapic.send = ioapic_sends;
    pc->ioapic.owner = pc;
    ioapic_reset(&pc->ioapic, PC_IOAPIC_ID);
    return io_claim(&d->memory_io, (struct io_range){ PC_IOAPIC_BASE, PAGE_SIZE, pc_ioapic_access, pc, "IOAPIC" });
}

void pc_apic_destroy(struct domain *d)
{
    for (unsigned i = 0; i < d->vcpus; i++)
        if (d->vcpu[i]->machine && d->vcpu[i]->machine->timer.fire)
            timer_cancel(&d->vcpu[i]->machine->timer);
}
