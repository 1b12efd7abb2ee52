/*
 * Owns: stage 2 tables. Invariants: an entry changes by one 64-bit store; where the architecture asks for it (another output address,
 * size or attribute, D8.16.1) from a translation to none, through every TLB, to the new one ("break before make"). While it is away,
 * .breaks is odd, so that whoever looks or faults then asks again instead of seeing a hole. A table, once linked, stays until the end.
 * A group of 16 entries with the contiguous hint is changed as one.
 */
#include "hypervisor/arm/guest.h"
#include "hypervisor/arm/tlb.h"

static struct stage2_shape shape;
static uint64_t vmids[4];               /* bit n: VMID n is taken; 0 is nobody's, and 255 are more than there can be domains */

static uint64_t load(const uint64_t *e) { return __atomic_load_n(e, __ATOMIC_ACQUIRE); }
static void store(uint64_t *e, uint64_t value) { __atomic_store_n(e, value, __ATOMIC_RELEASE); }
static uint64_t end_of_range(void) { return UINT64_C(1) << shape.bits; }
static uint64_t *table_of(uint64_t entry) { return hpa_ptr(hpa(entry & S2_ADDRESS)); }

/* At the start level the index has as many bits as are left: concatenated tables are one. */
static uint64_t *entry_in(uint64_t *table, uint64_t g, unsigned level)
{
    uint64_t index = g >> s2_shift(level);
    return &table[level == shape.start ? index : index & (S2_ENTRIES - 1)];
}

/* ---- TLBs ---- */

/* TLB maintenance by VMID goes by VTTBR_EL2: another guest's, maybe, than that whose stage 1 is in this CPU. */
struct walks { uint64_t vttbr, sctlr, tcr; };

/* Stores to tables come first, and are seen by all walkers. */
static struct walks vmid_enter(const struct stage2 *s)
{
    struct walks before = { sysreg_get(VTTBR_EL2), sysreg_get(SCTLR_EL1), sysreg_get(TCR_EL1) };
    dsb_ishst();
    if (before.vttbr == s->vttbr)
        return before;
    walks_stop();
    sysreg_set(VTTBR_EL2, s->vttbr);
    isb();
    return before;
}

static void vmid_leave(const struct stage2 *s, struct walks before)
{
    dsb_ish();          /* done on all CPUs */
    isb();
    if (before.vttbr == s->vttbr)
        return;
    sysreg_set(VTTBR_EL2, before.vttbr);
    walks_go(before.sctlr, before.tcr);
    isb();
}

void arch_stage2_flush(struct stage2 *s)
{
    if (!__atomic_load_n(&s->live, __ATOMIC_ACQUIRE)) {
        dsb_ishst();
        return;
    }
    struct walks before = vmid_enter(s);
    tlbi_vmid_all();
    vmid_leave(s, before);
}

void stage2_flush_here(void)
{
    tlbi_vmid_here();
}

/* `count` entries' worth of translations from g on; then what TLBs made of both stages together, which goes by no IPA. */
static void flush_entries(struct stage2 *s, uint64_t g, unsigned level, unsigned count)
{
    struct walks before = vmid_enter(s);
    for (unsigned i = 0; i < count; i++)
        tlbi_ipa((g + i * s2_size(level)) >> PAGE_SHIFT);
    dsb_ish();
    tlbi_vmid_stage1();
    vmid_leave(s, before);
}

/* ---- changing entries ---- */

/* e[0..count-1], which translate g on, are away for everybody until the caller has made them anew and calls unbreak. */
static void break_entries(struct stage2 *s, uint64_t *e, uint64_t g, unsigned level, unsigned count)
{
    __atomic_fetch_add(&s->breaks, 1, __ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < count; i++)
        store(&e[i], 0);
    if (s->live)
        flush_entries(s, g, level, count);
}

static void unbreak(struct stage2 *s)
{
    dsb_ishst();                        /* the new entries are seen before anyone takes their place for settled */
    __atomic_fetch_add(&s->breaks, 1, __ATOMIC_SEQ_CST);
}

/* Permissions alone may change under a CPU's feet; the caller's flush makes the new ones count. */
static bool needs_break(uint64_t old, uint64_t new) { return (old & S2_VALID) && ((old ^ new) & ~S2_PERMISSIONS) && (new & S2_VALID); }

static void replace(struct stage2 *s, uint64_t *e, uint64_t g, unsigned level, uint64_t new)
{
    if (!needs_break(load(e), new)) {
        store(e, new);
        return;
    }
    break_entries(s, e, g, level, 1);
    store(e, new);
    unbreak(s);
}

/* The group that g's entry e is one of loses its hint. */
static void ungroup(struct stage2 *s, uint64_t *e, uint64_t g, unsigned level)
{
    uint64_t old[S2_GROUP], offset = g >> s2_shift(level) & (S2_GROUP - 1);
    uint64_t *first = e - offset;
    for (unsigned i = 0; i < S2_GROUP; i++)
        old[i] = load(&first[i]);
    break_entries(s, first, (g & ~(s2_size(level) - 1)) - offset * s2_size(level), level, S2_GROUP);
    for (unsigned i = 0; i < S2_GROUP; i++)
        store(&first[i], old[i] & ~S2_CONTIGUOUS);
    unbreak(s);
}

static uint64_t *table_new(struct stage2 *s, hpa_t *at)
{
    if (!arch_up_table->pages_take(s->owner, 0, at))
        return NULL;
    s->tables++;
    return hpa_ptr(*at);
}

/* A table in the place of g's entry, which is empty or a block; it says the same. */
static bool make_table(struct stage2 *s, uint64_t *e, uint64_t g, unsigned level)
{
    hpa_t at;
    uint64_t *table = table_new(s, &at);
    if (!table)
        return false;
    if (load(e) & S2_CONTIGUOUS)
        ungroup(s, e, g, level);
    uint64_t old = load(e);
    if (old & S2_VALID) {
        uint64_t child = old | S2_CONTIGUOUS | (level + 1 == S2_LAST ? S2_TABLE : 0);
        for (unsigned i = 0; i < S2_ENTRIES; i++)
            table[i] = child + i * s2_size(level + 1);
    }
    replace(s, e, g & ~(s2_size(level) - 1), level, at.v | S2_VALID | S2_TABLE);
    return true;
}

/* The entry for g at *level or, where a table is already, below; blocks on the way are split. NULL: out of memory. */
static uint64_t *entry_make(struct stage2 *s, uint64_t g, unsigned *level)
{
    uint64_t *table = hpa_ptr(s->root);
    for (unsigned l = shape.start;; l++) {
        uint64_t *e = entry_in(table, g, l);
        bool has_table = s2_is_table(load(e), l);
        if (l >= *level && !has_table) {
            *level = l;
            return e;
        }
        if (!has_table && !make_table(s, e, g, l))
            return NULL;
        table = table_of(load(e));
    }
}

/* No page, block or group reaches across g. */
static bool split_at(struct stage2 *s, uint64_t g)
{
    uint64_t *table = hpa_ptr(s->root);
    if (g >= end_of_range())
        return true;
    for (unsigned l = shape.start;; l++) {
        uint64_t *e = entry_in(table, g, l), value = load(e);
        if (s2_is_leaf(value, l)) {
            if ((value & S2_CONTIGUOUS) && (g & (S2_GROUP * s2_size(l) - 1)))
                ungroup(s, e, g, l);
            if (!(g & (s2_size(l) - 1)))
                return true;
            if (!make_table(s, e, g, l))
                return false;
        } else if (!(value & S2_VALID) || !(g & (s2_size(l) - 1))) {
            return true;
        }
        table = table_of(load(e));
    }
}

/* The entry that says where g is or that it is nowhere; its level, and the value it had: it may be split meanwhile. */
static uint64_t *entry_find(struct stage2 *s, uint64_t g, unsigned *level, uint64_t *value)
{
    uint64_t *table = hpa_ptr(s->root);
    for (unsigned l = shape.start;; l++) {
        uint64_t *e = entry_in(table, g, l);
        *value = load(e);
        if (!s2_is_table(*value, l)) {
            *level = l;
            return e;
        }
        table = table_of(*value);
    }
}

/* Nothing reaches across g or end. */
static void clear(struct stage2 *s, uint64_t g, uint64_t end)
{
    unsigned level;
    uint64_t value;
    while (g < end) {
        uint64_t *e = entry_find(s, g, &level, &value);
        if (value & S2_VALID)
            store(e, 0);
        g = (g | (s2_size(level) - 1)) + 1;
    }
}

static bool in_range(uint64_t g, uint64_t size)
{
    return !((g | size) & PAGE_MASK) && g < end_of_range() && size <= end_of_range() - g;
}

/* Blocks are of level 1 (1 GiB) and 2. */
static unsigned level_for(uint64_t g, uint64_t h, uint64_t size)
{
    unsigned level = 1;
    while (level < S2_LAST && (((g | h) & (s2_size(level) - 1)) || size < s2_size(level)))
        level++;
    return level;
}

/* 16 empty entries from e on can be a group. */
static bool groupable(const uint64_t *e, uint64_t g, uint64_t h, uint64_t size, unsigned level)
{
    uint64_t group = S2_GROUP * s2_size(level);
    if (((g | h) & (group - 1)) || size < group)
        return false;
    for (unsigned i = 0; i < S2_GROUP; i++) {
        if (load(&e[i]) & S2_VALID)
            return false;
    }
    return true;
}

/* Entries for as much as goes at once. Returns the bytes, 0: out of memory. */
static uint64_t map_some(struct stage2 *s, uint64_t g, uint64_t h, uint64_t size, unsigned perm)
{
    unsigned level = level_for(g, h, size);
    uint64_t *e = entry_make(s, g, &level);
    if (!e)
        return 0;
    uint64_t new = s2_leaf(h, level, perm);
    if ((new & S2_VALID) && groupable(e, g, h, size, level)) {
        for (unsigned i = 0; i < S2_GROUP; i++)
            store(&e[i], (new | S2_CONTIGUOUS) + i * s2_size(level));
        return S2_GROUP * s2_size(level);
    }
    if (load(e) & S2_CONTIGUOUS)
        ungroup(s, e, g, level);
    replace(s, e, g, level, new);
    return s2_size(level);
}

bool arch_stage2_map(struct stage2 *s, gpa_t g, hpa_t h, uint64_t size, unsigned perm)
{
    if (!in_range(g.v, size) || h.v >= end_of_range() || size > end_of_range() - h.v || !split_at(s, g.v) || !split_at(s, g.v + size))
        return false;
    for (uint64_t done = 0, step; done < size; done += step) {
        step = map_some(s, g.v + done, h.v + done, size - done, perm);
        if (!step) {
            clear(s, g.v, g.v + size);
            return false;
        }
    }
    dsb_ishst();                        /* walkers see it from now on; a CPU that enters has its ISB in ERET */
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

/* An entry that is away to be made anew is waited for: whoever broke it does not wait for us. */
bool arch_stage2_lookup(struct stage2 *s, gpa_t g, hpa_t *h, unsigned *perm, uint64_t *run)
{
    unsigned level;
    uint64_t entry, before;
    if (g.v >= end_of_range())
        return false;
    do {
        before = __atomic_load_n(&s->breaks, __ATOMIC_SEQ_CST);
        (void)entry_find(s, g.v, &level, &entry);
    } while (!(entry & S2_VALID) && ((before & 1) || before != __atomic_load_n(&s->breaks, __ATOMIC_SEQ_CST)));
    if (!(entry & S2_VALID))
        return false;
    uint64_t offset = g.v & (s2_size(level) - 1);
    *h = hpa((entry & S2_ADDRESS & ~(s2_size(level) - 1)) + offset);
    *perm = s2_perm(entry);
    *run = s2_size(level) - offset;
    return true;
}

/* A fault at a hole that no break explains is the guest's: no break since its last fault, and none now. */
bool stage2_is_transient(struct arch_vcpu *v, uint64_t g, unsigned perm)
{
    uint64_t breaks = __atomic_load_n(&v->stage2->breaks, __ATOMIC_SEQ_CST), run;
    unsigned has;
    hpa_t h;
    if (breaks == v->breaks)
        return false;
    v->breaks = breaks & 1 ? 0 : breaks;
    return arch_stage2_lookup(v->stage2, gpa(g), &h, &has, &run) && (has & perm) == perm;
}

/* ---- creating ---- */

static unsigned vmid_take(void)
{
    for (unsigned i = 1; i < 256; i++) {
        uint64_t bit = UINT64_C(1) << i % 64;
        if (!(__atomic_fetch_or(&vmids[i / 64], bit, __ATOMIC_ACQ_REL) & bit))
            return i;
    }
    return 0;
}

static void vmid_give(unsigned vmid) { __atomic_fetch_and(&vmids[vmid / 64], ~(UINT64_C(1) << vmid % 64), __ATOMIC_ACQ_REL); }

bool stage2_start(unsigned host_bits, bool wide_vmid) { return stage2_shape_make(&shape, host_bits, cpu_ps(stage2_bits(host_bits)), wide_vmid); }
const struct stage2_shape *stage2_shape(void) { return &shape; }

struct stage2 *arch_stage2_create(unsigned owner)
{
    hpa_t at, root;
    _Static_assert(sizeof(struct stage2) <= PAGE_SIZE, "one page holds it");
    if (!arch_up_table->pages_take(owner, 0, &at))
        return NULL;
    if (!arch_up_table->pages_take(owner, shape.root_order, &root)) {
        arch_up_table->pages_give(at, 0);
        return NULL;
    }
    unsigned vmid = vmid_take();
    if (!vmid) {
        arch_up_table->pages_give(root, shape.root_order);
        arch_up_table->pages_give(at, 0);
        return NULL;
    }
    struct stage2 *s = hpa_ptr(at);
    *s = (struct stage2){ .root = root, .vttbr = root.v | (uint64_t)vmid << VTTBR_VMID_SHIFT, .tables = 1 + (UINT64_C(1) << shape.root_order),
                          .owner = owner };
    return s;
}

/* Four levels deep at most: the recursion ends. */
static void free_tables(uint64_t *table, unsigned level, unsigned entries)
{
    for (unsigned i = 0; i < entries; i++) {
        uint64_t e = table[i];
        if (!s2_is_table(e, level))
            continue;
        if (level + 1 < S2_LAST)
            free_tables(table_of(e), level + 1, S2_ENTRIES);
        arch_up_table->pages_give(hpa(e & S2_ADDRESS), 0);
    }
}

/* No TLB and no walker's cache knows its VMID afterwards, nor its tables. */
void arch_stage2_destroy(struct stage2 *s)
{
    arch_stage2_flush(s);
    vmid_give((unsigned)(s->vttbr >> VTTBR_VMID_SHIFT));
    free_tables(hpa_ptr(s->root), shape.start, (unsigned)S2_ENTRIES << shape.root_order);
    arch_up_table->pages_give(s->root, shape.root_order);
    arch_up_table->pages_give(hpa(ptr_hpa(s).v), 0);
}

uint64_t arch_stage2_tables(struct stage2 *s) { return s->tables * PAGE_SIZE; }
