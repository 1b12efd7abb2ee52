/*
 * The mangler over whatever is said to be a machine's tables. The input: options, then tables (a length of two bytes and a byte
 * of flags before each). What comes out must be whole: its root tables list only what is given, all of it inside the image or where it stood.
 */
#include "acpi/firmware/mangle.h"
#include "lib/panic.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NODES = 4096, AT = 0xfc000000 };

static struct acpi_set set;
static struct mangle m;
static struct aml_node node[NODES];

static void must(bool ok) { if (!ok) abort(); }

/* Signatures that matter, so that bytes need not be guessed. */
static const char names[][5] = { "FACP", "DSDT", "APIC", "SSDT", "FACS", "STAO", "SPCR", "DBG2", "DBGP", "IVRS", "VIOT", "HPET", "ZZZZ", "XSDT", "OEM3", "PSDT" };

/* A table of the input's bytes behind a header with the right length; flags: which signature, placed, damaged. */
static void add_table(struct span *s, uint8_t **held)
{
    uint8_t flags = span_u8(s);
    struct span body = span_take(s, span_le(s, 2) % 1024);
    struct error e = { "" };
    if (body.broken)
        return;
    uint8_t *t = calloc(1, TABLE_HEADER + body.left);
    must(t != NULL);
    memcpy(t, names[flags & 15], 4);
    t[4] = (uint8_t)(TABLE_HEADER + body.left);
    t[5] = (uint8_t)((TABLE_HEADER + body.left) >> 8);
    if (body.left)
        memcpy(t + TABLE_HEADER, body.at, body.left);
    if (flags & 0x40)
        t[4]++;
    *held = t;
    (void)acpi_set_add(&set, span_of(t, TABLE_HEADER + body.left), UINT64_C(0x1000) << (flags & 31), flags & 0x20, &e);
}

/* Without a FADT nothing begins; the input may bring a better one before this. */
static void add_fadt(void)
{
    static uint8_t t[276] = { 'F', 'A', 'C', 'P', 20, 1 };
    struct error e = { "" };
    (void)acpi_set_add(&set, span_of(t, sizeof(t)), 0x1000, true, &e);
}

static uint64_t number(const uint8_t *at, unsigned n)
{
    struct span s = span_of(at, n);
    return span_le(&s, n);
}

static void check_sum(const uint8_t *t, uint64_t n)
{
    uint8_t sum = 0;
    while (n-- > 0)
        sum = (uint8_t)(sum + *t++);
    must(sum == 0);
}

static void check_root(const uint8_t *image, uint64_t at, unsigned size)
{
    must(at - AT + TABLE_HEADER <= m.size);
    const uint8_t *t = image + (at - AT);
    uint64_t length = number(t + 4, 4);
    must(at - AT + length <= m.size && (length - TABLE_HEADER) % size == 0);
    check_sum(t, length);
    for (uint64_t i = TABLE_HEADER; i < length; i += size) {
        uint64_t entry = number(t + i, size);
        bool found = false;
        for (unsigned d = 0; d < m.decisions; d++)
            found |= m.decision[d].action != ACPI_DROP && mangle_address(&m, &m.decision[d], gpa(AT)) == entry;
        must(found);
    }
}

static void check(const uint8_t *image)
{
    check_sum(image, 36);
    check_root(image, number(image + 16, 4), 4);
    check_root(image, number(image + 24, 8), 8);
    for (unsigned i = 0; i < m.decisions; i++)
        if (m.decision[i].laid)
            must(m.decision[i].offset + m.decision[i].length <= m.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const hide[] = { "PNP0303", "\\_SB.PCI0" };
    struct span s = span_of(data, size);
    uint8_t *held[64] = { NULL }, bits = span_u8(&s);
    struct mangle_options o = { .xen = bits & 1, .x2apic = bits & 2, .pic = bits & 4, .keep_unknown = bits & 8, .hide = hide, .hides = bits >> 6 & 1 };
    o.vcpus = (unsigned)span_le(&s, 2) % (PLATFORM_VCPUS_MAX + 2);
    o.uart.space = (bits >> 4 & 3) % 3;
    o.uart.at = span_le(&s, 2);
    memset(&set, 0, sizeof(set));
    for (unsigned i = 0; i < 64 && s.left && !s.broken; i++)
        add_table(&s, &held[i]);
    add_fadt();
    struct aml_namespace ns;
    struct error e = { "" };
    aml_namespace_init(&ns, node, NODES);
    bool ok = mangle_plan(&m, &set, &o, &ns, &e);
    must(ok != failed(&e));
    if (ok) {
        uint8_t *image = malloc(m.size);
        must(image != NULL);
        uint64_t planned = m.size;
        must(mangle_write(&m, gpa(AT), image, m.size, &e) && m.size == planned);
        check(image);
        free(image);
    }
    for (unsigned i = 0; i < 64; i++)
        free(held[i]);
    return 0;
}
