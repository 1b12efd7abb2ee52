/* Owns: the life of a PC's chips: allocated with the domain's memory, so what they hold goes when it goes. */
#include "hypervisor/machine/pc.h"
#include "platform/pc_map.h"

bool machine_create(struct domain *d)
{
    d->machine = domain_alloc(d, sizeof(*d->machine));
    if (!d->machine)
        return false;
    d->machine->domain = d;
    d->machine->mtrr.def_type = 0xc06;      /* enabled, fixed ranges too, write-back: as firmware would leave it */
    for (unsigned i = 0; i < d->vcpus; i++) {
        d->vcpu[i]->machine = domain_alloc(d, sizeof(struct machine_vcpu));
        if (!d->vcpu[i]->machine)
            return false;
    }
    return pc_apic_create(d) && pc_ports_create(d) && pc_events_create(d) && (d->platform->lapic || pc_pic_create(d));
}

void machine_destroy(struct domain *d)
{
    if (!d->machine)
        return;
    pc_apic_destroy(d);
    pc_pic_destroy(d);
}

/* No PC guest has an interrupt of the host. */
void machine_routed(unsigned intid) { (void)intid; }

bool machine_has_lapic(struct domain *d) { return d->platform->lapic; }
uint32_t machine_apic_id(const struct vcpu *v) { return platform_apic_id(v->id); }
