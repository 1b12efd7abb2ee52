/*
 * FPU state belongs to its vCPU: nothing of it is lost or mixed by exits, by others on the same CPU or by moves to another.
 *
 * Claimed: "vcpus=" of them restore, each its own, x87 control word, stack, MXCSR and XMM registers, leave for the hypervisor
 * and save them again, and every byte is as it was restored; while they do, no vCPU is harmed in any other way.
 */
#include "guests/lib/guest.h"

const char test_name[] = "fpu", test_title[] = "the FPU state of each vCPU is its own";

enum { LAPS = 100000, AREA = 512, KEPT = 416 };     /* behind the 16 XMM registers nothing is defined (APM vol. 2, 11.4.4) */
static uint8_t mine[CPUS_MAX][AREA] __attribute__((aligned(16))), seen[CPUS_MAX][AREA] __attribute__((aligned(16)));
static volatile unsigned laps[CPUS_MAX], wrong_at[CPUS_MAX];
static volatile bool go;

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

/* No exception pending, all x87 registers in use, none of a form that loading would change. */
static void fill(uint8_t *area, unsigned me)
{
    put16(area, 0x37f & ~((me & 3) << 10));         /* rounding */
    area[4] = 0xff;
    put16(area + 24, 0x1f80 | (me & 3) << 13);
    for (unsigned r = 0; r < 8; r++) {
        uint8_t *st = area + 32 + 16 * r;
        for (unsigned i = 0; i < 7; i++)
            st[i] = (uint8_t)(me * 16 + r + i);
        st[7] = 0x80;                               /* a normal number: the integer bit is set */
        put16(st + 8, 0x3fff + r);
    }
    for (unsigned i = 160; i < KEPT; i++)
        area[i] = (uint8_t)(me * 37 + i);
}

static unsigned difference(const uint8_t *a, const uint8_t *b)
{
    for (unsigned i = 0; i < KEPT; i++)
        if (a[i] != b[i] && (i < 8 || i >= 24) && (i < 28 || i >= 32))     /* but where the last x87 instruction was, and MXCSR's mask */
            return i + 1;
    return 0;
}

static void rounds(unsigned me)
{
    uint64_t cr4;
    fill(mine[me], me);
    __asm__ volatile("mov %%cr4, %0; or $0x200, %0; mov %0, %%cr4" : "=&r"(cr4));   /* OSFXSR */
    for (unsigned i = 0; i < LAPS && !wrong_at[me]; i++) {
        for (unsigned k = 0; k <= me % 2 * 16; k++)     /* half of them restore more than they leave */
            __asm__ volatile("fxrstor64 %0" :: "m"(mine[me]));
        (void)cpuid(1, 0);
        __asm__ volatile("fxsave64 %0" : "=m"(seen[me]));
        wrong_at[me] = difference(mine[me], seen[me]);
        laps[me] = i + 1;
    }
}

static void other(struct cpu *c)
{
    while (!go)
        pause();
    rounds(c->number);
}

void test_main(void)
{
    unsigned n = (unsigned)cmdline_number("vcpus", 1);
    if (n > 1 && !has_xen()) {
        skip("needs a way to start vCPUs that is no device's");
        return;
    }
    for (unsigned i = 1; i < n; i++)
        CHECK(cpu_start(i, other), "vCPU %u comes up", i);
    go = true;
    rounds(0);
    for (unsigned i = 0; i < n; i++) {
        CHECK(wait_for(wrong_at[i] || laps[i] == LAPS, 60), "vCPU %u makes its rounds (%u of %u)", i, laps[i], (unsigned)LAPS);
        unsigned at = wrong_at[i] ? wrong_at[i] - 1 : 0;
        CHECK(!wrong_at[i], "vCPU %u: byte %u of its state is %u, not %u", i, at, seen[i][at], mine[i][at]);
    }
}
