/* The walk of a guest's page tables in every mode, on tables laid out by hand in 64 KiB of guest memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "hypervisor/x86/guest_walk.c"      /* the file under test: it is not part of the host's library */

enum { RAM = 0x10000, ROM = 0x8000 };       /* from ROM on it cannot be written */
static _Alignas(4096) uint8_t ram[RAM];

static void *entry(void *owner, uint64_t g, bool *writable)
{
    (void)owner;
    *writable = g < ROM;
    return g < RAM - 8 ? ram + g : NULL;
}
static const struct walk_memory memory = { entry, NULL };

static void put64(unsigned at, uint64_t v) { memcpy(ram + at, &v, 8); }
static void put32(unsigned at, uint32_t v) { memcpy(ram + at, &v, 4); }
static uint64_t get64(unsigned at) { uint64_t v; memcpy(&v, ram + at, 8); return v; }
static uint32_t get32(unsigned at) { uint32_t v; memcpy(&v, ram + at, 4); return v; }

#define LONG_MODE { .cr0 = CR0_PG | CR0_PE | CR0_WP, .cr3 = 0x1000, .cr4 = CR4_PAE, .efer = EFER_LME | EFER_LMA | EFER_NXE, \
                    .physical_bits = 40, .pages_1g = true }

static uint64_t gpa_out;
static uint32_t error_out;
static bool walk(const struct walk_state *s, uint64_t gva, uint32_t access) { return guest_walk(s, &memory, gva, access, &gpa_out, &error_out); }

/* 4 levels at 1000h; a user page at 0, a supervisor no-execute one at 1000h, a read-only user one at 2000h, 2 MiB at 200000h, 1 GiB at 40000000h. */
static void lay_out(void)
{
    memset(ram, 0, sizeof(ram));
    put64(0x1000, 0x2007);
    put64(0x2000, 0x3007);
    put64(0x2008, 0xc0000087);
    put64(0x3000, 0x4007);
    put64(0x3008, 0x600087);
    put64(0x4000, 0x123456007);
    put64(0x4008, PTE_NX | 0x7003);
    put64(0x4010, 0x8005);
}

static void without_paging(void **state)
{
    (void)state;
    struct walk_state s = { .cr0 = CR0_PE };
    assert_true(walk(&s, 0x100001234, PF_WRITE));
    assert_int_equal(gpa_out, 0x1234);
}

static void long_mode(void **state)
{
    (void)state;
    struct walk_state s = LONG_MODE;
    lay_out();
    assert_true(walk(&s, 0x345, PF_USER));
    assert_int_equal(gpa_out, 0x123456345);
    assert_int_equal(get64(0x4000), 0x123456027);       /* accessed, not dirty */
    assert_int_equal(get64(0x1000), 0x2027);
    assert_true(walk(&s, 0x345, PF_USER | PF_WRITE));
    assert_int_equal(get64(0x4000), 0x123456067);
    assert_int_equal(get64(0x3000), 0x4027);            /* D is the leaf's alone */
    assert_true(walk(&s, 0x2abcde, PF_WRITE));
    assert_int_equal(gpa_out, 0x6abcde);
    assert_true(walk(&s, 0x4abcdef0, 0));
    assert_int_equal(gpa_out, 0xcabcdef0);
    assert_false(walk(&s, 0x3000, PF_USER));
    assert_int_equal(error_out, PF_USER);
    assert_false(walk(&s, UINT64_C(0x800000000000), 0));    /* not canonical */
}

static void rights(void **state)
{
    (void)state;
    struct walk_state s = LONG_MODE;
    lay_out();
    assert_false(walk(&s, 0x1000, PF_USER));
    assert_int_equal(error_out, PF_USER | PF_PRESENT);
    assert_int_equal(get64(0x4008), PTE_NX | 0x7003);   /* refused: nothing is marked */
    assert_true(walk(&s, 0x1000, PF_WRITE));
    assert_false(walk(&s, 0x1000, PF_FETCH));
    assert_int_equal(error_out, PF_FETCH | PF_PRESENT);
    assert_false(walk(&s, 0x2000, PF_WRITE));
    assert_int_equal(error_out, PF_WRITE | PF_PRESENT);
    s.cr0 &= ~(uint64_t)CR0_WP;
    assert_true(walk(&s, 0x2000, PF_WRITE));
    assert_false(walk(&s, 0x2000, PF_WRITE | PF_USER));
    s.cr4 |= CR4_SMEP;
    assert_false(walk(&s, 0, PF_FETCH));
    assert_true(walk(&s, 0, PF_FETCH | PF_USER));
    s.cr4 |= CR4_SMAP;
    assert_false(walk(&s, 0, 0));
    assert_int_equal(error_out, PF_PRESENT);
    s.rflags = RFLAGS_AC;
    assert_true(walk(&s, 0, 0));
    put64(0x3000, 0x4003);      /* a right missing above counts */
    assert_false(walk(&s, 0, PF_USER));
}

static void reserved_bits(void **state)
{
    (void)state;
    struct walk_state s = LONG_MODE;
    lay_out();
    put64(0x4000, UINT64_C(1) << 40 | 7);
    assert_false(walk(&s, 0, PF_USER));
    assert_int_equal(error_out, PF_USER | PF_PRESENT | PF_RESERVED);
    put64(0x3008, 0x602087);
    assert_false(walk(&s, 0x200000, 0));
    assert_int_equal(error_out, PF_PRESENT | PF_RESERVED);
    s.efer &= ~(uint64_t)EFER_NXE;
    assert_false(walk(&s, 0x1000, 0));
    assert_int_equal(error_out, PF_PRESENT | PF_RESERVED);
    s.pages_1g = false;
    assert_false(walk(&s, 0x40000000, 0));
    put64(0x1000, 0x2087);
    assert_false(walk(&s, 0, 0));
}

static void five_levels(void **state)
{
    (void)state;
    struct walk_state s = LONG_MODE;
    lay_out();
    s.cr4 |= CR4_LA57;
    s.cr3 = 0x5000;
    put64(0x5000 + 8 * 0x100, 0x1007);
    assert_true(walk(&s, UINT64_C(0xff00000000000345), PF_USER));
    assert_int_equal(gpa_out, 0x123456345);
    s.cr4 &= ~(uint64_t)CR4_LA57;
    assert_false(walk(&s, UINT64_C(0xff00000000000345), PF_USER));
}

static void pae(void **state)
{
    (void)state;
    struct walk_state s = { .cr0 = CR0_PG | CR0_PE, .cr3 = 0x1020, .cr4 = CR4_PAE, .physical_bits = 40 };
    memset(ram, 0, sizeof(ram));
    put64(0x1020 + 8 * 3, 0x2001);
    put64(0x2000 + 8 * 0x1ff, 0x3007);
    put64(0x3000 + 8 * 0x1ff, 0xabc000007);
    assert_true(walk(&s, 0xfffff123, PF_USER | PF_WRITE));
    assert_int_equal(gpa_out, 0xabc000123);
    assert_int_equal(get64(0x1020 + 8 * 3), 0x2001);    /* has no accessed bit */
    assert_int_equal(get64(0x3000 + 8 * 0x1ff), 0xabc000067);
    put64(0x1020 + 8 * 3, 0x2003);
    assert_false(walk(&s, 0xfffff123, 0));
    assert_int_equal(error_out, PF_PRESENT | PF_RESERVED);
}

static void two_levels(void **state)
{
    (void)state;
    struct walk_state s = { .cr0 = CR0_PG | CR0_PE, .cr3 = 0x1000, .cr4 = CR4_PSE, .physical_bits = 40 };
    memset(ram, 0, sizeof(ram));
    put32(0x1000, 0x2007);
    put32(0x2004, 0x5007);
    put32(0x1000 + 4 * 0x300, 0x00802087);      /* 4 MiB at 1_0080_0000h */
    assert_true(walk(&s, 0x1abc, PF_USER | PF_WRITE));
    assert_int_equal(gpa_out, 0x5abc);
    assert_int_equal(get32(0x2004), 0x5067);
    assert_int_equal(get32(0x2008), 0);         /* the neighbour is not written */
    assert_true(walk(&s, 0xc0312345, PF_FETCH));
    assert_int_equal(gpa_out, 0x100b12345);
    put32(0x1000 + 4 * 0x300, 0x00a00087);
    assert_false(walk(&s, 0xc0312345, 0));
    s.cr4 = 0;                                  /* without PSE the bit means nothing */
    put32(0x1000 + 4 * 0x300, 0x2087);
    assert_true(walk(&s, 0xc0001abc, 0));
    assert_int_equal(gpa_out, 0x5abc);
}

static void tables_in_rom_or_nowhere(void **state)
{
    (void)state;
    struct walk_state s = LONG_MODE;
    lay_out();
    memcpy(ram + 0x9000, ram + 0x4000, 0x1000);
    put64(0x3000, 0x9007);
    assert_true(walk(&s, 0, PF_WRITE));
    assert_int_equal(get64(0x9000), 0x123456007);
    put64(0x3000, 0x20007);
    assert_false(walk(&s, 0, PF_WRITE));
    assert_int_equal(error_out, PF_WRITE);
    s.cr3 = 0xff000;
    assert_false(walk(&s, 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_paging), cmocka_unit_test(long_mode), cmocka_unit_test(rights), cmocka_unit_test(reserved_bits),
        cmocka_unit_test(five_levels), cmocka_unit_test(pae), cmocka_unit_test(two_levels), cmocka_unit_test(tables_in_rom_or_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
