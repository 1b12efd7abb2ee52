/*
 * Owns: where kernel, tree, EFI structures and ramdisk go in a BOARD_VIRT guest's RAM. Invariant of a plan_virt that returned
 * true: each lies whole in the first bank of RAM, none meets another, and none the memory that the kernel's header claims.
 *
 * The kernel as low as it can stand, for older ones lose what is below them; the rest behind it, small things first. So all is
 * within the 32 GiB around the kernel that Linux reaches while it boots (Documentation/arch/arm64/booting).
 */
#include "hypervisor/builder/plan_board.h"
#include "lib/checked.h"
#include "lib/format.h"
#include "loader/bundle_tree.h"
#include "platform/virt_map.h"

typedef unsigned long long ull;

/* EFI's pages and their neighbours of other kinds are not to share 64 KiB (UEFI 2.9, 2.3.6). */
#define EFI_GRANULE KIB(64)
#define IMAGE_ALIGN MIB(2)

/* Free RAM; at: what is not taken yet. */
struct space { uint64_t at, end; };

static bool take(struct space *s, uint64_t size, uint64_t align, gpa_t *to)
{
    uint64_t at, end;
    if (!round_up_ok(s->at, align, &at) || !add_ok(at, size, &end) || !round_up_ok(end, PAGE_SIZE, &end) || end > s->end)
        return false;
    *to = gpa(at);
    s->at = end;                                /* nobody shares a page */
    return true;
}

static uint64_t large(uint64_t size) { return size >= MIB(2) ? MIB(2) : PAGE_SIZE; }

/* The order in which all is placed; s->at then says how much memory it took. NULL, or what found no place. */
static const char *place_all(struct plan *plan, struct space *s, bool close)
{
    struct guest_places *w = &plan->places;
    gpa_t base;
    if (!take(s, 0, IMAGE_ALIGN, &base) || !add_ok(base.v, plan->image.text_offset, &s->at) ||
        !take(s, plan->image.memory_size, 1, &plan->entry))
        return "the kernel";
    if (!take(s, round_up(plan->efi_size, EFI_GRANULE), plan->efi_size ? EFI_GRANULE : PAGE_SIZE, &w->efi) ||
        !take(s, w->tree_size, PAGE_SIZE, &w->tree))
        return "the device tree";
    if (w->ramdisk_size && !take(s, w->ramdisk_size, close ? PAGE_SIZE : large(w->ramdisk_size), &w->ramdisk))
        return "the ramdisk";
    return NULL;
}

/* What place_all would take, closely packed, of a bank that has no end: MiB. 0: no bank is so large. */
static uint64_t memory_for_all(const struct plan *plan, const struct platform *p)
{
    struct plan tried = *plan;
    struct space s = { p->ram[0].base.v, UINT64_MAX };
    if (place_all(&tried, &s, true) || s.at - p->ram[0].base.v > UINT64_MAX - MIB(1))
        return 0;
    return round_up(s.at - p->ram[0].base.v, MIB(1)) >> 20;
}

static bool does_not_fit(const struct plan *plan, const struct platform *p, const char *what, struct error *e)
{
    char way_out[80] = "make it smaller";
    uint64_t enough = memory_for_all(plan, p), had = p->ram[0].size >> 20;
    if (enough && p->arm.direct_map)
        (void)format(way_out, sizeof(way_out), "give its first part of static memory %llu MiB or more", (ull)enough);
    else if (enough && enough <= VIRT_RAM0_SIZE >> 20)
        (void)format(way_out, sizeof(way_out), "memory=%llu is enough", (ull)enough);
    return fail(e, "guest %s: %s does not fit into its %s of %llu MiB (the kernel takes %llu KiB, the ramdisk %llu KiB): %s", p->name, what,
                p->ram[1].size ? "first part of RAM" : "RAM", (ull)had, (ull)(plan->image.memory_size >> 10),
                (ull)(plan->places.ramdisk_size >> 10), way_out);
}

static bool read_payloads(struct plan *plan, const struct platform *p, struct span kernel, struct span passthrough, const char *name,
                          struct error *e)
{
    struct error damaged = { "" };
    if (!image_read(&plan->image, kernel, name, e))
        return false;
    if (passthrough.left && !tree_check(passthrough, TREE_OF_BUNDLE, &damaged))
        return fail(e, "guest %s: its partial device tree is none or is damaged: make it anew with dtc -O dtb", p->name);
    return passthrough_read(&plan->passthrough, p, passthrough, e);
}

bool plan_virt(struct plan *plan, const struct platform *p, struct span kernel, struct span passthrough, const char *name, struct error *e)
{
    struct guest_places *w = &plan->places;
    if (p->modules > 1)
        return fail(e, "guest %s: %u modules: a guest on Arm is given a ramdisk and no more: leave out the others", p->name, p->modules);
    if (!read_payloads(plan, p, kernel, passthrough, name, e))
        return false;
    w->acpi = w->rsdp = plan->acpi;
    w->acpi_size = plan->acpi_size;
    w->ramdisk_size = p->modules ? p->module[0].file.size : 0;
    w->tree_size = guest_tree_size(p, passthrough);
    plan->efi_size = guest_efi_size(p);
    for (unsigned close = 0; close < 2; close++) {      /* large pages where there is room for them */
        struct space s = { p->ram[0].base.v, p->ram[0].base.v + p->ram[0].size };
        const char *what = place_all(plan, &s, close);
        if (!what)
            break;
        if (close)
            return does_not_fit(plan, p, what, e);
    }
    plan->module[0] = (struct start_info_module){ w->ramdisk, w->ramdisk_size };
    return true;
}
