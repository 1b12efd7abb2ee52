/*
 * Owns: SRAT and SLIT (ACPI 6.4, 5.2.16 and 5.2.17): which memory and which processors are near each other. Invariant: the memory
 * entries cover p->ram exactly, in its order; a node that lies on both sides of the hole below 4 GiB has two. On BOARD_VIRT the place of the
 * tables themselves is the first node's: EFI's memory map tells it as memory, and Linux 6.12 forgets all nodes when some memory has none.
 */
#include "acpi/tables.h"
#include "platform/pc_map.h"
#include "platform/virt_map.h"

enum { SRAT_REVISION = 3, SLIT_REVISION = 1, AFFINITY_ENABLED = 1 };
enum { ENTRY_LAPIC = 0, ENTRY_MEMORY = 1, ENTRY_X2APIC = 2, ENTRY_GICC = 3 };

static void memory(struct table_out *o, unsigned node, uint64_t base, uint64_t size)
{
    table_entry(o, ENTRY_MEMORY, 40);
    table_le(o, node, 4);
    table_zero(o, 2);
    table_le(o, base, 8);
    table_le(o, size, 8);
    table_zero(o, 4);
    table_le(o, AFFINITY_ENABLED, 4);               /* neither hot-pluggable nor non-volatile */
    table_zero(o, 8);
}

/* Nodes take their memory from RAM one after another. Zero bytes are no entry: empty ranges have been taken for damage. */
static void memories(struct table_out *o, const struct platform *p)
{
    unsigned piece = 0;
    uint64_t taken = 0;                             /* of this piece of RAM */
    if (p->board == BOARD_VIRT)
        memory(o, 0, VIRT_ACPI_BASE, VIRT_ACPI_MAX);
    for (unsigned node = 0; node < p->nodes; node++)
        for (uint64_t left = p->node[node].size; left && piece < PLATFORM_BANKS_MAX; ) {
            const struct platform_ram *ram = &p->ram[piece];
            uint64_t n = left < ram->size - taken ? left : ram->size - taken;
            if (n)
                memory(o, node, ram->base.v + taken, n);
            left -= n;
            taken += n;
            if (taken == ram->size) {
                piece++;
                taken = 0;
            }
        }
}

/* The short entry has eight bits for the APIC's id, of which 255 is no id (5.2.16.1, 5.2.16.3). Clock domains: all are the same. */
static void processor(struct table_out *o, const struct platform *p, unsigned vcpu)
{
    uint32_t id = platform_apic_id(vcpu), node = p->vcpu_node[vcpu];
    if (id < 255) {
        table_entry(o, ENTRY_LAPIC, 16);
        table_le(o, node & 0xff, 1);
        table_le(o, id, 1);
        table_le(o, AFFINITY_ENABLED, 4);
        table_le(o, 0, 1);                          /* local SAPIC EID */
        table_le(o, node >> 8, 3);
        table_le(o, 0, 4);                          /* clock domain */
    } else {
        table_entry(o, ENTRY_X2APIC, 24);
        table_zero(o, 2);
        table_le(o, node, 4);
        table_le(o, id, 4);
        table_le(o, AFFINITY_ENABLED, 4);
        table_zero(o, 4 + 4);
    }
}

/* Arm's go by the processor's UID (5.2.16.4). */
static void gicc(struct table_out *o, const struct platform *p, unsigned vcpu)
{
    table_entry(o, ENTRY_GICC, 18);
    table_le(o, p->vcpu_node[vcpu], 4);
    table_le(o, vcpu, 4);
    table_le(o, AFFINITY_ENABLED, 4);
    table_le(o, 0, 4);
}

/* A PC's processors are named by their APIC ids: without local APICs there is nothing to name them by. */
uint64_t acpi_srat(struct table_out *o, const struct platform *p)
{
    uint64_t start = table_begin(o, "SRAT", SRAT_REVISION);
    table_le(o, 1, 4);                              /* reserved, 1 for old readers */
    table_zero(o, 8);
    memories(o, p);
    for (unsigned i = 0; i < platform_vcpus_told(p); i++)
        if (platform_is(p, BOARD_VIRT))
            gicc(o, p, i);
        else if (p->lapic)
            processor(o, p, i);
    table_end(o, start);
    return start;
}

uint64_t acpi_slit(struct table_out *o, const struct platform *p)
{
    uint64_t start = table_begin(o, "SLIT", SLIT_REVISION);
    table_le(o, p->nodes, 8);
    for (unsigned from = 0; from < p->nodes; from++)
        table_bytes(o, p->node[from].distance, p->nodes);
    table_end(o, start);
    return start;
}
