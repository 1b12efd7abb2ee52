/*
 * Owns: nested page tables, 4 levels, 4 KiB to 1 GiB pages (APM vol. 2, 15.25). Invariant: every entry changes by one
 * 64-bit store, from one true translation to another or to none, so a CPU that walks the tables meanwhile sees the old
 * or the new. A table, once linked, stays until the end: what a CPU may have cached of it never becomes another thing.
 */
#include "hypervisor/x86/npt.h"
#include "hypervisor/x86/percpu.h"

#define NPT_P  UINT64_C(0x1)
#define NPT_W  UINT64_C(0x2)
#define NPT_U  UINT64_C(0x4)            /* all accesses of a guest are user accesses to the nested tables, 15.25.5 */
#define NPT_AD UINT64_C(0x60)           /* set beforehand: we do not look at them, and the CPU need not write them */
#define NPT_PS UINT64_C(0x80)
#define NPT_NX (UINT64_C(1) << 63)
#define NPT_ADDRESS UINT64_C(0x000ffffffffff000)
#define NPT_TABLE (NPT_P | NPT_W | NPT_U | NPT_AD)
#define NPT_END (UINT64_C(1) << 48)

enum { TOP = 4, ENTRIES = 512 };

unsigned npt_largest = 2;

static uint64_t load(const uint64_t *e) { return __atomic_load_n(e, __ATOMIC_ACQUIRE); }
static void store(uint64_t *e, uint64_t value) { __atomic_store_n(e, value, __ATOMIC_RELEASE); }
static unsigned shift_of(unsigned level) { return 12 + 9 * (level - 1); }
static uint64_t size_of(unsigned level) { return UINT64_C(1) << shift_of(level); }
static uint64_t *entry_in(uint64_t *table, uint64_t g, unsigned level) { return &table[g >> shift_of(level) & (ENTRIES - 1)]; }
static uint64_t *table_of(uint64_t entry) { return hpa_ptr(hpa(entry & NPT_ADDRESS)); }
static bool is_leaf(uint64_t entry, unsigned level) { return (entry & NPT_P) && (level == 1 || (entry & NPT_PS)); }

static uint64_t leaf(uint64_t h, unsigned level, unsigned perm)
{
    if (!(perm & S2_READ))
        return 0;
    return h | NPT_P | NPT_U | NPT_AD | (level > 1 ? NPT_PS : 0) | (perm & S2_WRITE ? NPT_W : 0) | (perm & S2_EXEC ? 0 : NPT_NX);
}

static unsigned perm_of(uint64_t entry)
{
    return S2_READ | (entry & NPT_W ? S2_WRITE : 0) | (entry & NPT_NX ? 0 : S2_EXEC);
}

static uint64_t *table_new(struct stage2 *s, hpa_t *at)
{
    if (!arch_up_table->pages_take(s->owner, 0, at))
        return NULL;
    s->tables++;
    return hpa_ptr(*at);
}

/* A table in the place of `entry`, which is empty or a large page; it says the same. */
static bool make_table(struct stage2 *s, uint64_t *entry, unsigned level)
{
    uint64_t old = load(entry);
    hpa_t at;
    uint64_t *table = table_new(s, &at);
    if (!table)
        return false;
    if (old & NPT_P) {
        uint64_t child = level - 1 > 1 ? old : old & ~NPT_PS;   /* bit 7 of a 4 KiB entry is PAT */
        for (unsigned i = 0; i < ENTRIES; i++)
            table[i] = child + i * size_of(level - 1);
    }
    store(entry, at.v | NPT_TABLE);
    return true;
}

/* The entry for g at *level or, where a table is already, below; larger pages on the way are split. NULL: out of memory. */
static uint64_t *entry_make(struct stage2 *s, uint64_t g, unsigned *level)
{
    uint64_t *table = hpa_ptr(s->root);
    for (unsigned l = TOP;; l--) {
        uint64_t *e = entry_in(table, g, l), value = load(e);
        bool has_table = (value & NPT_P) && !is_leaf(value, l);
        if (l <= *level && !has_table) {
            *level = l;
            return e;
        }
        if (!has_table && !make_table(s, e, l))
            return NULL;
        table = table_of(load(e));
    }
}

/* No page reaches across g. */
static bool split_at(struct stage2 *s, uint64_t g)
{
    uint64_t *table = hpa_ptr(s->root);
    for (unsigned l = TOP; g < NPT_END && (g & (size_of(l) - 1)); l--) {
        uint64_t *e = entry_in(table, g, l);
        if (!(load(e) & NPT_P))
            return true;
        if (is_leaf(load(e), l) && !make_table(s, e, l))
            return false;
        table = table_of(load(e));
    }
    return true;
}

/* The entry that says where g is or that it is nowhere; its level, and the value it had: it may be split meanwhile. */
static uint64_t *entry_find(struct stage2 *s, uint64_t g, unsigned *level, uint64_t *value)
{
    uint64_t *table = hpa_ptr(s->root);
    for (unsigned l = TOP;; l--) {
        uint64_t *e = entry_in(table, g, l);
        *value = load(e);
        if (!(*value & NPT_P) || is_leaf(*value, l)) {
            *level = l;
            return e;
        }
        table = table_of(*value);
    }
}

/* No page reaches across g or end. */
static void clear(struct stage2 *s, uint64_t g, uint64_t end)
{
    unsigned level;
    uint64_t value;
    while (g < end) {
        uint64_t *e = entry_find(s, g, &level, &value);
        if (value & NPT_P)
            store(e, 0);
        g = (g | (size_of(level) - 1)) + 1;
    }
}

static bool in_range(uint64_t g, uint64_t size)
{
    return !((g | size) & PAGE_MASK) && g < NPT_END && size <= NPT_END - g;
}

static unsigned level_for(uint64_t g, uint64_t h, uint64_t size)
{
    unsigned level = npt_largest;
    while (level > 1 && (((g | h) & (size_of(level) - 1)) || size < size_of(level)))
        level--;
    return level;
}

bool arch_stage2_map(struct stage2 *s, gpa_t g, hpa_t h, uint64_t size, unsigned perm)
{
    if (!in_range(g.v, size) || !split_at(s, g.v) || !split_at(s, g.v + size))
        return false;
    for (uint64_t done = 0; done < size;) {
        unsigned level = level_for(g.v + done, h.v + done, size - done);
        uint64_t *e = entry_make(s, g.v + done, &level);
        if (!e) {
            clear(s, g.v, g.v + size);
            return false;
        }
        store(e, leaf(h.v + done, level, perm));
        done += size_of(level);
    }
    return true;
}

bool arch_stage2_unmap(struct stage2 *s, gpa_t g, uint64_t size)
{
    if (!in_range(g.v, size))
        return true;        /* nothing can be mapped there */
    if (!split_at(s, g.v) || !split_at(s, g.v + size))
        return false;
    clear(s, g.v, g.v + size);
    return true;
}

bool arch_stage2_lookup(struct stage2 *s, gpa_t g, hpa_t *h, unsigned *perm, uint64_t *run)
{
    unsigned level;
    uint64_t entry;
    if (g.v >= NPT_END)
        return false;
    (void)entry_find(s, g.v, &level, &entry);
    if (!(entry & NPT_P))
        return false;
    uint64_t offset = g.v & (size_of(level) - 1);
    *h = hpa((entry & NPT_ADDRESS & ~(size_of(level) - 1)) + offset);
    *perm = perm_of(entry);
    *run = size_of(level) - offset;
    return true;
}

struct stage2 *arch_stage2_create(unsigned owner)
{
    hpa_t at;
    if (!arch_up_table->pages_take(owner, 1, &at))
        return NULL;
    struct stage2 *s = hpa_ptr(hpa_add(at, PAGE_SIZE));
    *s = (struct stage2){ .root = at, .tables = 2, .owner = owner };
    return s;
}

/* Four levels deep at most: the recursion ends. */
static void free_tables(uint64_t *table, unsigned level)
{
    for (unsigned i = 0; i < ENTRIES; i++) {
        uint64_t e = table[i];
        if (!(e & NPT_P) || is_leaf(e, level))
            continue;
        if (level > 2)
            free_tables(table_of(e), level - 1);
        arch_up_table->pages_give(hpa(e & NPT_ADDRESS), 0);
    }
}

void arch_stage2_destroy(struct stage2 *s)
{
    hpa_t root = s->root;
    free_tables(hpa_ptr(root), TOP);
    arch_up_table->pages_give(root, 1);
}

/* Before the caller's kick: who is kicked sees the new count when it enters again. */
void arch_stage2_flush(struct stage2 *s) { __atomic_fetch_add(&s->flushes, 1, __ATOMIC_SEQ_CST); }
uint64_t arch_stage2_tables(struct stage2 *s) { return s->tables * PAGE_SIZE; }
