/*
 * Any bytes as tables: told in order, each byte once at depth 0, and nothing deeper outside of what it is in; both forms of the listing
 * written from it. The first byte is flags, then tables, each with a byte for its signature (0: as it stands) and two for its length.
 */
#include "acpi/firmware/set.h"
#include "acpi/show/show.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TABLES = 6, DEPTHS = 80 };
static const char signatures[][5] = {
    "", "RSDT", "XSDT", "FACP", "FACS", "APIC", "DSDT", "SSDT", "SRAT", "SLIT", "MSCT", "MCFG", "VIOT", "IORT", "DMAR", "IVRS", "SPCR", "DBG2", "DBGP",
    "HEST", "BERT", "ERST", "EINJ", "WDAT", "HPET", "TPM2", "TCPA", "ECDT", "SBST", "SPMI", "WAET", "WSMT", "STAO", "XENV", "PPTT", "GTDT", "PCCT",
    "LPIT", "BGRT", "FPDT", "UEFI", "MSDM", "SLIC", "BOOT", "CSRT", "NHLT", "ASF!", "VFCT", "CRAT", "OEM1",
};
enum { SIGNATURES = sizeof(signatures) / sizeof(signatures[0]) };

/* What has been told of the table so far. */
struct heard {
    const struct acpi_table *table;
    uint64_t told;                          /* bytes at depth 0 */
    struct { uint64_t at, end; } in[DEPTHS];
    unsigned faults;
};

static void end_table(const struct heard *h)
{
    if (h->table && h->told != h->table->bytes.left)
        abort();
}

static void hear_table(void *owner, const struct acpi_heading *head)
{
    struct heard *h = owner;
    end_table(h);
    unsigned faults = h->faults;
    memset(h, 0, sizeof(*h));
    h->faults = faults;
    h->table = head->table;
    h->in[0].end = head->table->bytes.left;
    if (!head->title || !head->clause)
        abort();
}

static void hear_field(void *owner, const struct acpi_field *f)
{
    struct heard *h = owner;
    uint64_t end = (uint64_t)f->offset + f->size;
    if (!f->name[0] || !f->size || f->depth >= DEPTHS - 1 || f->offset < h->in[f->depth].at || end > h->in[f->depth].end)
        abort();
    if (!f->depth && f->offset != h->told)
        abort();
    if (!f->depth)
        h->told = end;
    if (f->fault && (!f->fault[0] || f->dull))
        abort();
    h->faults += f->fault != NULL;
    h->in[f->depth].at = end;
    h->in[f->depth + 1].at = f->offset;
    h->in[f->depth + 1].end = end;
}

static void hear_fault(void *owner, const char *sentence)
{
    struct heard *h = owner;
    h->faults += sentence[0] != '\0';
}

static void count_line(void *owner, const char *text)
{
    if (strlen(text) >= ACPI_SHOW_LINE)
        abort();
    ++*(size_t *)owner;
}

static void patch(uint8_t *at, size_t n, unsigned signature, bool good)
{
    if (n < 36)
        return;
    if (signatures[signature][0])
        memcpy(at, signatures[signature], 4);
    if (good) {
        uint32_t length = (uint32_t)n;
        memcpy(at + 4, &length, sizeof(length));
    }
}

static void tell(const struct acpi_set *s)
{
    struct heard h = { .faults = 0 };
    struct acpi_show w;
    size_t lines = 0;
    const struct acpi_listener l = { hear_table, hear_field, hear_fault, &h };
    if (acpi_describe_set(s, &l) != h.faults)
        abort();
    end_table(&h);
    for (unsigned form = 0; form < 2; form++) {
        const struct acpi_listener show = acpi_show_begin(&w, form ? ACPI_SHOW_HEX : ACPI_SHOW_TEXT, count_line, &lines);
        (void)acpi_describe_set(s, &show);
        acpi_show_end(&w);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct acpi_set set;
    struct span s = span_of(data, size);
    uint8_t flags = span_u8(&s);
    uint8_t *held[TABLES] = { 0 };
    memset(&set, 0, sizeof(set));
    for (unsigned i = 0; i < TABLES && s.left; i++) {
        unsigned signature = span_u8(&s) % SIGNATURES;
        size_t n = (size_t)span_le(&s, 2);
        n = s.broken ? 0 : n > s.left ? s.left : n;
        struct span body = span_take(&s, n);
        if (s.broken || !n)
            break;
        held[i] = malloc(n);
        memcpy(held[i], body.at, n);
        patch(held[i], n, signature, flags & 1);
        struct acpi_table t = { .bytes = span_of(held[i], n), .at = 0x1000 * (i + 1), .placed = flags & 2 };
        if (acpi_is(&t, "RSDT"))
            set.rsdt = t;
        else if (acpi_is(&t, "XSDT"))
            set.xsdt = t;
        else if (acpi_is(&t, "RSD "))
            set.rsdp = t;
        else
            set.table[set.n++] = t;
    }
    tell(&set);
    for (unsigned i = 0; i < TABLES; i++)
        free(held[i]);
    return 0;
}
