/*
 * Owns: the table of hypercalls. How a guest calls is in hypercall_x86.c and hypercall_arm.c.
 * Invariant: every number that Xen 4.17 knows has a row: either a handler, or the errno and the reason why not.
 */
#include "hypervisor/xen/internal.h"
#include "hypervisor/core/console.h"

struct row {
    const char *name;
    int64_t (*handler)(struct call *c);     /* NULL: refused */
    uint8_t args;
    uint8_t error;                          /* when refused */
    const char *why;
};

#define PV_ONLY   .error = XEN_ENOSYS, .why = "for guests without hardware virtualization only"
#define TOOLSTACK .error = XEN_EPERM, .why = "for a control domain only"
#define ABSENT    .error = XEN_ENOSYS, .why = "not offered"

static const struct row table[] = {
    [__HYPERVISOR_set_trap_table]       = { "set_trap_table", PV_ONLY },
    [__HYPERVISOR_mmu_update]           = { "mmu_update", PV_ONLY },
    [__HYPERVISOR_set_gdt]              = { "set_gdt", PV_ONLY },
    [__HYPERVISOR_stack_switch]         = { "stack_switch", PV_ONLY },
    [__HYPERVISOR_set_callbacks]        = { "set_callbacks", PV_ONLY },
    [__HYPERVISOR_fpu_taskswitch]       = { "fpu_taskswitch", PV_ONLY },
    [__HYPERVISOR_sched_op_compat]      = { "sched_op_compat", hypercall_sched_compat, 2 },
    [__HYPERVISOR_platform_op]          = { "platform_op", TOOLSTACK },
    [__HYPERVISOR_set_debugreg]         = { "set_debugreg", PV_ONLY },
    [__HYPERVISOR_get_debugreg]         = { "get_debugreg", PV_ONLY },
    [__HYPERVISOR_update_descriptor]    = { "update_descriptor", PV_ONLY },
    [__HYPERVISOR_memory_op]            = { "memory_op", hypercall_memory, 2 },
    [__HYPERVISOR_multicall]            = { "multicall", hypercall_multicall, 2 },
    [__HYPERVISOR_update_va_mapping]    = { "update_va_mapping", PV_ONLY },
    [__HYPERVISOR_set_timer_op]         = { "set_timer_op", hypercall_set_timer, 2 },
    [__HYPERVISOR_event_channel_op_compat] = { "event_channel_op_compat", hypercall_event_compat, 1 },
    [__HYPERVISOR_xen_version]          = { "xen_version", hypercall_version, 2 },
    [__HYPERVISOR_console_io]           = { "console_io", hypercall_console_io, 3 },
    [__HYPERVISOR_physdev_op_compat]    = { "physdev_op_compat", .error = XEN_ENOSYS, .why = "no physical interrupts as event channels" },
    [__HYPERVISOR_grant_table_op]       = { "grant_table_op", hypercall_grant, 3 },
    [__HYPERVISOR_vm_assist]            = { "vm_assist", hypercall_vm_assist, 2 },
    [__HYPERVISOR_update_va_mapping_otherdomain] = { "update_va_mapping_otherdomain", PV_ONLY },
    [__HYPERVISOR_iret]                 = { "iret", PV_ONLY },
    [__HYPERVISOR_vcpu_op]              = { "vcpu_op", hypercall_vcpu, 3 },
    [__HYPERVISOR_set_segment_base]     = { "set_segment_base", PV_ONLY },
    [__HYPERVISOR_mmuext_op]            = { "mmuext_op", PV_ONLY },
    [__HYPERVISOR_xsm_op]               = { "xsm_op", ABSENT },
    [__HYPERVISOR_nmi_op]               = { "nmi_op", PV_ONLY },
    [__HYPERVISOR_sched_op]             = { "sched_op", hypercall_sched, 2 },
    [__HYPERVISOR_callback_op]          = { "callback_op", PV_ONLY },
    [__HYPERVISOR_xenoprof_op]          = { "xenoprof_op", ABSENT },
    [__HYPERVISOR_event_channel_op]     = { "event_channel_op", hypercall_event, 2 },
    [__HYPERVISOR_physdev_op]           = { "physdev_op", .error = XEN_ENOSYS, .why = "no physical interrupts as event channels" },
    [__HYPERVISOR_hvm_op]               = { "hvm_op", hypercall_hvm, 2 },
    [__HYPERVISOR_sysctl]               = { "sysctl", TOOLSTACK },
    [__HYPERVISOR_domctl]               = { "domctl", TOOLSTACK },
    [__HYPERVISOR_kexec_op]             = { "kexec_op", TOOLSTACK },
    [__HYPERVISOR_tmem_op]              = { "tmem_op", ABSENT },
    [__HYPERVISOR_argo_op]              = { "argo_op", ABSENT },
    [__HYPERVISOR_xenpmu_op]            = { "xenpmu_op", ABSENT },
    [__HYPERVISOR_dm_op]                = { "dm_op", TOOLSTACK },
    [__HYPERVISOR_hypfs_op]             = { "hypfs_op", ABSENT },
    [__HYPERVISOR_arch_0]               = { "arch_0 (mca)", TOOLSTACK },
    [__HYPERVISOR_arch_1]               = { "arch_1 (paging_domctl_cont)", ABSENT },
    [__HYPERVISOR_arch_2]               = { "arch_2", ABSENT },
    [__HYPERVISOR_arch_3]               = { "arch_3", ABSENT },
    [__HYPERVISOR_arch_4]               = { "arch_4", ABSENT },
    [__HYPERVISOR_arch_5]               = { "arch_5", ABSENT },
    [__HYPERVISOR_arch_6]               = { "arch_6", ABSENT },
    [__HYPERVISOR_arch_7]               = { "arch_7", ABSENT },
};

int64_t refuse(struct call *c, int error, const char *what, const char *why)
{
    unsigned n = atomic_load_explicit(&c->x->refusals, memory_order_relaxed);
    if (n < REFUSALS_SHOWN && atomic_fetch_add(&c->x->refusals, 1) < REFUSALS_SHOWN)
        console_log("%s: %s refused (%d): %s%s", c->v->domain->platform->name, what, error, why,
                    n + 1 == REFUSALS_SHOWN ? "; further refusals are not shown" : "");
    return -error;
}

int64_t hypercall_do(struct call *c, uint64_t number)
{
    if (number >= sizeof(table) / sizeof(*table) || !table[number].name)
        return refuse(c, XEN_ENOSYS, "a hypercall", "no such number");
    const struct row *row = &table[number];
    if (!row->handler)
        return refuse(c, row->error, row->name, row->why);
    c->args = row->args;
    for (unsigned i = row->args; i < 6; i++)
        c->arg[i] = 0;
    return row->handler(c);
}
