/* The 8259 pair: initialization as Linux does it, priorities, the cascade, ends of interrupts, spurious ones. */
#include "hypervisor/devices/pic.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct pic pic;

/* init_8259A: ICW1-4 for both, vectors 0x30 and 0x38, then everything masked. */
static int setup(void **state)
{
    static const uint8_t words[][2] = { { 0x20, 0x11 }, { 0x21, 0x30 }, { 0x21, 0x04 }, { 0x21, 0x01 },
                                        { 0xa0, 0x11 }, { 0xa1, 0x38 }, { 0xa1, 0x02 }, { 0xa1, 0x01 } };
    (void)state;
    pic_reset(&pic);
    for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++)
        pic_write(&pic, words[i][0], words[i][1]);
    pic_write(&pic, 0x21, 0xff);
    pic_write(&pic, 0xa1, 0xff);
    return 0;
}

static void pulse(unsigned line)
{
    pic_line(&pic, line, true);
}

static void test_probe(void **state)
{
    (void)state;
    pic_write(&pic, 0x21, 0xfb);
    assert_int_equal(pic_read(&pic, 0x21), 0xfb);       /* how Linux finds out that there is one */
}

static void test_masked_then_not(void **state)
{
    (void)state;
    pulse(0);
    assert_false(pic_asks(&pic));
    pic_write(&pic, 0x21, 0xfe);
    assert_true(pic_asks(&pic));
    assert_int_equal(pic_vector(&pic), 0x30);
    assert_int_equal(pic_accept(&pic), 0x30);
    assert_false(pic_asks(&pic));
}

static void test_priority(void **state)
{
    (void)state;
    pic_write(&pic, 0x21, 0);
    pulse(4);
    assert_int_equal(pic_accept(&pic), 0x34);
    pulse(6);
    assert_false(pic_asks(&pic));               /* less urgent than what is in service */
    pulse(1);
    assert_int_equal(pic_accept(&pic), 0x31);
    pic_write(&pic, 0x20, 0x61);                /* specific end of 1 */
    assert_false(pic_asks(&pic));
    pic_write(&pic, 0x20, 0x20);                /* of the most urgent in service: 4 */
    assert_int_equal(pic_accept(&pic), 0x36);
}

static void test_cascade(void **state)
{
    (void)state;
    pic_write(&pic, 0x21, (uint8_t)~4u);
    pic_write(&pic, 0xa1, (uint8_t)~2u);
    pulse(9);
    assert_int_equal(pic_accept(&pic), 0x39);
    pic_line(&pic, 9, false);
    pulse(9);
    assert_false(pic_asks(&pic));
    pic_write(&pic, 0xa0, 0x20);
    assert_false(pic_asks(&pic));               /* the master's line 2 is in service still */
    pic_write(&pic, 0x20, 0x62);
    assert_int_equal(pic_accept(&pic), 0x39);
}

static void test_edge_and_level(void **state)
{
    (void)state;
    pic_write(&pic, 0x21, 0);
    pulse(3);
    assert_int_equal(pic_accept(&pic), 0x33);
    pic_write(&pic, 0x20, 0x20);
    assert_false(pic_asks(&pic));               /* an edge is one request, however long the line stays high */
    pic_write(&pic, 0x4d0, 0x08);
    pic_line(&pic, 3, false);
    pulse(3);
    assert_int_equal(pic_accept(&pic), 0x33);
    pic_write(&pic, 0x20, 0x20);
    assert_true(pic_asks(&pic));                /* a level asks until it falls */
    pic_line(&pic, 3, false);
    assert_false(pic_asks(&pic));
    pic_write(&pic, 0x4d0, 0xff);
    assert_int_equal(pic_read(&pic, 0x4d0), 0xf8);
}

static void test_spurious(void **state)
{
    (void)state;
    pic_write(&pic, 0x21, 0);
    pulse(5);
    pic_line(&pic, 5, false);
    assert_false(pic_asks(&pic));
    assert_int_equal(pic_accept(&pic), 0x37);
    pic_write(&pic, 0x20, 0x0b);
    assert_int_equal(pic_read(&pic, 0x20), 0);  /* and is not in service */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_probe, setup), cmocka_unit_test_setup(test_masked_then_not, setup), cmocka_unit_test_setup(test_priority, setup),
        cmocka_unit_test_setup(test_cascade, setup), cmocka_unit_test_setup(test_edge_and_level, setup), cmocka_unit_test_setup(test_spurious, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
