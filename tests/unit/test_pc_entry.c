/*
 * The states in which a PC's vCPU begins. A guest cannot read back what its descriptor registers hold without tables of its own
 * (guests/tests/entry.c looks at the rest), so each bit is looked at here: docs/misc/pvh.pandoc, "x86/HVM direct boot ABI", and
 * APM vol. 2, 14.1.3 (RESET, INIT) and 16.5 (SIPI).
 */
#include "hypervisor/core/page.h"
#include "hypervisor/fake/fake_x86.h"
#include "hypervisor/machine/pc.h"
#include "hypervisor/machine/pc_exits.h"
#include "lib/x86.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define EFLAGS_TF 0x100u
#define EFLAGS_IF 0x200u
#define EFLAGS_DF 0x400u
#define EFLAGS_VM 0x20000u
enum { G_DB_P_S = 0xc90, DATA = 3, CODE = 0xb };      /* as in a VMCB: the second dword's bits 8 to 11 follow bits 0 to 7 */

static void flat(const struct x86_segment *s, unsigned type)
{
    assert_int_equal(s->base, 0);
    assert_int_equal(s->limit, UINT32_MAX);
    assert_int_equal(s->attr & 0xf9f, G_DB_P_S | type);     /* but DPL (5, 6), which is 0 as well */
    assert_int_equal(s->attr & SEG_DPL, 0);
}

static void test_pvh(void **state)
{
    struct x86_state s;
    (void)state;
    page_init(fake_host(MIB(16), 1));
    struct stage2 *tables = arch_stage2_create(1);
    struct vcpu v = { .arch = arch_vcpu_create(tables, 1) };
    machine_pvh_entry(&v, 0x1000370, 0xfe8f000);
    arch_state_get(v.arch, &s);
    arch_vcpu_destroy(v.arch);
    arch_stage2_destroy(tables);
    assert_int_equal(s.regs.rip, 0x1000370);
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(s.regs.gpr[i], i == RBX ? 0xfe8f000 : 0);
    assert_int_equal(s.regs.rflags & (EFLAGS_VM | EFLAGS_IF | EFLAGS_TF | EFLAGS_DF), 0);
    assert_int_equal(s.cr0 & ~CR0_ET, CR0_PE);
    assert_int_equal(s.cr4, 0);
    assert_int_equal(s.efer, 0);
    assert_int_equal(s.cpl, 0);
    for (unsigned i = 0; i < X86_SEGMENTS; i++)
        flat(&s.seg[i], i == SEG_CS ? CODE : DATA);
    assert_int_equal(s.tr.base, 0);
    assert_int_equal(s.tr.limit, 0x67);
    assert_int_equal(s.tr.attr, 0x8b);                      /* present, system, a busy 32-bit TSS, counted in bytes */
}

static void test_reset(void **state)
{
    struct x86_state s;
    (void)state;
    pc_reset_state(&s);
    assert_int_equal(s.cr0, CR0_ET);
    assert_int_equal(s.cr4 | s.cr3 | s.efer, 0);
    assert_int_equal(s.regs.rflags, RFLAGS_1);
    assert_int_equal(s.dr6, 0xffff0ff0);
    assert_int_equal(s.dr7, 0x400);
    assert_int_equal(s.pat, UINT64_C(0x0007040600070406));
    for (unsigned i = 0; i < X86_SEGMENTS; i++) {
        assert_int_equal(s.seg[i].limit, 0xffff);
        assert_int_equal(s.seg[i].attr, i == SEG_CS ? 0x9b : 0x93);
    }
    assert_int_equal(s.gdtr.limit, 0xffff);
    assert_int_equal(s.idtr.limit, 0xffff);
}

/* cs is the vector shifted by 8, its base by 12; execution begins at offset 0. */
static void test_sipi(void **state)
{
    struct x86_state s;
    (void)state;
    pc_sipi_state(&s, 0x9a);
    assert_int_equal(s.seg[SEG_CS].selector, 0x9a00);
    assert_int_equal(s.seg[SEG_CS].base, 0x9a000);
    assert_int_equal(s.seg[SEG_CS].attr, 0x9b);
    assert_int_equal(s.regs.rip, 0);
    assert_int_equal(s.seg[SEG_DS].base, 0);
    assert_int_equal(s.cr0 & CR0_PE, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_pvh), cmocka_unit_test(test_reset), cmocka_unit_test(test_sipi) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
