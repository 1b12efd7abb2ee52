/*
 * Owns: where a PC guest's event register and the registers of its CPUs sit, and what it means for a vCPU to come and go.
 * Invariant: the chip says that a CPU is present exactly while its vCPU is not .absent; both change under events_lock.
 */
#include "hypervisor/core/console.h"
#include "hypervisor/machine/pc.h"
#include "platform/pc_map.h"

_Static_assert((int)PLATFORM_VCPUS_MAX <= (int)ACPI_CPUS_MAX, "the chip knows every vCPU");

static void event_access(void *owner, struct vcpu *v, struct io_access *a)
{
    struct machine *pc = owner;
    (void)v;
    lock_take(&pc->events_lock);
    if (a->write)
        acpi_events_write(&pc->events, (unsigned)a->addr, (uint32_t)a->value);
    else
        a->value = acpi_events_read(&pc->events, (unsigned)a->addr);
    lock_give(&pc->events_lock);
}

/*
 * The guest gives a CPU back. It has taken it down before, though it may not have come to its HLT yet: then it ends here. False:
 * no other is left, and nothing could ever go on. Under domain.lock and events_lock.
 */
static bool eject(struct domain *d, struct vcpu *gone)
{
    bool others = false;
    atomic_store(&gone->absent, true);
    for (unsigned i = 0; i < d->vcpus; i++)
        others |= d->vcpu[i] != gone && vcpu_is_on(d->vcpu[i]) && !atomic_load(&d->vcpu[i]->stop);
    if (others)
        vcpu_stop(gone);
    return others;
}

static void cpus_write(struct machine *pc, const struct io_access *a)
{
    struct domain *d = pc->domain;
    unsigned cpu;
    bool alive = true;
    lock_take(&d->lock);
    lock_take(&pc->events_lock);
    bool ejected = acpi_cpus_write(&pc->events, (unsigned)a->addr, a->size, (uint32_t)a->value, &cpu);
    if (ejected)
        alive = eject(d, d->vcpu[cpu]);
    lock_give(&pc->events_lock);
    lock_give(&d->lock);
    if (ejected)
        console_log("%s: CPU %u is unplugged", d->platform->name, cpu);
    if (!alive)
        domain_shutdown(d, END_POWEROFF);
}

static void cpus_access(void *owner, struct vcpu *v, struct io_access *a)
{
    struct machine *pc = owner;
    (void)v;
    if (a->write) {
        cpus_write(pc, a);
        return;
    }
    lock_take(&pc->events_lock);
    a->value = acpi_cpus_read(&pc->events, (unsigned)a->addr, a->size);
    lock_give(&pc->events_lock);
}

bool pc_events_create(struct domain *d)
{
    const struct platform *p = d->platform;
    struct machine *pc = d->machine;
    if (!p->ged.present)
        return true;
    pc->events.irq = (struct wire){ pc_line, pc, p->ged.gsi };
    acpi_events_reset(&pc->events, p->vcpus, d->vcpus);
    return io_claim(&d->ports, (struct io_range){ p->ged.port, PC_EVENTS_BYTES, event_access, pc, "ACPI events" }) &&
           (d->vcpus == p->vcpus || io_claim(&d->ports, (struct io_range){ PC_CPUS_PORT, PC_CPUS_BYTES, cpus_access, pc, "CPUs" }));
}

/* ---- what the operator asks for --------------------------------------------------------- */

static bool can_be_told(const struct domain *d, struct error *e)
{
    const struct platform *p = d->platform;
    if (p->ged.present)
        return true;
    return fail(e, "%s: nothing could tell this guest: it has no %s", p->name, p->acpi ? "IOAPIC (ioapic=1 gives it one)" : "ACPI tables (acpi=1)");
}

static bool has_button(const struct domain *d, struct error *e)
{
    if (!d->platform->power_button)
        return fail(e, "%s: it has no power button (power_button=1 and ioapic=1 give it one)", d->platform->name);
    return can_be_told(d, e);
}

bool machine_press_power(struct domain *d, struct error *e)
{
    struct machine *pc = d->machine;
    if (!has_button(d, e))
        return false;
    lock_take(&pc->events_lock);
    acpi_events_press(&pc->events);
    lock_give(&pc->events_lock);
    return true;
}

static bool has_room(const struct domain *d, struct error *e)
{
    if (d->vcpus > d->platform->vcpus)
        return can_be_told(d, e);
    return fail(e, "%s: no CPU of it comes or goes: give it maxvcpus above vcpus=%u, and ioapic=1", d->platform->name, d->platform->vcpus);
}

/* Under events_lock. A CPU that was just ejected may still be on its way out. */
static bool plug(struct machine *pc, int cpu, struct error *e)
{
    struct domain *d = pc->domain;
    if (cpu < 0)
        return fail(e, "%s: all of its %u CPUs are plugged in: give it more maxvcpus", d->platform->name, d->vcpus);
    if (vcpu_is_on(d->vcpu[cpu]))
        return fail(e, "%s: CPU %d is still going down: press the key again", d->platform->name, cpu);
    pc_apic_plugged(d->vcpu[cpu]);
    atomic_store(&d->vcpu[cpu]->absent, false);
    acpi_cpus_insert(&pc->events, (unsigned)cpu);
    return true;
}

bool machine_cpu_plug(struct domain *d, unsigned *cpu, struct error *e)
{
    struct machine *pc = d->machine;
    if (!has_room(d, e))
        return false;
    lock_take(&pc->events_lock);
    int n = acpi_cpus_absent(&pc->events);
    bool ok = plug(pc, n, e);
    lock_give(&pc->events_lock);
    *cpu = (unsigned)n;
    return ok;
}

bool machine_cpu_unplug(struct domain *d, unsigned *cpu, struct error *e)
{
    struct machine *pc = d->machine;
    if (!has_room(d, e))
        return false;
    lock_take(&pc->events_lock);
    int n = acpi_cpus_last(&pc->events);
    if (n >= 0)
        acpi_cpus_ask_back(&pc->events, (unsigned)n);
    lock_give(&pc->events_lock);
    *cpu = (unsigned)n;
    return n >= 0 || fail(e, "%s: it has one CPU left, which it cannot do without", d->platform->name);
}
