/*
 * A guest that pokes at random: hypercalls, PSCI, system registers, GIC and UART registers, loads and stores anywhere, instructions.
 *
 * Claimed, by the runner: nobody but this guest is harmed. It survives what faults, and may well end itself or hang, for which it
 * is not blamed: what counts is that the hypervisor and its other guests do not notice. "seed=" and "rounds=" in the command line
 * make a run repeatable; with on_crash="restart" each life goes on with other numbers, until the domain's number is above "lives=".
 */
#include "guests/lib/guest.h"
#include "platform/virt_map.h"
#include <xen/xen.h>
#include <xen/sched.h>

const char test_name[] = "poke_arm", test_title[] = "random hypercalls, PSCI, registers, memory and instructions";

static uint64_t state;
static uint8_t scratch[16][4096] __attribute__((aligned(4096)));
static uint32_t code[16] __attribute__((aligned(64)));

/* xorshift64* (Vigna 2016). */
static uint64_t any(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(0x2545f4914f6cdd1d);
}

static uint64_t below(uint64_t n) { return any() % n; }

static uint64_t interesting(void)
{
    static const uint64_t some[] = { 0, 1, 2, 0x7f, 0xff, 0xfff, 0x1000, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, VIRT_GICD_BASE, VIRT_GICR_BASE, VIRT_PL011_BASE,
                                     VIRT_GRANT_BASE, VIRT_MAGIC_BASE, VIRT_RING_BASE, VIRT_RAM0_BASE, 0xffffffff, UINT64_C(0x200000000),
                                     UINT64_C(0x7fffffffffffffff), UINT64_C(0xffff800000000000), UINT64_MAX };
    switch (below(6)) {
    case 0: return some[below(sizeof(some) / sizeof(*some))];
    case 1: return (uintptr_t)scratch + below(sizeof(scratch));
    case 2: return (uintptr_t)scratch + 4096 * below(16) - below(24);
    case 3: return below(64);
    case 4: return UINT64_C(1) << below(64);
    default: return any();
    }
}

static void stir(void)
{
    uint64_t *w = (uint64_t *)(void *)scratch[below(16)];
    for (unsigned i = 0; i < 16; i++)
        w[i] = interesting();
}

static void poke_hypercall(void *arg)
{
    static const uint8_t likely[] = { __HYPERVISOR_memory_op, __HYPERVISOR_event_channel_op, __HYPERVISOR_grant_table_op, __HYPERVISOR_vcpu_op,
                                      __HYPERVISOR_hvm_op, __HYPERVISOR_sched_op, __HYPERVISOR_xen_version, __HYPERVISOR_vm_assist, __HYPERVISOR_physdev_op };
    unsigned nr = below(4) ? likely[below(sizeof(likely))] : (unsigned)below(64);
    uint64_t a = below(3) ? below(40) : interesting();
    (void)arg;
    if (nr == __HYPERVISOR_console_io || nr == __HYPERVISOR_multicall || (nr == __HYPERVISOR_sched_op && a != SCHEDOP_yield))
        return;
    stir();
    (void)hypercall(nr, a, interesting(), interesting(), interesting(), interesting());
}

static void poke_firmware(void *arg)
{
    uint64_t f = below(2) ? 0x84000000 + below(32) : below(2) ? UINT64_C(0xc4000000) + below(32) : interesting();
    uint32_t low = (uint32_t)f & 0x1f;
    (void)arg;
    if (((uint32_t)f & 0xbf000000) == 0x84000000 && (low == 1 || low == 2 || low == 8 || low == 9 || low == 14 || low == 18))
        return;                                 /* suspend and the ways to end: at once is too early */
    (void)smccc(f, interesting(), interesting(), interesting());
}

static void poke_device(void *arg)
{
    const uint64_t places[] = { gicd() + below(0x10000), gicd() + 4 * below(0x1000), VIRT_GICR_BASE + below(0x40000), VIRT_GICC_BASE + 4 * below(0x800),
                                VIRT_PL011_BASE + below(0x1010), VIRT_RING_BASE + below(8192), VIRT_MAGIC_BASE + below(0x4000), interesting() };
    uint64_t at = places[below(sizeof(places) / sizeof(*places))];
    (void)arg;
    switch (below(8)) {
    case 0: (void)read8(at); return;
    case 1: (void)read16(at); return;
    case 2: (void)read32(at); return;
    case 3: (void)read64(at); return;
    case 4: write8(at, (uint8_t)any()); return;
    case 5: write16(at, (uint16_t)any()); return;
    case 6: write32(at, (uint32_t)any()); return;
    default: write64(at, any());
    }
}

/* One instruction of the loads and stores, or a system instruction, or anything; a device's address in most registers. */
static void poke_instruction(void *arg)
{
    uint32_t i = (uint32_t)any();
    (void)arg;
    if (below(4))
        i = (i & 0xf5ffffff) | 0x08000000;      /* x1x0: loads and stores (C4.1) */
    else if (below(2))
        i = 0xd5000000 | (i & 0x003fffff);      /* system */
    if ((i & 0xffc00000) == 0xd5000000 && (i & 0x00200000) == 0)
        i |= 0x00200000;                        /* reads rather than writes: SCTLR and its like end us too soon */
    if ((i & 0xfffff01f) == 0xd503201f)
        i = 0xd503201f;                         /* hints: WFI with interrupts masked would wait for ever */
    code[0] = i;
    for (unsigned k = 1; k < 15; k++)
        code[k] = 0xd4200000;                   /* BRK: a fault, and so the end of the round */
    __asm__ volatile("dc cvau, %0; dsb ish; ic ivau, %0; dsb ish; isb" : : "r"(code) : "memory");
    uint64_t at = below(2) ? gicd() + 4 * below(0x400) : (uintptr_t)scratch + 8 * below(512);
    /* It ends in a fault, after which catch_call has all that its caller wants back. */
    __asm__ volatile("mov x9, %1; mov x0, %0; mov x1, x0; mov x2, x0; mov x3, x0; mov x4, x0; mov x5, x0; mov x6, x0; mov x7, x0; mov x8, x0\n"
                     "mov x10, x0; mov x11, x0; mov x12, x0; mov x13, x0; mov x14, x0; mov x15, x0; mov x16, x0; mov x17, x0; br x9"
                     : : "r"(at), "r"(code) : "memory", "x0", "x9");
    __builtin_unreachable();
}

static void poke_sgi(void *arg)
{
    (void)arg;
    if (gic_version() == 3)
        write_sysreg("S3_0_C12_C11_5", interesting());
    else
        write32(gicd() + 0xf00, (uint32_t)any());
}

static void swallow(unsigned intid) { (void)intid; }

void test_main(void)
{
    static void (*const poke[])(void *) = { poke_hypercall, poke_firmware, poke_device, poke_instruction, poke_sgi };
    enum { KINDS = sizeof(poke) / sizeof(*poke) };
    uint64_t rounds = cmdline_number("rounds", 10000), seed = cmdline_number("seed", 1);
    uint32_t life = domain_number();
    unsigned faults[KINDS] = { 0 };
    state = (seed + life * 1000) * UINT64_C(0x9e3779b97f4a7c15) + 1;
    CHECK(true, "alive");
    if (life > cmdline_number("lives", life))
        return;
    (void)shared_info();
    for (unsigned i = 0; i < 1020; i++)
        on_interrupt(i, swallow);
    for (uint64_t i = 0; i < rounds; i++) {
        unsigned kind = (unsigned)below(KINDS);
        faults[kind] += try(poke[kind], NULL).ec != NO_FAULT;
        if (i % 64 == 0) {
            for (unsigned k = 0; k < 256; k++)  /* take what came, but not for ever: a line may be stuck high */
                if (gic_acknowledge() >= 1020)
                    break;
        }
        if (i % 5000 == 0)
            print("life %u, round %llu\n", life, (unsigned long long)i);
    }
    print("faults: hypercall %u, PSCI %u, device %u, instruction %u, SGI %u\n", faults[0], faults[1], faults[2], faults[3], faults[4]);
}
