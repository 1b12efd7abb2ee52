/*
 * Scripted exits of an Arm machine: the fuzzer plays the processor. Every kind of exit with every content: system registers, devices by
 * syndrome and by instruction, PSCI, hypercalls; two vCPUs, either GIC, guest memory full of the input. Whatever happens, the
 * hypervisor must not panic (arch_halt aborts), and all that the domain held must come back.
 */
#include "hypervisor/builder/build.h"
#include "hypervisor/core/guest.h"
#include "hypervisor/core/page.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/fake/fake_arm.h"
#include "hypervisor/machine/virt_exits.h"
#include "hypervisor/run.h"
#include "hypervisor/xen/xen.h"
#include "platform/virt_map.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RAM = 0x200000, EXITS_MAX = 48, SPI = 40 };

struct input { const uint8_t *at; size_t left; };

static uint64_t take(struct input *in, size_t n)
{
    uint64_t v = 0;
    n = n < in->left ? n : in->left;
    memcpy(&v, in->at, n);
    in->at += n;
    in->left -= n;
    return v;
}

static struct domain *make(struct platform *p)
{
    static const struct xen_hooks hooks = { .has_lapic = false };
    const struct passthrough devices = { .irq = { { SPI, true } }, .irqs = 1 };
    struct error e = { "" };
    struct domain *d = domain_create(p);
    if (!d)
        abort();
    d->stage2 = arch_stage2_create(d->id);
    if (!domain_ram_add(d, gpa(VIRT_RAM0_BASE), RAM))
        abort();
    for (unsigned i = 0; i < d->vcpus; i++)
        d->vcpu[i]->arch = arch_vcpu_create(d->stage2, d->id);
    if ((p->xen && !xen_create(d, &hooks)) || !machine_create(d) || !virt_passthrough(d, &devices, &e))
        abort();
    atomic_store(&d->state, DOMAIN_RUNNING);
    return d;
}

/* Addresses and registers that exist are drawn more often than chance would. */
static uint64_t address(struct input *in)
{
    static const uint64_t likely[] = { VIRT_GICD_BASE, VIRT_GICD_BASE + 0x100, VIRT_GICD_BASE + 0x200, VIRT_GICD_BASE + 0x400, VIRT_GICD_BASE + 0xf00,
                                       VIRT_GICD_BASE + 0x6000, VIRT_GICR_BASE, VIRT_GICR_BASE + 0x10000, VIRT_GICR_BASE + 0x10200,
                                       VIRT_GICR_BASE + 0x30000, VIRT_PL011_BASE, VIRT_PL011_BASE + 0x30, VIRT_RAM0_BASE };
    uint8_t pick = (uint8_t)take(in, 1);
    return pick < 220 ? likely[pick % 13] + (take(in, 1) & 0xff) : take(in, 6);
}

static uint32_t sysreg(struct input *in)
{
    static const uint32_t likely[] = { ARM_SYSREG(3, 0, 12, 11, 5), ARM_SYSREG(3, 0, 12, 11, 7), ARM_SYSREG(3, 0, 12, 12, 5), ARM_SYSREG(3, 3, 14, 2, 0),
                                       ARM_SYSREG(3, 3, 14, 2, 1), ARM_SYSREG(3, 3, 14, 2, 2), ARM_SYSREG(3, 3, 14, 0, 1), ARM_SYSREG(3, 0, 0, 4, 0),
                                       ARM_SYSREG(2, 0, 0, 2, 2), ARM_SYSREG(2, 0, 1, 0, 4), ARM_SYSREG(1, 0, 7, 14, 2), ARM_SYSREG(3, 3, 9, 12, 0) };
    uint8_t pick = (uint8_t)take(in, 1);
    return pick < 200 ? likely[pick % 12] : (uint32_t)take(in, 4) & 0x3ffffc;
}

static void fill(struct exit *e, struct input *in)
{
    static const uint16_t immediates[] = { 0, 0, 0, 0xea1, 0xea1, 1 };
    uint8_t bits;
    e->kind = (enum exit_kind)(take(in, 1) % EXIT_KINDS);
    switch (e->kind) {
    case EXIT_MEMORY:
        bits = (uint8_t)take(in, 1);
        e->memory = (struct exit_memory){ .at = gpa(address(in)), .write = bits & 1, .decoded = bits & 2, .sign = bits & 4, .wide = bits & 8,
                                          .fetch = (bits & 0x70) == 0x70, .table_walk = (bits & 0x70) == 0x60, .size = (uint8_t)(1u << (bits >> 6)),
                                          .reg = take(in, 1) & 31 };
        e->memory.gva = e->memory.at.v;
        break;
    case EXIT_SYSREG:
        bits = (uint8_t)take(in, 1);
        e->sysreg = (struct exit_sysreg){ sysreg(in), bits & 31, bits & 32 };
        break;
    case EXIT_HYPERCALL:
    case EXIT_SMC:
        e->immediate = immediates[take(in, 1) % 6];
        break;
    case EXIT_BROKEN:
    case EXIT_PORT:         /* and what else a PC has: they end it, which is wanted less often */
    case EXIT_CPUID:
    case EXIT_MSR:
    case EXIT_XSETBV:
    case EXIT_SHUTDOWN:
        if (take(in, 1) < 230)
            e->kind = EXIT_TIMER;
        else
            e->why = "the fuzzer says so";
        break;
    default:
        break;
    }
}

static void registers(struct vcpu *v, struct input *in)
{
    static const uint32_t functions[] = { 0x84000000, 0x84000001, 0x84000002, 0xc4000003, 0x84000004, 0x8400000a, 0x84000012, 0x80000001 };
    struct arm_regs *r = arch_regs(v->arch);
    for (unsigned i = 0; i < 8; i++)
        r->x[i] = take(in, i & 1 ? 1 : 4);
    if (r->x[0] & 1)
        r->x[0] = functions[r->x[0] >> 1 & 7];
    r->x[2] = address(in);
    r->x[16] = take(in, 1);
    r->pc = VIRT_RAM0_BASE + (take(in, 2) & ~3u);
    fake_mode(v->arch, take(in, 1) & 7 ? 64 : 32, take(in, 1) & 1);
}

/* What a guest does to the interrupts in its list registers. */
static void acknowledge(struct vcpu *v, struct input *in)
{
    struct gic_lr *lr = arch_lr(v->arch);
    uint64_t bits = take(in, 2);
    for (unsigned i = 0; i < fake_lrs; i++, bits >>= 2)
        if (lr[i].state && (bits & 3) != 3)
            lr[i].state = bits & 2 ? 0 : lr[i].state & LR_PENDING ? LR_ACTIVE : lr[i].state;
}

/* At the end of a script the fake waits for ever: with a mask that lets nothing through it blocks. */
static void play(struct domain *d, struct input *in)
{
    static struct exit script[EXITS_MAX];
    for (unsigned turn = 0; turn < 16 && in->left && domain_is_running(d); turn++) {
        struct vcpu *v = sched_next();
        if (!v)
            return;
        registers(v, in);
        acknowledge(v, in);
        unsigned n = (unsigned)take(in, 1) % EXITS_MAX;
        for (unsigned i = 0; i < n; i++)
            fill(&script[i], in);
        fake_priority_mask = 0;
        fake_script(v->arch, script, n);
        sched_put(v, run_vcpu(v));
        fake_now += 1000000 * take(in, 1);
        timer_run();
        uint8_t bits = (uint8_t)take(in, 1);
        if (bits & 1)
            machine_routed(SPI);
        if ((bits & 2) && d->input[CONSOLE_UART])
            d->input[CONSOLE_UART](d, (char)bits);
        if (bits & 4)
            vcpu_wake(d->vcpu[bits >> 3 & 1]);
    }
}

static void finish(struct domain *d)
{
    uint16_t id = d->id;
    domain_shutdown(d, END_POWEROFF);
    if (!domain_is_quiet(d))
        abort();
    (void)domain_take_ended();
    build_undo(d);
    if (page_held_bytes(id) || fake_route[SPI].routed)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct host *h;
    struct input in = { data, size };
    uint8_t bits = (uint8_t)take(&in, 1);
    struct platform p = { .name = "fuzz", .board = BOARD_VIRT, .vcpus = 2, .memory = RAM, .xen = bits & 1, .cmdline = "",
                          .ram = { { gpa(VIRT_RAM0_BASE), RAM } },
                          .arm = { .gic_version = bits & 2 ? 2 : 3, .pl011 = bits & 4, .pl011_backend = "" } };
    fake_gic_version = p.arm.gic_version;
    fake_lrs = bits & 8 ? 4 : 2;
    if (!h) {
        h = fake_host(MIB(16), 1);
        page_init(h);
        sched_init(1);
    }
    struct domain *d = make(&p);
    for (uint64_t at = 0; at + size <= 0x10000 && size; at += size)
        (void)guest_write(d, gpa(VIRT_RAM0_BASE + at), data, size);
    virt_start_state(d->vcpu[0], VIRT_RAM0_BASE, 0);
    vcpu_start(d->vcpu[0]);
    if (bits & 16)
        vcpu_start(d->vcpu[1]);
    play(d, &in);
    finish(d);
    (void)fake_console();
    return 0;
}
