/*
 * The interrupt controller, version 2 or 3 as the tree says (IHI 0048B, IHI 0069).
 *
 * Claimed: the distributor's registers keep what they can keep and the rest reads 0; of two pending interrupts the more urgent one
 * comes first, and one that is not more urgent than the mask does not come; a running interrupt is interrupted by a more urgent
 * one only; an edge is one interrupt, a disabled one stays pending; far more pending interrupts than a GIC has list registers all
 * come, in the order of their priorities; an SGI comes to the CPU it was sent to, and a storm of them leaves none behind.
 */
#include "guests/lib/guest.h"
#include <string.h>

const char test_name[] = "gic", test_title[] = "priorities, masks, edges, many at once, SGIs";

enum { FIRST_SPI = 40, SPIS = 20, MANY = 52, STORM = 2000 };
static volatile unsigned order[256], taken;
static volatile unsigned nested_at;
static unsigned vcpus, spis;

static void note(unsigned intid)
{
    if (taken < 256)
        order[taken] = intid;
    taken++;
}

static unsigned window(void)
{
    taken = 0;
    interrupts_on();
    delay_us(200);
    interrupts_off();
    return taken;
}

static void registers(void)
{
    uint32_t typer = read32(gicd() + 4);
    CHECK_EQ(gic_version() == 3 ? read32(gicd() + 0xffe8) >> 4 & 15 : read32(gicd() + 0xfe8) >> 4 & 15, gic_version(), "ArchRev of the identification registers");
    CHECK((typer & 31) >= 1, "GICD_TYPER.ITLinesNumber is %u", typer & 31);
    spis = 32 * ((typer & 31) + 1) - 32;
    if (gic_version() == 2)
        CHECK_EQ(typer >> 5 & 7, vcpus - 1, "GICD_TYPER.CPUNumber");
    gic_enable(FIRST_SPI, true);
    CHECK_EQ(read32(gicd() + 0x100 + 4) >> 8 & 1, 1, "GICD_ISENABLER after a 1");
    write32(gicd() + 0x100 + 4, 0);
    CHECK_EQ(read32(gicd() + 0x180 + 4) >> 8 & 1, 1, "... and after a 0, which changes nothing");
    gic_enable(FIRST_SPI, false);
    CHECK_EQ(read32(gicd() + 0x100 + 4) >> 8 & 1, 0, "... after GICD_ICENABLER");
    gic_priority(FIRST_SPI, 0xa0);
    CHECK_EQ(read8(gicd() + 0x400 + FIRST_SPI) & 0xf8, 0xa0, "GICD_IPRIORITYR");
    write32(gicd() + 0x400 + FIRST_SPI, 0x80a0c0e0);
    CHECK_EQ(read32(gicd() + 0x400 + FIRST_SPI) & 0xf0f0f0f0, 0x80a0c0e0, "four priorities at once");
    gic_edge(FIRST_SPI, true);
    CHECK_EQ(read32(gicd() + 0xc00 + FIRST_SPI / 16 * 4) >> (FIRST_SPI % 16 * 2) & 3, 2, "GICD_ICFGR of an edge");
    uint32_t past = 4 * ((typer & 31) + 1);
    if (past < 0x80 && has_xen()) {
        write32(gicd() + 0x100 + past, UINT32_MAX);
        CHECK_EQ(read32(gicd() + 0x100 + past), 0, "GICD_ISENABLER past the last interrupt");
    }
    write32(gicd() + 4, 0xffffffff);
    CHECK_EQ(read32(gicd() + 4), typer, "GICD_TYPER after a write");
}

/* An SPI that nothing is wired to, made pending by hand. */
static void prepare(unsigned intid, uint8_t priority)
{
    gic_edge(intid, true);
    gic_priority(intid, priority);
    gic_route(intid, 0);
    on_interrupt(intid, note);
    gic_enable(intid, true);
}

static void one(void)
{
    prepare(FIRST_SPI, 0xa0);
    CHECK_EQ(window(), 0, "interrupts before there is one");
    gic_pend(FIRST_SPI, true);
    CHECK(gic_pending(FIRST_SPI), "it is pending");
    CHECK_EQ(window(), 1, "interrupts of one edge");
    CHECK_EQ(order[0], FIRST_SPI, "its number");
    CHECK(!gic_pending(FIRST_SPI) && !gic_active(FIRST_SPI), "then neither pending nor active");
    gic_pend(FIRST_SPI, true);
    gic_pend(FIRST_SPI, true);
    CHECK_EQ(window(), 1, "interrupts of two edges while it waits");
    gic_pend(FIRST_SPI, true);
    gic_pend(FIRST_SPI, false);
    CHECK_EQ(window(), 0, "interrupts after it was taken back");
    gic_enable(FIRST_SPI, false);
    gic_pend(FIRST_SPI, true);
    CHECK_EQ(window(), 0, "interrupts while disabled");
    gic_enable(FIRST_SPI, true);
    CHECK_EQ(window(), 1, "interrupts when enabled again");
    CHECK(gic_acknowledge() >= 1020, "nothing is left: spurious");
}

static void masks(void)
{
    prepare(FIRST_SPI, 0xa0);
    gic_mask(0xa0);
    gic_pend(FIRST_SPI, true);
    CHECK_EQ(window(), 0, "interrupts with the mask at their priority");
    gic_mask(0x80);
    CHECK_EQ(window(), 0, "interrupts with the mask above it");
    gic_mask(0xb0);
    CHECK_EQ(window(), 1, "interrupts with the mask below it");
    gic_mask(0xff);
}

static void by_priority(void)
{
    for (unsigned i = 0; i < SPIS; i++)
        prepare(FIRST_SPI + i, (uint8_t)(0x10 + 8 * ((i * 7) % SPIS)));
    for (unsigned i = 0; i < SPIS; i++)
        gic_pend(FIRST_SPI + i, true);
    CHECK_EQ(window(), SPIS, "interrupts");
    for (unsigned i = 1; i < SPIS && i < taken; i++)
        CHECK(read8(gicd() + 0x400 + order[i - 1]) <= read8(gicd() + 0x400 + order[i]), "%u came before %u", order[i - 1], order[i]);
}

/* While FIRST_SPI is served, a more urgent and a less urgent one become pending. */
static void nested(unsigned intid)
{
    uint64_t elr = read_sysreg("elr_el1"), spsr = read_sysreg("spsr_el1"), sp = read_sysreg("sp_el0");
    note(intid);
    gic_pend(FIRST_SPI + 1, true);
    gic_pend(FIRST_SPI + 2, true);
    delay_us(50);
    unsigned next = gic_acknowledge();
    nested_at = next;
    if (next < 1020) {
        note(next);
        gic_end(next);
    }
    CHECK(gic_acknowledge() >= 1020, "a less urgent one does not interrupt");
    write_sysreg("elr_el1", elr);
    write_sysreg("spsr_el1", spsr);
    write_sysreg("sp_el0", sp);
}

static void preemption(void)
{
    prepare(FIRST_SPI, 0x80);
    prepare(FIRST_SPI + 1, 0x40);
    prepare(FIRST_SPI + 2, 0xc0);
    on_interrupt(FIRST_SPI, nested);
    gic_pend(FIRST_SPI, true);
    CHECK_EQ(window(), 3, "interrupts");
    CHECK_EQ(nested_at, FIRST_SPI + 1, "the more urgent one, while the first is served");
    CHECK_EQ(order[2], FIRST_SPI + 2, "the less urgent one, afterwards");
}

/* More at once than any GIC has list registers (16): shared ones, private ones and SGIs together. */
static void many(void)
{
    unsigned n = spis < MANY ? spis : MANY;
    for (unsigned i = 0; i < n; i++)
        prepare(32 + i, (uint8_t)(0xa0 - 8 * (i % 8)));
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < n; i++)
            gic_pend(32 + i, true);
        for (unsigned i = 0; i < 8; i++) {
            on_interrupt(i, note);
            gic_sgi(i, 0);
        }
        CHECK_EQ(window(), n + 8, "interrupts of many at once");
        CHECK_EQ(window(), 0, "interrupts after that");
    }
}

static void group_off(void)
{
    prepare(FIRST_SPI, 0xa0);
    uint32_t was = read32(gicd());
    write32(gicd(), was & ~3u);
    gic_pend(FIRST_SPI, true);
    CHECK_EQ(window(), 0, "interrupts with the distributor off");
    write32(gicd(), was);
    CHECK_EQ(window(), 1, "interrupts with the distributor on again");
}

/* ---- SGIs ------------------------------------------------------------------------------------- */

static volatile bool go, done;
static volatile uint32_t got[CPUS_MAX];

static void count(unsigned intid) { (void)intid; got[this_cpu()->number]++; }

static void listen(struct cpu *c)
{
    (void)c;
    interrupts_on();
    while (!done)
        pause();
    interrupts_off();
}

static void storm(void)
{
    on_interrupt(5, count);
    for (unsigned i = 0; i < vcpus; i++)
        got[i] = 0;
    for (unsigned i = 0; i < STORM; i++)
        gic_sgi(5, i % vcpus);
    interrupts_on();
    for (unsigned k = 0; k < vcpus; k++) {
        uint32_t before = got[k];
        CHECK(before <= STORM, "CPU %u got %u SGIs of %u", k, before, STORM);
        gic_sgi(5, k);
        CHECK(wait_for(got[k] != before, 5), "CPU %u takes an SGI after the storm", k);
    }
    for (unsigned k = 1; k < vcpus; k++) {
        uint32_t before = got[k], self = got[0];
        gic_sgi_others(5);
        CHECK(wait_for(got[k] != before, 5), "CPU %u takes an SGI to all others", k);
        CHECK_EQ(got[0], self, "... which we do not");
    }
    interrupts_off();
}

static void affinity(void)
{
    for (unsigned k = 1; k < vcpus; k++) {
        prepare(FIRST_SPI, 0xa0);
        on_interrupt(FIRST_SPI, count);
        gic_route(FIRST_SPI, k);
        uint32_t before = got[k], self = got[0];
        gic_pend(FIRST_SPI, true);
        interrupts_on();
        CHECK(wait_for(got[k] != before, 5), "an SPI comes to CPU %u", k);
        interrupts_off();
        CHECK_EQ(got[0], self, "... and not to us");
    }
}

void test_main(void)
{
    vcpus = (unsigned)cmdline_number("vcpus", 1);
    if (!gic_version()) {
        skip("no GIC in the tree");
        return;
    }
    if (cmdline_number("gic", gic_version()) != gic_version())
        CHECK(false, "the GIC is of version %u", gic_version());
    registers();
    one();
    masks();
    by_priority();
    preemption();
    many();
    group_off();
    for (unsigned i = 1; i < vcpus; i++)
        CHECK(cpu_start(i, listen), "CPU %u comes up", i);
    storm();
    affinity();
    done = true;
}
