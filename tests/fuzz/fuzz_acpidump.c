/* acpidump's text, any text: each line is read without a step outside, and tables that were read are the same once written and read again. */
#include "acpi/firmware/acpidump.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct got { uint8_t *bytes; size_t n; uint64_t address[256]; size_t begin[257]; unsigned tables; };

static void expect(bool ok)
{
    if (!ok)
        abort();
}

/* Each line in memory of its own size. */
static enum acpidump_kind next(struct acpidump *d, const uint8_t *line, size_t n, struct error *e)
{
    uint8_t *own = malloc(n);
    memcpy(own, line, n);
    enum acpidump_kind kind = acpidump_line(d, span_of(own, n), e);
    free(own);
    return kind;
}

static bool keep(struct got *g, const struct acpidump *d, enum acpidump_kind kind)
{
    if (kind == ACPIDUMP_TABLE) {
        if (g->tables == 256)
            return false;
        g->begin[g->tables] = g->n;
        g->address[g->tables++] = d->address;
    }
    if (kind == ACPIDUMP_BYTES) {
        expect(g->tables && d->n >= 1 && d->n <= 16);
        memcpy(g->bytes + g->n, d->bytes, d->n);
        g->n += d->n;
    }
    return kind != ACPIDUMP_WRONG;
}

static bool read_text(struct got *g, const uint8_t *text, size_t size)
{
    struct acpidump d = { 0 };
    struct error e = { "" };
    *g = (struct got){ .bytes = malloc(size + 1) };     /* a byte takes three characters at least */
    while (size) {
        const uint8_t *end = memchr(text, '\n', size);
        size_t n = end ? (size_t)(end - text) + 1 : size;
        enum acpidump_kind kind = next(&d, text, n, &e);
        expect((kind == ACPIDUMP_WRONG) == failed(&e));
        if (!keep(g, &d, kind))
            return false;
        text += n;
        size -= n;
    }
    g->begin[g->tables] = g->n;
    return acpidump_end(&d, &e);
}

static size_t write_text(const struct got *g, char *to)
{
    char *at = to;
    for (unsigned i = 0; i < g->tables; i++) {
        at += acpidump_write_header(at, "SSDT", g->address[i]);
        for (size_t b = g->begin[i]; b < g->begin[i + 1]; b += 16)
            at += acpidump_write_bytes(at, b - g->begin[i], span_of(g->bytes + b, g->begin[i + 1] - b));
    }
    return (size_t)(at - to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct got g, again;
    if (read_text(&g, data, size)) {
        char *text = malloc((g.n / 16 + 2 * (size_t)g.tables + 2) * ACPIDUMP_LINE_MAX);
        expect(read_text(&again, (const uint8_t *)text, write_text(&g, text)));
        expect(again.n == g.n && again.tables == g.tables && memcmp(again.bytes, g.bytes, g.n) == 0);
        expect(memcmp(again.address, g.address, g.tables * sizeof(g.address[0])) == 0);
        free(again.bytes);
        free(text);
    }
    free(g.bytes);
    return 0;
}
