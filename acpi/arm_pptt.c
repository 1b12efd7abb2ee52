/*
 * Owns: the PPTT of BOARD_VIRT (ACPI 6.4, 5.2.29): that all vCPUs are one package, or with virtual NUMA one package for each node,
 * and each a core of its own with two caches. Without the table Linux says that it guesses; without caches 6.1 says that it found
 * none. Their sizes are not told: they are the host's, which may have CPUs of several kinds.
 */
#include "acpi/arm.h"

enum { PPTT_REVISION = 2, NODE_BYTES = 20, CACHE_BYTES = 24, CACHES = 2, CORE_BYTES = NODE_BYTES + CACHES * 4 + CACHES * CACHE_BYTES };
enum { PACKAGE = 1 << 0, UID_VALID = 1 << 1, LEAF = 1 << 3, IDENTICAL = 1 << 4 };     /* table 5.140 */
enum { TYPE_VALID = 1 << 4, DATA_CACHE = 0 << 2, INSTRUCTION_CACHE = 1 << 2 };        /* tables 5.142 and 5.143 */

static void hierarchy_node(struct table_out *o, uint32_t flags, uint64_t parent, uint32_t uid, unsigned resources)
{
    table_entry(o, 0, (uint8_t)(NODE_BYTES + 4 * resources));
    table_zero(o, 2);
    table_le(o, flags, 4);
    table_le(o, parent, 4);                         /* its offset in the table; 0: none */
    table_le(o, uid, 4);
    table_le(o, resources, 4);                      /* their offsets follow */
}

static void cache(struct table_out *o, uint8_t attributes)
{
    table_entry(o, 1, CACHE_BYTES);
    table_zero(o, 2);
    table_le(o, TYPE_VALID, 4);
    table_zero(o, 4 + 4 + 4 + 1);                   /* next level, size, sets, associativity */
    table_le(o, attributes, 1);
    table_zero(o, 2);                               /* line size */
}

uint64_t acpi_arm_pptt(struct table_out *o, const struct platform *p)
{
    const unsigned packages = p->nodes ? p->nodes : 1;
    uint64_t start = table_begin(o, "PPTT", PPTT_REVISION);
    for (unsigned i = 0; i < packages; i++)
        hierarchy_node(o, PACKAGE | IDENTICAL, 0, 0, 0);
    for (unsigned i = 0; i < p->vcpus; i++) {
        uint64_t package = TABLE_HEADER + (p->nodes ? p->vcpu_node[i] : 0) * (uint64_t)NODE_BYTES;
        uint64_t caches = TABLE_HEADER + packages * (uint64_t)NODE_BYTES + i * (uint64_t)CORE_BYTES + NODE_BYTES + CACHES * 4;
        hierarchy_node(o, UID_VALID | LEAF, package, i, CACHES);
        table_le(o, caches, 4);
        table_le(o, caches + CACHE_BYTES, 4);
        cache(o, DATA_CACHE);
        cache(o, INSTRUCTION_CACHE);
    }
    table_end(o, start);
    return start;
}
