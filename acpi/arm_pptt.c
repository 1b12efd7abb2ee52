/*
 * Owns: the PPTT of BOARD_VIRT (ACPI 6.4, 5.2.29): that all vCPUs are one package, or with virtual NUMA one package for each node,
 * and each a core of its own. Without it Linux says that it guesses. Caches are not told: they are the host's.
 */
#include "acpi/arm.h"

enum { PPTT_REVISION = 2, NODE_BYTES = 20 };
enum { PACKAGE = 1 << 0, UID_VALID = 1 << 1, LEAF = 1 << 3, IDENTICAL = 1 << 4 };     /* table 5.140 */

/* parent: its offset in the table, 0: none. */
static void hierarchy_node(struct table_out *o, uint32_t flags, uint64_t parent, uint32_t uid)
{
    table_entry(o, 0, NODE_BYTES);
    table_zero(o, 2);
    table_le(o, flags, 4);
    table_le(o, parent, 4);
    table_le(o, uid, 4);
    table_zero(o, 4);                               /* private resources: none */
}

uint64_t acpi_arm_pptt(struct table_out *o, const struct platform *p)
{
    uint64_t start = table_begin(o, "PPTT", PPTT_REVISION);
    for (unsigned i = 0; i < (p->nodes ? p->nodes : 1); i++)
        hierarchy_node(o, PACKAGE | IDENTICAL, 0, 0);
    for (unsigned i = 0; i < p->vcpus; i++)
        hierarchy_node(o, UID_VALID | LEAF, TABLE_HEADER + (p->nodes ? p->vcpu_node[i] : 0) * (uint64_t)NODE_BYTES, i);
    table_end(o, start);
    return start;
}
