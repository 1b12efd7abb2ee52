/* The cursor, checked sums and the error value: what everything else relies on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "lib/addr.h"
#include "lib/checked.h"
#include "lib/error.h"
#include "lib/span.h"
#include <cmocka.h>     /* last: it defines a macro named fail */

static const uint8_t bytes[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static void takes_in_order(void **state)
{
    (void)state;
    struct span s = span_of(bytes, 8), head = span_take(&s, 3);
    assert_ptr_equal(head.at, bytes);
    assert_int_equal(head.left, 3);
    assert_int_equal(s.left, 5);
    assert_ptr_equal(s.at, bytes + 3);
    head = span_take(&s, 5);
    assert_int_equal(head.left, 5);
    head = span_take(&s, 0);                    /* nothing of nothing is no fault */
    assert_false(head.broken || s.broken);
}

static void failure_is_sticky(void **state)
{
    (void)state;
    struct span s = span_of(bytes, 8), head = span_take(&s, 9);
    assert_true(s.broken && head.broken);
    assert_int_equal(head.left, 0);
    assert_true(span_take(&s, 1).broken);
    assert_true(span_take(&s, 0).broken);
    assert_int_equal(span_le(&s, 1), 0);
    assert_true(span_slice(s, 0, 1).broken);
    s = span_of(bytes, 8);
    assert_true(span_take(&s, UINT64_MAX).broken);
}

static void numbers_are_little_endian(void **state)
{
    (void)state;
    struct span s = span_of(bytes, 8);
    assert_int_equal(span_le(&s, 1), 1);
    assert_int_equal(span_le(&s, 2), 0x0302);
    assert_int_equal(span_le(&s, 4), 0x07060504);
    assert_int_equal(span_le(&s, 2), 0);        /* one byte is left */
    assert_true(s.broken);
    s = span_of(bytes, 8);
    assert_true(span_le(&s, 8) == UINT64_C(0x0807060504030201));
    assert_false(s.broken);
}

static void slices_leave_the_parent(void **state)
{
    (void)state;
    struct span s = span_of(bytes, 8), part = span_slice(s, 6, 2);
    assert_ptr_equal(part.at, bytes + 6);
    assert_int_equal(s.left, 8);
    assert_false(span_slice(s, 8, 0).broken);
    assert_true(span_slice(s, 6, 3).broken);
    assert_true(span_slice(s, 9, 0).broken);
    assert_true(span_slice(s, UINT64_MAX, 2).broken);
    assert_true(span_slice(s, 2, UINT64_MAX).broken);
    assert_false(s.broken);
}

static void sums_are_checked(void **state)
{
    (void)state;
    uint64_t r;
    assert_true(add_ok(UINT64_MAX - 1, 1, &r));
    assert_false(add_ok(UINT64_MAX, 1, &r));
    assert_true(mul_ok(UINT32_MAX, UINT32_MAX, &r));
    assert_false(mul_ok(UINT64_C(1) << 32, UINT64_C(1) << 32, &r));
    assert_true(round_up_ok(4097, 4096, &r) && r == 8192);
    assert_true(round_up_ok(0, 4096, &r) && r == 0);
    assert_true(round_up_ok(UINT64_MAX - 4095, 4096, &r) && r == UINT64_MAX - 4095);
    assert_false(round_up_ok(UINT64_MAX - 4094, 4096, &r));
    assert_int_equal(round_down(8191, 4096), 4096);
}

/* Against the definition, byte by byte, on a small scale. */
static void ranges_are_what_they_say(void **state)
{
    (void)state;
    for (unsigned a = 0; a < 5; a++)
        for (unsigned an = 0; an < 5; an++)
            for (unsigned b = 0; b < 5; b++)
                for (unsigned bn = 0; bn < 5; bn++) {
                    bool meet = false;
                    for (unsigned x = a; x < a + an; x++)
                        meet |= x >= b && x < b + bn;
                    assert_int_equal(ranges_meet(a, an, b, bn), meet);
                    assert_int_equal(range_within(a, an, b, bn), a >= b && a + an <= b + bn);
                }
    assert_false(range_within(UINT64_MAX, 2, 0, UINT64_MAX));
    assert_false(range_within(1, UINT64_MAX, 0, UINT64_MAX));
    assert_true(range_within(0, UINT64_MAX, 0, UINT64_MAX));
}

static void first_sentence_stands(void **state)
{
    (void)state;
    struct error e = { "" };
    assert_false(failed(&e));
    assert_false((fail)(&e, "guest %s: %d", "web", 1));
    assert_false((fail)(&e, "another"));
    assert_true(failed(&e));
    assert_string_equal(e.text, "guest web: 1");
    e.text[0] = '\0';
    char text[400];
    memset(text, 'x', sizeof(text) - 1), text[sizeof(text) - 1] = '\0';
    assert_false((fail)(&e, "%s", text));
    assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_in_order), cmocka_unit_test(failure_is_sticky), cmocka_unit_test(numbers_are_little_endian),
        cmocka_unit_test(slices_leave_the_parent), cmocka_unit_test(sums_are_checked),
        cmocka_unit_test(ranges_are_what_they_say), cmocka_unit_test(first_sentence_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
