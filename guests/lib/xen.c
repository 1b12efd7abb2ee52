/* Owns: the guest's side of the Xen ABI, as far as all architectures share it. */
#include "guests/lib/guest.h"
#include <string.h>
#include <xen/xen.h>
#include <xen/event_channel.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/vcpu.h>

static uint8_t shared_page[4096] __attribute__((aligned(4096)));
static bool shared_mapped;

int64_t evtchn_op(unsigned cmd, void *arg) { return hypercall(__HYPERVISOR_event_channel_op, cmd, (uintptr_t)arg, 0, 0, 0); }
int64_t vcpu_op(unsigned cmd, unsigned vcpu, void *arg) { return hypercall(__HYPERVISOR_vcpu_op, cmd, vcpu, (uintptr_t)arg, 0, 0); }
int64_t memory_op(unsigned cmd, void *arg) { return hypercall(__HYPERVISOR_memory_op, cmd, (uintptr_t)arg, 0, 0, 0); }
int64_t hvm_op(unsigned cmd, void *arg) { return hypercall(__HYPERVISOR_hvm_op, cmd, (uintptr_t)arg, 0, 0, 0); }

int64_t hvm_param_get(unsigned index, uint64_t *value)
{
    struct xen_hvm_param p = { .domid = DOMID_SELF, .index = index };
    int64_t r = hvm_op(HVMOP_get_param, &p);
    *value = p.value;
    return r;
}

int64_t hvm_param_set(unsigned index, uint64_t value)
{
    struct xen_hvm_param p = { .domid = DOMID_SELF, .index = index, .value = value };
    return hvm_op(HVMOP_set_param, &p);
}

struct shared_info *shared_info(void)
{
    struct xen_add_to_physmap x = { .domid = DOMID_SELF, .space = XENMAPSPACE_shared_info, .gpfn = (uintptr_t)shared_page >> 12 };
    if (!shared_mapped && (!has_xen() || memory_op(XENMEM_add_to_physmap, &x) != 0))
        return NULL;
    shared_mapped = true;
    return (struct shared_info *)(void *)shared_page;
}

/* Those beyond the shared info's 32 are registered by the test itself. */
struct vcpu_info *vcpu_info(unsigned vcpu)
{
    struct shared_info *s = shared_info();
    return s && vcpu < XEN_LEGACY_MAX_VCPUS ? &s->vcpu_info[vcpu] : NULL;
}

void xen_shutdown(unsigned reason)
{
    struct sched_shutdown s = { .reason = reason };
    (void)hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown, (uintptr_t)&s, 0, 0, 0);
}
