/* A machine's tables, made on the heap for tests of the mangler: added one by one, decided on, and made into an image. */
#ifndef TESTS_UNIT_FIRMWARE_MAKER_H
#define TESTS_UNIT_FIRMWARE_MAKER_H
#include "acpi/aml_code.h"
#include "acpi/aml_resource.h"
#include "acpi/firmware/mangle.h"
#include "platform/pc_map.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { BYTES = 0x8000, NODES = 4096, AT = 0xfc000000 };

/* A machine: its tables one behind the other, from `base` on if placed. */
struct machine {
    uint8_t bytes[BYTES];
    struct table_out out;
    struct acpi_set set;
    bool placed;
    uint64_t base, start;
    struct aml_node node[NODES];
    struct aml_namespace ns;
    struct mangle m;
    struct mangle_options o;
    uint8_t *image;
    struct error e;
};

static inline struct machine *new_machine(bool placed)
{
    struct machine *x = calloc(1, sizeof(*x));
    assert_non_null(x);
    x->out = (struct table_out){ x->bytes, BYTES, 0, false };
    x->placed = placed;
    x->base = 0x7f000000;
    x->o = (struct mangle_options){ .vcpus = 2, .xen = true };
    return x;
}

static inline void free_machine(struct machine *x)
{
    free(x->image);
    free(x);
}

static inline void begin(struct machine *x, const char *signature) { x->start = table_begin(&x->out, signature, 2); }

static inline void add(struct machine *x)
{
    assert_true(acpi_set_add(&x->set, span_of(x->bytes + x->start, x->out.used - x->start), x->base + x->start, x->placed, &x->e));
}

static inline void end(struct machine *x)
{
    table_end(&x->out, x->start);
    add(x);
}

/* A table of n bytes of content. */
static inline void some(struct machine *x, const char *signature, unsigned n)
{
    begin(x, signature);
    for (unsigned i = 0; i < n; i++)
        table_le(&x->out, i, 1);
    end(x);
}

static inline void fadt(struct machine *x)
{
    begin(x, "FACP");
    table_zero(&x->out, 64 - 36);
    table_le(&x->out, 0x404, 4);
    table_zero(&x->out, 276 - 68);
    end(x);
}

static inline void facs(struct machine *x)
{
    table_align(&x->out, 64);
    x->start = x->out.used;
    table_bytes(&x->out, "FACS", 4);
    table_le(&x->out, 64, 4);
    table_zero(&x->out, 56);
    add(x);
}

static inline void lapic(struct machine *x, uint8_t uid, uint8_t id, bool on)
{
    table_le(&x->out, 0x0800u, 2);
    table_le(&x->out, uid, 1);
    table_le(&x->out, id, 1);
    table_le(&x->out, on, 4);
}

static inline void x2apic(struct machine *x, uint32_t uid, uint32_t id)
{
    table_le(&x->out, 0x1009u, 4);
    table_le(&x->out, id, 4);
    table_le(&x->out, 1, 4);
    table_le(&x->out, uid, 4);
}

static const uint8_t ioapic[12] = { 1, 12, 8, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0 };
static const uint8_t override[10] = { 2, 10, 0, 9, 9, 0, 0, 0, 0xd, 0 };

static inline void madt_begin(struct machine *x)
{
    begin(x, "APIC");
    table_le(&x->out, 0xfee00000, 4);
    table_le(&x->out, 1, 4);
}

/* UIDs 1, 2, 3 with 2 disabled, an IOAPIC, an NMI source, an override, NMIs. */
static inline void madt(struct machine *x)
{
    madt_begin(x);
    lapic(x, 1, 0, true);
    lapic(x, 2, 2, false);
    lapic(x, 3, 4, true);
    table_bytes(&x->out, ioapic, sizeof(ioapic));
    table_bytes(&x->out, "\3\10\0\0\27\0\0\0", 8);
    table_bytes(&x->out, override, sizeof(override));
    for (uint8_t uid = 1; uid <= 3; uid++) {
        table_le(&x->out, 0x0604u | (unsigned)uid << 16, 4);
        table_le(&x->out, 0x0100, 2);
    }
    end(x);
}

static inline void device(struct machine *x, const char *name, const char *hid, uint64_t uid)
{
    uint64_t d = aml_device(&x->out, name);
    aml_hid(&x->out, hid);
    aml_name_integer(&x->out, "_UID", uid);
    aml_close(&x->out, d);
}

static inline void crs(struct machine *x, uint16_t port)
{
    uint64_t t = aml_template(&x->out);
    aml_io(&x->out, port, 8);
    aml_interrupt(&x->out, 4);
    aml_template_close(&x->out, t);
}

/* \_S5, three processors, a host bridge with an IOMMU, HPET, UARTs at 3f8 (a name) and 2f8 (a method). */
static inline void dsdt(struct machine *x)
{
    struct table_out *o = &x->out;
    begin(x, "DSDT");
    aml_name(o, "\\_S5");
    uint64_t p = aml_package(o, 4);
    for (unsigned i = 0; i < 4; i++)
        aml_integer(o, i < 2 ? 7 - i : 0);
    aml_close(o, p);
    uint64_t sb = aml_scope(o, "\\_SB");
    device(x, "C000", "ACPI0007", 0);
    device(x, "C001", "ACPI0007", 1);
    device(x, "C003", "ACPI0007", 3);
    uint64_t pci = aml_device(o, "PCI0");
    aml_hid(o, "PNP0A08");
    uint64_t iommu = aml_device(o, "IOMM");
    aml_name_integer(o, "_ADR", 0x00000002);
    aml_close(o, iommu);
    device(x, "HPET", "PNP0103", 0);
    device(x, "KBD0", "PNP0303", 0);
    uint64_t com = aml_device(o, "COM1");
    aml_hid(o, "PNP0501");
    aml_name(o, "_CRS");
    crs(x, 0x3f8);
    aml_close(o, com);
    com = aml_device(o, "COM2");
    aml_hid(o, "PNP0501");
    uint64_t method = aml_method(o, "_CRS", 0, false);
    aml_op(o, AML_RETURN);
    crs(x, 0x2f8);
    aml_close(o, method);
    aml_close(o, com);
    aml_close(o, pci);
    aml_close(o, sb);
    end(x);
}

/* All that a set must have, and nothing else. */
static inline void usual(struct machine *x)
{
    fadt(x);
    dsdt(x);
    facs(x);
    madt(x);
}

static inline bool plan(struct machine *x)
{
    aml_namespace_init(&x->ns, x->node, NODES);
    return mangle_plan(&x->m, &x->set, &x->o, &x->ns, &x->e);
}

static inline void make(struct machine *x)
{
    if (!plan(x))
        fail_msg("%s", x->e.text);
    free(x->image);
    x->image = malloc(x->m.size);       /* exactly: one byte more is the sanitizer's */
    assert_non_null(x->image);
    if (!mangle_write(&x->m, gpa(AT), x->image, x->m.size, &x->e))
        fail_msg("%s", x->e.text);
}

static inline void refused(struct machine *x, const char *words)
{
    x->e.text[0] = '\0';
    assert_false(plan(x));
    if (!strstr(x->e.text, words))
        fail_msg("\"%s\" does not say \"%s\"", x->e.text, words);
}

static inline const struct mangle_decision *decision(const struct machine *x, const char *signature, unsigned nth)
{
    for (unsigned i = 0; i < x->m.decisions; i++)
        if (memcmp(x->m.decision[i].signature, signature, 4) == 0 && nth-- == 0)
            return &x->m.decision[i];
    fail_msg("no decision on %s", signature);
    return NULL;
}

static inline uint8_t action(const struct machine *x, const char *signature) { return decision(x, signature, 0)->action; }

static inline const uint8_t *made(const struct machine *x, const char *signature)
{
    const struct mangle_decision *d = decision(x, signature, 0);
    assert_true(d->laid);
    assert_true(d->offset + d->length <= x->m.size);
    return x->image + d->offset;
}

static inline uint64_t le(const uint8_t *at, unsigned n)
{
    struct span s = span_of(at, n);
    return span_le(&s, n);
}

static inline uint8_t sum(const uint8_t *at, uint64_t n)
{
    uint8_t s = 0;
    while (n-- > 0)
        s = (uint8_t)(s + *at++);
    return s;
}

/* A root table lists this address, once. */
static inline unsigned listed(const struct machine *x, const char *root, unsigned size, uint64_t address)
{
    const uint8_t *t = made(x, root);
    unsigned n = 0;
    for (uint64_t at = 36; at < le(t + 4, 4); at += size)
        n += le(t + at, size) == address;
    return n;
}

static inline const char *why_hidden(const struct machine *x, const char *path)
{
    char text[AML_PATH_MAX];
    for (unsigned i = 0; i < x->m.hiddens; i++) {
        const struct mangle_hidden *h = &x->m.hidden[i];
        if (h->node != AML_NONE)
            assert_true(aml_path(&x->ns, h->node, text, sizeof(text)));
        if (strcmp(h->node == AML_NONE ? h->path : text, path) == 0)
            return h->why;
    }
    return NULL;
}

/* The nth entry of the new MADT. */
static inline const uint8_t *entry(const struct machine *x, unsigned nth)
{
    const uint8_t *t = made(x, "APIC"), *at = t + 44;
    while (nth-- > 0)
        at += at[1];
    assert_true(at < t + le(t + 4, 4));
    return at;
}
#endif
