/* Owns: the page tables beyond what start.asm made. */
#include "guests/lib/guest.h"
#include <string.h>

enum { PTE_RW = 3, PTE_BIG = 0x80, LEAF1G_EDX = 26 };
extern uint64_t page_pml4[512], page_pdpt[512];

bool map_gib(unsigned gib)
{
    uint64_t base = (uint64_t)gib << 30;
    if (gib >= 512)
        return false;
    if (page_pdpt[gib])
        return true;
    if (cpuid(0x80000001, 0).edx >> LEAF1G_EDX & 1) {
        page_pdpt[gib] = base | PTE_RW | PTE_BIG;
        return true;
    }
    uint64_t *pd = page_take();
    for (unsigned i = 0; i < 512; i++)
        pd[i] = base + ((uint64_t)i << 21) + (PTE_RW | PTE_BIG);
    page_pdpt[gib] = (uintptr_t)pd | PTE_RW;
    return true;
}

static uint64_t *table(uint64_t entry) { return (uint64_t *)(uintptr_t)(entry & UINT64_C(0xffffffffff000)); }

uint64_t *pte_of(uint64_t va)
{
    if (va >> 39 || !(page_pdpt[va >> 30] & 1) || page_pdpt[va >> 30] & PTE_BIG)
        return NULL;
    uint64_t *pde = &table(page_pdpt[va >> 30])[va >> 21 & 511];
    if (!(*pde & 1))
        return NULL;
    if (*pde & PTE_BIG) {
        uint64_t *pt = page_take(), base = *pde & UINT64_C(0xfffffffe00000);
        for (unsigned i = 0; i < 512; i++)
            pt[i] = base + ((uint64_t)i << 12) + PTE_RW;
        *pde = (uintptr_t)pt | PTE_RW;
        write_cr3(read_cr3());
    }
    return &table(*pde)[va >> 12 & 511];
}
