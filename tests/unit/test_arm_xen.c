/* The Xen ABI as Arm's guests see it: HVC's convention, the layout of what is shared, parameters, upcalls, what is PSCI's. */
#include "tests/unit/xen_maker_arm.h"
#include <xen/features.h>
#include <xen/hvm/hvm_op.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/vcpu.h>
#include <xen/version.h>

static struct domain *d;
static int set_up(void **state) { (void)state; host_make(1); d = domain_make(2); return 0; }
static int tear_down(void **state) { (void)state; domain_end(d); host_check(); return 0; }

/* struct shared_info of arch-arm.h: one vcpu_info of 48 bytes, then 64 words each of pending and masked. */
enum { PENDING = 48, MASK = 48 + 512, WC = 48 + 1024 };
static uint8_t *shared(void) { return d->xen->shared; }
static uint32_t word(unsigned at) { uint32_t w; memcpy(&w, shared() + at, 4); return w; }

static uint32_t new_ipi(unsigned vcpu)
{
    struct evtchn_bind_ipi b = { .vcpu = vcpu };
    assert_int_equal(EVENT(d, EVTCHNOP_bind_ipi, b), 0);
    return b.port;
}
static int64_t send(uint32_t port) { struct evtchn_send s = { port }; return EVENT(d, EVTCHNOP_send, s); }

static void test_convention(void **state)
{
    struct arm_regs *r = arch_regs(d->vcpu[0]->arch);
    (void)state;
    for (unsigned i = 0; i < ARM_GPRS; i++)
        r->x[i] = 0x1111 * (i + 1);
    r->pc = 0x40000800;
    r->x[16] = __HYPERVISOR_xen_version;
    r->x[0] = XENVER_version;
    assert_int_equal(xen_hypercall(d->vcpu[0]), XEN_GO_ON);
    assert_int_equal(r->x[0], 4 << 16 | 17);
    assert_int_equal(r->pc, 0x40000800);        /* HVC has skipped itself */
    for (unsigned i = 1; i < ARM_GPRS; i++)
        if (i != 16)
            assert_int_equal(r->x[i], 0x1111 * (i + 1));
    assert_int_equal(call(d, 999, 0, 0, 0), -XEN_ENOSYS);
    assert_int_equal(call(d, UINT32_MAX, 0, 0, 0), -XEN_ENOSYS);
    fake_mode(d->vcpu[0]->arch, 32, false);
    assert_int_equal(call(d, __HYPERVISOR_xen_version, XENVER_version, 0, 0), -XEN_EPERM);
}

/* A long call steps back to its HVC, says in its own registers how far it came, and touches no other. */
static void test_goes_on(void **state)
{
    enum { CALLS = 300, LIST = MADE_BASE + 0x10000 };
    struct arm_regs *r = arch_regs(d->vcpu[0]->arch);
    struct { uint64_t op, result, args[6]; } *m = guest_at(d, LIST);
    unsigned entries = 1;
    (void)state;
    for (unsigned i = 0; i < CALLS; i++) {
        m[i].op = __HYPERVISOR_xen_version;
        m[i].result = 77;
        m[i].args[0] = XENVER_pagesize;
    }
    r->pc = 0x1004;
    r->x[16] = __HYPERVISOR_multicall;
    r->x[0] = LIST;
    r->x[1] = CALLS;
    r->x[2] = r->x[3] = r->x[4] = 0xabc;
    while (xen_hypercall(d->vcpu[0]), r->pc == 0x1000) {
        assert_int_equal(r->x[16], __HYPERVISOR_multicall);
        assert_int_equal(r->x[1], CALLS - entries * CALL_BUDGET);
        r->pc += 4;
        entries++;
    }
    assert_int_equal(entries, CALLS / CALL_BUDGET + 1);
    assert_int_equal(r->x[0], 0);
    assert_int_equal(r->x[2] & r->x[3] & r->x[4], 0xabc);
    for (unsigned i = 0; i < CALLS; i++)
        assert_int_equal(m[i].result, PAGE_SIZE);
}

static void test_version(void **state)
{
    char text[1024];
    (void)state;
    assert_int_equal(call(d, __HYPERVISOR_xen_version, XENVER_capabilities, ARG, 0), 0);
    memcpy(text, guest_at(d, ARG), sizeof(text));
    assert_string_equal(text, "xen-3.0-aarch64");
    xen_feature_info_t f = { 0 };
    assert_int_equal(OP(d, __HYPERVISOR_xen_version, XENVER_get_features, f), 0);
    assert_int_equal(f.submap, 1u << XENFEAT_writable_page_tables | 1u << XENFEAT_auto_translated_physmap | 1u << XENFEAT_ARM_SMCCC_supported |
                               1u << XENFEAT_not_direct_mapped);
    made_platform[0].arm.direct_map = true;
    f.submap_idx = 0;
    assert_int_equal(OP(d, __HYPERVISOR_xen_version, XENVER_get_features, f), 0);
    assert_true(f.submap & 1u << XENFEAT_direct_mapped);
    assert_false(f.submap & 1u << XENFEAT_not_direct_mapped);
}

static int64_t get_param(uint32_t index, uint64_t *value)
{
    struct xen_hvm_param p = { .domid = DOMID_SELF, .index = index };
    (void)OP(d, __HYPERVISOR_hvm_op, HVMOP_get_param, p);
    *value = p.value;
    return op_result;
}

/* What a guest may read; nothing of it may it set, nor read what is another interface's (the other parameters, a PL011's ring among them). */
static void test_params(void **state)
{
    uint64_t value;
    (void)state;
    assert_int_equal(get_param(HVM_PARAM_CALLBACK_IRQ, &value), 0);
    assert_int_equal(value, UINT64_C(2) << 56 | 2 << 8 | VIRT_EVTCHN_GSI);
    assert_int_equal(get_param(HVM_PARAM_CONSOLE_PFN, &value), 0);
    assert_int_equal(value, VIRT_MAGIC_BASE >> PAGE_SHIFT);
    assert_true(is_mapped(d, VIRT_MAGIC_BASE));
    assert_int_equal(get_param(HVM_PARAM_CONSOLE_EVTCHN, &value), 0);
    assert_int_equal(value, d->xen->console_port);
    assert_int_equal(get_param(HVM_PARAM_STORE_PFN, &value), 0);
    assert_int_equal(value, 0);
    for (uint32_t i = 0; i < HVM_NR_PARAMS + 4; i++) {
        struct xen_hvm_param p = { .domid = DOMID_SELF, .index = i, .value = 5 };
        assert_int_equal(OP(d, __HYPERVISOR_hvm_op, HVMOP_set_param, p), i < HVM_NR_PARAMS ? -XEN_EPERM : -XEN_EINVAL);
        bool shown = i == HVM_PARAM_CALLBACK_IRQ || i == HVM_PARAM_STORE_PFN || i == HVM_PARAM_STORE_EVTCHN || i == HVM_PARAM_CONSOLE_PFN ||
                     i == HVM_PARAM_CONSOLE_EVTCHN;
        assert_int_equal(get_param(i, &value), shown ? 0 : i < HVM_NR_PARAMS ? -XEN_EPERM : -XEN_EINVAL);
    }
    struct xen_hvm_evtchn_upcall_vector up = { .vcpu = 0, .vector = 0xf3 };
    assert_int_equal(OP(d, __HYPERVISOR_hvm_op, HVMOP_set_evtchn_upcall_vector, up), -XEN_ENOSYS);
}

static void test_xenstore(void **state)
{
    uint64_t value;
    (void)state;
    domain_end(d);
    d = domain_make_with(1, true);
    assert_int_equal(get_param(HVM_PARAM_STORE_PFN, &value), 0);
    assert_int_equal(value, (VIRT_MAGIC_BASE >> PAGE_SHIFT) + 1);
    assert_true(is_mapped(d, VIRT_MAGIC_BASE + PAGE_SIZE));
    assert_int_equal(get_param(HVM_PARAM_STORE_EVTCHN, &value), 0);
    assert_int_equal(value, d->xen->store_port);
}

static void test_event(void **state)
{
    uint32_t port = new_ipi(0);
    (void)state;
    assert_false(xen_event_waiting(d->vcpu[0]));
    assert_int_equal(send(port), 0);
    assert_true(xen_event_waiting(d->vcpu[0]));
    assert_int_equal(shared()[0], 1);
    assert_int_equal(shared()[8], 1);                   /* evtchn_pending_sel */
    assert_int_equal(word(PENDING), 1u << port);
    shared()[0] = 0;
    assert_false(xen_event_waiting(d->vcpu[0]));
    /* Masked, and unmasked again. */
    memset(shared(), 0, PENDING + 8);
    shared()[MASK] = (uint8_t)(1u << port);
    assert_int_equal(send(port), 0);
    assert_false(xen_event_waiting(d->vcpu[0]));
    struct evtchn_unmask u = { port };
    assert_int_equal(EVENT(d, EVTCHNOP_unmask, u), 0);
    assert_true(xen_event_waiting(d->vcpu[0]));
    assert_int_equal(word(MASK), 0);
    /* 4096 ports, and the last bucket's words still are this page's. */
    assert_int_equal(evtchn_2l.ports(d->xen), 4096);
}

/* Only vCPU 0 has its vcpu_info in the shared page: the next one's upcalls wait until it has registered one. */
static void test_vcpu_info(void **state)
{
    enum { INFO = MADE_BASE + 0x5000 };
    uint32_t port = new_ipi(1);
    (void)state;
    assert_int_equal(send(port), 0);
    assert_int_equal(word(PENDING), 1u << port);
    assert_false(xen_event_waiting(d->vcpu[1]));
    assert_int_equal(shared()[0], 0);
    struct vcpu_register_vcpu_info op = { .mfn = INFO >> PAGE_SHIFT, .offset = PAGE_SIZE - 47 };
    memcpy(guest_at(d, ARG), &op, sizeof(op));
    assert_int_equal(call(d, __HYPERVISOR_vcpu_op, VCPUOP_register_vcpu_info, 1, ARG), -XEN_EINVAL);
    op.offset = PAGE_SIZE - 48;
    memcpy(guest_at(d, ARG), &op, sizeof(op));
    assert_int_equal(call(d, __HYPERVISOR_vcpu_op, VCPUOP_register_vcpu_info, 1, ARG), 0);
    assert_true(xen_event_waiting(d->vcpu[1]));
    assert_int_equal(*(uint8_t *)guest_at(d, INFO + PAGE_SIZE - 48), 1);
    assert_false(xen_event_waiting(d->vcpu[0]));
}

static void test_vcpu_ops(void **state)
{
    (void)state;
    assert_int_equal(call(d, __HYPERVISOR_vcpu_op, VCPUOP_is_up, 0, 0), 1);
    assert_int_equal(call(d, __HYPERVISOR_vcpu_op, VCPUOP_is_up, 1, 0), 0);
    assert_int_equal(call(d, __HYPERVISOR_vcpu_op, VCPUOP_is_up, 2, 0), -XEN_ENOENT);
    assert_int_equal(call(d, __HYPERVISOR_vcpu_op, VCPUOP_initialise, 1, ARG), -XEN_EOPNOTSUPP);
    assert_int_equal(call(d, __HYPERVISOR_vcpu_op, VCPUOP_up, 1, 0), -XEN_EOPNOTSUPP);
    assert_int_equal(call(d, __HYPERVISOR_vcpu_op, VCPUOP_down, 0, 0), -XEN_EOPNOTSUPP);
    assert_int_equal(call(d, __HYPERVISOR_vcpu_op, VCPUOP_send_nmi, 0, 0), -XEN_ENOSYS);
    assert_int_equal(call(d, __HYPERVISOR_vcpu_op, VCPUOP_register_vcpu_time_memory_area, 0, ARG), -XEN_ENOSYS);
    assert_false(vcpu_is_on(d->vcpu[1]));
    uint64_t area = MADE_BASE + 0x6000;
    memcpy(guest_at(d, ARG), &area, 8);
    fake_now += 5000;
    assert_int_equal(call(d, __HYPERVISOR_vcpu_op, VCPUOP_register_runstate_memory_area, 0, ARG), 0);
    struct vcpu_runstate_info *r = guest_at(d, area);
    assert_int_equal(r->state, RUNSTATE_running);
    assert_int_equal(r->time[RUNSTATE_running], 5000);
    fake_now += 1000;
    xen_vcpu_resumed(d->vcpu[0]);
    assert_int_equal(r->time[RUNSTATE_running], 6000);
}

/* A guest adds its own clock, which begins with it, to the wall clock it finds. */
static void test_wallclock(void **state)
{
    (void)state;
    domain_end(d);
    fake_now = UINT64_C(12345678901);
    d = domain_make(1);
    assert_int_equal(word(WC) & 1, 0);
    assert_int_equal(word(WC + 4), 1700000012);
    assert_int_equal(word(WC + 8), 345678901);
    assert_int_equal(word(WC + 12), 0);
}

static void test_memory(void **state)
{
    const uint64_t at = VIRT_GRANT_BASE >> PAGE_SHIFT;
    (void)state;
    struct xen_add_to_physmap a = { .domid = DOMID_SELF, .space = XENMAPSPACE_shared_info, .gpfn = at };
    assert_int_equal(OP(d, __HYPERVISOR_memory_op, XENMEM_add_to_physmap, a), 0);
    assert_ptr_equal(guest_at(d, VIRT_GRANT_BASE), d->xen->shared);
    a = (struct xen_add_to_physmap){ .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table, .idx = 1, .gpfn = at + 1 };
    assert_int_equal(OP(d, __HYPERVISOR_memory_op, XENMEM_add_to_physmap, a), 0);
    assert_ptr_equal(guest_at(d, VIRT_GRANT_BASE + PAGE_SIZE), d->xen->grant.frame[1]);
    a.space = XENMAPSPACE_gmfn_foreign;
    assert_int_equal(OP(d, __HYPERVISOR_memory_op, XENMEM_add_to_physmap, a), -XEN_EPERM);
    uint16_t self = DOMID_SELF;
    assert_int_equal(OP(d, __HYPERVISOR_memory_op, XENMEM_current_reservation, self), MADE_RAM >> PAGE_SHIFT);
    assert_int_equal(call(d, __HYPERVISOR_memory_op, XENMEM_maximum_ram_page, 0, 0), (MADE_BASE + MADE_RAM) >> PAGE_SHIFT);
    struct xen_memory_map m = { .nr_entries = 4 };
    assert_int_equal(OP(d, __HYPERVISOR_memory_op, XENMEM_memory_map, m), -XEN_ENOSYS);
}

static int64_t reservation(unsigned op, uint64_t frame, unsigned order)
{
    enum { LIST = MADE_BASE + 0x2000 };
    struct xen_memory_reservation r = { .nr_extents = 1, .extent_order = order, .domid = DOMID_SELF };
    uint64_t list = LIST;
    memcpy(guest_at(d, LIST), &frame, 8);
    memcpy(&r.extent_start, &list, 8);
    return OP(d, __HYPERVISOR_memory_op, op, r);
}

/* RAM that is a guest's own comes back as the same page, wherever it was: it may be mapped one to one, and devices know it. */
static void test_static_memory(void **state)
{
    const uint64_t first = FAKE_RAM_BASE + 0x800000, second = FAKE_RAM_BASE + 0xc00000, ram2 = MADE_BASE + 0x10000000;
    (void)state;
    domain_end(d);
    struct platform *p = platform_make(1);
    p->arm.bank[0] = (struct platform_bank){ hpa(first), MIB(2) };
    p->arm.bank[1] = (struct platform_bank){ hpa(second), MIB(1) };
    p->arm.banks = 2;
    p->memory = MIB(3);
    p->ram[0].size = MIB(2);
    p->ram[1] = (struct platform_ram){ gpa(ram2), MIB(1) };
    assert_true(page_reserve(hpa(first), MIB(2)));
    assert_true(page_reserve(hpa(second), MIB(1)));
    made_free -= MIB(3);
    d = domain_make_of(p);
    assert_ptr_equal(sched_next(), d->vcpu[0]);
    const uint64_t at[] = { MADE_BASE + 0x1f0000, ram2 + 0xff000 };
    for (unsigned i = 0; i < 2; i++) {
        void *was = guest_at(d, at[i]);
        memset(was, 0x5a, PAGE_SIZE);
        assert_int_equal(reservation(XENMEM_decrease_reservation, at[i] >> PAGE_SHIFT, 0), 1);
        assert_false(is_mapped(d, at[i]));
        assert_int_equal(reservation(XENMEM_populate_physmap, at[i] >> PAGE_SHIFT, 0), 1);
        assert_ptr_equal(guest_at(d, at[i]), was);
        assert_int_equal(*(uint64_t *)was, 0);
    }
    assert_int_equal(reservation(XENMEM_decrease_reservation, at[0] >> PAGE_SHIFT, 4), 1);
    assert_int_equal(reservation(XENMEM_populate_physmap, (MADE_BASE + MIB(2)) >> PAGE_SHIFT, 0), 0);   /* nothing of its own belongs there */
    assert_int_equal(reservation(XENMEM_populate_physmap, at[0] >> PAGE_SHIFT, 4), 1);
    domain_end(d);
    d = domain_make_of(p);          /* all of it has come back */
}

/* A page that guest and hypervisor share is no RAM of the guest's: it may be taken out of the map, but buys nothing. */
static void test_special_pages_are_no_ram(void **state)
{
    uint16_t self = DOMID_SELF;
    struct { uint16_t domain; uint16_t pad[3]; uint64_t frame; } r = { .domain = DOMID_SELF };
    (void)state;
    domain_end(d);
    struct platform *p = platform_make(1);
    p->ring[0] = (struct platform_ring){ "other", 900 };
    p->rings = 1;
    d = domain_make_of(p);
    assert_ptr_equal(sched_next(), d->vcpu[0]);
    const uint64_t at[] = { VIRT_RING_BASE, VIRT_MAGIC_BASE };
    for (unsigned i = 0; i < 2; i++) {
        assert_true(is_mapped(d, at[i]));
        r.frame = at[i] >> PAGE_SHIFT;
        assert_int_equal(OP(d, __HYPERVISOR_memory_op, XENMEM_remove_from_physmap, r), 0);
        assert_false(is_mapped(d, at[i]));
        assert_int_equal(OP(d, __HYPERVISOR_memory_op, XENMEM_current_reservation, self), MADE_RAM >> PAGE_SHIFT);
        assert_int_equal(reservation(XENMEM_populate_physmap, r.frame, 0), 0);
    }
    evtchn_notify(d->xen, 900);
}

static void test_sched(void **state)
{
    enum xen_next next;
    struct sched_shutdown off = { SHUTDOWN_poweroff };
    (void)state;
    assert_int_equal(call_as(d->vcpu[0], &next, __HYPERVISOR_sched_op, SCHEDOP_block, 0, 0), 0);
    assert_int_equal(next, XEN_BLOCK);
    assert_int_equal(call_as(d->vcpu[0], &next, __HYPERVISOR_sched_op, SCHEDOP_yield, 0, 0), 0);
    assert_int_equal(next, XEN_YIELD);
    memcpy(guest_at(d, ARG), &off, sizeof(off));
    assert_int_equal(call(d, __HYPERVISOR_sched_op, SCHEDOP_shutdown, ARG, 0), 0);
    assert_int_equal(d->end, END_POWEROFF);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_convention), T(test_goes_on), T(test_version), T(test_params), T(test_xenstore), T(test_event), T(test_vcpu_info),
        T(test_vcpu_ops), T(test_wallclock), T(test_memory), T(test_static_memory),
        T(test_special_pages_are_no_ram), T(test_sched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
