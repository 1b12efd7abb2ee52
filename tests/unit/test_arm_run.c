/* What each exit of an Arm vCPU means, on a scripted architecture: devices by syndrome and by instruction, waiting, interrupts. */
#include "hypervisor/core/guest.h"
#include "tests/unit/virt_maker.h"

enum { EXTERNAL = 0x10, WALK = 0x14, ALIGNMENT = 0x21 };
enum { TYPER = 0x0004, ISENABLER = 0x0100, ISPENDR = 0x0200 };
enum { UARTDR = 0x000, UARTFR = 0x018, UARTCR = 0x030, UARTIMSC = 0x038, PERIPHID0 = 0xfe0 };
static const struct exit broken = { .kind = EXIT_BROKEN, .why = "enough" };

static void test_load_by_syndrome(void **state)
{
    struct domain *d = virt_make(1, 3);
    struct arm_regs *r = virt_regs(d, 0);
    struct exit e = virt_load(VIRT_PL011_BASE + PERIPHID0, 4, 5);
    (void)state;
    r->x[5] = UINT64_MAX;
    r->pc = ENTRY;
    virt_one(d, e);
    assert_int_equal(r->x[5], 0x11);            /* a 32-bit result clears the upper half */
    assert_int_equal(r->pc, ENTRY + 8);
    e = virt_load(VIRT_GICD_BASE + 0xffe8, 4, 31);     /* into XZR: done, and nothing changes */
    virt_one(d, e);
    /* Sign extension: GICD_IPRIORITYR of SPI 32 as a byte. */
    r->x[5] = 0xf8;
    virt_one(d, virt_store(VIRT_GICD_BASE + 0x400 + 32, 1, 5));
    e = virt_load(VIRT_GICD_BASE + 0x400 + 32, 1, 6);
    e.memory.sign = true;
    virt_one(d, e);
    assert_int_equal(r->x[6], 0xfffffff8);
    e.memory.wide = true;
    virt_one(d, e);
    assert_int_equal(r->x[6], UINT64_C(0xfffffffffffffff8));
    virt_end(d);
}

/* What goes wrong is the guest's exception, at the instruction; the domain goes on. */
static void expect_abort(struct domain *d, struct exit e, uint8_t status, bool fetch)
{
    struct arm_regs *r = virt_regs(d, 0);
    struct arm_regs before;
    r->pc = ENTRY;
    before = *r;
    virt_one(d, e);
    struct fake_event got = fake_take_event(d->vcpu[0]->arch);
    assert_true(got.abort);
    assert_int_equal(got.status, status);
    assert_int_equal(got.fetch, fetch);
    assert_int_equal(got.write, e.memory.write && !fetch);
    assert_int_equal(got.far, e.memory.gva);
    assert_int_equal(r->pc, ENTRY + 4);         /* the final WFI's */
    assert_memory_equal(r->x, before.x, sizeof(r->x));
    assert_true(domain_is_running(d));
}

static void test_aborts(void **state)
{
    struct domain *d = virt_make(1, 3);
    (void)state;
    expect_abort(d, virt_load(0x1000, 4, 1), EXTERNAL, false);
    expect_abort(d, virt_store(0x1000, 8, 1), EXTERNAL, false);
    expect_abort(d, virt_load(VIRT_GICR_BASE + VIRT_GICR_SIZE, 4, 1), EXTERNAL, false);    /* behind the last vCPU's */
    expect_abort(d, virt_load(UINT64_C(0xffffffffffff), 1, 1), EXTERNAL, false);
    expect_abort(d, virt_load(VIRT_GICD_BASE + 2, 4, 1), ALIGNMENT, false);
    expect_abort(d, virt_store(VIRT_PL011_BASE + 0xfff, 2, 1), ALIGNMENT, false);
    struct exit e = virt_load(0x1000, 4, 1);
    e.memory.table_walk = true;
    expect_abort(d, e, WALK, false);
    e.memory.table_walk = false;
    e.memory.fetch = true;
    expect_abort(d, e, EXTERNAL, true);
    virt_end(d);
}

/* ---- by the instruction ---- */

static void put_code(struct domain *d, uint32_t code)
{
    assert_true(guest_write(d, gpa(ENTRY), &code, sizeof(code)));
    virt_regs(d, 0)->pc = ENTRY;
}

static struct exit undecoded(uint64_t at, bool write) { return (struct exit){ .kind = EXIT_MEMORY, .memory = { .at = gpa(at), .gva = at, .write = write } }; }

static void test_by_instruction(void **state)
{
    struct domain *d = virt_make(1, 3);
    struct arm_regs *r = virt_regs(d, 0);
    (void)state;
    put_code(d, 0xb8404441);                    /* ldr w1, [x2], #4 */
    r->x[2] = VIRT_PL011_BASE + PERIPHID0;
    virt_one(d, undecoded(r->x[2], false));
    assert_int_equal(r->x[1], 0x11);
    assert_int_equal(r->x[2], VIRT_PL011_BASE + PERIPHID0 + 4);
    assert_int_equal(r->pc, ENTRY + 8);
    put_code(d, 0x29400c41);                    /* ldp w1, w3, [x2]: of two devices' registers */
    virt_one(d, undecoded(r->x[2], false));
    assert_int_equal(r->x[1], 0x10);
    assert_int_equal(r->x[3], 0x34 & 0xff);
    /* A pair from the last word of RAM on: RAM and what is behind it, which nobody claims. */
    put_code(d, 0x29400c41);
    r->x[2] = RAM + MIB(2) - 4;
    r->x[1] = 77;
    virt_one(d, undecoded(RAM + MIB(2), false));
    struct fake_event got = fake_take_event(d->vcpu[0]->arch);
    assert_true(got.abort && got.status == EXTERNAL && got.far == RAM + MIB(2) && !got.write);
    assert_int_equal(r->x[1], 77);
    virt_end(d);
}

static void test_instructions_refused(void **state)
{
    static const uint32_t codes[] = { 0x885f7c41 /* ldxr */, 0x3dc00041 /* ldr q1 */, 0xf8218043 /* swp */, 0xd503201f /* nop */ };
    struct domain *d = virt_make(1, 3);
    (void)state;
    for (unsigned i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
        put_code(d, codes[i]);
        expect_abort(d, undecoded(VIRT_PL011_BASE, i & 1), EXTERNAL, false);
    }
    fake_mode(d->vcpu[0]->arch, 32, true);
    expect_abort(d, undecoded(VIRT_PL011_BASE, false), EXTERNAL, false);
    fake_mode(d->vcpu[0]->arch, 64, false);
    virt_regs(d, 0)->pc = VIRT_PL011_BASE;      /* instructions in a device */
    virt_one(d, undecoded(VIRT_PL011_BASE, false));
    struct fake_event got = fake_take_event(d->vcpu[0]->arch);
    assert_true(got.abort && got.fetch && got.far == VIRT_PL011_BASE);
    virt_regs(d, 0)->pc = UINT64_MAX - 3;       /* and where nothing is mapped: its own translation fault */
    virt_one(d, undecoded(VIRT_PL011_BASE, false));
    got = fake_take_event(d->vcpu[0]->arch);
    assert_true(got.abort && got.fetch && got.status == 4);
    virt_end(d);
}

/* ---- waiting and interrupts ---- */

static void write32(struct domain *d, uint64_t at, uint32_t value)
{
    virt_regs(d, 0)->x[1] = value;
    virt_one(d, virt_store(at, 4, 1));
}

static void enable(struct domain *d, unsigned intid)
{
    if (intid < 32)
        write32(d, VIRT_GICR_BASE + 0x10000 + ISENABLER, 1u << intid);
    else
        write32(d, VIRT_GICD_BASE + ISENABLER + intid / 32 * 4, 1u << intid % 32);
    write32(d, VIRT_GICD_BASE, 2);
}

static const struct gic_lr *listed(struct domain *d, unsigned intid)
{
    for (unsigned i = 0; i < fake_lrs; i++)
        if (arch_lr(d->vcpu[0]->arch)[i].state && arch_lr(d->vcpu[0]->arch)[i].intid == intid)
            return &arch_lr(d->vcpu[0]->arch)[i];
    return NULL;
}

/* WFI blocks until an interrupt could be taken, whatever PSTATE masks; what the GIC or the mask keeps back does not wake. */
static void test_wfi(void **state)
{
    struct domain *d = virt_make(1, 3);
    const struct exit script[] = { { .kind = EXIT_IDLE }, broken };
    (void)state;
    write32(d, VIRT_GICD_BASE + ISPENDR + 4, 2);        /* SPI 33 pends, and is not enabled */
    assert_true(virt_play(d, 0, script, 2));
    vcpu_wake(d->vcpu[0]);
    fake_priority_mask = 0;
    enable(d, 33);
    assert_non_null(listed(d, 33));
    assert_true(virt_play(d, 0, script, 2));
    vcpu_wake(d->vcpu[0]);
    fake_priority_mask = 0xff;
    assert_false(virt_play(d, 0, script, 2));           /* goes on behind its WFI, to the end of the script */
    assert_false(domain_is_running(d));
    virt_end(d);
}

/* The virtual timer of a vCPU that waits: an alarm wakes it; what is due already does not let it sleep. */
static void test_wfi_and_timer(void **state)
{
    struct domain *d = virt_make(1, 3);
    const struct exit script[] = { { .kind = EXIT_IDLE }, broken };
    (void)state;
    fake_now = 1000;
    fake_deadline = 5000;
    assert_true(virt_play(d, 0, script, 2));
    fake_now = 4999;
    timer_run();
    assert_null(sched_next());
    fake_now = 5000;
    timer_run();
    fake_deadline = 5000;
    assert_false(virt_play(d, 0, script, 2));
    assert_false(domain_is_running(d));
    fake_deadline = UINT64_MAX;
    virt_end(d);
}

static void test_timer_exit(void **state)
{
    struct domain *d = virt_make(1, 3);
    const struct exit script[] = { { .kind = EXIT_TIMER }, broken };
    (void)state;
    enable(d, VIRT_TIMER_VIRT_GSI);
    assert_false(virt_play(d, 0, script, 2));
    const struct gic_lr *l = listed(d, VIRT_TIMER_VIRT_GSI);
    assert_non_null(l);
    assert_true(l->hw && l->host == 27 && l->state == LR_PENDING);
    virt_end(d);
}

static void test_more_than_fit(void **state)
{
    struct domain *d = virt_make(1, 3);
    (void)state;
    write32(d, VIRT_GICD_BASE + ISENABLER + 4, 0x1f8);
    write32(d, VIRT_GICD_BASE, 2);
    virt_regs(d, 0)->x[1] = 0x1f8;                      /* six */
    const struct exit script[] = { virt_store(VIRT_GICD_BASE + ISPENDR + 4, 4, 1), broken };
    assert_false(virt_play(d, 0, script, 2));
    assert_true(fake_window(d->vcpu[0]->arch));
    for (unsigned i = 0; i < fake_lrs; i++)
        assert_int_equal(arch_lr(d->vcpu[0]->arch)[i].state, LR_PENDING);
    virt_end(d);
}

static void test_uart(void **state)
{
    struct domain *d = virt_make(1, 3);
    (void)state;
    write32(d, VIRT_PL011_BASE + UARTCR, 0x301);
    write32(d, VIRT_PL011_BASE + UARTIMSC, 0x50);       /* receive, and its timeout */
    enable(d, VIRT_PL011_GSI);
    for (const char *c = "hi\n"; *c; c++)
        write32(d, VIRT_PL011_BASE + UARTDR, (uint8_t)*c);
    assert_non_null(strstr(fake_console(), "hi"));
    assert_null(listed(d, VIRT_PL011_GSI));
    assert_true(virt_play(d, 0, NULL, 0));
    d->input[CONSOLE_UART](d, 'x');                     /* wakes it: the line is high */
    const struct exit script[] = { virt_load(VIRT_PL011_BASE + UARTDR, 4, 6), broken };
    assert_false(virt_play(d, 0, script, 2));
    assert_int_equal(virt_regs(d, 0)->x[6], 'x');
    virt_end(d);
}

/* What is typed while the guest does not read is kept to a bound, in order, and then lost; nothing waits for it. */
static void test_uart_bounds(void **state)
{
    struct domain *d = virt_make(1, 3);
    unsigned got = 0;
    (void)state;
    write32(d, VIRT_PL011_BASE + 0x2c, 0x70);           /* UARTLCR_H: FIFOs */
    write32(d, VIRT_PL011_BASE + UARTCR, 0x301);
    for (unsigned i = 0; i < 1000; i++)
        d->input[CONSOLE_UART](d, (char)i);
    for (;; got++) {
        virt_one(d, virt_load(VIRT_PL011_BASE + UARTFR, 4, 6));
        if (virt_regs(d, 0)->x[6] & 0x10)
            break;
        virt_one(d, virt_load(VIRT_PL011_BASE + UARTDR, 4, 6));
        assert_int_equal(virt_regs(d, 0)->x[6] & 0xff, got & 0xff);
    }
    assert_int_equal(got, 32 + 256);
    virt_end(d);
}

/* ---- others ---- */

static void test_events(void **state)
{
    struct domain *d = virt_make(1, 3);
    struct arm_regs *r = virt_regs(d, 0);
    (void)state;
    r->pc = ENTRY;
    virt_one(d, (struct exit){ .kind = EXIT_UNDEFINED });
    assert_true(fake_take_event(d->vcpu[0]->arch).undefined);
    r->pc = ENTRY;
    virt_one(d, (struct exit){ .kind = EXIT_PAUSE });
    assert_int_equal(r->pc, ENTRY + 8);
    virt_one(d, (struct exit){ .kind = EXIT_WINDOW });
    virt_one(d, (struct exit){ .kind = EXIT_INTERRUPT });
    assert_true(domain_is_running(d));
    const struct exit port = { .kind = EXIT_PORT };
    assert_false(virt_play(d, 0, &port, 1));
    assert_int_equal(d->end, END_CRASH);
    assert_non_null(strstr(d->why, "vCPU 0"));
    virt_end(d);
}

/* A guest may do wrong for ever: the log says so a few times. */
static void test_log_is_bounded(void **state)
{
    struct domain *d = virt_make(1, 3);
    unsigned lines = 0;
    (void)state;
    (void)fake_console();
    for (unsigned i = 0; i < 100; i++)
        virt_one(d, (struct exit){ .kind = EXIT_SYSREG, .sysreg = { ARM_SYSREG(3, 7, 15, 7, 7), 1, false } });
    for (const char *at = fake_console(); (at = strstr(at, "S3_7_C15_C7_7")); at++)
        lines++;
    assert_int_equal(lines, 8);
    virt_end(d);
}

static void test_passthrough(void **state)
{
    struct domain *d = virt_make(1, 3);
    struct passthrough p = { .reg = { { hpa(0x9000000), gpa(0x9000000), 0x1000 } }, .regs = 1, .irq = { { 40, false } }, .irqs = 1 };
    struct error e = { "" };
    (void)state;
    assert_true(virt_passthrough(d, &p, &e));
    struct passthrough gic = { .reg = { { hpa(0x7fff000), gpa(0x9001000), 0x2000 } }, .regs = 1 };
    assert_false(virt_passthrough(d, &gic, &e));        /* the host's own */
    assert_non_null(strstr(e.text, "the GIC"));
    e = (struct error){ "" };
    struct passthrough high = { .reg = { { hpa((UINT64_C(1) << 40) - 0x1000), gpa(0x9001000), 0x2000 } }, .regs = 1 };
    assert_false(virt_passthrough(d, &high, &e));       /* beyond what this host can address */
    assert_non_null(strstr(e.text, "host address 0xfffffff000, 0x2000 bytes, and such addresses end at 0x10000000000"));
    e = (struct error){ "" };
    assert_true(fake_route[40].routed);
    assert_false(virt_passthrough(d, &p, &e));          /* it has it already */
    assert_non_null(strstr(e.text, "interrupt 40"));
    hpa_t h;
    unsigned perm;
    uint64_t run;
    assert_true(arch_stage2_lookup(d->stage2, gpa(0x9000000), &h, &perm, &run));
    assert_int_equal(perm, S2_READ | S2_WRITE | S2_DEVICE);
    uint32_t word;
    assert_false(guest_read(d, gpa(0x9000000), &word, 4));      /* its registers are no memory to us */
    enable(d, 40);
    assert_true(virt_play(d, 0, NULL, 0));
    struct domain other = { .platform = &virt_platform, .machine = d->machine };
    e = (struct error){ "" };
    assert_false(virt_passthrough(&other, &p, &e));
    assert_non_null(strstr(e.text, "guest t has something of that page"));
    machine_routed(40);
    machine_routed(41);                                 /* nobody's: ended at once */
    assert_int_equal(fake_route[41].ended, 1);
    assert_false(virt_play(d, 0, &broken, 1));
    const struct gic_lr *l = listed(d, 40);
    assert_true(l && l->hw && l->host == 40);
    virt_end(d);
    assert_false(fake_route[40].routed);
    p = (struct passthrough){ .irq = { { 400, false } }, .irqs = 1 };
    e = (struct error){ "" };
    d = virt_make(1, 3);
    assert_false(virt_passthrough(d, &p, &e));
    assert_non_null(strstr(e.text, "400"));
    virt_end(d);
}

static void test_gicv2(void **state)
{
    struct domain *d = virt_make(2, 2);
    hpa_t h;
    unsigned perm;
    uint64_t run;
    (void)state;
    assert_true(arch_stage2_lookup(d->stage2, gpa(VIRT_GICC_BASE), &h, &perm, &run));
    assert_true(h.v == arch_gicv().v && run == 0x2000 && perm == (S2_READ | S2_WRITE | S2_DEVICE));
    virt_one(d, virt_load(VIRT_GICD_BASE + TYPER, 4, 3));
    assert_int_equal(virt_regs(d, 0)->x[3] >> 5 & 7, 1);        /* CPUNumber */
    expect_abort(d, virt_load(VIRT_GICR_BASE, 4, 1), EXTERNAL, false);
    virt_end(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_by_syndrome), cmocka_unit_test(test_aborts), cmocka_unit_test(test_by_instruction),
        cmocka_unit_test(test_instructions_refused), cmocka_unit_test(test_wfi), cmocka_unit_test(test_wfi_and_timer),
        cmocka_unit_test(test_timer_exit), cmocka_unit_test(test_more_than_fit), cmocka_unit_test(test_uart),
        cmocka_unit_test(test_uart_bounds), cmocka_unit_test(test_events), cmocka_unit_test(test_log_is_bounded),
        cmocka_unit_test(test_passthrough), cmocka_unit_test(test_gicv2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
