/*
 * Owns: what stands at physical addresses beside RAM. Invariant: no two things that answer to an address meet, so that RAM,
 * tables and devices can be mapped and told in any order.
 */
#include "platform/check.h"
#include "lib/checked.h"
#include "platform/pc_map.h"
#include "platform/virt_map.h"

typedef unsigned long long ull;

struct place { const char *what; uint64_t base, size; };
enum { PLACES = 20, TPM_SIZE = 0x1000 };        /* locality 0 of a command response buffer (TCG PTP 1.05, 6.5.3.1) */

static const struct place pc[] = {
    { "the ACPI tables", PC_ACPI_BASE, PC_ACPI_MAX }, { "the IOAPIC", PC_IOAPIC_BASE, PAGE_SIZE },
    { "the local APICs", PC_LAPIC_BASE, PAGE_SIZE }, { "Xen's pages", PC_SPECIAL_BASE, PC_SPECIAL_PAGES * PAGE_SIZE },
}, virt[] = {
    { "the ACPI tables", VIRT_ACPI_BASE, VIRT_ACPI_MAX }, { "the GIC's distributor", VIRT_GICD_BASE, PAGE_SIZE },
    { "the GIC's CPU interface", VIRT_GICC_BASE, 2 * PAGE_SIZE }, { "the ITS", VIRT_ITS_BASE, 2 * KIB(64) },
    { "the redistributors", VIRT_GICR_BASE, PLATFORM_VCPUS_MAX * VIRT_GICR_SIZE }, { "the UART", VIRT_PL011_BASE, VIRT_PL011_SIZE },
    { "Xen's grant table", VIRT_GRANT_BASE, VIRT_GRANT_SIZE }, { "Xen's pages", VIRT_MAGIC_BASE, MIB(16) },
};

struct places { struct place at[PLACES]; unsigned n; };

/* Adds something that a device or window brings; whole pages, and below `end`. */
static bool put(struct places *all, const struct platform *p, struct place x, uint64_t first, uint64_t end, struct error *e)
{
    if (x.size == 0)
        return true;
    if ((x.base | x.size) & PAGE_MASK)
        return fail(e, "guest %s: %s at 0x%llx, 0x%llx bytes, is not made of whole pages: give multiples of 4096", p->name, x.what,
                    (ull)x.base, (ull)x.size);
    if (x.base < first || !range_within(x.base, x.size, 0, end))
        return fail(e, "guest %s: %s at 0x%llx, 0x%llx bytes, is outside 0x%llx..0x%llx: place it there", p->name, x.what, (ull)x.base,
                    (ull)x.size, (ull)first, (ull)end - 1);
    for (unsigned i = 0; i < all->n; i++)
        if (ranges_meet(x.base, x.size, all->at[i].base, all->at[i].size))
            return fail(e, "guest %s: %s at 0x%llx, 0x%llx bytes, meets %s at 0x%llx: place it elsewhere", p->name, x.what, (ull)x.base,
                        (ull)x.size, all->at[i].what, (ull)all->at[i].base);
    all->at[all->n++] = x;
    return true;
}

static uint64_t end_of(const struct platform *p) { return platform_is(p, BOARD_PC) ? PC_RAM_END : VIRT_RAM1_BASE + VIRT_RAM1_SIZE; }

static struct places fixed(const struct platform *p)
{
    struct places all = { .n = 0 };
    const struct place *board = platform_is(p, BOARD_PC) ? pc : virt;
    unsigned n = platform_is(p, BOARD_PC) ? sizeof(pc) / sizeof(pc[0]) : sizeof(virt) / sizeof(virt[0]);
    for (unsigned i = 0; i < n; i++)
        all.at[all.n++] = board[i];
    return all;
}

/* Where the board says it is, it meets nothing; with direct-map it is where the host has it. */
static bool put_ram(struct places *all, const struct platform *p, struct error *e)
{
    for (unsigned i = 0; i < PLATFORM_BANKS_MAX; i++)
        if (!put(all, p, (struct place){ "RAM", p->ram[i].base.v, p->ram[i].size }, 0, end_of(p), e))
            return false;
    return true;
}

/* The bus number is address bits 20 and up, so the base is aligned to as many buses as there are, a power of two (PCIe 5.0, 7.2.2). */
static bool check_ecam(const struct platform *p, struct error *e)
{
    uint64_t buses = 1;
    while (buses <= p->pcie.bus_last)
        buses <<= 1;
    if (p->pcie.ecam.v % MIB(buses))
        return fail(e, "guest %s: the ECAM at 0x%llx, for %u buses, is not aligned to 0x%llx: move it there or give fewer buses", p->name,
                    (ull)p->pcie.ecam.v, p->pcie.bus_last + 1u, (ull)MIB(buses));
    return true;
}

static bool check_pcie(struct places *all, const struct platform *p, uint64_t end, struct error *e)
{
    const struct platform_pcie *c = &p->pcie;
    const uint64_t ecam = MIB(c->bus_last + 1u), four_gib = GIB(4), io_first = platform_is(p, BOARD_PC) ? 0x1000 : 0;
    bool low = c->ecam.v < four_gib;
    if (c->io.base < io_first * !!c->io.size || !range_within(c->io.base, c->io.size, 0, KIB(64)))
        return fail(e, "guest %s: the I/O window at 0x%llx, 0x%llx bytes, is outside 0x%llx..0xffff, where no other ports are: place it "
                    "there", p->name, (ull)c->io.base, (ull)c->io.size, (ull)io_first);
    return check_ecam(p, e) && put(all, p, (struct place){ "the ECAM", c->ecam.v, ecam }, 0, low ? four_gib : end, e) &&
           put(all, p, (struct place){ "the 32-bit memory window", c->memory32.base, c->memory32.size }, 0, four_gib, e) &&
           put(all, p, (struct place){ "the 64-bit memory window", c->memory64.base, c->memory64.size }, four_gib, end, e);
}

static bool check_more(struct places *all, const struct platform *p, struct error *e)
{
    if (p->pcie.present && !check_pcie(all, p, end_of(p), e))
        return false;
    if (p->tpm.present && !put(all, p, (struct place){ "the TPM", p->tpm.base.v, TPM_SIZE }, 0, GIB(4), e))
        return false;
    if (p->viommu.present && !p->pcie.present)
        return fail(e, "guest %s: a virtio-iommu without a PCIe host bridge: give it the bridge too, or neither", p->name);
    if (p->viommu.present && (p->viommu.device > 31 || p->viommu.function > 7))
        return fail(e, "guest %s: its virtio-iommu is at device %u, function %u: give 0 to 31 and 0 to 7", p->name, p->viommu.device,
                    p->viommu.function);
    return true;
}

bool platform_check_devices(const struct platform *p, struct error *e)
{
    struct places all = fixed(p);
    return put_ram(&all, p, e) && (!PLATFORM_MORE_DEVICES || check_more(&all, p, e));
}
