/*
 * Owns: pvclock (struct vcpu_time_info).
 *
 * System time is arch_clock(). As all CPUs share one scale and one origin, a vCPU's time info is a constant (the origin
 * in its own TSC and 0 ns), the same for all vCPUs: it is written when its place or the guest's TSC offset changes,
 * and never drifts or steps. That is what XEN_PVCLOCK_TSC_STABLE_BIT promises.
 */
#include "hypervisor/arch_x86.h"
#include "hypervisor/xen/internal.h"
#include <string.h>

static void write_info(uint8_t *to, const struct vcpu_time_info *t)
{
    uint32_t odd = t->version | 1, even = (t->version | 1) + 1;
    memcpy(to, &odd, sizeof(odd));
    atomic_thread_fence(memory_order_seq_cst);      /* odd before anything of it changes, even after */
    memcpy(to + sizeof(odd), (const uint8_t *)t + sizeof(odd), sizeof(*t) - sizeof(odd));
    atomic_thread_fence(memory_order_seq_cst);
    memcpy(to, &even, sizeof(even));
}

static void write_area(const struct area *a, const struct vcpu_time_info *t)
{
    uint32_t odd = t->version | 1, even = (t->version | 1) + 1;
    area_write(a, 0, &odd, sizeof(odd));
    atomic_thread_fence(memory_order_seq_cst);
    area_write(a, sizeof(odd), (const uint8_t *)t + sizeof(odd), sizeof(*t) - sizeof(odd));
    atomic_thread_fence(memory_order_seq_cst);
    area_write(a, 0, &even, sizeof(even));
}

void time_update(struct vcpu *v)
{
    struct xen_vcpu *xv = v->xen;
    struct vcpu_time_info t = { .flags = XEN_PVCLOCK_TSC_STABLE_BIT };
    uint64_t base;
    uint8_t *info = atomic_load(&xv->info);
    arch_clock_scale(&t.tsc_to_system_mul, &t.tsc_shift, &base);
    xv->time_offset = arch_tsc_offset(v->arch);
    xv->time_current = true;
    t.tsc_timestamp = base + xv->time_offset;
    t.version = xv->time_version += 2;
    if (info)
        write_info(info + offsetof(struct vcpu_info, time), &t);
    if (xv->time.length)
        write_area(&xv->time, &t);
}

void time_resumed(struct vcpu *v)
{
    if (!v->xen->time_current || arch_tsc_offset(v->arch) != v->xen->time_offset)
        time_update(v);
}

uint64_t time_origin(const struct xen_domain *x) { (void)x; return 0; }
