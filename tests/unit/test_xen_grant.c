/* Grants between two domains: use, refusal, the end of either side. */
#include "tests/unit/xen_maker.h"
#include <xen/grant_table.h>
#include <xen/memory.h>

static struct domain *giver, *user;
static grant_entry_v1_t *table;
enum { REF = 9, HOLE = 0x10000000 };

static int64_t grant(struct domain *d, unsigned op, uint64_t at, unsigned count) { return call(d, __HYPERVISOR_grant_table_op, op, at, count); }

static int set_up(void **state)
{
    struct gnttab_setup_table s = { .dom = DOMID_SELF, .nr_frames = 1 };
    (void)state;
    host_make(1);
    giver = domain_make(1);
    user = domain_make(1);
    *(uint64_t *)(void *)&s.frame_list = 0x2000;
    assert_int_equal(OP(giver, __HYPERVISOR_grant_table_op, GNTTABOP_setup_table, s), 0);
    assert_int_equal(s.status, GNTST_okay);
    struct xen_add_to_physmap a = { .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table, .gpfn = 0xf0000 };
    assert_int_equal(OP(giver, __HYPERVISOR_memory_op, XENMEM_add_to_physmap, a), 0);
    table = guest_at(giver, UINT64_C(0xf0000000));
    table[REF] = (grant_entry_v1_t){ GTF_permit_access, user->id, 0x80 };
    memset(guest_at(giver, 0x80000), 0x11, 4096);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (giver)
        domain_end(giver);
    if (user)
        domain_end(user);
    host_check();
    return 0;
}

static struct gnttab_map_grant_ref map(uint32_t ref, uint32_t flags)
{
    struct gnttab_map_grant_ref m = { .host_addr = HOLE, .flags = GNTMAP_host_map | flags, .ref = ref, .dom = giver->id };
    assert_int_equal(OP(user, __HYPERVISOR_grant_table_op, GNTTABOP_map_grant_ref, m), 0);
    return m;
}
static int16_t unmap(uint32_t handle, uint64_t at)
{
    struct gnttab_unmap_grant_ref u = { .host_addr = at, .handle = handle };
    assert_int_equal(OP(user, __HYPERVISOR_grant_table_op, GNTTABOP_unmap_grant_ref, u), 0);
    return u.status;
}

static void test_map_and_unmap(void **state)
{
    (void)state;
    struct gnttab_map_grant_ref m = map(REF, 0);
    assert_int_equal(m.status, GNTST_okay);
    assert_ptr_equal(guest_at(user, HOLE), guest_at(giver, 0x80000));
    assert_int_equal(table[REF].flags, GTF_permit_access | GTF_reading | GTF_writing);
    assert_int_equal(unmap(m.handle, HOLE + 0x1000), GNTST_bad_virt_addr);
    assert_int_equal(unmap(m.handle, HOLE), GNTST_okay);
    assert_false(is_mapped(user, HOLE));
    assert_int_equal(table[REF].flags, GTF_permit_access);
    assert_int_equal(unmap(m.handle, HOLE), GNTST_bad_handle);
    assert_int_equal(unmap(UINT32_MAX, HOLE), GNTST_bad_handle);
}

static void test_read_only(void **state)
{
    hpa_t page;
    unsigned perm;
    uint64_t run;
    (void)state;
    table[REF].flags |= GTF_readonly;
    assert_int_equal(map(REF, 0).status, GNTST_general_error);
    assert_int_equal(map(REF, GNTMAP_readonly).status, GNTST_okay);
    assert_int_equal(table[REF].flags, GTF_permit_access | GTF_readonly | GTF_reading);
    assert_true(arch_stage2_lookup(user->stage2, gpa(HOLE), &page, &perm, &run));
    assert_false(perm & S2_WRITE);
    assert_false(guest_write(user, gpa(HOLE), "x", 1));
}

static void test_what_is_not_granted(void **state)
{
    (void)state;
    assert_int_equal(map(REF + 1, 0).status, GNTST_bad_gntref);
    assert_int_equal(map(512, 0).status, GNTST_bad_gntref);
    assert_int_equal(map(UINT32_MAX, 0).status, GNTST_bad_gntref);
    table[REF].domid = user->id + 1;
    assert_int_equal(map(REF, 0).status, GNTST_bad_gntref);
    table[REF].domid = user->id;
    table[REF].frame = MADE_RAM >> 12;
    assert_int_equal(map(REF, 0).status, GNTST_bad_page);
    assert_int_equal(table[REF].flags, GTF_permit_access);
    table[REF].frame = 0x80;
    assert_int_equal(map(REF, GNTMAP_contains_pte).status, GNTST_general_error);
    struct gnttab_map_grant_ref m = { .host_addr = HOLE, .flags = GNTMAP_host_map, .ref = REF, .dom = 99 };
    assert_int_equal(OP(user, __HYPERVISOR_grant_table_op, GNTTABOP_map_grant_ref, m), 0);
    assert_int_equal(m.status, GNTST_bad_domain);
}

static void test_owner_dies_first(void **state)
{
    (void)state;
    struct gnttab_map_grant_ref m = map(REF, 0);
    domain_end(giver);
    giver = NULL;
    assert_int_equal(*(uint8_t *)guest_at(user, HOLE), 0x11);       /* still that page, nobody else's */
    assert_int_equal(unmap(m.handle, HOLE), GNTST_okay);
}

static void test_user_dies_first(void **state)
{
    (void)state;
    assert_int_equal(map(REF, 0).status, GNTST_okay);
    domain_end(user);
    user = NULL;
    assert_int_equal(table[REF].flags, GTF_permit_access);
}

static void test_owner_gives_the_page_back(void **state)
{
    uint64_t *list = guest_at(giver, 0x3000);
    struct xen_memory_reservation r = { .nr_extents = 1, .domid = DOMID_SELF };
    (void)state;
    struct gnttab_map_grant_ref m = map(REF, 0);
    list[0] = 0x80;
    *(uint64_t *)(void *)&r.extent_start = 0x3000;
    uint64_t before = page_free_bytes();
    assert_int_equal(OP(giver, __HYPERVISOR_memory_op, XENMEM_decrease_reservation, r), 1);
    assert_int_equal(page_free_bytes(), before);                    /* somebody uses it */
    assert_int_equal(*(uint8_t *)guest_at(user, HOLE), 0x11);
    assert_int_equal(unmap(m.handle, 0), GNTST_okay);
    assert_int_equal(page_free_bytes(), before + 4096);
}

/* What the guest put there since is not taken away by ending the grant. */
static void test_frame_was_replaced(void **state)
{
    struct xen_add_to_physmap a = { .domid = DOMID_SELF, .space = XENMAPSPACE_shared_info, .gpfn = HOLE >> 12 };
    (void)state;
    struct gnttab_map_grant_ref m = map(REF, 0);
    assert_int_equal(OP(user, __HYPERVISOR_memory_op, XENMEM_add_to_physmap, a), 0);
    assert_int_equal(unmap(m.handle, HOLE), GNTST_okay);
    assert_ptr_equal(guest_at(user, HOLE), user->xen->shared);
    assert_int_equal(table[REF].flags, GTF_permit_access);
}

static void test_handles_run_out(void **state)
{
    struct gnttab_map_grant_ref *m = guest_at(user, 0x20000);
    unsigned good = 0;
    (void)state;
    for (unsigned i = 0; i < 600; i++) {
        table[i % 500 + 8] = (grant_entry_v1_t){ GTF_permit_access, user->id, 0x80 };
        m[i] = (struct gnttab_map_grant_ref){ .host_addr = HOLE + i * UINT64_C(4096), .flags = GNTMAP_host_map | GNTMAP_readonly,
                                              .ref = i % 500 + 8, .dom = giver->id };
    }
    assert_int_equal(grant(user, GNTTABOP_map_grant_ref, 0x20000, 600), 0);
    for (unsigned i = 0; i < 600; i++)
        good += m[i].status == GNTST_okay;
    assert_true(good <= GRANT_MAPS_MAX && good > 0);
    assert_int_equal(m[599].status, GNTST_no_space);
}

static void test_copy(void **state)
{
    struct gnttab_copy c = { .len = 100, .flags = GNTCOPY_source_gref };
    (void)state;
    c.source.u.ref = REF;
    c.source.domid = giver->id;
    c.source.offset = 50;
    c.dest.u.gmfn = 0x90;
    c.dest.domid = DOMID_SELF;
    c.dest.offset = 4000 - 4;
    assert_int_equal(OP(user, __HYPERVISOR_grant_table_op, GNTTABOP_copy, c), 0);
    assert_int_equal(c.status, GNTST_okay);
    assert_int_equal(((uint8_t *)guest_at(user, 0x90000))[4095], 0x11);
    assert_int_equal(table[REF].flags, GTF_permit_access);
    c.dest.offset = 4000;
    assert_int_equal(OP(user, __HYPERVISOR_grant_table_op, GNTTABOP_copy, c), 0);
    assert_int_equal(c.status, GNTST_bad_copy_arg);
    c.dest.offset = 0;
    c.dest.domid = giver->id;
    assert_int_equal(OP(user, __HYPERVISOR_grant_table_op, GNTTABOP_copy, c), 0);
    assert_int_equal(c.status, GNTST_permission_denied);
    c.dest.domid = DOMID_SELF;
    c.dest.u.gmfn = UINT64_C(1) << 60;
    assert_int_equal(OP(user, __HYPERVISOR_grant_table_op, GNTTABOP_copy, c), 0);
    assert_int_equal(c.status, GNTST_bad_page);
    assert_int_equal(table[REF].flags, GTF_permit_access);
}

static void test_copy_narrow(void **state)
{
    struct { struct { uint32_t u; uint16_t domain, offset; } end[2]; uint16_t length, flags; int16_t status; uint16_t pad; } c = {
        { { REF, giver->id, 0 }, { 0x90, DOMID_SELF, 0 } }, 16, GNTCOPY_source_gref, 77, 0 };
    (void)state;
    fake_mode(user->vcpu[0]->arch, 32, 0);
    assert_int_equal(OP(user, __HYPERVISOR_grant_table_op, GNTTABOP_copy, c), 0);
    assert_int_equal(c.status, GNTST_okay);
    assert_int_equal(*(uint8_t *)guest_at(user, 0x90000), 0x11);
}

static void test_the_table(void **state)
{
    struct gnttab_query_size q = { .dom = DOMID_SELF };
    struct gnttab_set_version v = { 2 };
    struct gnttab_get_version g = { .dom = DOMID_SELF };
    struct gnttab_setup_table s = { .dom = DOMID_SELF, .nr_frames = GRANT_FRAMES_MAX + 1 };
    struct gnttab_swap_grant_ref w = { REF, REF + 1, 0 };
    (void)state;
    assert_int_equal(OP(giver, __HYPERVISOR_grant_table_op, GNTTABOP_query_size, q), 0);
    assert_int_equal(q.nr_frames, 1);
    assert_int_equal(q.max_nr_frames, GRANT_FRAMES_MAX);
    assert_int_equal(OP(giver, __HYPERVISOR_grant_table_op, GNTTABOP_set_version, v), -XEN_ENOSYS);
    v.version = 1;
    assert_int_equal(OP(giver, __HYPERVISOR_grant_table_op, GNTTABOP_set_version, v), 0);
    assert_int_equal(OP(giver, __HYPERVISOR_grant_table_op, GNTTABOP_get_version, g), 0);
    assert_int_equal(g.version, 1);
    assert_int_equal(OP(giver, __HYPERVISOR_grant_table_op, GNTTABOP_setup_table, s), 0);
    assert_int_equal(s.status, GNTST_general_error);
    assert_int_equal(OP(giver, __HYPERVISOR_grant_table_op, GNTTABOP_swap_grant_ref, w), 0);
    assert_int_equal(w.status, GNTST_okay);
    assert_int_equal(table[REF + 1].frame, 0x80);
    assert_int_equal(map(REF + 1, 0).status, GNTST_okay);
    assert_int_equal(OP(giver, __HYPERVISOR_grant_table_op, GNTTABOP_swap_grant_ref, w), 0);
    assert_int_equal(w.status, GNTST_eagain);
    assert_int_equal(grant(giver, GNTTABOP_transfer, ARG, 1), -XEN_ENOSYS);
    assert_int_equal(grant(giver, GNTTABOP_map_grant_ref, ARG, 0x80000000u), -XEN_EINVAL);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_map_and_unmap), T(test_read_only), T(test_what_is_not_granted), T(test_owner_dies_first), T(test_user_dies_first),
        T(test_owner_gives_the_page_back), T(test_frame_was_replaced), T(test_handles_run_out), T(test_copy), T(test_copy_narrow),
        T(test_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
