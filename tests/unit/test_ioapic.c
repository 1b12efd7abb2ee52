/* The I/O APIC: edges, levels and Remote IRR, as the 82093AA's data sheet says and Linux relies on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "hypervisor/devices/ioapic.h"

static struct ioapic io;
static struct apic_message last;
static unsigned sent;

static void note(void *owner, const struct apic_message *m)
{
    (void)owner;
    last = *m;
    sent++;
}
static void put(unsigned reg, uint32_t value)
{
    ioapic_write(&io, 0, reg);
    ioapic_write(&io, 0x10, value);
}
static uint32_t get(unsigned reg)
{
    ioapic_write(&io, 0, reg);
    return ioapic_read(&io, 0x10);
}
static void entry(unsigned pin, uint32_t low, uint32_t high)
{
    put(0x11 + 2 * pin, high);
    put(0x10 + 2 * pin, low);
}
static int fresh(void **state)
{
    (void)state;
    memset(&io, 0, sizeof(io));
    io.send = note;
    ioapic_reset(&io, 2);
    sent = 0;
    return 0;
}

static void test_registers(void **state)
{
    (void)state;
    assert_int_equal(get(0), 0x02000000);
    assert_int_equal(get(1), 0x00170020);
    for (unsigned pin = 0; pin < IOAPIC_PINS; pin++)
        assert_true(get(0x10 + 2 * pin) == 0x10000 && get(0x11 + 2 * pin) == 0);
    put(0, 0xff000000);
    assert_int_equal(get(0), 0x0f000000);
    entry(3, 0xffffffff, 0xffffffff);
    assert_int_equal(get(0x16), 0x0001afff);            /* status and Remote IRR are not written */
    assert_int_equal(get(0x17), 0xff000000);
    assert_true(get(0x40) == 0xffffffff && get(5) == 0xffffffff);
    put(0x40, 0x12345678);
    put(1, 0);
    assert_int_equal(get(1), 0x00170020);
}

static void test_edge(void **state)
{
    (void)state;
    entry(4, 0x0034, 0x01000000);
    ioapic_line(&io, 4, true);
    assert_int_equal(sent, 1);
    assert_true(last.vector == 0x34 && last.mode == APIC_FIXED && !last.level && !last.logical && last.destination == 1);
    ioapic_line(&io, 4, true);
    assert_int_equal(sent, 1);                          /* still high: no edge */
    ioapic_line(&io, 4, false);
    ioapic_line(&io, 4, true);
    assert_int_equal(sent, 2);                          /* and no EOI is waited for */
    entry(4, 0x10034, 0);
    ioapic_line(&io, 4, false);
    ioapic_line(&io, 4, true);
    entry(4, 0x0034, 0);
    assert_int_equal(sent, 2);                          /* an edge while masked is lost */
    entry(4, 0x0934, 0xff000000);
    ioapic_line(&io, 4, false);
    ioapic_line(&io, 4, true);
    assert_true(sent == 3 && last.mode == APIC_LOWEST && last.logical && last.destination == 0xff);
    ioapic_line(&io, 24, true);
    ioapic_line(&io, 400, true);
    assert_int_equal(sent, 3);
}

static void test_level(void **state)
{
    (void)state;
    entry(9, 0x18031, 0);
    ioapic_line(&io, 9, true);
    assert_int_equal(sent, 0);
    entry(9, 0x8031, 0);
    assert_int_equal(sent, 1);                          /* unmasked while the line is high */
    assert_true(last.level);
    assert_int_equal(get(0x10 + 18), 0xc031);
    ioapic_eoi(&io, 0x32);
    entry(9, 0x8031, 0);
    assert_int_equal(sent, 1);                          /* in service */
    ioapic_eoi(&io, 0x31);
    assert_int_equal(sent, 2);                          /* the line is still high */
    ioapic_line(&io, 9, false);
    ioapic_write(&io, 0x40, 0x31);                      /* the EOI register does the same */
    assert_int_equal(get(0x10 + 18), 0x8031);
    assert_int_equal(sent, 2);
    ioapic_line(&io, 9, true);
    entry(9, 0x1c031, 0);
    assert_int_equal(get(0x10 + 18), 0x1c031);          /* Remote IRR outlives masking ... */
    entry(9, 0x10031, 0);
    entry(9, 0x18031, 0);
    assert_int_equal(get(0x10 + 18), 0x18031);          /* ... but not edge mode: how Linux clears a stuck one */
    assert_int_equal(sent, 3);
}

/* A vector shared by two pins ends on both. */
static void test_shared(void **state)
{
    (void)state;
    entry(5, 0x8040, 0);
    entry(6, 0x8040, 0);
    ioapic_line(&io, 5, true);
    ioapic_line(&io, 6, true);
    assert_int_equal(sent, 2);
    ioapic_line(&io, 5, false);
    ioapic_eoi(&io, 0x40);
    assert_int_equal(sent, 3);
    assert_int_equal(get(0x10 + 10), 0x8040);
    assert_int_equal(get(0x10 + 12), 0xc040);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, fresh)
    const struct CMUnitTest tests[] = { T(test_registers), T(test_edge), T(test_level), T(test_shared) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
