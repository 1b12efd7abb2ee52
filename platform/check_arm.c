/* Owns: what only BOARD_VIRT has. Invariant: what passes has a GIC that exists, and static memory that is all of its RAM or none of it. */
#include "platform/check.h"
#include "lib/checked.h"
#include "platform/virt_map.h"
#include <string.h>

typedef unsigned long long ull;

static bool check_gic(const struct platform *p, struct error *e)
{
    unsigned version = p->arm.gic_version;
    if (version != 0 && version != 2 && version != 3)
        return fail(e, "guest %s: GIC version %u: versions 2 and 3 exist", p->name, version);
    if (p->arm.its && version != 3)
        return fail(e, "guest %s: an ITS with a GIC of version %u: give it version 3 or no ITS", p->name, version);
    if (version == 2 && p->vcpus > VIRT_GIC2_VCPUS)
        return fail(e, "guest %s: vcpus=%u with a GIC of version 2, which has interfaces for %d: give fewer, or version 3", p->name,
                    p->vcpus, VIRT_GIC2_VCPUS);
    return true;
}

static bool check_banks(const struct platform *p, struct error *e)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < p->arm.banks; i++) {
        const struct platform_bank *b = &p->arm.bank[i];
        if ((b->base.v | b->size) & PAGE_MASK)
            return fail(e, "guest %s: its static memory at 0x%llx, 0x%llx bytes, is not made of whole pages: give multiples of 4096", p->name,
                        (ull)b->base.v, (ull)b->size);
        for (unsigned k = 0; k < i; k++)
            if (ranges_meet(b->base.v, b->size, p->arm.bank[k].base.v, p->arm.bank[k].size))
                return fail(e, "guest %s: its static memory at 0x%llx meets its own at 0x%llx: give parts that lie apart", p->name, (ull)b->base.v,
                            (ull)p->arm.bank[k].base.v);
        if (!add_ok(sum, b->size, &sum))
            sum = UINT64_MAX;
    }
    return !p->arm.banks || sum == p->memory ||
           fail(e, "guest %s: its static memory is %llu KiB, but memory is %llu KiB: give both the same size", p->name, (ull)(sum >> 10),
                (ull)(p->memory >> 10));
}

bool platform_check_arm(const struct platform *p, struct error *e)
{
    const char *wrong = p->lapic ? "lapic=1" : p->ioapic ? "ioapic=1" : NULL;
    if (wrong)
        return fail(e, "guest %s: %s on a board without APICs: leave it out", p->name, wrong);
    if (p->uart.present)
        return fail(e, "guest %s: bedplate,uart is a PC's 16550: give vpl011 instead", p->name);
    if (p->xenstore && !p->xen)
        return fail(e, "guest %s: xenstore=1 with xen=0: a xenstore is a part of the Xen ABI: set xen=1 or xenstore=0", p->name);
    if (p->arm.pl011_backend && *p->arm.pl011_backend && !p->arm.pl011)
        return fail(e, "guest %s: a vuart_backend without a vuart: write vuart=\"sbsa_uart\" (in a tree: vpl011) or remove it", p->name);
    if (p->modules > 1)
        return fail(e, "guest %s: %u modules: an Arm guest takes a kernel and a ramdisk, and is told of no others: remove them", p->name, p->modules);
    if (p->arm.direct_map && !p->arm.banks)
        return fail(e, "guest %s: direct-map without static memory: say where its RAM is (xen,static-mem, static_mem=) or remove it", p->name);
    return check_gic(p, e) && check_banks(p, e);
}

bool platform_check_no_arm(const struct platform *p, struct error *e)
{
    const struct platform_arm *a = &p->arm;
    const char *what = a->pl011 ? "vuart (vpl011)" : a->pl011_backend && *a->pl011_backend ? "vuart_backend" : a->direct_map ? "direct_map"
                       : a->banks ? "static_mem" : a->gic_version ? "gic_version" : NULL;
    return !what || fail(e, "guest %s: %s is for Arm guests: remove it%s", p->name, what, a->pl011 ? " (uart=1 gives a PC guest a UART)" : "");
}

void platform_lay_out_banks(struct platform *p)
{
    /* Ascending, as the guest's memory map is told. */
    for (unsigned i = 1; i < p->arm.banks; i++)
        for (unsigned k = i; k && p->arm.bank[k - 1].base.v > p->arm.bank[k].base.v; k--) {
            struct platform_bank b = p->arm.bank[k];
            p->arm.bank[k] = p->arm.bank[k - 1];
            p->arm.bank[k - 1] = b;
        }
    for (unsigned i = 0; i < p->arm.banks; i++)
        p->ram[i] = (struct platform_ram){ gpa(p->arm.bank[i].base.v), p->arm.bank[i].size };
}
