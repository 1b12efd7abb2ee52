/* A namespace of a few nodes and a block of AML to read into it: what the tests of the reader share. Reads copies of just the size, for the sanitizers. */
#ifndef TESTS_UNIT_NAMESPACE_MAKER_H
#define TESTS_UNIT_NAMESPACE_MAKER_H
#include "acpi/aml_code.h"
#include "acpi/namespace/namespace.h"
#include "acpi/namespace/tree.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { NODES = 512 };
static uint8_t bytes[1 << 20];
static struct aml_node nodes[NODES];
static struct aml_namespace ns;
static struct table_out o;

/* Every test begins with an empty namespace and block. */
static inline int fresh(void **state)
{
    (void)state;
    o = (struct table_out){ bytes, sizeof(bytes), 0, false };
    aml_namespace_init(&ns, nodes, NODES);
    return 0;
}

#define RAW(text) table_bytes(&o, text, sizeof(text) - 1)

/* What the emitter has no word for: an extended opcode and a name, to be closed with aml_close. */
enum { FIELD = 0x81, INDEX_FIELD = 0x86, BANK_FIELD = 0x87 };
static inline uint64_t open_named(uint8_t opcode, const char *name)
{
    table_le(&o, 0x5b, 1);
    table_le(&o, opcode, 1);
    uint64_t at = o.used;
    aml_name_path(&o, name);
    return at;
}

/* Reads what was written, from a copy of just that size, and begins a new block. */
static inline bool read_block(void)
{
    static uint8_t *kept[16];
    static unsigned n;
    uint8_t *copy = malloc(o.used + 1);
    free(kept[n % 16]);
    kept[n++ % 16] = copy;
    assert_false(o.full);
    memcpy(copy, bytes, o.used);
    bool well = aml_read(&ns, span_of(copy, o.used));
    o.used = 0;
    return well;
}

static inline const struct aml_node *node_at(const char *path)
{
    int at = aml_find(&ns, path);
    if (at == AML_NONE)
        fail_msg("%s is not there", path);
    return &ns.node[at];
}

static inline void expect(const char *path, enum aml_kind kind, bool conditional)
{
    char text[AML_PATH_MAX];
    const struct aml_node *n = node_at(path);
    assert_int_equal(n->kind, kind);
    assert_int_equal(n->conditional, conditional);
    assert_true(aml_path(&ns, (int)(n - ns.node), text, sizeof(text)));
    assert_string_equal(text, path);
}

/* What was passed over first. */
static inline void assert_passed(enum aml_why why, uint64_t at)
{
    assert_int_equal(ns.first.why, why);
    assert_int_equal(ns.first.table, ns.tables - 1);
    assert_int_equal(ns.first.at, at);
}

static inline void expect_none(const char *path) { assert_int_equal(aml_find(&ns, path), AML_NONE); }

static inline uint64_t device(const char *name, const char *hid)
{
    uint64_t at = aml_device(&o, name);
    if (hid)
        aml_hid(&o, hid);
    return at;
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)
#endif
