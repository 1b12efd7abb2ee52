/*
 * Owns: the tables of the MMU: one to one, 512 GiB. What Xen's layout for Arm guests (platform/virt_map.h) has for RAM and for
 * pages that guest and hypervisor share is normal memory, all else is a device. start.S calls mmu_tables before the MMU is on.
 */
#include "guests/lib/guest.h"
#include "platform/virt_map.h"

enum { BLOCK = 1, TABLE = 3, AF = 1 << 10, INNER = 3 << 8, XN_BIT = 54 };
#define ONE_GIB UINT64_C(0x40000000)
#define TWO_MIB UINT64_C(0x200000)

uint64_t mmu_l1[512] __attribute__((aligned(4096)));
static uint64_t l2[6][512] __attribute__((aligned(4096)));     /* GiB 0 is made fine here; others when mmu_kind asks */
static unsigned l2_used;
void mmu_tables(void);

static uint64_t entry(uint64_t pa, unsigned kind)
{
    return kind == MAP_NORMAL ? pa | BLOCK | AF | INNER | 1 << 2 : pa | BLOCK | AF | UINT64_C(3) << (XN_BIT - 1);
}

static unsigned kind_of(uint64_t pa)
{
    bool shared = pa >= VIRT_GRANT_BASE && pa < VIRT_RAM0_BASE, tables = pa >= VIRT_ACPI_BASE && pa < VIRT_ACPI_BASE + VIRT_ACPI_MAX;
    bool ram0 = pa >= VIRT_RAM0_BASE && pa < VIRT_RAM0_BASE + VIRT_RAM0_SIZE;
    return shared || tables || ram0 || pa >= VIRT_RAM1_BASE ? MAP_NORMAL : MAP_DEVICE;
}

static uint64_t *fine(uint64_t gib)
{
    uint64_t *t = l2[l2_used++];
    for (unsigned i = 0; i < 512; i++)
        t[i] = entry(gib * ONE_GIB + i * TWO_MIB, kind_of(gib * ONE_GIB + i * TWO_MIB));
    mmu_l1[gib] = (uintptr_t)t | TABLE;
    return t;
}

void mmu_tables(void)
{
    for (uint64_t gib = 1; gib < 512; gib++)
        mmu_l1[gib] = entry(gib * ONE_GIB, kind_of(gib * ONE_GIB));
    (void)fine(0);
    dsb();
}

void mmu_kind(uint64_t pa, unsigned kind)
{
    uint64_t gib = pa / ONE_GIB;
    if (gib >= 512 || ((mmu_l1[gib] & 3) != TABLE && l2_used == sizeof(l2) / sizeof(*l2))) {
        error("the runtime has no table left for %#llx", (unsigned long long)pa);
        test_end();
    }
    uint64_t *t = (mmu_l1[gib] & 3) == TABLE ? (uint64_t *)(uintptr_t)(mmu_l1[gib] & ~UINT64_C(0xfff)) : fine(gib);
    t[pa / TWO_MIB % 512] = entry(pa & ~(TWO_MIB - 1), kind);
    dsb();
    __asm__ volatile("tlbi vmalle1is; dsb ish; isb" : : : "memory");
}

bool map_gib(unsigned gib) { return gib < 512; }
