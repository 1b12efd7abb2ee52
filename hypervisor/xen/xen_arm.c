/*
 * Owns: what the ABI of Arm differs in: the layout of what is shared, where special pages stand, that an upcall is a level
 * interrupt of the GIC, and that there is no pvclock: the guest's counter is its clock, and starts with the domain.
 */
#include "hypervisor/xen/arm_abi.h"
#include "platform/virt_map.h"
#include <xen/features.h>

static const struct xen_layout layout = {
    .vcpus = ARM_LEGACY_VCPUS, .vcpu_info = ARM_VCPU_INFO, .selector = ARM_SELECTOR, .pending = ARM_PENDING, .mask = ARM_MASK,
    .wallclock = ARM_WALLCLOCK, .wallclock_high = ARM_WALLCLOCK_HIGH, .word = 8,
};

const struct xen_arch xen_arch = {
    .layout = &layout, .capabilities = "xen-3.0-aarch64",
    .features = 1u << XENFEAT_writable_page_tables | 1u << XENFEAT_auto_translated_physmap | 1u << XENFEAT_ARM_SMCCC_supported,
    .console = { VIRT_MAGIC_BASE + VIRT_MAGIC_CONSOLE * PAGE_SIZE }, .xenstore = { VIRT_MAGIC_BASE + VIRT_MAGIC_XENSTORE * PAGE_SIZE },
    .specials_end = { VIRT_MAGIC_BASE + (VIRT_MAGIC_XENSTORE + 1) * PAGE_SIZE },
};

/* Which interrupt an upcall is: read-only, told for those that do not read the device tree (Linux with ACPI). */
void xen_arch_created(struct xen_domain *x)
{
    x->param[HVM_PARAM_CALLBACK_IRQ] = (uint64_t)ARM_CALLBACK_PPI << 56 | ARM_CALLBACK_LOW_LEVEL << 8 | VIRT_EVTCHN_GSI;
}

void shared_latch(struct vcpu *v) { (void)v; }
void time_update(struct vcpu *v) { (void)v; }
void time_resumed(struct vcpu *v) { (void)v; }
uint64_t time_origin(const struct xen_domain *x) { return x->created; }

bool xen_event_waiting(struct vcpu *v)
{
    uint8_t *info = atomic_load_explicit(&v->xen->info, memory_order_relaxed);
    return info && __atomic_load_n(info, __ATOMIC_ACQUIRE);
}
