/* Nested page tables against a plain list of what each 4 KiB page should be, over random maps and unmaps, memory running out included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "hypervisor/x86/npt.c"     /* the file under test: it is not part of the host's library */

enum { POOL_PAGES = 4096, PAGES = 3 * 512 };
#define BASE (GIB(1) - MIB(2))      /* the window lies across a 1 GiB boundary */

static uint8_t *pool;
static unsigned pool_used, pool_limit, pool_held;

static bool pages_take(unsigned owner, unsigned order, hpa_t *first)
{
    unsigned n = 1u << order, at = (pool_used + n - 1) / n * n;
    assert_int_equal(owner, 7);
    if (at + n > pool_limit)
        return false;
    pool_used = at + n;
    pool_held += n;
    *first = hpa((uint64_t)at * PAGE_SIZE + PAGE_SIZE * 2);
    memset(hpa_ptr(*first), 0, n * PAGE_SIZE);
    return true;
}

static void pages_give(hpa_t first, unsigned order)
{
    (void)first;
    pool_held -= 1u << order;
}

static void say(const char *line) { (void)line; }
static const struct arch_up up = { pages_take, pages_give, say, NULL };
const struct arch_up *arch_up_table = &up;

struct page { uint64_t h; unsigned perm; };     /* perm 0: not mapped */
static struct page model[PAGES];

static int setup(void **state)
{
    (void)state;
    pool = aligned_alloc(MIB(2), POOL_PAGES * PAGE_SIZE);
    arch_direct_map = (uintptr_t)pool - PAGE_SIZE * 2;
    pool_used = pool_held = 0;
    pool_limit = POOL_PAGES;
    npt_largest = 3;
    memset(model, 0, sizeof(model));
    return pool ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    free(pool);
    return 0;
}

static void compare(struct stage2 *s)
{
    for (unsigned i = 0; i < PAGES; i++) {
        uint64_t g = BASE + i * PAGE_SIZE, run = 0;
        unsigned perm = 0;
        hpa_t h = hpa(0);
        bool found = arch_stage2_lookup(s, gpa(g + 0x123), &h, &perm, &run);
        assert_int_equal(found, model[i].perm != 0);
        if (!found)
            continue;
        assert_int_equal(h.v, model[i].h + 0x123);
        assert_int_equal(perm, model[i].perm);
        assert_true(run >= PAGE_SIZE - 0x123);
        /* what is said to be contiguous is */
        unsigned last = i + (unsigned)((run + 0x123) / PAGE_SIZE) - 1;
        if (last < PAGES) {
            assert_int_equal(model[last].h, model[i].h + (last - i) * PAGE_SIZE);
            assert_int_equal(model[last].perm, model[i].perm);
        }
    }
}

static void maps_and_splits(void **state)
{
    (void)state;
    struct stage2 *s = arch_stage2_create(7);
    uint64_t run;
    unsigned perm;
    hpa_t h;
    assert_non_null(s);
    assert_int_equal(arch_stage2_tables(s), 2 * PAGE_SIZE);
    assert_true(arch_stage2_map(s, gpa(GIB(4)), hpa(GIB(8)), GIB(2), S2_ALL));
    assert_int_equal(arch_stage2_tables(s), 3 * PAGE_SIZE);     /* two 1 GiB pages need one table */
    assert_true(arch_stage2_lookup(s, gpa(GIB(5) + 5), &h, &perm, &run));
    assert_int_equal(h.v, GIB(9) + 5);
    assert_int_equal(run, GIB(1) - 5);
    assert_true(arch_stage2_unmap(s, gpa(GIB(5) + PAGE_SIZE), PAGE_SIZE));
    assert_int_equal(arch_stage2_tables(s), 5 * PAGE_SIZE);
    assert_false(arch_stage2_lookup(s, gpa(GIB(5) + PAGE_SIZE), &h, &perm, &run));
    assert_true(arch_stage2_lookup(s, gpa(GIB(5) + 2 * PAGE_SIZE), &h, &perm, &run));
    assert_int_equal(h.v, GIB(9) + 2 * PAGE_SIZE);
    assert_true(arch_stage2_lookup(s, gpa(GIB(5) + MIB(2)), &h, &perm, &run));
    assert_int_equal(run, MIB(2));
    assert_int_equal(h.v, GIB(9) + MIB(2));
    arch_stage2_destroy(s);
    assert_int_equal(pool_held, 0);
}

static void refuses_the_unmappable(void **state)
{
    (void)state;
    struct stage2 *s = arch_stage2_create(7);
    uint64_t run;
    unsigned perm;
    hpa_t h;
    assert_false(arch_stage2_map(s, gpa(NPT_END), hpa(0), PAGE_SIZE, S2_ALL));
    assert_false(arch_stage2_map(s, gpa(NPT_END - PAGE_SIZE), hpa(0), 2 * PAGE_SIZE, S2_ALL));
    assert_true(arch_stage2_map(s, gpa(NPT_END - PAGE_SIZE), hpa(0), PAGE_SIZE, S2_ALL));
    assert_false(arch_stage2_map(s, gpa(UINT64_MAX & ~PAGE_MASK), hpa(0), PAGE_SIZE, S2_ALL));
    assert_false(arch_stage2_lookup(s, gpa(UINT64_MAX), &h, &perm, &run));
    assert_false(arch_stage2_map(s, gpa(0x800), hpa(0), PAGE_SIZE, S2_ALL));
    assert_true(arch_stage2_unmap(s, gpa(UINT64_MAX & ~PAGE_MASK), PAGE_SIZE));
    arch_stage2_destroy(s);
    assert_int_equal(pool_held, 0);
}

static unsigned pick(unsigned below) { return (unsigned)rand() % below; }

static void random_step(struct stage2 *s)
{
    static const unsigned perms[] = { S2_READ, S2_READ | S2_WRITE, S2_ALL, S2_READ | S2_EXEC };
    bool large = pick(3) == 0;
    unsigned at = large ? pick(3) * 512 : pick(PAGES), n = large ? 512 : 1 + pick(PAGES - at);
    uint64_t g = BASE + at * PAGE_SIZE, h = large ? pick(64) * MIB(2) : pick(1 << 20) * PAGE_SIZE;
    unsigned perm = pick(3) ? perms[pick(4)] : 0;
    bool done = perm ? arch_stage2_map(s, gpa(g), hpa(h), n * PAGE_SIZE, perm) : arch_stage2_unmap(s, gpa(g), n * PAGE_SIZE);
    if (done) {
        for (unsigned i = 0; i < n; i++)
            model[at + i] = (struct page){ h + i * PAGE_SIZE, perm };
        return;
    }
    /* Out of memory: of a map nothing is there, or all is as it was; of an unmap, all is as it was. */
    uint64_t run;
    unsigned p;
    hpa_t there;
    bool cleared = perm != 0;
    for (unsigned i = 0; i < n; i++)
        cleared = cleared && !arch_stage2_lookup(s, gpa(g + i * PAGE_SIZE), &there, &p, &run);
    if (cleared)
        memset(&model[at], 0, n * sizeof(model[0]));
}

static void agrees_with_a_list(void **state)
{
    (void)state;
    srand(1);
    for (unsigned round = 0; round < 40; round++) {
        pool_used = 0;
        pool_limit = round % 2 ? 2 + pick(8) : POOL_PAGES;     /* tables run out in every other round */
        memset(model, 0, sizeof(model));
        struct stage2 *s = arch_stage2_create(7);
        assert_non_null(s);
        for (unsigned i = 0; i < 20; i++) {
            random_step(s);
            compare(s);
        }
        arch_stage2_destroy(s);
        assert_int_equal(pool_held, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(maps_and_splits, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_the_unmappable, setup, teardown),
        cmocka_unit_test_setup_teardown(agrees_with_a_list, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
