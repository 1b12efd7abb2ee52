/*
 * Owns: what the ABI of x86 differs in: the layouts of what is shared, where special pages stand, how an upcall comes.
 */
#include "hypervisor/xen/internal.h"
#include "platform/pc_map.h"
#include <xen/features.h>
#include <xen/foreign/x86_32.h>

/* Both layouts agree in all but where the event words and the wall clock are. */
_Static_assert(sizeof(struct vcpu_info) == sizeof(struct vcpu_info_x86_32), "vcpu_info has one size");
_Static_assert(offsetof(struct vcpu_info, time) == offsetof(struct vcpu_info_x86_32, time), "and its time one place");

static const struct xen_layout wide = {
    .vcpus = XEN_LEGACY_MAX_VCPUS, .vcpu_info = sizeof(struct vcpu_info), .selector = offsetof(struct vcpu_info, evtchn_pending_sel),
    .pending = offsetof(struct shared_info, evtchn_pending), .mask = offsetof(struct shared_info, evtchn_mask),
    .wallclock = offsetof(struct shared_info, wc_version), .wallclock_high = offsetof(struct shared_info, wc_sec_hi), .word = 8,
};
static const struct xen_layout narrow = {
    .vcpus = XEN_LEGACY_MAX_VCPUS, .vcpu_info = sizeof(struct vcpu_info_x86_32), .selector = offsetof(struct vcpu_info_x86_32, evtchn_pending_sel),
    .pending = offsetof(struct shared_info_x86_32, evtchn_pending), .mask = offsetof(struct shared_info_x86_32, evtchn_mask),
    .wallclock = offsetof(struct shared_info_x86_32, wc_version), .wallclock_high = offsetof(struct shared_info_x86_32, arch.wc_sec_hi), .word = 4,
};

const struct xen_arch xen_arch = {
    .layout = &wide, .capabilities = "hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64",
    .features = 1u << XENFEAT_writable_page_tables | 1u << XENFEAT_auto_translated_physmap | 1u << XENFEAT_hvm_callback_vector |
                1u << XENFEAT_hvm_safe_pvclock,
    .console = { PC_SPECIAL_BASE + PC_SPECIAL_CONSOLE * PAGE_SIZE }, .xenstore = { PC_SPECIAL_BASE + PC_SPECIAL_XENSTORE * PAGE_SIZE },
    .specials_end = { PC_SPECIAL_BASE + PC_SPECIAL_PAGES * PAGE_SIZE },
};

/* What the builder has put there: the guest may ask for the memory map long after it moved things. */
static uint64_t find_acpi(struct domain *d)
{
    uint64_t size = 0, run;
    hpa_t page;
    unsigned perm;
    while (size < PC_ACPI_MAX && arch_stage2_lookup(d->stage2, gpa(PC_ACPI_BASE + size), &page, &perm, &run))
        size += run;
    return size;
}

void xen_arch_created(struct xen_domain *x)
{
    x->acpi_size = find_acpi(x->domain);
    x->domain->vcpu[0]->xen->initialised = true;
}

void shared_latch(struct vcpu *v)
{
    struct xen_domain *x = v->domain->xen;
    const struct xen_layout *layout = arch_mode(v->arch) == 64 ? &wide : &narrow;
    lock_take(&x->event_lock);
    bool changed = x->layout != layout;
    x->layout = layout;
    lock_give(&x->event_lock);
    if (changed)
        time_wallclock(x);
}

int xen_pending(struct vcpu *v)
{
    struct xen_domain *x = v->domain->xen;
    uint8_t vector = atomic_load_explicit(&x->callback_vector, memory_order_relaxed);
    uint8_t *info = atomic_load_explicit(&v->xen->info, memory_order_relaxed);
    if (!vector || !info || atomic_load_explicit(&v->xen->upcall_vector, memory_order_relaxed))
        return -1;
    return __atomic_load_n(info, __ATOMIC_ACQUIRE) ? vector : -1;
}

/* What comes through the local APIC the machine knows; here only what xen_pending would deliver. */
bool xen_event_waiting(struct vcpu *v) { return xen_pending(v) >= 0; }
