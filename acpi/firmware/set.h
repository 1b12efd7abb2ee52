/*
 * The ACPI tables of one machine as somebody else made them: the firmware, a guest's builder, or files. Bytes are referred to,
 * never copied, and believed only as far as their state says. Pure: the hypervisor and the host tool run the same code.
 */
#ifndef ACPI_FIRMWARE_SET_H
#define ACPI_FIRMWARE_SET_H
#include "lib/error.h"
#include "lib/span.h"

enum { ACPI_SET_MAX = 256 };    /* tables besides the root ones; real machines have up to some 60 */

/* What is wrong with a table, one bit each. A damaged table is there: it is neither trusted nor taken for absent. */
enum acpi_fault {
    ACPI_CUT      = 1 << 0,     /* fewer bytes are there than its length says: .bytes is what is there */
    ACPI_SHORT    = 1 << 1,     /* its length is less than a header's, or than its kind must have */
    ACPI_CHECKSUM = 1 << 2,
    ACPI_MISPLACED = 1 << 3,    /* the pointer to it expects another signature */
};

/* bytes.at NULL: absent. */
struct acpi_table {
    struct span bytes;          /* from the signature on, as many as its length field says (or were there; the header alone where that says less) */
    uint64_t at;                /* where it stands in that machine's memory; only if placed */
    bool placed;                /* files do not tell */
    unsigned faults;            /* enum acpi_fault */
};

/* About 10 KiB: static or on the heap, not on a hypervisor's stack. */
struct acpi_set {
    struct acpi_table rsdp, rsdt, xsdt;
    struct acpi_table table[ACPI_SET_MAX];      /* all others in the order found; FACS and DSDT too, behind their FADT */
    unsigned n, lost;                           /* lost: found, but more than ACPI_SET_MAX */
};

static inline bool acpi_is(const struct acpi_table *t, const char *signature)
{
    for (unsigned i = 0; i < 4; i++)
        if (t->bytes.left < 4 || t->bytes.at[i] != (uint8_t)signature[i])
            return false;
    return true;
}

/* The number of 1..8 bytes at `offset` of a table; 0 where it does not lie within. */
static inline uint64_t acpi_number(struct span bytes, uint64_t offset, unsigned size)
{
    struct span at = span_slice(bytes, offset, size);
    return span_le(&at, size);
}

/* The nth (from 0) table of that signature (the RSDP's is "RSD "), damaged or not; NULL: there are not so many. */
const struct acpi_table *acpi_set_find(const struct acpi_set *s, const char *signature, unsigned nth);

/* One loose table (no RSDP needed): judged and added. What is no table at all is refused with a sentence. */
bool acpi_set_add(struct acpi_set *s, struct span bytes, uint64_t at, bool placed, struct error *e);

/* Judges one table at the start of `bytes`, which may hold more than it; .bytes.at NULL: none begins there. */
struct acpi_table acpi_table_of(struct span bytes);
/* The bytes that the table at the start of `bytes` says it has, whether they are there or not; 0 when even that cannot be read. */
uint64_t acpi_length(struct span bytes);
bool acpi_sums_to_zero(struct span bytes);
/* Adds a table judged already; more than ACPI_SET_MAX are lost. */
void acpi_set_append(struct acpi_set *s, const struct acpi_table *t);

/* The root table whose pointers count: the XSDT, or the RSDT where the XSDT is absent or damaged; a damaged one before none. NULL: none. */
const struct acpi_table *acpi_set_root(const struct acpi_set *s);

/* The sentence for the first fault in `faults`, e.g. "its checksum is wrong"; "" for none. */
const char *acpi_fault_text(unsigned faults);

/*
 * Memory as the walker sees it: n bytes at physical address `at`, or a broken span when they are not all there. What is
 * returned must stay readable as long as the set is used.
 */
struct acpi_memory { struct span (*map)(void *owner, uint64_t at, uint64_t n); void *owner; };

/*
 * Follows all pointers from the RSDP at `rsdp` (ACPI 6.4, 5.2.5). Bounded: each table is taken once, whoever points at it
 * and however often, and a root table's own address is not followed. False with a sentence when not even a root table can be
 * read; anything less is a fault of one table in the set.
 */
bool acpi_walk(struct acpi_set *s, const struct acpi_memory *m, uint64_t rsdp, struct error *e);
#endif
