/*
 * Owns: where kernel, start info and modules go in a PC guest's RAM. Invariant of a plan_pc that returned true: each lies
 * whole within usable RAM (not in a0000..fffff), modules and start info below 4 GiB, and none meets another.
 *
 * The order is that of Xen's tool stack: behind the kernel, bottom up. Kernels rely on it: Linux maps the first GiB only
 * when it reads start info and memory map, FreeBSD takes what lies behind the highest of them for its first page tables.
 * Start info goes before the modules so that a large ramdisk does not push it out of that first GiB.
 */
#include "hypervisor/builder/plan_board.h"
#include "lib/checked.h"
#include "lib/format.h"
#include "platform/pc_map.h"

typedef unsigned long long ull;

/* Free RAM that a placement may take, tried in this order; `at` moves up as it is taken. */
struct space { struct { uint64_t at, end; } part[3]; };

static bool in_ram(const struct platform *p, uint64_t at, uint64_t size)
{
    uint64_t end = p->ram[0].size, low = end < PC_LOW_RAM_END ? end : PC_LOW_RAM_END;
    if (range_within(at, size, 0, low))
        return true;
    if (end > PC_HIGH_RAM && range_within(at, size, PC_HIGH_RAM, end - PC_HIGH_RAM))
        return true;
    return range_within(at, size, p->ram[1].base.v, p->ram[1].size);
}

static const struct kernel_segment *segment_outside(const struct platform *p, const struct kernel *k)
{
    for (unsigned i = 0; i < k->segments; i++)
        if (!in_ram(p, k->segment[i].at, k->segment[i].memory_size))
            return &k->segment[i];
    return NULL;
}

/* Moves a relocatable kernel to the lowest place above 1 MiB that it and the RAM allow. */
static bool move_kernel(const struct platform *p, struct kernel *k)
{
    uint64_t low = k->reloc_min > PC_HIGH_RAM ? k->reloc_min : PC_HIGH_RAM;
    if (!k->relocatable || !round_up_ok(low, k->reloc_align, &low))
        return false;
    return in_ram(p, low, k->high - k->low) && kernel_move(k, low);
}

/* The MiB that would hold the kernel if it began at low; 0 when none would. */
static uint64_t memory_at(const struct kernel *k, uint64_t low)
{
    uint64_t size = k->high - k->low;
    if (low > PC_RAM_HOLE || size > PC_RAM_HOLE - low)
        return 0;
    for (unsigned i = 0; i < k->segments; i++)
        if (ranges_meet(k->segment[i].at - k->low + low, k->segment[i].memory_size, PC_LOW_RAM_END,
                        PC_HIGH_RAM - PC_LOW_RAM_END))
            return 0;
    return round_up(low + size, MIB(1)) >> 20;
}

/* The MiB that would hold the kernel where it is linked to or, if that is less, where it may be moved; 0 when none would. */
static uint64_t memory_for_kernel(const struct kernel *k)
{
    uint64_t stay = memory_at(k, k->low), low = k->reloc_min > PC_HIGH_RAM ? k->reloc_min : PC_HIGH_RAM;
    struct kernel moved = *k;
    if (!k->relocatable || !kernel_move(&moved, round_up(low, k->reloc_align)))
        return stay;
    uint64_t move = memory_at(&moved, moved.low);
    return stay && (!move || stay < move) ? stay : move;
}

static bool place_kernel(const struct platform *p, struct kernel *k, struct error *e)
{
    const struct kernel_segment *s = segment_outside(p, k);
    if (!s || move_kernel(p, k))
        return true;
    uint64_t enough = memory_for_kernel(k);
    char way_out[80] = "no amount of memory helps: link the kernel elsewhere";
    if (enough > p->memory >> 20)
        (void)format(way_out, sizeof(way_out), "give memory=%llu or more", (ull)enough);
    return fail(e, "guest %s: its kernel has a segment at 0x%llx..0x%llx, outside guest RAM (memory=%llu)%s: %s", p->name,
                (ull)s->at, (ull)(s->at + s->memory_size - 1), (ull)(p->memory >> 20),
                k->relocatable ? ", and cannot be moved within its limits" : "", way_out);
}

/* Where the kernel's part below the hole ends: whole pages, at least 1 MiB. Gaps between its segments stay its own. */
static uint64_t kernel_end(const struct kernel *k)
{
    uint64_t end = PC_HIGH_RAM;
    for (unsigned i = 0; i < k->segments; i++) {
        uint64_t top = k->segment[i].at + k->segment[i].memory_size;
        if (top > end && top <= PC_RAM_HOLE)
            end = top;
    }
    return round_up(end, PAGE_SIZE);
}

/* Behind the kernel; before it, above 1 MiB; below 640 KiB but for page 0, whose address says "not provided". */
static struct space space_around(const struct platform *p, const struct kernel *k)
{
    uint64_t ram_end = p->ram[0].size, low = round_down(k->low, PAGE_SIZE);
    uint64_t first_end = ram_end < PC_LOW_RAM_END ? ram_end : PC_LOW_RAM_END;
    struct space s = { { { kernel_end(k), ram_end }, { PC_HIGH_RAM, low < ram_end ? low : ram_end },
                         { PAGE_SIZE, low < first_end ? low : first_end } } };
    return s;
}

static bool take(struct space *s, uint64_t size, uint64_t align, gpa_t *to)
{
    for (unsigned i = 0; i < sizeof(s->part) / sizeof(s->part[0]); i++) {
        uint64_t at = round_up(s->part[i].at, align), end = s->part[i].end;
        if (at > end || size > end - at)
            continue;
        s->part[i].at = round_up(at + size, PAGE_SIZE);     /* nobody shares a page */
        *to = gpa(at);
        return true;
    }
    return false;
}

/* *left_over: the first module without a place, or p->modules when it is the start info that found none. */
static bool place_all(struct plan *plan, const struct platform *p, uint64_t large, unsigned *left_over)
{
    struct space s = space_around(p, &plan->kernel);
    *left_over = p->modules;
    if (!take(&s, plan->start_info_size, PAGE_SIZE, &plan->start_info))
        return false;
    for (unsigned i = 0; i < p->modules; i++) {
        uint64_t size = p->module[i].file.size;
        *left_over = i;
        if (!take(&s, size, size >= MIB(2) ? large : PAGE_SIZE, &plan->module[i].at))
            return false;
        plan->module[i].size = size;
    }
    return true;
}

/* Everything in whole pages behind the kernel, which place_all tries: the MiB that suffice. 0: more than fits below the hole. */
static uint64_t memory_for_all(const struct plan *plan, const struct platform *p)
{
    uint64_t sum = kernel_end(&plan->kernel) + round_up(plan->start_info_size, PAGE_SIZE);
    for (unsigned i = 0; i < p->modules; i++) {
        uint64_t size;
        if (!round_up_ok(p->module[i].file.size, PAGE_SIZE, &size) || !add_ok(sum, size, &sum))
            return 0;
    }
    return sum > PC_RAM_HOLE ? 0 : round_up(sum, MIB(1)) >> 20;
}

static bool does_not_fit(const struct plan *plan, const struct platform *p, unsigned left_over, struct error *e)
{
    char what[80] = "the start info with the command lines", way_out[80] = "make it smaller";
    uint64_t enough = memory_for_all(plan, p);
    if (left_over < p->modules)
        (void)format(what, sizeof(what), "%s %u (%llu KiB)", left_over ? "module" : "the ramdisk, module", left_over,
                     (ull)(p->module[left_over].file.size >> 10));
    if (enough)
        (void)format(way_out, sizeof(way_out), "memory=%llu is enough", (ull)enough);
    return fail(e, "guest %s: %s does not fit beside the kernel into memory=%llu%s: %s", p->name, what,
                (ull)(p->memory >> 20), enough ? "" : ", nor into any memory below 4 GiB", way_out);
}

bool plan_pc(struct plan *plan, const struct platform *p, struct span kernel, const char *name, struct error *e)
{
    unsigned left_over;
    plan->start_info_size = start_info_size(p);
    if (!kernel_read(&plan->kernel, kernel, name, e) || !place_kernel(p, &plan->kernel, e))
        return false;
    plan->entry = gpa(plan->kernel.entry);
    /* Large modules at 2 MiB boundaries, so that they can be mapped in large pages; closely packed when RAM is short. */
    if (!place_all(plan, p, MIB(2), &left_over) && !place_all(plan, p, PAGE_SIZE, &left_over))
        return does_not_fit(plan, p, left_over, e);
    return true;
}
