/*
 * Grant tables, version 1, of one domain with itself.
 *
 * Claimed: setup_table or XENMAPSPACE_grant_table gives the table's frames; a page that is granted to ourselves can be mapped
 * elsewhere and shows the same memory, is marked in use while it is, and not after it is unmapped; copies between references and
 * frames move the bytes; bad references, read-only ones for writing and foreign domains get their status.
 */
#include "guests/lib/guest.h"
#include <string.h>
#include <xen/xen.h>
#include <xen/grant_table.h>
#include <xen/memory.h>

const char test_name[] = "grant", test_title[] = "grant tables of version 1";

enum { REF = 20, REF_RO = 21 };
static uint8_t table[4096] __attribute__((aligned(4096))), window[4096] __attribute__((aligned(4096)));
static uint8_t page[4096] __attribute__((aligned(4096))), other[4096] __attribute__((aligned(4096)));
static volatile grant_entry_v1_t *const entry = (volatile grant_entry_v1_t *)(void *)table;

static int64_t op(unsigned cmd, void *arg) { return hypercall(__HYPERVISOR_grant_table_op, cmd, (uintptr_t)arg, 1, 0, 0); }

static void grant(unsigned ref, void *what, uint16_t flags)
{
    entry[ref].frame = (uint32_t)((uintptr_t)what >> 12);
    entry[ref].domid = (domid_t)domain_number();
    __atomic_store_n(&entry[ref].flags, (uint16_t)(GTF_permit_access | flags), __ATOMIC_SEQ_CST);
}

static void map(unsigned ref, uint32_t flags, int16_t want, uint32_t *handle)
{
    struct gnttab_map_grant_ref m = { .host_addr = (uintptr_t)window, .flags = GNTMAP_host_map | flags, .ref = ref, .dom = DOMID_SELF };
    CHECK_EQ(op(GNTTABOP_map_grant_ref, &m), 0, "map_grant_ref");
    CHECK_EQ(m.status, want, "its status");
    *handle = m.handle;
}

static void mapping(void)
{
    uint32_t handle, none;
    memset(page, 0x5a, sizeof(page));
    grant(REF, page, 0);
    map(REF, 0, GNTST_okay, &handle);
    CHECK_EQ(*(volatile uint8_t *)(window + 100), 0x5a, "a byte through the mapping");
    *(volatile uint8_t *)(window + 100) = 0x77;
    CHECK_EQ(*(volatile uint8_t *)(page + 100), 0x77, "a byte written through it");
    CHECK((entry[REF].flags & (GTF_reading | GTF_writing)) == (GTF_reading | GTF_writing), "in use: flags %#x", entry[REF].flags);
    struct gnttab_unmap_grant_ref u = { .host_addr = (uintptr_t)window, .handle = handle };
    CHECK_EQ(op(GNTTABOP_unmap_grant_ref, &u), 0, "unmap_grant_ref");
    CHECK_EQ(u.status, GNTST_okay, "its status");
    CHECK_EQ(entry[REF].flags & (GTF_reading | GTF_writing), 0, "in use after that");
    CHECK_EQ(op(GNTTABOP_unmap_grant_ref, &u), 0, "unmap_grant_ref again");
    CHECK(u.status != GNTST_okay, "unmapping twice is refused");
    grant(REF_RO, page, GTF_readonly);
    map(REF_RO, 0, GNTST_general_error, &none);
    map(100000, 0, GNTST_bad_gntref, &none);
}

static void copying(void)
{
    struct gnttab_copy c = { .len = 64, .flags = GNTCOPY_source_gref };
    memset(other, 0, sizeof(other));
    c.source.u.ref = REF;
    c.source.domid = DOMID_SELF;
    c.source.offset = 200;
    c.dest.u.gmfn = (uintptr_t)other >> 12;
    c.dest.domid = DOMID_SELF;
    c.dest.offset = 300;
    CHECK_EQ(op(GNTTABOP_copy, &c), 0, "copy");
    CHECK_EQ(c.status, GNTST_okay, "its status");
    CHECK(memcmp(other + 300, page + 200, 64) == 0 && other[299] == 0 && other[364] == 0, "the bytes that were copied");
    c.len = 4096;
    CHECK_EQ(op(GNTTABOP_copy, &c), 0, "copy over the page's end");
    CHECK(c.status != GNTST_okay, "is refused");
    c.len = 64;
    c.flags = GNTCOPY_dest_gref;
    c.source.u.gmfn = (uintptr_t)other >> 12;
    c.dest.u.ref = REF_RO;
    CHECK_EQ(op(GNTTABOP_copy, &c), 0, "copy to a read-only grant");
    CHECK(c.status != GNTST_okay, "is refused");
}

void test_main(void)
{
    if (!has_xen()) {
        skip("no Xen ABI");
        return;
    }
    struct xen_add_to_physmap x = { .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table, .idx = 0, .gpfn = (uintptr_t)table >> 12 };
    CHECK_EQ(memory_op(XENMEM_add_to_physmap, &x), 0, "the table's first frame");
    CHECK_EQ(entry[REF].flags, 0, "an unused entry");
    mapping();
    copying();
}
