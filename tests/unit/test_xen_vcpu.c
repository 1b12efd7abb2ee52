/* vCPUs: their start state, what they register, their timers and time; and the consoles' rings. */
#include "lib/format.h"
#include "tests/unit/xen_maker.h"
#include "platform/pc_map.h"
#include "hypervisor/xen/vcpu_start.h"
#include <xen/hvm/hvm_op.h>
#include <xen/io/console.h>
#include <xen/io/xs_wire.h>
#include <xen/vcpu.h>

static struct domain *d;
static int set_up(void **state) { (void)state; host_make(1); d = domain_make_with(2, true); return 0; }
static int tear_down(void **state) { (void)state; domain_end(d); host_check(); return 0; }

static int64_t vcpu_op(unsigned op, unsigned vcpu, const void *arg, size_t n)
{
    if (n)
        memcpy(guest_at(d, ARG), arg, n);
    return call(d, __HYPERVISOR_vcpu_op, op, vcpu, ARG);
}

static struct vcpu_hvm_context flat32(void)
{
    struct vcpu_hvm_context c = { .mode = VCPU_HVM_MODE_32B };
    struct vcpu_hvm_x86_32 *r = &c.cpu_regs.x86_32;
    r->eip = 0x1000;
    r->cr0 = CR0_PE;
    r->cs_limit = r->ds_limit = r->ss_limit = r->es_limit = UINT32_MAX;
    r->tr_limit = 0x67;
    r->cs_ar = 0xc9b;
    r->ds_ar = r->ss_ar = r->es_ar = 0xc93;
    r->tr_ar = 0x8b;
    return c;
}

static void test_start_states(void **state)
{
    struct x86_state s;
    struct vcpu_hvm_context c = flat32();
    (void)state;
    assert_true(vcpu_start_state(&c, &s));
    assert_int_equal(s.seg[SEG_CS].attr, 0xc9b);
    assert_int_equal(s.regs.rip, 0x1000);
    assert_true(s.regs.rflags & RFLAGS_1);
#define BAD(change) do { c = flat32(); change; assert_false(vcpu_start_state(&c, &s)); } while (0)
    BAD(c.mode = 2);
    BAD(c.pad = 1);
    BAD(c.cpu_regs.x86_32.cs_ar = 0xc93);               /* data */
    BAD(c.cpu_regs.x86_32.cs_ar = 0xcfb);               /* user */
    BAD(c.cpu_regs.x86_32.cs_ar |= 0x1000);
    BAD(c.cpu_regs.x86_32.ss_ar = 0);
    BAD(c.cpu_regs.x86_32.tr_ar = 0x82);
    BAD(c.cpu_regs.x86_32.cs_limit = 0x12345);          /* granular, but not in whole pages */
    BAD(c.cpu_regs.x86_32.cr0 = 0);
    BAD(c.cpu_regs.x86_32.cr0 = CR0_PE | CR0_NW);
    BAD(c.cpu_regs.x86_32.cr4 = 0x2000);
    BAD(c.cpu_regs.x86_32.efer = EFER_SVME);
    BAD(c.cpu_regs.x86_32.efer = EFER_LMA);
    BAD(c.cpu_regs.x86_32.eflags = RFLAGS_VM);
    c = (struct vcpu_hvm_context){ .mode = VCPU_HVM_MODE_64B };
    c.cpu_regs.x86_64 = (struct vcpu_hvm_x86_64){ .rip = UINT64_C(0xffffffff81000000), .cr0 = CR0_PE | CR0_PG, .cr4 = CR4_PAE,
                                                  .efer = EFER_LME | EFER_LMA };
    assert_true(vcpu_start_state(&c, &s));
    assert_true(s.seg[SEG_CS].attr & SEG_L);
    c.cpu_regs.x86_64.rip = UINT64_C(1) << 50;
    assert_false(vcpu_start_state(&c, &s));
    c.cpu_regs.x86_64.rip = 0;
    c.cpu_regs.x86_64.efer = EFER_LME;
    assert_false(vcpu_start_state(&c, &s));
}

static void test_up_and_down(void **state)
{
    struct vcpu_hvm_context c = flat32();
    (void)state;
    assert_int_equal(vcpu_op(VCPUOP_up, 1, NULL, 0), -XEN_EINVAL);
    assert_int_equal(vcpu_op(VCPUOP_is_up, 1, NULL, 0), 0);
    assert_int_equal(vcpu_op(VCPUOP_initialise, 1, &c, sizeof(c)), 0);
    assert_int_equal(vcpu_op(VCPUOP_initialise, 1, &c, sizeof(c)), -XEN_EEXIST);
    assert_int_equal(vcpu_op(VCPUOP_initialise, 0, &c, sizeof(c)), -XEN_EEXIST);
    assert_int_equal(vcpu_op(VCPUOP_up, 1, NULL, 0), 0);
    assert_int_equal(vcpu_op(VCPUOP_is_up, 1, NULL, 0), 1);
    assert_int_equal(vcpu_op(VCPUOP_down, 1, NULL, 0), 0);
    assert_int_equal(vcpu_op(VCPUOP_is_up, 1, NULL, 0), 0);
    assert_int_equal(vcpu_op(VCPUOP_up, 2, NULL, 0), -XEN_ENOENT);
    assert_int_equal(vcpu_op(VCPUOP_get_physid, 0, NULL, 0), -XEN_ENOSYS);
    assert_int_equal(vcpu_op(99, 0, NULL, 0), -XEN_ENOSYS);
    assert_true(domain_is_running(d));
    assert_int_equal(vcpu_op(VCPUOP_down, 0, NULL, 0), 0);      /* the last one */
    assert_int_equal(d->end, END_POWEROFF);
}

static void test_vcpu_info(void **state)
{
    struct vcpu_register_vcpu_info r = { .mfn = 0x30, .offset = 128 };
    struct vcpu_info *info = (void *)((uint8_t *)guest_at(d, 0x30000) + 128);
    (void)state;
    assert_int_equal(vcpu_op(VCPUOP_register_vcpu_info, 0, &r, sizeof(r)), 0);
    assert_int_equal(info->evtchn_upcall_pending, 1);           /* look at everything once */
    assert_true(info->evtchn_pending_sel == UINT64_MAX);
    assert_int_equal(info->time.version & 1, 0);
    assert_int_equal(info->time.flags, XEN_PVCLOCK_TSC_STABLE_BIT);
    assert_int_equal(vcpu_op(VCPUOP_register_vcpu_info, 0, &r, sizeof(r)), -XEN_EINVAL);
    r.offset = 4096 - 60;
    assert_int_equal(vcpu_op(VCPUOP_register_vcpu_info, 1, &r, sizeof(r)), -XEN_EINVAL);
    r.offset = 4;
    assert_int_equal(vcpu_op(VCPUOP_register_vcpu_info, 1, &r, sizeof(r)), -XEN_EINVAL);
    r = (struct vcpu_register_vcpu_info){ .mfn = UINT64_MAX };
    assert_int_equal(vcpu_op(VCPUOP_register_vcpu_info, 1, &r, sizeof(r)), -XEN_EINVAL);
}

static uint64_t time_now(const struct vcpu_time_info *t, uint64_t tsc)
{
    uint64_t delta = tsc - t->tsc_timestamp;
    delta = t->tsc_shift >= 0 ? delta << t->tsc_shift : delta >> -t->tsc_shift;
    return t->system_time + (uint64_t)((unsigned __int128)delta * t->tsc_to_system_mul >> 32);
}

static void test_time(void **state)
{
    shared_info_t *s = (void *)d->xen->shared;
    struct xen_hvm_get_time g = { 0 };
    (void)state;
    assert_int_equal(s->wc_sec, 1700000000);
    assert_int_equal(s->wc_version & 1, 0);
    fake_now = 123456789;
    assert_int_equal(time_now(&s->vcpu_info[0].time, arch_tsc()), 123456789);
    uint32_t before = s->vcpu_info[0].time.version;
    arch_set_tsc_offset(d->vcpu[0]->arch, (uint64_t)-100000000);        /* the guest set its TSC back */
    xen_vcpu_resumed(d->vcpu[0]);
    assert_int_equal(time_now(&s->vcpu_info[0].time, arch_tsc() - 100000000), 123456789);
    assert_int_equal(s->vcpu_info[0].time.version, before + 2);
    xen_vcpu_resumed(d->vcpu[0]);
    assert_int_equal(s->vcpu_info[0].time.version, before + 2);
    assert_int_equal(OP(d, __HYPERVISOR_hvm_op, HVMOP_get_time, g), 0);
    assert_int_equal(g.now, 123456789);
    /* A second copy, over the edge of a page. */
    uint64_t at = 0x31000 - 20;
    struct vcpu_time_info copy;
    assert_int_equal(vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0, &at, 8), 0);
    assert_true(guest_read(d, gpa(at), &copy, sizeof(copy)));
    assert_int_equal(time_now(&copy, arch_tsc() - 100000000), 123456789);
}

static void test_runstate(void **state)
{
    struct vcpu_runstate_info r;
    uint64_t at = 0x32000 - 12, total;
    (void)state;
    assert_int_equal(vcpu_op(VCPUOP_register_runstate_memory_area, 0, &at, 8), 0);
    assert_int_equal(call(d, __HYPERVISOR_vm_assist, VMASST_CMD_enable, VMASST_TYPE_runstate_update_flag, 0), 0);
    assert_int_equal(call(d, __HYPERVISOR_vm_assist, VMASST_CMD_enable, VMASST_TYPE_writable_pagetables, 0), -XEN_EINVAL);
    fake_now = 5000;
    xen_vcpu_resumed(d->vcpu[0]);
    assert_true(guest_read(d, gpa(at), &r, sizeof(r)));
    assert_int_equal(r.state, RUNSTATE_running);
    total = r.time[0] + r.time[1] + r.time[2] + r.time[3];
    assert_int_equal(total, 5000);
    assert_false(r.state_entry_time >> 63);
    assert_int_equal(vcpu_op(VCPUOP_get_runstate_info, 1, NULL, 0), 0);
    memcpy(&r, guest_at(d, ARG), sizeof(r));
    assert_int_equal(r.state, RUNSTATE_offline);
    at = 0;
    assert_int_equal(vcpu_op(VCPUOP_register_runstate_memory_area, 0, &at, 8), 0);
    at = MADE_RAM - 8;
    assert_int_equal(vcpu_op(VCPUOP_register_runstate_memory_area, 0, &at, 8), -XEN_EFAULT);
}

static bool timer_rang(uint32_t port)
{
    shared_info_t *s = (void *)d->xen->shared;
    bool rang = s->evtchn_pending[0] >> port & 1;
    s->evtchn_pending[0] = 0;
    return rang;
}

static void test_timers(void **state)
{
    struct evtchn_bind_virq b = { .virq = VIRQ_TIMER };
    struct vcpu_set_singleshot_timer t = { 1000, VCPU_SSHOTTMR_future };
    struct vcpu_set_periodic_timer p = { 2000000 };
    (void)state;
    assert_int_equal(EVENT(d, EVTCHNOP_bind_virq, b), 0);
    assert_int_equal(vcpu_op(VCPUOP_set_singleshot_timer, 0, &t, sizeof(t)), 0);
    timer_run();
    assert_false(timer_rang(b.port));
    fake_now = 1000;
    timer_run();
    assert_true(timer_rang(b.port));
    assert_int_equal(vcpu_op(VCPUOP_set_singleshot_timer, 0, &t, sizeof(t)), -XEN_ETIME);
    t.flags = 0;
    assert_int_equal(vcpu_op(VCPUOP_set_singleshot_timer, 0, &t, sizeof(t)), 0);
    assert_true(timer_rang(b.port));            /* past: at once */
    assert_int_equal(vcpu_op(VCPUOP_set_singleshot_timer, 1, &t, sizeof(t)), -XEN_EINVAL);
    assert_int_equal(call(d, __HYPERVISOR_set_timer_op, 5000, 0, 0), 0);
    assert_int_equal(vcpu_op(VCPUOP_stop_singleshot_timer, 0, NULL, 0), 0);
    fake_now = 6000;
    timer_run();
    assert_false(timer_rang(b.port));
    assert_int_equal(vcpu_op(VCPUOP_set_periodic_timer, 0, &p, sizeof(p)), 0);
    for (unsigned i = 0; i < 5; i++) {
        fake_now += 2000001;
        timer_run();
        assert_true(timer_rang(b.port));
    }
    assert_int_equal(vcpu_op(VCPUOP_stop_periodic_timer, 0, NULL, 0), 0);
    fake_now += 10000000;
    timer_run();
    assert_false(timer_rang(b.port));
    p.period_ns = 10;
    assert_int_equal(vcpu_op(VCPUOP_set_periodic_timer, 0, &p, sizeof(p)), -XEN_EINVAL);
    fake_mode(d->vcpu[0]->arch, 32, 0);
    fake_now = 0;
    assert_int_equal(call(d, __HYPERVISOR_set_timer_op, 7, 1, 0), 0);
    assert_true(d->vcpu[0]->xen->singleshot.at == (UINT64_C(1) << 32 | 7));
}

static void test_upcall_vector(void **state)
{
    struct xen_hvm_evtchn_upcall_vector u = { .vcpu = 0, .vector = 0x40 };
    (void)state;
    evtchn_notify(d->xen, d->xen->console_port);
    made_raised = 0;
    assert_int_equal(OP(d, __HYPERVISOR_hvm_op, HVMOP_set_evtchn_upcall_vector, u), 0);
    assert_int_equal(made_raised, 0x40);        /* what waited is not lost */
    assert_int_equal(xen_pending(d->vcpu[0]), -1);
    u.vector = 15;
    assert_int_equal(OP(d, __HYPERVISOR_hvm_op, HVMOP_set_evtchn_upcall_vector, u), -XEN_EINVAL);
    u = (struct xen_hvm_evtchn_upcall_vector){ .vcpu = 9, .vector = 0x40 };
    assert_int_equal(OP(d, __HYPERVISOR_hvm_op, HVMOP_set_evtchn_upcall_vector, u), -XEN_ENOENT);
}

static int64_t ring(uint32_t port) { struct evtchn_send s = { port }; return EVENT(d, EVTCHNOP_send, s); }

static void test_console_ring(void **state)
{
    struct xencons_interface *r = guest_at(d, PC_SPECIAL_BASE);
    (void)state;
    (void)fake_console();
    memcpy(r->out, "hello\n", 6);
    r->out_prod = 6;
    assert_int_equal(ring(d->xen->console_port), 0);
    assert_non_null(strstr(fake_console(), "hello"));
    assert_int_equal(r->out_cons, 6);
    r->out_prod = 6 + 4000;                     /* more than the ring holds */
    assert_int_equal(ring(d->xen->console_port), 0);
    assert_int_equal(r->out_cons, 4006);
    assert_null(strstr(fake_console(), "hello"));
    for (unsigned i = 0; i < 2000; i++)
        d->input[CONSOLE_PV](d, 'a');
    assert_int_equal(r->in_prod, 1024);         /* what does not fit is dropped */
    r->in_cons = 1024;
    d->input[CONSOLE_PV](d, 'b');
    assert_int_equal(r->in_prod, 1025);
    assert_int_equal(r->in[0], 'b');
    r->in_cons = 77777;
    d->input[CONSOLE_PV](d, 'c');
    memcpy(guest_at(d, 0x5000), "plain\n", 6);
    assert_int_equal(call(d, __HYPERVISOR_console_io, CONSOLEIO_write, 6, 0x5000), 0);
    assert_non_null(strstr(fake_console(), "plain"));
    assert_int_equal(call(d, __HYPERVISOR_console_io, CONSOLEIO_read, 6, 0x5000), 0);
    assert_int_equal(call(d, __HYPERVISOR_console_io, CONSOLEIO_write, 6, MADE_RAM), -XEN_EFAULT);
}

static uint32_t ask(uint32_t type, const char *payload, uint32_t n, char *answer)
{
    struct xenstore_domain_interface *r = guest_at(d, PC_SPECIAL_BASE + 4096);
    struct xsd_sockmsg m = { type, 7, 0, n };
    char message[512];
    memcpy(message, &m, sizeof(m));
    memcpy(message + sizeof(m), payload, n);
    for (uint32_t i = 0; i < sizeof(m) + n; i++) {
        r->req[MASK_XENSTORE_IDX(r->req_prod)] = message[i];
        r->req_prod++;
        if (i == 5)
            assert_int_equal(ring(d->xen->store_port), 0);      /* in two pieces */
    }
    assert_int_equal(ring(d->xen->store_port), 0);
    for (uint32_t i = 0; i < sizeof(m); i++)
        ((char *)&m)[i] = r->rsp[MASK_XENSTORE_IDX(r->rsp_cons + i)];
    for (uint32_t i = 0; i < m.len; i++)
        answer[i] = r->rsp[MASK_XENSTORE_IDX(r->rsp_cons + (uint32_t)sizeof(m) + i)];
    r->rsp_cons += (uint32_t)sizeof(m) + m.len;
    assert_int_equal(m.req_id, m.type == XS_WATCH_EVENT ? 0 : 7);
    return m.type;
}

static void test_empty_xenstore(void **state)
{
    struct xenstore_domain_interface *r = guest_at(d, PC_SPECIAL_BASE + 4096);
    char answer[512];
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(ask(XS_DIRECTORY, "device/vbd", 11, answer), XS_ERROR);
        assert_string_equal(answer, "ENOENT");
    }
    assert_int_equal(ask(XS_WRITE, "a\0b", 3, answer), XS_ERROR);
    assert_string_equal(answer, "EACCES");
    assert_int_equal(ask(XS_WATCH, "path\0token", 11, answer), XS_WATCH);
    r->rsp_cons += (uint32_t)sizeof(struct xsd_sockmsg) + 11;       /* the event that follows */
    assert_int_equal(r->rsp_cons, r->rsp_prod);
    assert_int_equal(ask(XS_TRANSACTION_START, "", 1, answer), XS_TRANSACTION_START);
    assert_int_equal(ask(999, "", 1, answer), XS_ERROR);
    /* A guest that breaks the ring gets no more answers, and nothing else happens. */
    r->req_prod += 5000;
    assert_int_equal(ring(d->xen->store_port), 0);
    assert_int_equal(r->error, XENSTORE_ERROR_PROTO);
}

/* What stands in the ring unasked: a watch event. Its payload's length. */
static uint32_t take_event(char *payload)
{
    struct xenstore_domain_interface *r = guest_at(d, PC_SPECIAL_BASE + 4096);
    struct xsd_sockmsg m;
    assert_true(r->rsp_prod - r->rsp_cons >= sizeof(m));
    for (uint32_t i = 0; i < sizeof(m); i++)
        ((char *)&m)[i] = r->rsp[MASK_XENSTORE_IDX(r->rsp_cons + i)];
    assert_int_equal(m.type, XS_WATCH_EVENT);
    assert_int_equal(m.req_id, 0);
    for (uint32_t i = 0; i < m.len; i++)
        payload[i] = r->rsp[MASK_XENSTORE_IDX(r->rsp_cons + (uint32_t)sizeof(m) + i)];
    r->rsp_cons += (uint32_t)sizeof(m) + m.len;
    assert_int_equal(r->rsp_cons, r->rsp_prod);
    return m.len;
}

static void test_asked_to_shut_down(void **state)
{
    char answer[512], path[64];
    (void)state;
    assert_false(xen_ask_shutdown(d));          /* nobody listens */
    assert_int_equal(ask(XS_WATCH, "control/sysrq\0t", 16, answer), XS_WATCH);
    assert_int_equal(take_event(answer), 16);
    assert_false(xen_ask_shutdown(d));
    assert_int_equal(ask(XS_WATCH, "control/shutdown\0token", 23, answer), XS_WATCH);
    assert_int_equal(take_event(answer), 23);
    assert_int_equal(ask(XS_READ, "control/shutdown", 17, answer), XS_ERROR);
    assert_int_equal(ask(XS_WRITE, "control/feature-poweroff\0001", 26, answer), XS_WRITE);
    assert_true(xen_ask_shutdown(d));
    assert_int_equal(take_event(answer), 23);
    assert_memory_equal(answer, "control/shutdown\0token", 23);
    assert_int_equal(ask(XS_READ, "control/shutdown", 17, answer), XS_READ);
    assert_memory_equal(answer, "poweroff", 8);
    assert_int_equal(ask(XS_WRITE, "control/shutdown\0halt", 21, answer), XS_ERROR);
    assert_int_equal(ask(XS_WRITE, "control/shutdown", 17, answer), XS_WRITE);
    memset(answer, 'x', sizeof(answer));
    assert_int_equal(ask(XS_READ, "control/shutdown", 17, answer), XS_READ);
    assert_int_equal(answer[0], 'x');           /* an empty value */
    /* By its whole name, and a watch on the folder. */
    size_t n = format(path, sizeof(path), "/local/domain/%u/control", d->id) + 1;
    memcpy(path + n, "t", 2);
    assert_int_equal(ask(XS_WATCH, path, (uint32_t)n + 2, answer), XS_WATCH);
    (void)take_event(answer);
    assert_true(xen_ask_shutdown(d));
    assert_int_equal(take_event(answer), n + 2 + 9);
    assert_string_equal(answer + n - 1, "/shutdown");
    assert_int_equal(ask(XS_UNWATCH, path, (uint32_t)n + 2, answer), XS_UNWATCH);
    assert_false(xen_ask_shutdown(d));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_start_states), T(test_up_and_down), T(test_vcpu_info), T(test_time), T(test_runstate), T(test_timers),
        T(test_upcall_vector), T(test_console_ring), T(test_empty_xenstore), T(test_asked_to_shut_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
