/*
 * The walk through memory that the firmware left. The input is that memory, from its first byte on at an address that the first
 * byte chooses, with the RSDP at its start: nothing outside is read, it ends, and what the set says of a table is so.
 */
#include "acpi/firmware/set.h"
#include "platform/pc_map.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct place { uint64_t base; struct span bytes; };
static struct acpi_set walked, loose;

static void expect(bool ok)
{
    if (!ok)
        abort();
}

static struct span map(void *owner, uint64_t at, uint64_t n)
{
    const struct place *p = owner;
    return at < p->base ? (struct span){ NULL, 0, true } : span_slice(p->bytes, at - p->base, n);
}

/* Sound means: as long as it says, and summing to zero. Every byte of it is read, so that the sanitizer sees where it lies. */
static void expect_true(const struct acpi_table *t)
{
    uint8_t sum = 0;
    expect(t->bytes.left >= 4 && !t->bytes.broken);
    for (size_t i = 0; i < t->bytes.left; i++)
        sum = (uint8_t)(sum + t->bytes.at[i]);
    if (t->faults & ~(unsigned)ACPI_MISPLACED) {
        expect(*acpi_fault_text(t->faults));
        return;
    }
    expect(acpi_length(t->bytes) == t->bytes.left && (sum == 0 || acpi_is(t, "FACS")));
}

static void expect_set(const struct acpi_set *s)
{
    const struct acpi_table *roots[] = { &s->rsdp, &s->rsdt, &s->xsdt };
    for (unsigned i = 0; i < 3; i++)
        if (roots[i]->bytes.at)
            expect_true(roots[i]);
    expect(s->n <= ACPI_SET_MAX);
    for (unsigned i = 0; i < s->n; i++) {
        expect_true(&s->table[i]);
        for (unsigned k = 0; k < i && s->table[i].placed; k++)
            expect(s->table[k].at != s->table[i].at);
    }
}

static void add_loose(struct span rest)
{
    struct error e = { "" };
    memset(&loose, 0, sizeof(loose));
    while (rest.left && acpi_set_add(&loose, rest, 0, false, &e)) {
        uint64_t n = acpi_length(rest);
        (void)span_take(&rest, n && n < rest.left ? n : rest.left);
    }
    expect(rest.left == 0 || failed(&e));
    expect_set(&loose);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint64_t bases[] = { PC_ACPI_BASE, 0x1000, 0x7f0000000, UINT64_MAX - 0x7ff };
    if (size < 1)
        return 0;
    uint8_t *bytes = malloc(size);      /* of its own size */
    memcpy(bytes, data + 1, size - 1);
    struct place p = { bases[data[0] % 4], span_of(bytes, size - 1) };
    const struct acpi_memory m = { map, &p };
    struct error e = { "" };
    bool ok = acpi_walk(&walked, &m, p.base, &e);
    expect(ok == !failed(&e) && ok == (acpi_set_root(&walked) != NULL));
    expect_set(&walked);
    add_loose(p.bytes);
    free(bytes);
    return 0;
}
