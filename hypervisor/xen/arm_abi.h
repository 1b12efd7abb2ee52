/*
 * Of xen/arch-arm.h and the parts of Xen's public headers that only Arm sees: compiled for a PC, where the tests run, they do not tell
 * these. Compared with them when the hypervisor itself is built.
 */
#ifndef HYPERVISOR_XEN_ARM_ABI_H
#define HYPERVISOR_XEN_ARM_ABI_H
#include "hypervisor/xen/internal.h"

enum {
    ARM_XEN_ARGS = 5,               /* x0..x4; the number is in x16, the result in x0 */
    ARM_XEN_NUMBER = 16,
    ARM_CALLBACK_PPI = 2,           /* HVM_PARAM_CALLBACK_TYPE_PPI, in bits 63:56 */
    ARM_CALLBACK_LOW_LEVEL = 2,     /* HVM_PARAM_CALLBACK_TYPE_PPI_FLAG_LOW_LEVEL, in bits 15:8 */
    ARM_VCPU_INFO = 48,             /* sizeof(struct vcpu_info): no struct arch_vcpu_info in it */
    ARM_LEGACY_VCPUS = 1,           /* XEN_LEGACY_MAX_VCPUS */
    ARM_SELECTOR = 8,
    ARM_PENDING = ARM_LEGACY_VCPUS * ARM_VCPU_INFO,
    ARM_MASK = ARM_PENDING + 64 * 8,
    ARM_WALLCLOCK = ARM_MASK + 64 * 8,
    ARM_WALLCLOCK_HIGH = ARM_WALLCLOCK + 12,
};

#ifdef __aarch64__
_Static_assert(ARM_CALLBACK_PPI == HVM_PARAM_CALLBACK_TYPE_PPI && ARM_CALLBACK_LOW_LEVEL == HVM_PARAM_CALLBACK_TYPE_PPI_FLAG_LOW_LEVEL, "hvm/params.h");
_Static_assert(ARM_VCPU_INFO == sizeof(struct vcpu_info) && ARM_LEGACY_VCPUS == XEN_LEGACY_MAX_VCPUS, "struct vcpu_info");
_Static_assert(ARM_SELECTOR == offsetof(struct vcpu_info, evtchn_pending_sel), "its selector");
_Static_assert(ARM_PENDING == offsetof(struct shared_info, evtchn_pending) && ARM_MASK == offsetof(struct shared_info, evtchn_mask), "event words");
_Static_assert(ARM_WALLCLOCK == offsetof(struct shared_info, wc_version) && ARM_WALLCLOCK_HIGH == offsetof(struct shared_info, wc_sec_hi), "wall clock");
#endif
#endif
