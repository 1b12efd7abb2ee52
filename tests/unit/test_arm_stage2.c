/*
 * Stage 2 on Arm against a plain list of what each 4 KiB page should be, over random maps and unmaps, memory running out included, with
 * a TLB that caches whatever it may at the moments at which the code waits for other CPUs: no translation is ever replaced by another
 * one that a TLB could hold at the same time ("break before make", D8.16.1).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* In the place of cpu.h and tlb.h: instructions of EL2 that this machine does not have. */
#define HYPERVISOR_ARM_CPU_H
#define HYPERVISOR_ARM_TLB_H
static uint64_t in_VTTBR_EL2, in_SCTLR_EL1, in_TCR_EL1;
#define sysreg_get(name) in_##name
#define sysreg_set(name, value) ((void)(in_##name = (value)))
static void observe(void);
static inline void isb(void) { observe(); }
static inline void dsb_ish(void) { observe(); }
static inline void dsb_ishst(void) { observe(); }
static void tlbi_vmid_all(void);
static void tlbi_ipa(uint64_t page);
static void tlbi_vmid_stage1(void);
static inline void tlbi_vmid_here(void) { }
#include "hypervisor/arm/cpu.c"
#include "hypervisor/arm/stage2.c"      /* the file under test: it is not part of the host's library */
#include <cmocka.h>

enum { POOL_PAGES = 4096, PAGES = 17 * 512, STRIDE = 17 };
#define BASE (GIB(1) - MIB(2))      /* the window lies across a 1 GiB boundary, behind which 32 MiB may be one group of blocks */

uintptr_t arch_direct_map;
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
    *first = hpa((uint64_t)at * PAGE_SIZE);
    memset(hpa_ptr(*first), 0, n * PAGE_SIZE);
    return true;
}

static void pages_give(hpa_t first, unsigned order)
{
    (void)first;
    pool_held -= 1u << order;
}

static void say(const char *line) { (void)line; }
static const struct arch_up up = { .pages_take = pages_take, .pages_give = pages_give, .log = say };
const struct arch_up *arch_up_table = &up;

/* ---- the TLB: of stage 2 alone, and of both stages as one --------------------------------------------- */

struct cached { uint64_t entry; unsigned level; };
static struct { struct cached stage2, both; } tlb[PAGES];
static struct stage2 *watched;
static unsigned conflicts, flushes;

static struct cached walk(uint64_t g)
{
    struct cached c = { 0, 0 };
    (void)entry_find(watched, g, &c.level, &c.entry);
    return c;
}

static bool conflict(struct cached old, struct cached new)
{
    return (old.entry & S2_VALID) && (new.entry & S2_VALID) && (old.level != new.level || ((old.entry ^ new.entry) & ~S2_PERMISSIONS));
}

static void observe(void)
{
    static unsigned phase;
    phase = (phase + 1) % STRIDE;
    for (unsigned i = phase; watched && i < PAGES; i += STRIDE) {
        struct cached now = walk(BASE + i * PAGE_SIZE);
        if (!(now.entry & S2_VALID))
            continue;
        conflicts += conflict(tlb[i].stage2, now) || conflict(tlb[i].both, now);
        tlb[i].stage2 = tlb[i].both = now;
    }
}

static void tlbi_vmid_all(void)
{
    assert_int_equal(in_VTTBR_EL2, watched->vttbr);
    memset(tlb, 0, sizeof(tlb));
    flushes++;
}

static void tlbi_vmid_stage1(void)
{
    assert_int_equal(in_VTTBR_EL2, watched->vttbr);
    for (unsigned i = 0; i < PAGES; i++)
        tlb[i].both.entry = 0;
}

/* The worst TLB: it keeps each entry of a group for itself. */
static void tlbi_ipa(uint64_t page)
{
    uint64_t g = page << PAGE_SHIFT;
    assert_int_equal(in_VTTBR_EL2, watched->vttbr);
    for (unsigned i = 0; i < PAGES; i++) {
        if ((tlb[i].stage2.entry & S2_VALID) && ((BASE + i * PAGE_SIZE) ^ g) < s2_size(tlb[i].stage2.level))
            tlb[i].stage2.entry = 0;
    }
}

/* ---- the model ------------------------------------------------------------------------------------------ */

struct page { uint64_t h; unsigned perm; };     /* perm 0: not mapped */
static struct page model[PAGES];

static int setup(void **state)
{
    (void)state;
    pool = aligned_alloc(MIB(2), POOL_PAGES * PAGE_SIZE);
    arch_direct_map = (uintptr_t)pool;
    pool_used = pool_held = conflicts = flushes = 0;
    pool_limit = POOL_PAGES;
    in_VTTBR_EL2 = 0;
    watched = NULL;
    memset(model, 0, sizeof(model));
    memset(tlb, 0, sizeof(tlb));
    return pool && stage2_start(40, false) ? 0 : -1;
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
        if (found != (model[i].perm != 0))
            fail_msg("page %u: %s", i, found ? "is mapped" : "is not mapped");
        if (!found)
            continue;
        if (h.v != model[i].h + 0x123 || perm != model[i].perm || run < PAGE_SIZE - 0x123)
            fail_msg("page %u: at %llx", i, (unsigned long long)h.v);
    }
}

/* A group's 16 entries all have the hint, and say 16 neighbours with the same rights. */
static void groups_are_whole(struct stage2 *s)
{
    watched = s;
    for (unsigned i = 0; i < PAGES; i++) {
        uint64_t g = BASE + i * PAGE_SIZE;
        struct cached c = walk(g);
        if (!(c.entry & S2_CONTIGUOUS))
            continue;
        uint64_t size = s2_size(c.level), first = g & ~(S2_GROUP * size - 1), h = c.entry - ((g - first) & ~(size - 1));
        for (unsigned n = 0; n < S2_GROUP; n++) {
            struct cached other = walk(first + n * size);
            assert_int_equal(other.level, c.level);
            assert_int_equal(other.entry, h + n * size);
        }
    }
}

static struct stage2 *create(bool live)
{
    struct stage2 *s = arch_stage2_create(7);
    assert_non_null(s);
    s->live = live;
    watched = s;
    return s;
}

static void destroy(struct stage2 *s)
{
    arch_stage2_destroy(s);
    watched = NULL;
    memset(tlb, 0, sizeof(tlb));        /* no vCPU walks it since the flush: what was seen after that was seen by nobody */
    assert_int_equal(pool_held, 0);
    assert_int_equal(conflicts, 0);
}

static void shapes(void **state)
{
    static const struct { unsigned host, bits, start, order, sl0; } rows[] = {
        { 32, 32, 1, 0, 1 }, { 36, 36, 1, 0, 1 }, { 39, 39, 1, 0, 1 }, { 40, 40, 1, 1, 1 }, { 42, 42, 1, 3, 1 }, { 43, 43, 1, 4, 1 },
        { 44, 44, 0, 0, 2 }, { 48, 48, 0, 0, 2 }, { 52, 48, 0, 0, 2 },
    };
    struct stage2_shape s;
    (void)state;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        assert_true(stage2_shape_make(&s, rows[i].host, cpu_ps(rows[i].bits), rows[i].host == 44));
        assert_int_equal(s.bits, rows[i].bits);
        assert_int_equal(s.start, rows[i].start);
        assert_int_equal(s.root_order, rows[i].order);
        assert_int_equal(s.vtcr & 0x3f, 64 - rows[i].bits);
        assert_int_equal(s.vtcr >> VTCR_SL0_SHIFT & 3, rows[i].sl0);
        assert_true((s.vtcr >> VTCR_PS_SHIFT & 7) <= 5);
        assert_int_equal(!!(s.vtcr & VTCR_VS), rows[i].host == 44);
    }
    assert_false(stage2_shape_make(&s, 0, 0, false));
    assert_false(stage2_shape_make(&s, 56, 6, false));
}

static void maps_and_splits(void **state)
{
    (void)state;
    struct stage2 *s = create(true);
    uint64_t run;
    unsigned perm;
    hpa_t h;
    assert_int_equal(arch_stage2_tables(s), 3 * PAGE_SIZE);     /* 40 bits: two tables side by side */
    assert_true(arch_stage2_map(s, gpa(GIB(700)), hpa(GIB(8)), GIB(2), S2_ALL));
    assert_int_equal(arch_stage2_tables(s), 3 * PAGE_SIZE);     /* two blocks of 1 GiB need none more */
    assert_true(arch_stage2_lookup(s, gpa(GIB(701) + 5), &h, &perm, &run));
    assert_int_equal(h.v, GIB(9) + 5);
    assert_int_equal(run, GIB(1) - 5);
    assert_true(arch_stage2_unmap(s, gpa(GIB(701) + PAGE_SIZE), PAGE_SIZE));
    assert_int_equal(arch_stage2_tables(s), 5 * PAGE_SIZE);
    assert_false(arch_stage2_lookup(s, gpa(GIB(701) + PAGE_SIZE), &h, &perm, &run));
    assert_true(arch_stage2_lookup(s, gpa(GIB(701) + 2 * PAGE_SIZE), &h, &perm, &run));
    assert_int_equal(h.v, GIB(9) + 2 * PAGE_SIZE);
    assert_true(arch_stage2_lookup(s, gpa(GIB(701) + MIB(2)), &h, &perm, &run));
    assert_int_equal(run, MIB(2));
    assert_int_equal(h.v, GIB(9) + MIB(2));
    destroy(s);
}

static void devices_and_hints(void **state)
{
    (void)state;
    struct stage2 *s = create(true);
    uint64_t run;
    unsigned perm;
    hpa_t h;
    assert_true(arch_stage2_map(s, gpa(0x3002000), hpa(0x8040000), 0x2000, S2_READ | S2_WRITE | S2_DEVICE));
    assert_true(arch_stage2_lookup(s, gpa(0x3003000), &h, &perm, &run));
    assert_int_equal(perm, S2_READ | S2_WRITE | S2_DEVICE);
    assert_true(arch_stage2_map(s, gpa(MIB(64)), hpa(MIB(96)), MIB(32), S2_ALL));
    assert_int_equal(walk(MIB(64) + MIB(31)).level, 2);
    assert_true(walk(MIB(64) + MIB(31)).entry & S2_CONTIGUOUS);
    assert_true(arch_stage2_map(s, gpa(MIB(2) + KIB(64)), hpa(KIB(64)), KIB(64), S2_ALL));
    assert_true(walk(MIB(2) + KIB(127)).entry & S2_CONTIGUOUS);
    assert_true(arch_stage2_unmap(s, gpa(MIB(2) + KIB(64)), PAGE_SIZE));
    assert_false(walk(MIB(2) + KIB(127)).entry & S2_CONTIGUOUS);
    assert_true(walk(MIB(2) + KIB(127)).entry & S2_VALID);
    destroy(s);
}

static void refuses_the_unmappable(void **state)
{
    const uint64_t end = GIB(1024);
    (void)state;
    struct stage2 *s = create(false);
    uint64_t run;
    unsigned perm;
    hpa_t h;
    assert_false(arch_stage2_map(s, gpa(end), hpa(0), PAGE_SIZE, S2_ALL));
    assert_false(arch_stage2_map(s, gpa(end - PAGE_SIZE), hpa(0), 2 * PAGE_SIZE, S2_ALL));
    assert_true(arch_stage2_map(s, gpa(end - PAGE_SIZE), hpa(0), PAGE_SIZE, S2_ALL));
    assert_false(arch_stage2_map(s, gpa(0), hpa(end), PAGE_SIZE, S2_ALL));     /* no CPU of this host has such an address */
    assert_false(arch_stage2_map(s, gpa(UINT64_MAX & ~PAGE_MASK), hpa(0), PAGE_SIZE, S2_ALL));
    assert_false(arch_stage2_lookup(s, gpa(UINT64_MAX), &h, &perm, &run));
    assert_false(arch_stage2_map(s, gpa(0x800), hpa(0), PAGE_SIZE, S2_ALL));
    assert_true(arch_stage2_unmap(s, gpa(UINT64_MAX & ~PAGE_MASK), PAGE_SIZE));
    destroy(s);
}

/* VMIDs: none twice at once, none is lost, and a destroyed one leaves nothing in a TLB. */
static void vmids_are_distinct(void **state)
{
    struct stage2 *all[255];
    (void)state;
    for (unsigned round = 0; round < 2; round++) {
        pool_used = 0;
        for (unsigned i = 0; i < 255; i++) {
            all[i] = create(true);
            for (unsigned k = 0; k < i; k++)
                assert_true(all[k]->vttbr >> VTTBR_VMID_SHIFT != all[i]->vttbr >> VTTBR_VMID_SHIFT);
        }
        assert_null(arch_stage2_create(7));
        for (unsigned i = 0; i < 255; i++) {
            watched = all[i];
            arch_stage2_destroy(all[i]);
        }
        assert_int_equal(pool_held, 0);
    }
    watched = NULL;
    assert_int_equal(flushes, 510);
}

static unsigned pick(unsigned below) { return (unsigned)rand() % below; }

struct step { unsigned at, n, perm; uint64_t h; };

static struct step random_step(void)
{
    static const unsigned perms[] = { S2_READ, S2_READ | S2_WRITE, S2_ALL, S2_READ | S2_EXEC, S2_READ | S2_WRITE | S2_DEVICE };
    struct step s = { .perm = pick(3) ? perms[pick(5)] : 0 };
    switch (pick(4)) {
    case 0:
        s = (struct step){ 512, 16 * 512, s.perm, pick(8) * MIB(32) };
        break;
    case 1:
        s = (struct step){ pick(17) * 512, 512, s.perm, pick(64) * MIB(2) };
        break;
    case 2:
        s = (struct step){ pick(PAGES / 16) * 16, 16, s.perm, pick(1 << 16) * KIB(64) };
        break;
    default:
        s.at = pick(PAGES);
        s.n = 1 + pick(PAGES - s.at < 600 ? PAGES - s.at : 600);
        s.h = pick(1 << 20) * PAGE_SIZE;
        break;
    }
    return s;
}

static void do_step(struct stage2 *s, struct step t)
{
    uint64_t g = BASE + t.at * PAGE_SIZE, run;
    bool cleared = t.perm != 0;
    unsigned p;
    hpa_t there;
    if (t.perm ? arch_stage2_map(s, gpa(g), hpa(t.h), t.n * PAGE_SIZE, t.perm) : arch_stage2_unmap(s, gpa(g), t.n * PAGE_SIZE)) {
        for (unsigned i = 0; i < t.n; i++)
            model[t.at + i] = (struct page){ t.h + i * PAGE_SIZE, t.perm };
    } else {        /* Out of memory: of a map nothing is there, or all is as it was; of an unmap, all is as it was. */
        for (unsigned i = 0; i < t.n; i++)
            cleared = cleared && !arch_stage2_lookup(s, gpa(g + i * PAGE_SIZE), &there, &p, &run);
        if (cleared)
            memset(&model[t.at], 0, t.n * sizeof(model[0]));
    }
    arch_stage2_flush(s);
}

static void agrees_with_a_list(void **state)
{
    (void)state;
    srand(1);
    for (unsigned round = 0; round < 8; round++) {
        assert_true(stage2_start(round % 3 ? 48 : 40, false));
        pool_used = 0;
        pool_limit = round % 4 == 3 ? 6 + pick(8) : POOL_PAGES;     /* tables run out in some rounds */
        memset(model, 0, sizeof(model));
        struct stage2 *s = create(true);
        for (unsigned i = 0; i < 20; i++) {
            do_step(s, random_step());
            compare(s);
            groups_are_whole(s);
            assert_int_equal(conflicts, 0);
            assert_int_equal(s->breaks % 2, 0);
        }
        destroy(s);
    }
}

/* While an entry is away to be made anew, a fault at it is no fault; once it is settled, the next one is the guest's. */
static void transient_faults(void **state)
{
    (void)state;
    struct stage2 *s = create(true);
    struct arch_vcpu *v = calloc(1, sizeof(*v));
    v->stage2 = s;
    assert_true(arch_stage2_map(s, gpa(GIB(1)), hpa(MIB(2)), MIB(2), S2_READ | S2_EXEC));
    assert_false(stage2_is_transient(v, GIB(2), S2_READ));
    assert_true(arch_stage2_unmap(s, gpa(GIB(1) + PAGE_SIZE), PAGE_SIZE));      /* splits the block */
    assert_true(stage2_is_transient(v, GIB(1), S2_READ));
    assert_false(stage2_is_transient(v, GIB(1), S2_READ));
    assert_true(arch_stage2_unmap(s, gpa(GIB(1) + KIB(256)), PAGE_SIZE));       /* and a group */
    assert_false(stage2_is_transient(v, GIB(1), S2_WRITE));                     /* it is there, but not for writing */
    free(v);
    destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(shapes, setup, teardown),
        cmocka_unit_test_setup_teardown(maps_and_splits, setup, teardown),
        cmocka_unit_test_setup_teardown(devices_and_hints, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_the_unmappable, setup, teardown),
        cmocka_unit_test_setup_teardown(vmids_are_distinct, setup, teardown),
        cmocka_unit_test_setup_teardown(agrees_with_a_list, setup, teardown),
        cmocka_unit_test_setup_teardown(transient_faults, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
