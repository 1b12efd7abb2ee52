/* The page allocator: nothing is lost, nothing given twice, and all that an owner held comes back. */
#include "hypervisor/core/page.h"
#include "hypervisor/fake/fake_x86.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void setup_host(uint64_t mib) { page_init(fake_host(MIB(mib), 1)); }

static void test_take_and_give(void **state)
{
    hpa_t a, b;
    (void)state;
    setup_host(64);
    uint64_t before = page_free_bytes();
    assert_true(page_take(7, PAGE_ORDER_2M, &a));
    assert_int_equal(a.v & (MIB(2) - 1), 0);
    assert_true(page_take(7, 0, &b));
    assert_int_equal(page_held_bytes(7), MIB(2) + PAGE_SIZE);
    assert_int_equal(page_owner(hpa_add(a, PAGE_SIZE)), 7);
    page_give(a, PAGE_ORDER_2M);
    page_give(b, 0);
    assert_int_equal(page_free_bytes(), before);
}

static void test_part_of_a_block_can_be_given(void **state)
{
    hpa_t a;
    (void)state;
    setup_host(64);
    uint64_t before = page_free_bytes();
    assert_true(page_take(7, PAGE_ORDER_2M, &a));
    page_give(hpa_add(a, 5 * PAGE_SIZE), 0);
    assert_int_equal(page_held_bytes(7), MIB(2) - PAGE_SIZE);
    assert_int_equal(page_owner(hpa_add(a, 4 * PAGE_SIZE)), 7);
    page_give_owner(7);
    assert_int_equal(page_free_bytes(), before);
}

/* A reserve is nobody's until its guest takes it, and comes back to the reserve, whoever asks in between. */
static void test_reserved_memory_is_kept(void **state)
{
    enum { FIRST = FAKE_RAM_BASE + 0x1003000, PAGES = 0x805 };
    const hpa_t first = hpa(FIRST);
    hpa_t a;
    (void)state;
    setup_host(64);
    uint64_t before = page_free_bytes();
    assert_false(page_reserve(hpa(FAKE_RAM_BASE), PAGE_SIZE));               /* bookkeeping stands there */
    assert_false(page_reserve(hpa(FAKE_RAM_BASE + MIB(63)), MIB(2)));        /* past the end */
    assert_int_equal(page_free_bytes(), before);
    assert_false(page_take_reserved(7, first, PAGE_SIZE * PAGES));
    assert_true(page_reserve(first, PAGE_SIZE * PAGES));
    assert_false(page_reserve(hpa_add(first, PAGE_SIZE), PAGE_SIZE));
    assert_int_equal(page_free_bytes(), before - PAGE_SIZE * PAGES);
    for (unsigned round = 0; round < 3; round++) {
        while (page_take(9, 0, &a))
            assert_true(a.v - first.v >= PAGE_SIZE * PAGES);
        assert_true(page_take_reserved(7, first, PAGE_SIZE * PAGES));
        assert_false(page_take_reserved(8, first, PAGE_SIZE * PAGES));
        assert_int_equal(page_held_bytes(7), PAGE_SIZE * PAGES);
        assert_true(page_ref(hpa_add(first, 5 * PAGE_SIZE), 7));
        page_give_owner(7);
        assert_false(page_take_reserved(7, first, PAGE_SIZE * PAGES));       /* a page of it is still mapped by another */
        page_unref(hpa_add(first, 5 * PAGE_SIZE));
        page_give_owner(9);
        assert_int_equal(page_free_bytes(), before - PAGE_SIZE * PAGES);
    }
}

static void test_referenced_page_outlives_its_owner(void **state)
{
    hpa_t a;
    (void)state;
    setup_host(64);
    uint64_t before = page_free_bytes();
    assert_true(page_take(7, PAGE_ORDER_2M, &a));
    hpa_t page = hpa_add(a, 9 * PAGE_SIZE);
    assert_false(page_ref(page, 8));
    assert_true(page_ref(page, 7));
    assert_true(page_ref(page, 7));
    page_give_owner(7);
    assert_int_equal(page_free_bytes(), before - PAGE_SIZE);
    assert_false(page_ref(page, 7));
    page_unref(page);
    page_unref(page);
    assert_int_equal(page_free_bytes(), before);
}

static void test_memory_runs_out_politely(void **state)
{
    hpa_t a;
    (void)state;
    setup_host(8);
    uint64_t before = page_free_bytes(), got = 0;
    while (page_take(1, 0, &a))
        got += PAGE_SIZE;
    assert_int_equal(got, before);
    assert_int_equal(page_free_bytes(), 0);
    page_give_owner(1);
    assert_int_equal(page_free_bytes(), before);
    assert_true(page_take(1, PAGE_ORDER_2M, &a));
}

/* A bundle's pages lie outside the host's RAM list and can still be given piece by piece. */
static void test_bundle_pages(void **state)
{
    static uint8_t bytes[3 * 4096 + 5];
    const struct host *h = fake_host(MIB(16), 1);
    (void)state;
    fake_set_bundle(bytes, sizeof(bytes));
    page_init(h);
    uint64_t before = page_free_bytes();
    page_give_range(hpa_add(h->bundle, PAGE_SIZE), 2 * PAGE_SIZE);
    assert_int_equal(page_free_bytes(), before + 2 * PAGE_SIZE);
}

struct held { hpa_t at; unsigned order, owner; };

/* Random takes and gives: blocks never overlap, and the books balance at every step. */
static void test_random(void **state)
{
    enum { HELD = 200, STEPS = 20000 };
    static struct held held[HELD];
    unsigned count = 0;
    (void)state;
    setup_host(128);
    srand(1);
    uint64_t all = page_free_bytes(), taken = 0;
    for (unsigned step = 0; step < STEPS; step++) {
        if (count < HELD && rand() % 2) {
            struct held h = { .order = (unsigned)(rand() % 11), .owner = (unsigned)(1 + rand() % 3) };
            if (!page_take(h.owner, h.order, &h.at))
                continue;
            for (unsigned i = 0; i < count; i++)
                assert_false(h.at.v < held[i].at.v + (PAGE_SIZE << held[i].order) && held[i].at.v < h.at.v + (PAGE_SIZE << h.order));
            memset(hpa_ptr(h.at), (int)h.owner, PAGE_SIZE);
            held[count++] = h;
            taken += PAGE_SIZE << h.order;
        } else if (count) {
            unsigned i = (unsigned)rand() % count;
            assert_int_equal(*(uint8_t *)hpa_ptr(held[i].at), held[i].owner);
            page_give(held[i].at, held[i].order);
            taken -= PAGE_SIZE << held[i].order;
            held[i] = held[--count];
        }
        assert_int_equal(page_free_bytes(), all - taken);
    }
    for (unsigned owner = 1; owner <= 3; owner++)
        page_give_owner(owner);
    assert_int_equal(page_free_bytes(), all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take_and_give), cmocka_unit_test(test_part_of_a_block_can_be_given),
        cmocka_unit_test(test_reserved_memory_is_kept),
        cmocka_unit_test(test_referenced_page_outlives_its_owner), cmocka_unit_test(test_memory_runs_out_politely),
        cmocka_unit_test(test_bundle_pages), cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
