/* Owns: the life of an Arm machine's chips, allocated with the domain's memory; and what its operator can ask for. */
#include "hypervisor/machine/virt.h"
#include "hypervisor/core/console.h"
#include "lib/format.h"

uint64_t virt_get(struct vcpu *v, unsigned reg) { return reg < ARM_GPRS ? arch_regs(v->arch)->x[reg] : 0; }

void virt_set(struct vcpu *v, unsigned reg, uint64_t value)
{
    if (reg < ARM_GPRS)
        arch_regs(v->arch)->x[reg] = value;
}

struct vcpu *virt_by_affinity(struct domain *d, uint64_t affinity)
{
    for (unsigned i = 0; i < d->vcpus; i++)
        if (platform_mpidr(i) == affinity)
            return d->vcpu[i];
    return NULL;
}

void virt_tell(struct vcpu *v, const char *fmt, ...)
{
    char line[200];
    va_list args;
    if (atomic_fetch_add(&v->domain->machine->told, 1) >= VIRT_TOLD_MAX)
        return;     /* a guest could do it for ever */
    va_start(args, fmt);
    (void)format_v(line, sizeof(line), fmt, args);
    va_end(args);
    console_log("%s: vCPU %u: %s", v->domain->platform->name, v->id, line);
}

void virt_start_state(struct vcpu *v, uint64_t pc, uint64_t x0)
{
    virt_timer_reset(v);
    virt_gic_vcpu_reset(v);
    arch_start_state(v->arch, pc, x0, platform_mpidr(v->id));
    arch_set_counter_offset(v->arch, v->domain->machine->counter_offset);
}

bool machine_create(struct domain *d)
{
    d->machine = domain_alloc(d, sizeof(*d->machine));
    if (!d->machine)
        return false;
    d->machine->domain = d;
    d->machine->counter_offset = arch_counter();
    for (unsigned i = 0; i < d->vcpus; i++) {
        struct machine_vcpu *m = domain_alloc(d, sizeof(*m));
        if (!m)
            return false;
        m->vcpu = d->vcpu[i];
        d->vcpu[i]->machine = m;
        virt_timer_create(d->vcpu[i]);
    }
    return virt_gic_create(d) && virt_uart_create(d);
}

void machine_destroy(struct domain *d)
{
    if (!d->machine)
        return;
    virt_passthrough_end(d);
    for (unsigned i = 0; i < d->vcpus; i++)
        if (d->vcpu[i]->machine)
            virt_timer_cancel(d->vcpu[i]);
}

/* Nothing on this board tells a guest of events: the generic event device is the PC's. */
static bool no_events(const struct domain *d, const char *what, struct error *e)
{
    return fail(e, "%s: an Arm guest %s: log in on its console and shut it down there", d->platform->name, what);
}

bool machine_press_power(struct domain *d, struct error *e) { return no_events(d, "has no power button", e); }

bool machine_cpu_plug(struct domain *d, unsigned *cpu, struct error *e)
{
    *cpu = 0;
    return fail(e, "%s: an Arm guest has all its CPUs from the start: it brings them up and down itself (/sys/devices/system/cpu/cpuN/online)",
                d->platform->name);
}

bool machine_cpu_unplug(struct domain *d, unsigned *cpu, struct error *e) { return machine_cpu_plug(d, cpu, e); }
