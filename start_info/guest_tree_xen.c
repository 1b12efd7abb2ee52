/*
 * Owns: /hypervisor, by which a guest finds the Xen ABI, its static event channels and the consoles that end in it.
 * docs/guest-abi.md has the bindings that are ours. With ACPI there is no node uefi in it (Linux's arm/xen.txt): that says that
 * Xen does the EFI runtime services, of which there are none; the system table is in /chosen, as without Xen.
 */
#include "lib/checked.h"
#include "platform/virt_map.h"
#include "start_info/guest_internal.h"

/* Smaller ones are not worth a guest's while: Linux takes them in sections of 128 MiB. */
#define EXTENDED_MIN MIB(128)

static void channels(struct tree_out *t, const struct platform *p)
{
    if (!p->channels)
        return;
    tree_open(t, "event-channels");
    tree_text(t, "compatible", "bedplate,event-channels");
    tree_cell(t, "#address-cells", 1);
    tree_cell(t, "#size-cells", 0);
    for (unsigned i = 0; i < p->channels; i++) {
        const struct platform_channel *c = &p->channel[i];
        tree_open(t, "channel@%x", c->port);
        tree_cell(t, "reg", c->port);
        if (c->label[0])
            tree_text(t, "label", c->label);
        tree_text(t, "bedplate,peer", c->peer);
        tree_cell(t, "bedplate,peer-port", c->peer_port);
        tree_close(t);
    }
    tree_close(t);
}

static void rings(struct tree_out *t, const struct platform *p)
{
    if (!p->rings)
        return;
    tree_open(t, "console-rings");
    tree_text(t, "compatible", "bedplate,console-rings");
    tree_cell(t, "#address-cells", 2);
    tree_cell(t, "#size-cells", 2);
    for (unsigned i = 0; i < p->rings; i++) {
        const uint64_t reg[] = { VIRT_RING_BASE + i * PAGE_SIZE, PAGE_SIZE };
        tree_open(t, "ring@%llx", (unsigned long long)reg[0]);
        tree_numbers(t, "reg", reg, 2);
        tree_cell(t, "bedplate,port", p->ring[i].port);
        tree_text(t, "label", p->ring[i].of);
        tree_close(t);
    }
    tree_close(t);
}

/*
 * An extended region (Xen's name): addresses behind RAM that the guest may map others' pages at, instead of giving RAM back
 * for it. What lies behind the last bank, up to 4 GiB, or 4 GiB of it above; none where a host's device stands in it, nor
 * beside directly mapped RAM, whose neighbours are the host's.
 */
static bool extended(const struct platform *p, const struct passthrough *devices, uint64_t to[2])
{
    const struct platform_ram *last = p->ram[1].size ? &p->ram[1] : &p->ram[0];
    to[0] = round_up(last->base.v + last->size, MIB(2));
    if (p->arm.direct_map)
        return false;
    uint64_t end = p->ram[1].size ? round_down(to[0] + GIB(4), MIB(2)) : VIRT_RAM0_BASE + VIRT_RAM0_SIZE;
    to[1] = end - to[0];
    for (unsigned i = 0; devices && i < devices->regs; i++)
        if (ranges_meet(to[0], to[1], devices->reg[i].guest.v, devices->reg[i].size))
            return false;
    return to[1] >= EXTENDED_MIN;
}

void guest_tree_hypervisor(struct tree_out *t, const struct platform *p, const struct guest_places *w, const struct passthrough *devices)
{
    uint64_t reg[4] = { VIRT_GRANT_BASE, VIRT_GRANT_SIZE };
    uint32_t interrupt[GIC_CELLS];
    bool more = extended(p, devices, reg + 2);
    tree_open(t, "hypervisor");
    tree_texts(t, "compatible", "xen,xen-4.17\0xen,xen");
    tree_numbers(t, "reg", reg, more ? 4 : 2);
    if (!w->acpi_size) {                                /* else the interrupt is in XENV and told by hypercall, the rest in EVTC */
        guest_tree_ppi(p, VIRT_EVTCHN_GSI, interrupt);
        tree_cells(t, "interrupts", interrupt, GIC_CELLS);
        channels(t, p);
        rings(t, p);
    }
    tree_close(t);
}
