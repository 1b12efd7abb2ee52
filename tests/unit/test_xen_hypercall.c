/* The table, the two conventions, multicall, and what a guest is told by version and CPUID. */
#include "tests/unit/xen_maker.h"
#include <xen/arch-x86/cpuid.h>
#include <xen/features.h>
#include <xen/hvm/hvm_op.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/version.h>

static struct domain *d;
static int set_up(void **state) { (void)state; host_make(1); d = domain_make(1); return 0; }
static int tear_down(void **state) { (void)state; domain_end(d); host_check(); return 0; }

static void test_what_is_refused(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 300; n++) {
        if (n == __HYPERVISOR_sched_op || n == __HYPERVISOR_sched_op_compat)
            continue;
        int64_t result = call(d, n, 0xfff, UINT64_MAX, 0);
        if (n >= 56)
            assert_int_equal(result, -XEN_ENOSYS);
    }
    assert_int_equal(call(d, __HYPERVISOR_mmu_update, 0, 0, 0), -XEN_ENOSYS);
    assert_int_equal(call(d, __HYPERVISOR_domctl, 0, 0, 0), -XEN_EPERM);
    assert_int_equal(call(d, __HYPERVISOR_sysctl, 0, 0, 0), -XEN_EPERM);
    assert_int_equal(call(d, __HYPERVISOR_xenpmu_op, 0, 0, 0), -XEN_ENOSYS);
    /* However often it asks, the log says so a bounded number of times. */
    (void)fake_console();
    for (unsigned i = 0; i < 1000; i++)
        (void)call(d, __HYPERVISOR_domctl, 0, 0, 0);
    assert_true(strlen(fake_console()) < 4096);
}

static void test_only_a_kernel_may_call(void **state)
{
    (void)state;
    fake_mode(d->vcpu[0]->arch, 64, 3);
    assert_int_equal(call(d, __HYPERVISOR_xen_version, XENVER_version, 0, 0), -XEN_EPERM);
    fake_mode(d->vcpu[0]->arch, 16, 0);
    assert_int_equal(call(d, __HYPERVISOR_xen_version, XENVER_version, 0, 0), -XEN_EPERM);
    fake_mode(d->vcpu[0]->arch, 32, 0);
    assert_int_equal(call(d, __HYPERVISOR_xen_version, XENVER_version, 0, 0), 4 << 16 | 17);
}

static void test_version(void **state)
{
    xen_feature_info_t f = { 0 };
    (void)state;
    assert_int_equal(call(d, __HYPERVISOR_xen_version, XENVER_version, 0, 0), 4 << 16 | 17);
    assert_int_equal(call(d, __HYPERVISOR_xen_version, XENVER_extraversion, ARG, 0), 0);
    assert_string_equal((char *)guest_at(d, ARG), "-bedplate");
    assert_int_equal(OP(d, __HYPERVISOR_xen_version, XENVER_get_features, f), 0);
    assert_true(f.submap & 1u << XENFEAT_hvm_callback_vector);
    assert_true(f.submap & 1u << XENFEAT_hvm_safe_pvclock);
    assert_true(f.submap & 1u << XENFEAT_auto_translated_physmap);
    assert_false(f.submap & 1u << XENFEAT_hvm_pirqs);
    f.submap_idx = 1;
    assert_int_equal(OP(d, __HYPERVISOR_xen_version, XENVER_get_features, f), -XEN_EINVAL);
    assert_int_equal(call(d, __HYPERVISOR_xen_version, XENVER_pagesize, 0, 0), 4096);
    assert_int_equal(call(d, __HYPERVISOR_xen_version, XENVER_build_id, 0, 0), -XEN_ENODATA);
    assert_int_equal(call(d, __HYPERVISOR_xen_version, XENVER_extraversion, UINT64_C(1) << 50, 0), -XEN_EFAULT);
}

static void test_cpuid(void **state)
{
    struct x86_cpuid c;
    (void)state;
    assert_true(xen_cpuid(d->vcpu[0], 0x40000000, 0, &c));
    assert_int_equal(c.eax, 0x40000004);
    assert_memory_equal(&c.ebx, "XenVMMXenVMM", 12);
    assert_true(xen_cpuid(d->vcpu[0], 0x40000001, 0, &c));
    assert_int_equal(c.eax, 4 << 16 | 17);
    assert_true(xen_cpuid(d->vcpu[0], 0x40000003, 0, &c));
    assert_int_equal(c.ecx, 1000000);       /* kHz: the fake TSC counts nanoseconds */
    assert_int_equal(c.ebx, 2);
    assert_true(xen_cpuid(d->vcpu[0], 0x40000004, 0, &c));
    assert_int_equal(c.eax, XEN_HVM_CPUID_VCPU_ID_PRESENT | XEN_HVM_CPUID_DOMID_PRESENT);
    assert_int_equal(c.ecx, d->id);
    assert_true(xen_cpuid(d->vcpu[0], 0x400000ff, 0, &c));
    assert_int_equal(c.eax | c.ebx | c.ecx | c.edx, 0);
    assert_false(xen_cpuid(d->vcpu[0], 0x40000100, 0, &c));
}

static void test_hypercall_page(void **state)
{
    static const uint8_t stub[] = { 0xb8, 29, 0, 0, 0, 0x0f, 0x01, 0xd9, 0xc3, 0xcc };
    bool fault;
    uint64_t value;
    (void)state;
    assert_true(xen_msr_write(d->vcpu[0], 0x40000000, 0x5000, &fault));
    assert_false(fault);
    assert_memory_equal((uint8_t *)guest_at(d, 0x5000) + 29 * 32, stub, sizeof(stub));
    assert_memory_equal((uint8_t *)guest_at(d, 0x5000) + 23 * 32, "\x0f\x0b", 2);       /* iret */
    assert_true(xen_msr_write(d->vcpu[0], 0x40000000, 0x5001, &fault) && fault);        /* there is one page */
    assert_true(xen_msr_write(d->vcpu[0], 0x40000000, MADE_RAM, &fault) && fault);      /* no RAM there */
    assert_true(xen_msr_read(d->vcpu[0], 0x40000000, &value));
    assert_false(xen_msr_write(d->vcpu[0], 0x40000001, 0, &fault));
}

static void test_multicall(void **state)
{
    struct multicall_entry e[200];
    struct { uint32_t op, result, args[6]; } n[3] = { { .op = __HYPERVISOR_xen_version, .args = { XENVER_pagesize } },
                                                      { .op = __HYPERVISOR_domctl }, { .op = __HYPERVISOR_multicall } };
    (void)state;
    memset(e, 0, sizeof(e));
    for (unsigned i = 0; i < 200; i++) {
        e[i].op = __HYPERVISOR_xen_version;
        e[i].args[0] = XENVER_pagesize;
    }
    memcpy(guest_at(d, 0x10000), e, sizeof(e));
    assert_int_equal(call(d, __HYPERVISOR_multicall, 0x10000, 200, 0), 0);
    memcpy(e, guest_at(d, 0x10000), sizeof(e));
    for (unsigned i = 0; i < 200; i++)
        assert_int_equal(e[i].result, 4096);
    fake_mode(d->vcpu[0]->arch, 32, 0);
    memcpy(guest_at(d, 0x10000), n, sizeof(n));
    assert_int_equal(call(d, __HYPERVISOR_multicall, 0x10000, 3, 0), 0);
    memcpy(n, guest_at(d, 0x10000), sizeof(n));
    assert_int_equal(n[0].result, 4096);
    assert_int_equal((int32_t)n[1].result, -XEN_EPERM);
    assert_int_equal((int32_t)n[2].result, -XEN_EINVAL);
    assert_int_equal(call(d, __HYPERVISOR_multicall, MADE_RAM - 16, 1, 0), -XEN_EFAULT);
}

/* A list longer than one entry's budget is gone through in more than one, with the registers saying how far it came. */
static void test_multicall_comes_again(void **state)
{
    struct x86_regs *r = arch_regs(d->vcpu[0]->arch);
    struct multicall_entry *e = guest_at(d, 0x10000);
    enum xen_next next;
    (void)state;
    memset(e, 0, 200 * sizeof(*e));
    for (unsigned i = 0; i < 200; i++)
        e[i].op = __HYPERVISOR_xen_version;
    r->gpr[RAX] = __HYPERVISOR_multicall;
    r->gpr[RDI] = 0x10000;
    r->gpr[RSI] = 200;
    assert_false(enter(d->vcpu[0], &next));
    assert_int_equal(r->gpr[RAX], __HYPERVISOR_multicall);
    assert_int_equal(r->gpr[RSI], 200 - CALL_BUDGET);
    assert_int_equal(r->gpr[RDI], 0x10000 + CALL_BUDGET * sizeof(*e));
}

static void test_parameters(void **state)
{
    struct xen_hvm_param p = { .domid = DOMID_SELF, .index = HVM_PARAM_STORE_PFN, .value = 7 };
    (void)state;
    assert_int_equal(OP(d, __HYPERVISOR_hvm_op, HVMOP_get_param, p), 0);
    assert_int_equal(p.value, 0);                               /* no xenstore */
    p.index = HVM_PARAM_CONSOLE_PFN;
    assert_int_equal(OP(d, __HYPERVISOR_hvm_op, HVMOP_get_param, p), 0);
    assert_true(is_mapped(d, p.value << 12));
    assert_int_equal(OP(d, __HYPERVISOR_hvm_op, HVMOP_set_param, p), -XEN_EPERM);
    p.index = HVM_NR_PARAMS;
    assert_int_equal(OP(d, __HYPERVISOR_hvm_op, HVMOP_get_param, p), -XEN_EINVAL);
    p.index = HVM_PARAM_IDENT_PT;
    assert_int_equal(OP(d, __HYPERVISOR_hvm_op, HVMOP_get_param, p), -XEN_EPERM);
    p = (struct xen_hvm_param){ .domid = d->id + 1, .index = HVM_PARAM_STORE_PFN };
    assert_int_equal(OP(d, __HYPERVISOR_hvm_op, HVMOP_get_param, p), -XEN_ESRCH);
    p = (struct xen_hvm_param){ .domid = DOMID_SELF, .index = HVM_PARAM_CALLBACK_IRQ, .value = UINT64_C(2) << 56 | 0xf3 };
    assert_int_equal(OP(d, __HYPERVISOR_hvm_op, HVMOP_set_param, p), 0);
    p.value = UINT64_C(2) << 56 | 3;
    assert_int_equal(OP(d, __HYPERVISOR_hvm_op, HVMOP_set_param, p), -XEN_EINVAL);      /* an exception's vector */
    p.value = UINT64_C(1) << 56 | 0x18;
    assert_int_equal(OP(d, __HYPERVISOR_hvm_op, HVMOP_set_param, p), -XEN_EINVAL);      /* a PCI line */
}

static void test_ends(void **state)
{
    struct sched_shutdown s = { SHUTDOWN_suspend };
    (void)state;
    assert_int_equal(OP(d, __HYPERVISOR_sched_op, SCHEDOP_shutdown, s), 1);
    assert_true(domain_is_running(d));
    s.reason = 77;
    assert_int_equal(OP(d, __HYPERVISOR_sched_op, SCHEDOP_shutdown, s), -XEN_EINVAL);
    s.reason = SHUTDOWN_reboot;
    assert_int_equal(OP(d, __HYPERVISOR_sched_op, SCHEDOP_shutdown, s), 0);
    assert_int_equal(d->end, END_REBOOT);
    s.reason = SHUTDOWN_crash;
    assert_int_equal(OP(d, __HYPERVISOR_sched_op, SCHEDOP_shutdown, s), 0);
    assert_int_equal(d->end, END_REBOOT);       /* the first reason stands */
}

static void test_watchdog(void **state)
{
    struct sched_watchdog w = { 0, 10 };
    (void)state;
    assert_int_equal(OP(d, __HYPERVISOR_sched_op, SCHEDOP_watchdog, w), 1);
    assert_int_equal(OP(d, __HYPERVISOR_sched_op, SCHEDOP_watchdog, w), 2);
    assert_int_equal(OP(d, __HYPERVISOR_sched_op, SCHEDOP_watchdog, w), -XEN_ENOSPC);
    w = (struct sched_watchdog){ 2, 0 };
    assert_int_equal(OP(d, __HYPERVISOR_sched_op, SCHEDOP_watchdog, w), 0);
    assert_int_equal(OP(d, __HYPERVISOR_sched_op, SCHEDOP_watchdog, w), -XEN_EINVAL);
    fake_now = UINT64_C(9000000000);
    timer_run();
    assert_true(domain_is_running(d));
    fake_now = UINT64_C(10000000001);
    timer_run();
    assert_false(domain_is_running(d));
    assert_int_equal(d->end, END_CRASH);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_what_is_refused), T(test_only_a_kernel_may_call), T(test_version), T(test_cpuid), T(test_hypercall_page),
        T(test_multicall), T(test_multicall_comes_again), T(test_parameters), T(test_ends), T(test_watchdog),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
