/*
 * Every hypercall row: what stock guests call works, what is refused says so with the errno of Xen's interface.
 *
 * Claimed: numbers that nothing stands behind and numbers beyond the table give -ENOSYS; bad sub-commands -ENOSYS or
 * -EINVAL or -EOPNOTSUPP; pointers to nowhere -EFAULT; other domains -ESRCH or -EPERM. No argument, however wild, does
 * harm. Batches (multicall) carry each result in its entry. Rings other than 0 may not call (-EPERM): Xen has it so.
 */
#include "guests/lib/guest.h"
#include <string.h>
#include <xen/xen.h>
#include <xen/errno.h>
#include <xen/event_channel.h>
#include <xen/features.h>
#include <xen/grant_table.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/memory.h>
#include <xen/physdev.h>
#include <xen/sched.h>
#include <xen/vcpu.h>
#include <xen/version.h>

const char test_name[] = "hypercalls", test_title[] = "each hypercall's success and errnos";

static const uint64_t nowhere = UINT64_C(0x7f0000000000);       /* not mapped */

static bool among(int64_t r, const int *errors, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (r == -errors[i])
            return true;
    return false;
}
#define REFUSED(call, ...) do { \
        static const int errors_[] = { __VA_ARGS__ }; \
        int64_t r_ = (call); \
        CHECK(among(r_, errors_, sizeof(errors_) / sizeof(*errors_)), "%s gives %lld", #call, (long long)r_); \
    } while (0)
#define DONE(call) CHECK_EQ((call), 0, #call)

static void numbers(void)
{
    REFUSED(hypercall(63, 0, 0, 0, 0, 0), XEN_ENOSYS);
    REFUSED(hypercall(11, 0, 0, 0, 0, 0), XEN_ENOSYS);                      /* a hole in <xen/xen.h>'s list */
    REFUSED(hypercall(__HYPERVISOR_set_trap_table, 0, 0, 0, 0, 0), XEN_ENOSYS);
    REFUSED(hypercall(__HYPERVISOR_domctl, nowhere, 0, 0, 0, 0), XEN_ENOSYS, XEN_EPERM, XEN_EFAULT, XEN_EACCES);
    REFUSED(hypercall(__HYPERVISOR_sysctl, nowhere, 0, 0, 0, 0), XEN_ENOSYS, XEN_EPERM, XEN_EFAULT, XEN_EACCES);
    REFUSED(hypercall(__HYPERVISOR_mmuext_op, 0, 0, 0, 0, 0), XEN_ENOSYS, XEN_EPERM);
}

static void version(void)
{
    char text[1024];
    struct xen_feature_info f = { 0 };
    memset(text, 'x', sizeof(text));
    CHECK(hypercall(__HYPERVISOR_xen_version, XENVER_version, 0, 0, 0, 0) >= 0x40000, "XENVER_version is 4.x or later");
    DONE(hypercall(__HYPERVISOR_xen_version, XENVER_extraversion, (uintptr_t)text, 0, 0, 0));
    CHECK(memchr(text, 0, 16) != NULL, "the extra version ends within 16 bytes");
    DONE(hypercall(__HYPERVISOR_xen_version, XENVER_get_features, (uintptr_t)&f, 0, 0, 0));
    CHECK(f.submap >> XENFEAT_auto_translated_physmap & 1, "auto_translated_physmap");
    CHECK_EQ(f.submap >> XENFEAT_hvm_callback_vector & 1, UPCALL_BY_VECTOR, "hvm_callback_vector");
    CHECK_EQ(f.submap >> XENFEAT_dom0 & 1, 0, "this is not dom0");
    f.submap_idx = 1000;
    int64_t r = hypercall(__HYPERVISOR_xen_version, XENVER_get_features, (uintptr_t)&f, 0, 0, 0);
    CHECK(r == -XEN_EINVAL || (r == 0 && f.submap == 0), "features beyond the last: %lld", (long long)r);
    REFUSED(hypercall(__HYPERVISOR_xen_version, XENVER_extraversion, nowhere, 0, 0, 0), XEN_EFAULT);
    REFUSED(hypercall(__HYPERVISOR_xen_version, 1000, 0, 0, 0, 0), XEN_ENOSYS);
}

static void console(void)
{
    static const char text[] = "one line by console_io\n";
    CHECK(hypercall(__HYPERVISOR_console_io, CONSOLEIO_write, sizeof(text) - 1, (uintptr_t)text, 0, 0) >= 0, "console_io writes");
    REFUSED(hypercall(__HYPERVISOR_console_io, CONSOLEIO_write, 10, nowhere, 0, 0), XEN_EFAULT);
    REFUSED(hypercall(__HYPERVISOR_console_io, 77, 0, 0, 0, 0), XEN_ENOSYS);
}

static void memory(void)
{
    struct xen_add_to_physmap x = { .domid = DOMID_SELF, .space = 99 };
    struct xen_memory_reservation res = { .nr_extents = 1, .extent_order = 0, .domid = DOMID_SELF };
    domid_t self = DOMID_SELF;
    static uint8_t page[4096] __attribute__((aligned(4096)));
    xen_pfn_t frame = (uintptr_t)page >> 12;
    int64_t pages = memory_op(XENMEM_current_reservation, &self), max = memory_op(XENMEM_maximum_reservation, &self);
    CHECK(pages > 0 && max >= pages, "reservation %lld of %lld pages", (long long)pages, (long long)max);
    CHECK(memory_op(XENMEM_maximum_gpfn, &self) > 0, "the highest frame number");
    REFUSED(memory_op(XENMEM_add_to_physmap, &x), XEN_EINVAL, XEN_ENOSYS, XEN_EOPNOTSUPP);
    REFUSED(memory_op(XENMEM_add_to_physmap, (void *)nowhere), XEN_EFAULT);
    x = (struct xen_add_to_physmap){ .domid = 1234, .space = XENMAPSPACE_shared_info, .gpfn = frame };
    REFUSED(memory_op(XENMEM_add_to_physmap, &x), XEN_ESRCH, XEN_EPERM);
    REFUSED(memory_op(60, &x), XEN_ENOSYS, XEN_EOPNOTSUPP);
    set_xen_guest_handle(res.extent_start, &frame);
    CHECK_EQ(memory_op(XENMEM_decrease_reservation, &res), 1, "pages given back");
    CHECK_EQ(memory_op(XENMEM_current_reservation, &self), (uint64_t)pages - 1, "pages after that");
    CHECK_EQ(memory_op(XENMEM_populate_physmap, &res), 1, "pages taken again");
    CHECK_EQ(memory_op(XENMEM_current_reservation, &self), (uint64_t)pages, "pages after that");
    unsigned wrong = 0;
    for (unsigned i = 0; i < sizeof(page); i++)
        wrong += ((volatile uint8_t *)page)[i] != 0;
    CHECK_EQ(wrong, 0, "bytes of the new page that are not zero");
    struct xen_memory_map map = { .nr_entries = 0 };
    int64_t r = memory_op(XENMEM_memory_map, &map);
    CHECK(r == 0 || r == -XEN_EINVAL || r == -XEN_ENOSYS || r == -XEN_EFAULT || r == -XEN_ENOBUFS, "XENMEM_memory_map with no room: %lld", (long long)r);
}

static void events(void)
{
    struct evtchn_alloc_unbound a = { .dom = DOMID_SELF, .remote_dom = DOMID_SELF };
    struct evtchn_status s = { .dom = DOMID_SELF };
    REFUSED(evtchn_op(EVTCHNOP_send, &(struct evtchn_send){ 100000000 }), XEN_EINVAL);
    REFUSED(evtchn_op(EVTCHNOP_close, &(struct evtchn_close){ 100000000 }), XEN_EINVAL);
    REFUSED(evtchn_op(EVTCHNOP_send, (void *)nowhere), XEN_EFAULT);
    REFUSED(evtchn_op(99, NULL), XEN_ENOSYS);
    REFUSED(evtchn_op(EVTCHNOP_bind_virq, &(struct evtchn_bind_virq){ .virq = 5000 }), XEN_EINVAL, XEN_ENOENT);
    REFUSED(evtchn_op(EVTCHNOP_bind_ipi, &(struct evtchn_bind_ipi){ .vcpu = 5000 }), XEN_ENOENT, XEN_EINVAL);
    DONE(evtchn_op(EVTCHNOP_alloc_unbound, &a));
    s.port = a.port;
    DONE(evtchn_op(EVTCHNOP_status, &s));
    CHECK_EQ(s.status, EVTCHNSTAT_unbound, "status of a new port");
    REFUSED(evtchn_op(EVTCHNOP_bind_vcpu, &(struct evtchn_bind_vcpu){ a.port, 5000 }), XEN_ENOENT, XEN_EINVAL);
    DONE(evtchn_op(EVTCHNOP_close, &(struct evtchn_close){ a.port }));
    a.dom = 1234;
    REFUSED(evtchn_op(EVTCHNOP_alloc_unbound, &a), XEN_ESRCH, XEN_EPERM);
}

static void vcpus(void)
{
    struct vcpu_runstate_info r = { 0 };
    struct vcpu_register_runstate_memory_area area = { 0 };
    CHECK_EQ(vcpu_op(VCPUOP_is_up, 0, NULL), 1, "the first vCPU is up");
    REFUSED(vcpu_op(VCPUOP_is_up, 5000, NULL), XEN_ENOENT, XEN_EINVAL);
    REFUSED(vcpu_op(99, 0, NULL), XEN_ENOSYS, XEN_EINVAL);
    REFUSED(vcpu_op(VCPUOP_initialise, 5000, NULL), XEN_ENOENT, XEN_EINVAL, XEN_EFAULT);
    DONE(vcpu_op(VCPUOP_get_runstate_info, 0, &r));
    CHECK_EQ(r.state, RUNSTATE_running, "our own runstate");
    CHECK(r.time[RUNSTATE_running] > 0, "time spent running");
    area.addr.p = nowhere;
    REFUSED(vcpu_op(VCPUOP_register_runstate_memory_area, 0, &area), XEN_EFAULT, XEN_EINVAL);
    REFUSED(vcpu_op(VCPUOP_register_vcpu_info, 0, &(struct vcpu_register_vcpu_info){ .mfn = UINT64_C(1) << 40 }), XEN_EINVAL, XEN_ENOENT, XEN_EFAULT, XEN_ESRCH);
    REFUSED(vcpu_op(VCPUOP_register_vcpu_info, 0, &(struct vcpu_register_vcpu_info){ .mfn = 0x200, .offset = 4090 }), XEN_EINVAL, XEN_ENXIO);
    DONE(vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL));
    DONE(vcpu_op(VCPUOP_stop_singleshot_timer, 0, NULL));
    REFUSED(vcpu_op(VCPUOP_set_periodic_timer, 0, &(struct vcpu_set_periodic_timer){ 1 }), XEN_EINVAL);
}

static void sched(void)
{
    struct sched_poll p = { .nr_ports = 1 };
    evtchn_port_t port = 100000000;
    DONE(hypercall(__HYPERVISOR_sched_op, SCHEDOP_yield, 0, 0, 0, 0));
    set_xen_guest_handle(p.ports, &port);
    REFUSED(hypercall(__HYPERVISOR_sched_op, SCHEDOP_poll, (uintptr_t)&p, 0, 0, 0), XEN_EINVAL);
    p.nr_ports = 100000;
    REFUSED(hypercall(__HYPERVISOR_sched_op, SCHEDOP_poll, (uintptr_t)&p, 0, 0, 0), XEN_EINVAL);
    REFUSED(hypercall(__HYPERVISOR_sched_op, 99, 0, 0, 0, 0), XEN_ENOSYS);
    REFUSED(hypercall(__HYPERVISOR_sched_op, SCHEDOP_shutdown, nowhere, 0, 0, 0), XEN_EFAULT);
    REFUSED(hypercall(__HYPERVISOR_sched_op, SCHEDOP_remote_shutdown, (uintptr_t)&(struct sched_remote_shutdown){ .domain_id = 1234 }, 0, 0, 0),
            XEN_ENOSYS, XEN_ESRCH, XEN_EPERM);
    DONE(hypercall(__HYPERVISOR_set_timer_op, 0, 0, 0, 0, 0));
}

static void params(void)
{
    uint64_t value = 0;
    DONE(hvm_param_get(HVM_PARAM_CONSOLE_PFN, &value));
    CHECK(value != 0, "the console's page is told");
    DONE(hvm_param_get(HVM_PARAM_CONSOLE_EVTCHN, &value));
    CHECK(value != 0, "the console's port is told");
    REFUSED(hvm_param_get(HVM_NR_PARAMS + 10, &value), XEN_EINVAL);
    REFUSED(hvm_param_set(HVM_NR_PARAMS + 10, 0), XEN_EINVAL);
    REFUSED(hvm_op(HVMOP_get_param, (void *)nowhere), XEN_EFAULT);
    struct xen_hvm_param other = { .domid = 1234, .index = HVM_PARAM_CONSOLE_PFN };
    REFUSED(hvm_op(HVMOP_get_param, &other), XEN_ESRCH, XEN_EPERM);
    REFUSED(hvm_op(999, NULL), XEN_ENOSYS);
    if (!UPCALL_BY_VECTOR)
        return;
    int64_t r = upcall_vector_set(0, 3);
    CHECK(r == -XEN_EINVAL || r == -XEN_ENOSYS || r == -XEN_EOPNOTSUPP, "an upcall vector below 16: %lld", (long long)r);
}

static void assists(void)
{
    int64_t r = hypercall(__HYPERVISOR_vm_assist, VMASST_CMD_enable, 1000, 0, 0, 0);
    CHECK(r == -XEN_EINVAL || r == -XEN_ENOSYS, "an unknown assist: %lld", (long long)r);
    REFUSED(hypercall(__HYPERVISOR_vm_assist, 99, VMASST_TYPE_runstate_update_flag, 0, 0, 0), XEN_ENOSYS);
    DONE(hypercall(__HYPERVISOR_vm_assist, VMASST_CMD_enable, VMASST_TYPE_runstate_update_flag, 0, 0, 0));
}

static void grants(void)
{
    struct gnttab_query_size q = { .dom = DOMID_SELF };
    DONE(hypercall(__HYPERVISOR_grant_table_op, GNTTABOP_query_size, (uintptr_t)&q, 1, 0, 0));
    CHECK_EQ(q.status, GNTST_okay, "query_size");
    CHECK(q.max_nr_frames > 0 && q.nr_frames <= q.max_nr_frames, "%u of %u frames", q.nr_frames, q.max_nr_frames);
    struct gnttab_set_version v = { .version = 2 };
    int64_t r = hypercall(__HYPERVISOR_grant_table_op, GNTTABOP_set_version, (uintptr_t)&v, 1, 0, 0);
    CHECK(r == -XEN_ENOSYS || r == -XEN_EOPNOTSUPP || r == -XEN_EINVAL || (r == 0 && v.version == 1), "version 2 is not offered: %lld", (long long)r);
    REFUSED(hypercall(__HYPERVISOR_grant_table_op, 99, (uintptr_t)&v, 1, 0, 0), XEN_ENOSYS);
    REFUSED(hypercall(__HYPERVISOR_grant_table_op, GNTTABOP_query_size, nowhere, 1, 0, 0), XEN_EFAULT);
}

static void batch(void)
{
    struct multicall_entry e[3];
    memset(e, 0, sizeof(e));
    e[0].op = __HYPERVISOR_xen_version;
    e[0].args[0] = XENVER_version;
    e[1].op = 63;
    e[2].op = __HYPERVISOR_sched_op;
    e[2].args[0] = SCHEDOP_yield;
    DONE(hypercall(__HYPERVISOR_multicall, (uintptr_t)e, 3, 0, 0, 0));
    CHECK_EQ(e[0].result, hypercall(__HYPERVISOR_xen_version, XENVER_version, 0, 0, 0, 0), "the first call's result");
    CHECK_EQ((int64_t)e[1].result, -XEN_ENOSYS, "the second call's result");
    CHECK_EQ(e[2].result, 0, "the third call's result");
    REFUSED(hypercall(__HYPERVISOR_multicall, nowhere, 1, 0, 0, 0), XEN_EFAULT);
}

void test_main(void)
{
    if (!has_xen()) {
        skip("no Xen ABI");
        return;
    }
    numbers();
    version();
    console();
    memory();
    events();
    vcpus();
    sched();
    params();
    assists();
    grants();
    batch();
}
