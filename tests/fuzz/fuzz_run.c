/*
 * Scripted exits: the fuzzer plays the processor. Every kind of exit with every content, registers at random, two
 * vCPUs, guest memory full of the input. Whatever happens, the hypervisor must not panic (arch_halt aborts), and all that
 * the domain held must come back.
 */
#include "hypervisor/builder/build.h"
#include "hypervisor/core/guest.h"
#include "hypervisor/core/page.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/fake/fake_x86.h"
#include "hypervisor/machine/pc_exits.h"
#include "hypervisor/run.h"
#include "hypervisor/xen/xen.h"
#include "platform/pc_map.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RAM = 0x200000, EXITS_MAX = 64 };

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
    static const struct xen_hooks hooks = { .raise = machine_raise, .has_lapic = true };
    struct domain *d = domain_create(p);
    if (!d)
        abort();
    d->stage2 = arch_stage2_create(d->id);
    if (!domain_ram_add(d, gpa(0), RAM))
        abort();
    for (unsigned i = 0; i < d->vcpus; i++)
        d->vcpu[i]->arch = arch_vcpu_create(d->stage2, d->id);
    if ((p->xen && !xen_create(d, &hooks)) || !machine_create(d))
        abort();
    atomic_store(&d->state, DOMAIN_RUNNING);
    return d;
}

/* Ports, MSRs and addresses that exist are drawn more often than chance would. */
static uint64_t address(struct input *in)
{
    static const uint64_t likely[] = { 0xfee00000, 0xfee00300, 0xfee00380, 0xfec00000, 0xfec00010, 0x3f8, 0x40, 0x61, 0x600, 0x604, PC_GED_PORT, PC_CPUS_PORT };
    uint8_t pick = (uint8_t)take(in, 1);
    return pick < 200 ? likely[pick % 12] + (take(in, 1) & 0xf) : take(in, 5);
}

static uint32_t msr(struct input *in)
{
    static const uint32_t likely[] = { 0x10, 0x1b, 0x3b, 0xfe, 0x200, 0x277, 0x2ff, 0x6e0, 0x800, 0x830, 0x838, 0x40000000, 0xc0000080, 0xc0010015 };
    uint8_t pick = (uint8_t)take(in, 1);
    return pick < 220 ? likely[pick % 14] + (pick & 64 ? (uint32_t)take(in, 1) & 0x3f : 0) : (uint32_t)take(in, 4);
}

static void fill(struct exit *e, struct input *in)
{
    e->kind = (enum exit_kind)(take(in, 1) % EXIT_KINDS);
    switch (e->kind) {
    case EXIT_PORT: {
        uint8_t bits = (uint8_t)take(in, 1);
        e->port = (struct exit_port){ (uint16_t)address(in), (uint8_t)(1u << (bits & 3) % 3), bits & 4, bits & 8, bits & 16, 0, 8, 2 };
        break;
    }
    case EXIT_MEMORY:
        e->memory = (struct exit_memory){ gpa(address(in)), take(in, 1) & 1, false, false, false };
        break;
    case EXIT_MSR:
        e->msr = (struct exit_msr){ msr(in), take(in, 1) & 1, take(in, 8) };
        break;
    case EXIT_BROKEN:
        e->why = "the fuzzer says so";
        break;
    default:
        break;
    }
}

/* The invariant of pc_events.c, whatever either side does. */
static void operate(struct domain *d, unsigned key)
{
    struct error e = { "" };
    unsigned cpu;
    switch (key & 7) {
    case 1: (void)machine_press_power(d, &e); break;
    case 2: (void)machine_cpu_plug(d, &cpu, &e); break;
    case 3: (void)machine_cpu_unplug(d, &cpu, &e); break;
    case 4: (void)xen_ask_shutdown(d); break;
    default: break;
    }
    for (unsigned i = 0; i < d->vcpus; i++)
        if (d->vcpu[i]->absent && vcpu_is_on(d->vcpu[i]))
            abort();
}

static void play(struct domain *d, struct input *in)
{
    static struct exit script[EXITS_MAX];
    for (unsigned turn = 0; turn < 16 && in->left && domain_is_running(d); turn++) {
        struct vcpu *v = sched_next();
        if (!v)
            break;
        struct x86_regs *r = arch_regs(v->arch);
        for (unsigned i = 0; i < X86_GPRS; i++)
            r->gpr[i] = take(in, i & 1 ? 1 : 4);
        r->rip = take(in, 2);
        fake_mode(v->arch, take(in, 1) & 1 ? 64 : 32, 0);
        unsigned n = (unsigned)take(in, 1) % EXITS_MAX;
        for (unsigned i = 0; i < n; i++)
            fill(&script[i], in);
        fake_script(v->arch, script, n);
        sched_put(v, run_vcpu(v));
        fake_now += 1000000 * take(in, 1);
        timer_run();
        operate(d, (unsigned)take(in, 1));
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
    if (page_held_bytes(id))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct host *h;
    struct input in = { data, size };
    uint8_t bits = (uint8_t)take(&in, 1);
    struct platform p = { .name = "fuzz", .vcpus = 2, .memory = RAM, .xen = bits & 1, .lapic = (bits & 2) || !(bits & 1),
                          .acpi = true, .uart = { bits & 8, 0x3f8, 4 }, .cmdline = "", .start_info_version = 1 };
    p.ioapic = p.lapic && (bits & 4);
    p.power_button = bits & 16;
    p.vcpus_max = bits & 32 ? 4 : 0;
    p.xenstore = p.xen && (bits & 64);
    p.ged = (struct platform_ged){ p.ioapic && (bits & 48), PC_GED_PORT, PC_GED_GSI };
    p.ram[0] = (struct platform_ram){ gpa(0), RAM };
    if (!h) {
        h = fake_host(MIB(16), 1);
        page_init(h);
        sched_init(1);
    }
    struct domain *d = make(&p);
    for (uint64_t at = 0; at + size <= 0x10000 && size; at += size)
        (void)guest_write(d, gpa(at), data, size);
    vcpu_start(d->vcpu[0]);
    vcpu_start(d->vcpu[1]);
    play(d, &in);
    finish(d);
    (void)fake_console();
    return 0;
}
