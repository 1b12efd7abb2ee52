/*
 * Owns: the walk of a guest's page tables in all its modes: none, 32-bit, PAE, 4 and 5 levels (APM vol. 2, chapter 5).
 * Invariant: an entry is read once per try and judged by that value; A and D are set only on the value that was judged.
 */
#include "hypervisor/x86/guest_walk.h"
#include <stddef.h>

#define PTE_P   UINT64_C(0x1)
#define PTE_W   UINT64_C(0x2)
#define PTE_U   UINT64_C(0x4)
#define PTE_A   UINT64_C(0x20)
#define PTE_D   UINT64_C(0x40)
#define PTE_PS  UINT64_C(0x80)
#define PTE_NX  (UINT64_C(1) << 63)
#define PTE_ADDRESS UINT64_C(0x000ffffffffff000)
#define PAE_HIGH    UINT64_C(0x7ff0000000000000)    /* reserved without long mode */
#define PDPTE_RESERVED UINT64_C(0x1e6)              /* of the four PAE page-directory pointers, 5.2.3 */

enum { LEVELS_MAX = 5, TRIES = 8 };
enum format { FORMAT_32, FORMAT_PAE, FORMAT_LONG };

struct step { void *at; uint64_t value; bool writable; };
struct walk {
    const struct walk_state *s;
    enum format format;
    unsigned levels, level;             /* of the leaf, 1: 4 KiB */
    uint64_t rights;                    /* PTE_W, PTE_U of all levels together; PTE_NX of any */
    struct step step[LEVELS_MAX];       /* by level - 1 */
};

static enum format format_of(const struct walk_state *s)
{
    return s->efer & EFER_LMA ? FORMAT_LONG : s->cr4 & CR4_PAE ? FORMAT_PAE : FORMAT_32;
}

static unsigned levels_of(const struct walk_state *s)
{
    switch (format_of(s)) {
    case FORMAT_LONG: return s->cr4 & CR4_LA57 ? 5 : 4;
    case FORMAT_PAE:  return 3;
    default:          return 2;
    }
}

static unsigned shift_of(const struct walk *w, unsigned level) { return 12 + (w->format == FORMAT_32 ? 10 : 9) * (level - 1); }

static bool canonical(uint64_t gva, unsigned levels)
{
    unsigned unused = 64 - (12 + 9 * levels);
    return (uint64_t)((int64_t)(gva << unused) >> unused) == gva;
}

static bool may_be_large(const struct walk *w, unsigned level)
{
    if (w->format == FORMAT_32)
        return level == 2 && (w->s->cr4 & CR4_PSE);
    return level == 2 || (level == 3 && w->format == FORMAT_LONG && w->s->pages_1g);
}

static uint64_t bits_from(unsigned first, unsigned end) { return end > first ? ((UINT64_C(1) << end) - 1) & ~((UINT64_C(1) << first) - 1) : 0; }

/* Bits that must be zero in an entry of this level. */
static uint64_t reserved(const struct walk *w, unsigned level, bool large)
{
    if (w->format == FORMAT_32)     /* PSE-36: bits 13..20 of a 4 MiB page are address bits 32..39 */
        return large ? UINT64_C(1) << 21 | (w->s->physical_bits < 40 ? bits_from(w->s->physical_bits - 19, 21) : 0) : 0;
    uint64_t mask = bits_from(w->s->physical_bits, 52);
    if (w->format == FORMAT_PAE) {
        mask |= PAE_HIGH;
        if (level == 3)
            return mask | PTE_NX | PDPTE_RESERVED;
    }
    if (!(w->s->efer & EFER_NXE))
        mask |= PTE_NX;
    if (large)
        mask |= bits_from(13, shift_of(w, level));
    else if (level > 2)
        mask |= PTE_PS;             /* too large a page for this CPU */
    return mask;
}

static uint64_t entry_load(const struct walk *w, const void *at)
{
    if (w->format == FORMAT_32)
        return __atomic_load_n((const uint32_t *)at, __ATOMIC_RELAXED);
    return __atomic_load_n((const uint64_t *)at, __ATOMIC_RELAXED);
}

/* False: the entry is another one by now. */
static bool entry_set(const struct walk *w, struct step *e, uint64_t bits)
{
    if ((e->value & bits) == bits || !e->writable)
        return true;
    if (w->format == FORMAT_32) {
        uint32_t old = (uint32_t)e->value;
        return __atomic_compare_exchange_n((uint32_t *)e->at, &old, old | (uint32_t)bits, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    }
    uint64_t old = e->value;
    return __atomic_compare_exchange_n((uint64_t *)e->at, &old, old | bits, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static uint64_t root_of(const struct walk *w)
{
    switch (w->format) {
    case FORMAT_32:  return w->s->cr3 & UINT64_C(0xfffff000);
    case FORMAT_PAE: return w->s->cr3 & UINT64_C(0xffffffe0);
    default:         return w->s->cr3 & PTE_ADDRESS;
    }
}

/* Down to the leaf. False: *error is PF_PRESENT | PF_RESERVED, or 0 where something was not present. */
static bool descend(struct walk *w, const struct walk_memory *m, uint64_t gva, uint32_t *error)
{
    uint64_t table = root_of(w);
    unsigned index_bits = w->format == FORMAT_32 ? 10 : 9, size = w->format == FORMAT_32 ? 4 : 8;
    w->rights = PTE_W | PTE_U;
    for (unsigned level = w->levels;; level--) {
        struct step *e = &w->step[level - 1];
        uint64_t index = gva >> shift_of(w, level) & ((1u << index_bits) - 1);
        *error = 0;
        e->at = m->entry(m->owner, table + index * size, &e->writable);
        if (!e->at)
            return false;
        e->value = entry_load(w, e->at);
        if (!(e->value & PTE_P))
            return false;
        bool large = (e->value & PTE_PS) && may_be_large(w, level);
        *error = PF_PRESENT | PF_RESERVED;
        if (e->value & reserved(w, level, large))
            return false;
        if (w->format != FORMAT_PAE || level < 3)       /* PAE's page-directory pointers have no rights */
            w->rights = (w->rights & (e->value | ~(PTE_W | PTE_U))) | (e->value & PTE_NX);
        w->level = level;
        if (level == 1 || large)
            return true;
        table = e->value & PTE_ADDRESS;
    }
}

static bool allowed(const struct walk *w, uint32_t access)
{
    const struct walk_state *s = w->s;
    bool user = access & PF_USER, user_page = w->rights & PTE_U;
    if ((access & PF_FETCH) && (w->rights & PTE_NX))
        return false;
    if ((access & PF_WRITE) && !(w->rights & PTE_W) && (user || (s->cr0 & CR0_WP)))
        return false;
    if (user)
        return user_page;
    if (!user_page)
        return true;
    if (access & PF_FETCH)
        return !(s->cr4 & CR4_SMEP);
    return !(s->cr4 & CR4_SMAP) || (s->rflags & RFLAGS_AC);
}

static bool mark(struct walk *w, bool write)
{
    for (unsigned level = w->levels; level >= w->level; level--) {
        if (w->format == FORMAT_PAE && level == 3)
            continue;
        if (!entry_set(w, &w->step[level - 1], level == w->level && write ? PTE_A | PTE_D : PTE_A))
            return false;
    }
    return true;
}

static uint64_t address_in(const struct walk *w, uint64_t gva)
{
    uint64_t leaf = w->step[w->level - 1].value, offset = (UINT64_C(1) << shift_of(w, w->level)) - 1;
    if (w->format == FORMAT_32 && w->level == 2)
        return (leaf & UINT64_C(0xffc00000)) | (leaf >> 13 & 0xff) << 32 | (gva & offset);
    return (leaf & PTE_ADDRESS & ~offset) | (gva & offset);
}

/* I/D in an error code is told only by CPUs that make a difference, 8.4.2. */
static uint32_t error_bits(const struct walk_state *s, uint32_t access)
{
    bool tells = (s->cr4 & CR4_SMEP) || ((s->efer & EFER_NXE) && (s->cr4 & CR4_PAE));
    return access & (PF_WRITE | PF_USER | (tells ? PF_FETCH : 0));
}

bool guest_walk(const struct walk_state *s, const struct walk_memory *m, uint64_t gva, uint32_t access, uint64_t *gpa, uint32_t *error)
{
    struct walk w = { .s = s, .format = format_of(s), .levels = levels_of(s) };
    uint32_t why = 0;
    if (w.format != FORMAT_LONG)
        gva &= UINT32_MAX;
    *error = error_bits(s, access);
    if (!(s->cr0 & CR0_PG)) {
        *gpa = gva;
        return true;
    }
    if (w.format == FORMAT_LONG && !canonical(gva, w.levels))
        return false;
    /* A guest may change its tables under us for ever; after some tries its A and D bits are its own loss. */
    for (unsigned i = 0; i < TRIES; i++) {
        if (!descend(&w, m, gva, &why)) {
            *error |= why;
            return false;
        }
        if (!allowed(&w, access)) {
            *error |= PF_PRESENT;
            return false;
        }
        if (mark(&w, access & PF_WRITE))
            break;
    }
    *gpa = address_in(&w, gva);
    return true;
}
