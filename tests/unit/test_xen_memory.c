/* The guest's own map: special pages, less and more RAM, and pages that are let go only when nobody can use them any more. */
#include "tests/unit/xen_maker.h"
#include "platform/pc_map.h"
#include <xen/memory.h>

static struct domain *d;
static int set_up(void **state) { (void)state; host_make(2); d = domain_make(1); return 0; }
static int tear_down(void **state) { (void)state; domain_end(d); host_check(); return 0; }

#define MEMORY(op, s) OP(d, __HYPERVISOR_memory_op, op, s)
static int64_t pages(void)
{
    struct xen_memory_domain m = { DOMID_SELF };
    return MEMORY(XENMEM_current_reservation, m);
}

static void test_shared_info(void **state)
{
    struct xen_add_to_physmap a = { .domid = DOMID_SELF, .space = XENMAPSPACE_shared_info, .gpfn = 0xfe700 };
    (void)state;
    assert_int_equal(MEMORY(XENMEM_add_to_physmap, a), 0);
    assert_ptr_equal(guest_at(d, 0xfe700000), d->xen->shared);
    a.gpfn = 0x40;          /* it moves; over RAM, which goes back */
    assert_int_equal(MEMORY(XENMEM_add_to_physmap, a), 0);
    assert_false(is_mapped(d, 0xfe700000));
    assert_ptr_equal(guest_at(d, 0x40000), d->xen->shared);
    assert_int_equal(pages(), MADE_RAM / 4096 - 1);
    assert_int_equal(MEMORY(XENMEM_add_to_physmap, a), 0);
    a.idx = 1;
    assert_int_equal(MEMORY(XENMEM_add_to_physmap, a), -XEN_EINVAL);
    a = (struct xen_add_to_physmap){ .domid = DOMID_SELF, .space = XENMAPSPACE_shared_info, .gpfn = UINT64_C(1) << 40 };
    assert_int_equal(MEMORY(XENMEM_add_to_physmap, a), -XEN_EINVAL);
    a = (struct xen_add_to_physmap){ .domid = DOMID_SELF, .space = XENMAPSPACE_gmfn_foreign };
    assert_int_equal(MEMORY(XENMEM_add_to_physmap, a), -XEN_EPERM);
    a = (struct xen_add_to_physmap){ .domid = d->id + 1 };
    assert_int_equal(MEMORY(XENMEM_add_to_physmap, a), -XEN_ESRCH);
    /* Taken out of the map it is still ours, and may come back. */
    struct xen_remove_from_physmap r = { .domid = DOMID_SELF, .gpfn = 0x40 };
    assert_int_equal(MEMORY(XENMEM_remove_from_physmap, r), 0);
    assert_int_equal(MEMORY(XENMEM_remove_from_physmap, r), -XEN_ENOENT);
    a = (struct xen_add_to_physmap){ .domid = DOMID_SELF, .space = XENMAPSPACE_shared_info, .gpfn = 0x40 };
    assert_int_equal(MEMORY(XENMEM_add_to_physmap, a), 0);
    assert_ptr_equal(guest_at(d, 0x40000), d->xen->shared);
}

static void test_narrow_layout(void **state)
{
    struct { uint16_t domain, size; uint32_t space, index, frame; } a = { DOMID_SELF, 0, XENMAPSPACE_shared_info, 0, 0x1234 };
    (void)state;
    fake_mode(d->vcpu[0]->arch, 32, 0);
    assert_int_equal(MEMORY(XENMEM_add_to_physmap, a), 0);
    assert_ptr_equal(guest_at(d, 0x1234000), d->xen->shared);
    assert_true(d->xen->layout->word == 4);
}

static int64_t reserve(unsigned op, uint64_t first, uint64_t count, unsigned order)
{
    struct xen_memory_reservation r = { .nr_extents = count, .extent_order = order, .domid = DOMID_SELF };
    uint64_t *list = guest_at(d, 0x8000);
    for (uint64_t i = 0; i < count; i++)
        list[i] = first + (i << order);
    *(uint64_t *)(void *)&r.extent_start = 0x8000;
    return MEMORY(op, r);
}

static void test_balloon(void **state)
{
    uint64_t before = page_free_bytes();
    (void)state;
    assert_int_equal(reserve(XENMEM_decrease_reservation, 0x100, 200, 0), 200);
    assert_int_equal(pages(), MADE_RAM / 4096 - 200);
    assert_int_equal(page_free_bytes() - before, 200 * 4096);
    assert_false(is_mapped(d, 0x100000));
    assert_int_equal(reserve(XENMEM_decrease_reservation, 0x100, 1, 0), 0);         /* gone already */
    memset(guest_at(d, 0xff000), 0x77, 4096);
    assert_int_equal(reserve(XENMEM_populate_physmap, 0x100, 200, 0), 200);
    assert_int_equal(*(uint64_t *)guest_at(d, 0x100000), 0);                        /* zeroed */
    assert_int_equal(reserve(XENMEM_populate_physmap, 0x1000, 1, 0), 0);            /* not more than it was given */
    assert_int_equal(reserve(XENMEM_decrease_reservation, 0x100, 2, 5), 2);
    assert_int_equal(reserve(XENMEM_populate_physmap, 0x101, 1, 5), 0);             /* not aligned */
    assert_int_equal(reserve(XENMEM_populate_physmap, 0x100, 1, 5), 1);
    assert_int_equal(reserve(XENMEM_populate_physmap, 0x100, 1, 5), 0);             /* something is there */
    assert_int_equal(reserve(XENMEM_populate_physmap, 0x2000, 1, 10), 0);
    assert_int_equal(pages(), MADE_RAM / 4096 - 32);
}

/* Another CPU that is in the hypervisor may hold a pointer to the page: it is not given away before that CPU has moved on. */
static void test_pages_wait_for_other_cpus(void **state)
{
    enum xen_next next;
    struct vcpu *v = d->vcpu[0];
    struct x86_regs *r = arch_regs(v->arch);
    struct xen_remove_from_physmap a = { .domid = DOMID_SELF, .gpfn = 0x100 };
    uint64_t before = page_free_bytes();
    (void)state;
    fake_this_cpu = 1;
    sched_quiet(false);
    fake_this_cpu = 0;
    memcpy(guest_at(d, ARG), &a, sizeof(a));
    r->gpr[RAX] = __HYPERVISOR_memory_op;
    r->gpr[RDI] = XENMEM_remove_from_physmap;
    r->gpr[RSI] = ARG;
    for (unsigned i = 0; i < 3; i++) {
        assert_false(enter(v, &next));
        assert_false(is_mapped(d, 0x100000));
        assert_int_equal(page_free_bytes(), before);
    }
    fake_this_cpu = 1;
    sched_quiet(true);
    fake_this_cpu = 0;
    assert_true(enter(v, &next));
    assert_int_equal(r->gpr[RAX], 0);
    assert_int_equal(page_free_bytes(), before + 4096);
}

static void test_move(void **state)
{
    struct xen_add_to_physmap a = { .domid = DOMID_SELF, .space = XENMAPSPACE_gmfn, .idx = 0x50, .gpfn = 0x1000 };
    (void)state;
    memset(guest_at(d, 0x50000), 0x42, 4096);
    assert_int_equal(MEMORY(XENMEM_add_to_physmap, a), 0);
    assert_false(is_mapped(d, 0x50000));
    assert_int_equal(*(uint8_t *)guest_at(d, 0x1000000), 0x42);
    assert_int_equal(MEMORY(XENMEM_add_to_physmap, a), -XEN_EINVAL);
    a = (struct xen_add_to_physmap){ .domid = DOMID_SELF, .space = XENMAPSPACE_gmfn_range, .idx = 0x60, .gpfn = 0x1100, .size = 100 };
    assert_int_equal(MEMORY(XENMEM_add_to_physmap, a), 0);
    assert_true(is_mapped(d, 0x1163000) && !is_mapped(d, 0x60000) && !is_mapped(d, 0xc3000));
    assert_int_equal(pages(), MADE_RAM / 4096);
    /* The console's page is where it was told to be. */
    a = (struct xen_add_to_physmap){ .domid = DOMID_SELF, .space = XENMAPSPACE_gmfn, .idx = PC_SPECIAL_BASE >> 12, .gpfn = 0x1200 };
    assert_int_equal(MEMORY(XENMEM_add_to_physmap, a), -XEN_EINVAL);
}

static void test_batch(void **state)
{
    struct { uint16_t domain, space, size, extra; uint64_t indexes, frames, errors; } b = {
        DOMID_SELF, XENMAPSPACE_grant_table, 6, 0, 0x2000, 0x3000, 0x4000 };
    uint64_t *indexes = guest_at(d, 0x2000), *frames = guest_at(d, 0x3000);
    int32_t *errors = guest_at(d, 0x4000);
    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        indexes[i] = i;
        frames[i] = 0x2000 + i;
    }
    assert_int_equal(MEMORY(XENMEM_add_to_physmap_batch, b), 0);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(errors[i], i < GRANT_FRAMES_MAX ? 0 : -XEN_EINVAL);
    assert_ptr_equal(guest_at(d, 0x2003000), d->xen->grant.frame[3]);
}

static void test_maps_are_told(void **state)
{
    struct { uint32_t count, pad; uint64_t buffer; } m = { 16, 0, 0x5000 };
    struct { uint64_t base, size; uint32_t type; } __attribute__((packed)) e[16];
    struct { uint16_t domain, pad[3]; uint32_t count, pad2; uint64_t buffer; } set = { DOMID_SELF, { 0 }, 1, 0, 0x5000 };
    (void)state;
    assert_int_equal(MEMORY(XENMEM_memory_map, m), 0);
    assert_in_range(m.count, 3, 16);
    memcpy(e, guest_at(d, 0x5000), sizeof(e));
    assert_int_equal(e[0].base, 0);
    assert_int_equal(e[0].size, PC_LOW_RAM_END);
    assert_int_equal(e[0].type, 1);
    struct { uint32_t count, buffer; } n = { 1, 0x5000 };
    fake_mode(d->vcpu[0]->arch, 32, 0);
    assert_int_equal(MEMORY(XENMEM_memory_map, n), 0);
    assert_int_equal(n.count, 1);
    fake_mode(d->vcpu[0]->arch, 64, 0);
    assert_int_equal(MEMORY(XENMEM_set_memory_map, set), 0);
    m.count = 16;
    assert_int_equal(MEMORY(XENMEM_memory_map, m), 0);
    assert_int_equal(m.count, 1);
    set.count = 129;
    assert_int_equal(MEMORY(XENMEM_set_memory_map, set), -XEN_EINVAL);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_shared_info), T(test_narrow_layout), T(test_balloon), T(test_pages_wait_for_other_cpus), T(test_move), T(test_batch),
        T(test_maps_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
