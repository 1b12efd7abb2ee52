/* Owns: IORT (Arm DEN 0049): which IDs of a root complex or a device reach which SMMU and ITS. */
#include "acpi/show/describe_internal.h"

static const struct tell_row iort_rows[] = { T_NUMBER("Number of IORT Nodes", 4), T_HEX("Offset to Array of IORT Nodes", 4), T_RESERVED(4), ROWS_END };
static const struct tell_row iort_head[] = {
    T_ROW("Type", 1, TELL_TYPE), T_ROW("Length", 2, TELL_LENGTH), T_NUMBER("Revision", 1), T_NUMBER("Identifier", 4),
    T_NUMBER("Number of ID mappings", 4), T_HEX("Reference to ID Array", 4), ROWS_END,
};
static const struct tell_word hint[] = {
    BIT(0, "transient"), BIT(1, "write allocate"), BIT(2, "read allocate"), BIT(3, "allocation hints are overridden"), WORDS_END,
};
static const struct tell_word memory_flag[] = { BIT(0, "coherent path"), BIT(1, "device attributes are cacheable and inner shareable"), WORDS_END };
static const struct tell_word coherent[] = { IS(0, "not coherent"), IS(1, "coherent"), WORDS_END };
#define MEMORY_ACCESS T_WORD("Cache Coherency", 4, coherent), T_BITS("Hints", 1, hint), T_RESERVED(2), T_BITS("Memory Flags", 1, memory_flag)
static const struct tell_row named[] = { T_HEX("Node Flags", 4), MEMORY_ACCESS, T_NUMBER("Device Memory Address Size Limit", 1), ROWS_END };
static const struct tell_word ats[] = { BIT(0, "ATS"), BIT(1, "PRI"), BIT(2, "PASID forwarding"), WORDS_END };
static const struct tell_row root_complex[] = {
    MEMORY_ACCESS, T_BITS("ATS Attribute", 4, ats), T_NUMBER("PCI Segment Number", 4), T_NUMBER("Memory Size Limit", 1), ROWS_END,
};
/* Up to revision 2 there were three reserved bytes. */
static const struct tell_row root_complex_3[] = { T_HEX("PASID capabilities", 2), T_UNUSED(1), T_ROW("Flags", 4, TELL_HEX | TELL_DULL), ROWS_END };
static const struct tell_row root_complex_2[] = { T_RESERVED(3), ROWS_END };
static const struct tell_row smmu[] = {
    T_HEX("Base Address", 8), T_HEX("Span", 8), T_NUMBER("Model", 4), T_HEX("Flags", 4), T_HEX("Reference to Global Interrupt Array", 4),
    T_NUMBER("Number of context interrupts", 4), ROWS_END,
};
static const struct tell_row smmu3[] = {
    T_HEX("Base Address", 8), T_HEX("Flags", 4), T_UNUSED(4), T_HEX("VATOS Address", 8), T_NUMBER("Model", 4), T_NUMBER("Event GSIV", 4),
    T_NUMBER("PRI GSIV", 4), T_NUMBER("GERR GSIV", 4), T_NUMBER("Sync GSIV", 4), ROWS_END,
};
/* ---- which IDs go where ---- */

static void check_node(struct telling *t, uint64_t v)
{
    if (v < 48 || v >= t->size || tell_get(t, (uint32_t)v, 1) > 6)
        tell_wrong(t, "no node stands at offset 0x%llx", (unsigned long long)v);
}
static const struct tell_word mapping_flag[] = { BIT(0, "one ID"), WORDS_END };
static const struct tell_row mapping[] = {
    T_HEX("Input base", 4), T_NUMBER("Number of IDs - 1", 4), T_HEX("Output base", 4), T_CHECK("Output reference", 4, TELL_HEX, check_node),
    T_BITS("Flags", 4, mapping_flag), ROWS_END,
};
static const struct tell_sub mapping_sub[] = { { 0, 0, "ID mapping", mapping, NULL, NULL }, SUBS_END };
static const struct tell_list mappings = { .subs = mapping_sub };

/* Up to where the node says that they stand, its own data. */
static void tell_mappings(struct telling *t)
{
    uint32_t n = (uint32_t)tell_own(t, 8, 4), at = (uint32_t)tell_own(t, 12, 4);
    if (!n)
        return;
    if (at < t->at - t->from || at >= t->end - t->from) {
        tell_table_wrong(t, "the ID mappings of a node stand outside of it, at offset 0x%x", at);
        return;
    }
    tell_data(t, t->from + at, "Data");
    tell_list(t, &mappings, n);
}
static void tell_root_complex(struct telling *t)
{
    tell_rows(t, tell_own(t, 3, 1) >= 3 ? root_complex_3 : root_complex_2);
    tell_mappings(t);
}
static const struct tell_row group_head[] = { T_NUMBER("Number of ITSs", 4), ROWS_END };
static const struct tell_row group_its[] = { T_NUMBER("GIC ITS Identifier", 4), ROWS_END };
static void tell_group(struct telling *t)
{
    for (uint64_t n = tell_own(t, 16, 4); n && t->at < t->end; n--)
        tell_rows(t, group_its);
}
static const struct tell_sub iort_subs[] = {
    { 0, 20, "ITS Group", group_head, NULL, tell_group },        { 1, 0, "Named Component", named, NULL, tell_mappings },
    { 2, 33, "Root Complex", root_complex, NULL, tell_root_complex }, { 3, 0, "SMMUv1 or v2", smmu, NULL, tell_mappings },
    { 4, 0, "SMMUv3", smmu3, NULL, tell_mappings },              { 5, 16, "PMCG", NULL, NULL, tell_mappings },
    { 6, 16, "Memory Range", NULL, NULL, tell_mappings },        SUBS_END,
};
static const struct tell_list iort_list = { .head = iort_head, .subs = iort_subs, .other = "Node" };

static void tell_iort(struct telling *t)
{
    uint32_t count = (uint32_t)tell_get(t, 36, 4), offset = (uint32_t)tell_get(t, 40, 4);
    tell_rows(t, iort_rows);
    if (offset > t->at && offset <= t->end)
        tell_data(t, offset, "Data");
    tell_list(t, &iort_list, count);
}

const struct tell_kind_of tell_iort_kinds[] = {
    { .signature = "IORT", .title = "I/O Remapping Table", .clause = "Arm DEN 0049", .high = 6, .tell = tell_iort, .least = { { 0, 48 } } },
    { .signature = NULL },
};
