/* The GIC's registers, as kernels use them when they start: who am I, what is there, what is written where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "tests/unit/gic_maker.h"

static void test_v2_identity(void **state)
{
    (void)state;
    make_gic(2, 3);
    assert_int_equal(dist_read(0, CTLR, 4), 0);
    assert_int_equal(dist_read(0, TYPER, 4), 2 | 2 << 5);       /* 96 INTIDs, three CPUs */
    assert_int_equal(dist_read(0, IIDR, 4) & 0xfff, 0x43b);
    assert_int_equal(dist_read(0, 0xfe8, 4) >> 4 & 15, 2);      /* ArchRev */
    assert_int_equal(dist_read(0, 0xff0, 4), 0x0d);
    assert_int_equal(dist_read(0, 0xffc, 4), 0xb1);
    dist_write(0, CTLR, 4, 0xffffffff);
    assert_int_equal(dist_read(1, CTLR, 4), 3);
    assert_int_equal(dist_read(0, IGROUPR, 4), 0);
    assert_int_equal(dist_read(0, ISENABLER, 4), 0xffff);       /* SGIs, for ever */
    dist_write(0, ICENABLER, 4, 0xffffffff);
    assert_int_equal(dist_read(0, ISENABLER, 4), 0xffff);
}

static void test_v3_identity(void **state)
{
    (void)state;
    make_gic(3, 20);
    assert_int_equal(dist_read(0, CTLR, 4), 0x50);              /* ARE, DS */
    dist_write(0, CTLR, 4, 0xffffffff);
    assert_int_equal(dist_read(0, CTLR, 4), 0x53);              /* RWP never */
    assert_int_equal(dist_read(0, TYPER, 4), 2 | 9 << 19 | 1 << 24);
    assert_int_equal(dist_read(0, 0xffe8, 4) >> 4, 3);
    assert_int_equal(dist_read(0, 0x0c, 4), 0);                 /* TYPER2 */
    for (unsigned i = 0; i < 20; i++) {
        uint64_t affinity = i < 16 ? i : 0x100 | (i - 16);
        assert_int_equal(redist_read(i, 8, 8), affinity << 32 | i << 8 | (i == 19 ? 0x10 : 0));
        assert_int_equal(redist_read(i, 8, 4), i << 8 | (i == 19 ? 0x10 : 0));
        assert_int_equal(redist_read(i, 12, 4), affinity);
    }
    assert_int_equal(redist_read(0, 0, 4), 0);
    assert_int_equal(redist_read(0, 0xffe8, 4) >> 4, 3);
    assert_int_equal(redist_read(0, SGI_FRAME | IGROUPR, 4), 0xffffffff);
    redist_write(5, SGI_FRAME | IGROUPR, 4, 0xfff0);
    assert_int_equal(redist_read(5, SGI_FRAME | IGROUPR, 4), 0xfff0);
    assert_int_equal(redist_read(4, SGI_FRAME | IGROUPR, 4), 0xffffffff);
}

/* gic_enable_redist() of Linux: sleep is told, and children follow at once. */
static void test_waker(void **state)
{
    (void)state;
    make_gic(3, 2);
    assert_int_equal(redist_read(1, 0x14, 4), 6);
    redist_write(1, 0x14, 4, 4);
    assert_int_equal(redist_read(1, 0x14, 4), 0);
    assert_int_equal(redist_read(0, 0x14, 4), 6);
    redist_write(1, 0x14, 4, 2);
    assert_int_equal(redist_read(1, 0x14, 4), 6);
}

static void test_rows(void **state)
{
    (void)state;
    make_gic(3, 2);
    dist_write(0, ISENABLER + 4, 4, 0x80000001);
    assert_int_equal(dist_read(1, ISENABLER + 4, 4), 0x80000001);
    assert_int_equal(dist_read(1, ICENABLER + 4, 4), 0x80000001);
    dist_write(0, ICENABLER + 4, 4, 1);
    assert_int_equal(dist_read(0, ISENABLER + 4, 4), 0x80000000);
    dist_write(0, IPRIORITYR + 36, 4, 0x12345678);
    assert_int_equal(dist_read(0, IPRIORITYR + 36, 4), 0x10305078);     /* five bits of each */
    dist_write(0, IPRIORITYR + 37, 1, 0xff);
    assert_int_equal(dist_read(0, IPRIORITYR + 36, 4), 0x1030f878);
    assert_int_equal(dist_read(0, IPRIORITYR + 39, 1), 0x10);
    dist_write(0, ICFGR + 8, 4, 0xffffffff);
    assert_int_equal(dist_read(0, ICFGR + 8, 4), 0xaaaaaaaa);
    assert_int_equal(dist_read(0, ICFGR + 12, 4), 0);
    assert_int_equal(redist_read(0, SGI_FRAME | ICFGR, 4), 0xaaaaaaaa);
    redist_write(0, SGI_FRAME | ICFGR, 4, 0);
    redist_write(0, SGI_FRAME | (ICFGR + 4), 4, 0xffffffff);
    assert_int_equal(redist_read(0, SGI_FRAME | ICFGR, 4), 0xaaaaaaaa);
    assert_int_equal(redist_read(0, SGI_FRAME | (ICFGR + 4), 4), 0);
}

/* Private interrupts are not in version 3's distributor, SPIs not in a redistributor, and nothing is behind the last SPI. */
static void test_reserved(void **state)
{
    (void)state;
    make_gic(3, 2);
    for (uint32_t at = 0; at < 0x10000; at += 4)
        dist_write(0, at, 4, at == CTLR ? 0 : 0xffffffff);
    assert_int_equal(dist_read(0, ISENABLER, 4), 0);
    assert_int_equal(redist_read(0, SGI_FRAME | ISENABLER, 4), 0);
    assert_int_equal(dist_read(0, ISENABLER + 12, 4), 0);
    assert_int_equal(dist_read(0, IPRIORITYR + 96, 4), 0);
    assert_int_equal(dist_read(0, ITARGETSR + 32, 4), 0);
    assert_int_equal(dist_read(0, IROUTER + 8 * 31, 8), 0);
    assert_int_equal(dist_read(0, IROUTER + 8 * 96, 8), 0);
    redist_write(1, SGI_FRAME | ISENABLER, 4, 0xffff0000);
    assert_int_equal(redist_read(1, SGI_FRAME | ISENABLER, 4), 0xffff0000);
    assert_int_equal(redist_read(1, SGI_FRAME | (ISENABLER + 4), 4), 0);
    assert_int_equal(redist_read(1, SGI_FRAME | ISENABLER, 1), 0);      /* words only */
    assert_int_equal(redist_read(1, SGI_FRAME | ISENABLER, 8), 0);
    assert_int_equal(dist_read(0, IPRIORITYR + 32, 2), 0);
    assert_int_equal(dist_read(0, TYPER + 2, 4), 0);                    /* not aligned */
    make_gic(2, 2);
    for (uint32_t at = 0; at < 0x1000; at += 4)
        dist_write(1, at, 4, 0);
    assert_int_equal(dist_read(0, IROUTER, 4), 0);
}

static void test_targets_v2(void **state)
{
    (void)state;
    make_gic(2, 3);
    assert_int_equal(dist_read(0, ITARGETSR, 4), 0x01010101);           /* gic_get_cpumask() of Linux */
    assert_int_equal(dist_read(2, ITARGETSR + 28, 4), 0x04040404);
    dist_write(2, ITARGETSR, 4, 0);
    assert_int_equal(dist_read(2, ITARGETSR + 3, 1), 4);
    dist_write(0, ITARGETSR + 32, 4, 0xff020104);
    assert_int_equal(dist_read(0, ITARGETSR + 32, 4), 0x07020104);      /* CPUs that are there */
    dist_write(0, ITARGETSR + 33, 1, 6);
    assert_int_equal(dist_read(0, ITARGETSR + 32, 4), 0x07020604);
    assert_true(g.spi[0].target == 2 && g.spi[1].target == 1 && g.spi[2].target == 1 && g.spi[3].target == 0 && g.spi[4].target == GIC_NOBODY);
    make_gic(2, 1);
    assert_int_equal(dist_read(0, ITARGETSR, 4), 0);
    dist_write(0, ITARGETSR + 32, 4, 0xffffffff);
    assert_int_equal(dist_read(0, ITARGETSR + 32, 4), 0);
    assert_int_equal(g.spi[40].target, 0);
}

static void test_routes_v3(void **state)
{
    (void)state;
    make_gic(3, 20);
    assert_int_equal(g.spi[1].target, 0);
    dist_write(0, IROUTER + 8 * 33, 8, 0x103);
    assert_int_equal(dist_read(0, IROUTER + 8 * 33, 8), 0x103);
    assert_int_equal(g.spi[1].target, 19);
    dist_write(0, IROUTER + 8 * 33, 8, 0x104);                          /* nobody is that */
    assert_int_equal(g.spi[1].target, GIC_NOBODY);
    dist_write(0, IROUTER + 8 * 33, 4, 7);                              /* by halves */
    dist_write(0, IROUTER + 8 * 33 + 4, 4, 1);
    assert_int_equal(dist_read(0, IROUTER + 8 * 33, 8), UINT64_C(0x100000007));
    assert_int_equal(g.spi[1].target, GIC_NOBODY);
    dist_write(0, IROUTER + 8 * 33 + 4, 4, 0);
    assert_int_equal(g.spi[1].target, 7);
    dist_write(0, IROUTER + 8 * 33, 8, UINT64_MAX);
    assert_int_equal(dist_read(0, IROUTER + 8 * 33, 8), UINT64_C(0xff80ffffff));
    assert_int_equal(g.spi[1].target, 0);                               /* all sleep yet */
    redist_write(3, 0x14, 4, 0);
    assert_int_equal(g.spi[1].target, 3);
    redist_write(2, 0x14, 4, 0);
    assert_int_equal(g.spi[1].target, 2);
    redist_write(2, 0x14, 4, 2);
    assert_int_equal(g.spi[1].target, 3);
}

static void test_pending(void **state)
{
    (void)state;
    make_gic(3, 2);
    gic_line(&g, 0, 40, true);
    assert_int_equal(dist_read(0, ISPENDR + 4, 4), 0x100);
    dist_write(0, ICPENDR + 4, 4, 0x100);                               /* the line is still high */
    assert_int_equal(dist_read(0, ICPENDR + 4, 4), 0x100);
    gic_line(&g, 0, 40, false);
    assert_int_equal(dist_read(0, ISPENDR + 4, 4), 0);
    dist_write(0, ISPENDR + 4, 4, 0x100);                               /* the latch, whatever the line does */
    gic_line(&g, 0, 40, true);
    gic_line(&g, 0, 40, false);
    assert_int_equal(dist_read(0, ISPENDR + 4, 4), 0x100);
    dist_write(0, ICPENDR + 4, 4, 0x100);
    assert_int_equal(dist_read(0, ISPENDR + 4, 4), 0);
    dist_write(0, ICFGR + 8, 4, 2 << 16);                               /* edge */
    gic_line(&g, 0, 40, true);
    gic_line(&g, 0, 40, false);
    assert_int_equal(dist_read(0, ISPENDR + 4, 4), 0x100);
    dist_write(0, ICPENDR + 4, 4, 0x100);
    assert_int_equal(dist_read(0, ISPENDR + 4, 4), 0);
    gic_line(&g, 1, 31, true);
    assert_int_equal(redist_read(1, SGI_FRAME | ISPENDR, 4), 0x80000000);
    assert_int_equal(redist_read(0, SGI_FRAME | ISPENDR, 4), 0);
    gic_line(&g, 1, 5, true);                                           /* SGIs have no wire */
    gic_line(&g, 9, 31, true);
    gic_line(&g, 0, 96, true);
    assert_int_equal(redist_read(1, SGI_FRAME | ISPENDR, 4), 0x80000000);
}

static void test_active(void **state)
{
    (void)state;
    make_gic(2, 2);
    dist_write(0, ISACTIVER + 4, 4, 6);
    assert_int_equal(dist_read(1, ICACTIVER + 4, 4), 6);
    dist_write(0, ICACTIVER + 4, 4, 2);
    assert_int_equal(dist_read(1, ISACTIVER + 4, 4), 4);
    dist_write(1, ISACTIVER, 4, 1);
    assert_int_equal(dist_read(1, ISACTIVER, 4), 1);
    assert_int_equal(dist_read(0, ISACTIVER, 4), 0);
}

static void test_sgi_v2(void **state)
{
    (void)state;
    make_gic(2, 3);
    dist_write(0, CTLR, 4, 1);
    dist_write(0, SGIR, 4, 6 << 16 | 5);                                /* to 1 and 2 */
    dist_write(2, SGIR, 4, 1 << 24 | 5);                                /* to all others */
    dist_write(1, SGIR, 4, 2 << 24 | 9);                                /* to itself */
    dist_write(1, SGIR, 4, 3 << 24 | 0xff << 16 | 10);                  /* reserved */
    assert_true(woken[0] == 1 && woken[1] == 3 && woken[2] == 1);
    assert_int_equal(dist_read(0, SPENDSGIR + 4, 4), 4 << 8);
    assert_int_equal(dist_read(1, SPENDSGIR + 4, 4), 5 << 8);
    assert_int_equal(dist_read(1, CPENDSGIR + 5, 1), 5);
    assert_int_equal(dist_read(2, SPENDSGIR + 5, 1), 1);
    assert_int_equal(dist_read(1, SPENDSGIR + 8, 4), 2 << 8);
    assert_int_equal(dist_read(1, ISPENDR, 4), 0x220);
    dist_write(1, ICPENDR, 4, 0xffffffff);                              /* not for SGIs */
    assert_int_equal(dist_read(1, ISPENDR, 4), 0x220);
    dist_write(1, CPENDSGIR + 5, 1, 4);
    assert_int_equal(dist_read(1, SPENDSGIR + 5, 1), 1);
    dist_write(1, SPENDSGIR + 4, 4, 0xff000000);
    assert_int_equal(dist_read(1, SPENDSGIR + 4, 4), 7 << 24 | 1 << 8);
}

static void test_sgi_v3(void **state)
{
    (void)state;
    make_gic(3, 20);
    dist_write(0, CTLR, 4, 3);
    for (unsigned i = 0; i < 20; i++)
        redist_write(i, SGI_FRAME | ISENABLER, 4, 0xffff);
    gic_send_sgi(&g, 0, UINT64_C(1) << 16 | 7 << 24 | 0xa, true);       /* cluster 1, CPUs 1 and 3 */
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(redist_read(i, SGI_FRAME | ISPENDR, 4), i == 17 || i == 19 ? 0x80 : 0);
    gic_send_sgi(&g, 4, UINT64_C(1) << 40 | 3 << 24, true);             /* all others */
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(redist_read(i, SGI_FRAME | ISPENDR, 4) & 8, i == 4 ? 0 : 8);
    gic_send_sgi(&g, 4, 1 << 24 | 1, false);                            /* it is of group 1 */
    assert_int_equal(redist_read(0, SGI_FRAME | ISPENDR, 4) & 2, 0);
    redist_write(0, SGI_FRAME | IGROUPR, 4, ~2u);
    gic_send_sgi(&g, 4, 1 << 24 | 1, true);
    assert_int_equal(redist_read(0, SGI_FRAME | ISPENDR, 4) & 2, 0);
    gic_send_sgi(&g, 4, 1 << 24 | 1, false);
    assert_int_equal(redist_read(0, SGI_FRAME | ISPENDR, 4) & 2, 2);
    gic_send_sgi(&g, 4, UINT64_C(1) << 48 | 2 << 24 | 0xffff, true);    /* affinity 3 is nobody's */
    gic_send_sgi(&g, 4, UINT64_C(1) << 44 | 2 << 24 | 0xffff, true);    /* nor are CPUs from 16 on in a cluster */
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(redist_read(i, SGI_FRAME | ISPENDR, 4) & 4, 0);
}

/* What a write makes deliverable wakes whom it is for; what cannot be delivered wakes nobody. */
static void test_wake(void **state)
{
    (void)state;
    make_gic(3, 3);
    dist_write(0, IROUTER + 8 * 40, 8, 2);
    gic_line(&g, 0, 40, true);
    assert_int_equal(woken[2], 0);
    dist_write(0, ISENABLER + 4, 4, 0x100);
    assert_int_equal(woken[2], 0);
    dist_write(0, CTLR, 4, 2);
    assert_int_equal(woken[2], 1);
    assert_true(gic_deliverable(&g, 2, lr[2], MADE_LRS, 0xf8));
    dist_write(0, CTLR, 4, 1);
    assert_false(gic_deliverable(&g, 2, lr[2], MADE_LRS, 0xf8));
    dist_write(0, CTLR, 4, 2);
    dist_write(0, IROUTER + 8 * 40, 8, 1);
    assert_int_equal(woken[1], 1);
    assert_false(gic_deliverable(&g, 2, lr[2], MADE_LRS, 0xf8));
    dist_write(0, IPRIORITYR + 40, 1, 0xa0);
    assert_true(gic_deliverable(&g, 1, lr[1], MADE_LRS, 0xa8));
    assert_false(gic_deliverable(&g, 1, lr[1], MADE_LRS, 0xa0));
    assert_int_equal(woken[0], 0);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
    const struct CMUnitTest tests[] = {
        T(test_v2_identity), T(test_v3_identity), T(test_waker), T(test_rows), T(test_reserved), T(test_targets_v2), T(test_routes_v3),
        T(test_pending), T(test_active), T(test_sgi_v2), T(test_sgi_v3), T(test_wake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
