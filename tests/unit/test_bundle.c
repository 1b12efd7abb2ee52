/* bundle_read and bundle_payload: good bundles, cut, foreign and damaged ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "loader/bundle.h"
#include "tests/unit/tree_maker.h"
#include <cmocka.h>     /* last: it defines a macro named fail */

enum { SIZE = 0x20000 };

/* The bundle as a loader hands it over: exactly `size` bytes on the heap, so that the sanitizer sees every overrun. */
static uint8_t *pack(struct tree *t, size_t size)
{
    uint8_t *all = malloc(size);
    tree_must(fdt_pack(t->fdt));
    memcpy(all, t->fdt, size < fdt_totalsize(t->fdt) ? size : fdt_totalsize(t->fdt));
    if (size > fdt_totalsize(t->fdt))
        memset(all + fdt_totalsize(t->fdt), 0x5a, size - fdt_totalsize(t->fdt));
    return all;
}

static void refuse_bytes(const uint8_t *all, size_t size, const char *what, const char *way_out)
{
    struct bundle b;
    struct error e = { "" };
    assert_false(bundle_read(&b, span_of(all, size), &e));
    if (!strstr(e.text, "the bundle") || !strstr(e.text, what) || !strstr(e.text, way_out))
        fail_msg("\"%s\" lacks \"%s\" or \"%s\"", e.text, what, way_out);
}

static void refuse(struct tree *t, size_t size, const char *what, const char *way_out)
{
    uint8_t *all = pack(t, size);
    refuse_bytes(all, size, what, way_out);
    free(all);
    free(t->fdt);
}

static void reads_a_good_bundle(void **state)
{
    (void)state;
    struct bundle b;
    struct error e = { "" };
    struct tree t = tree_new(SIZE);
    (void)tree_guest(t.fdt, "second", 1024);
    tree_must(fdt_add_subnode(t.fdt, fdt_path_offset(t.fdt, "/chosen"), "something-else"));
    uint8_t *all = pack(&t, SIZE + 0xfff);              /* padded by the loader */
    assert_true(bundle_read(&b, span_of(all, SIZE + 0xfff), &e));
    assert_int_equal(b.guests, 2);
    assert_int_equal(b.all.left, SIZE);
    assert_string_equal(fdt_get_name(b.fdt, b.guest[0], NULL), "second");
    assert_string_equal(fdt_get_name(b.fdt, b.guest[1], NULL), "web");
    free(all);
    free(t.fdt);
}

static void payloads_lie_behind_the_tree(void **state)
{
    (void)state;
    struct bundle b;
    struct error e = { "" };
    struct tree t = tree_new(SIZE);
    uint8_t *all = pack(&t, SIZE + 0x1000);
    assert_true(bundle_read(&b, span_of(all, SIZE + 0x1000), &e));
    struct span s = bundle_payload(&b, 0x10000, 0x1000);
    assert_false(s.broken);
    assert_ptr_equal(s.at, all + 0x10000);
    assert_int_equal(s.left, 0x1000);
    assert_false(bundle_payload(&b, 0x1f000, 0x1000).broken);
    assert_true(bundle_payload(&b, 0x1f000, 0x1001).broken);      /* into the padding */
    assert_true(bundle_payload(&b, 0x21000, 1).broken);
    assert_true(bundle_payload(&b, 0, 1).broken);                 /* the tree is no payload */
    assert_true(bundle_payload(&b, 0xff0, 0x10).broken);
    assert_true(bundle_payload(&b, UINT64_MAX - 0xfff, 0x1000).broken);
    assert_true(bundle_payload(&b, 0x10000, UINT64_MAX).broken);
    free(all);
    free(t.fdt);
}

static void refuses_what_is_no_bundle(void **state)
{
    (void)state;
    static const uint8_t text[64] __attribute__((aligned(8))) = "kernel = \"vmlinuz\"\n";
    refuse_bytes(text, sizeof(text), "does not begin with a device tree", "bedplate pack");
    refuse_bytes(text, 0, "does not begin with a device tree", "bedplate pack");
    struct tree t = tree_new(SIZE);
    tree_must(fdt_delprop(t.fdt, 0, "bedplate,bundle-revision"));
    refuse(&t, SIZE, "without bedplate,bundle-revision", "bedplate pack");
    t = tree_new(SIZE);
    tree_must(fdt_setprop_u32(t.fdt, 0, "bedplate,bundle-revision", 2));
    refuse(&t, SIZE, "of revision 2, this hypervisor reads 1", "same release");
    t = tree_new(SIZE);
    tree_must(fdt_del_node(t.fdt, fdt_path_offset(t.fdt, "/chosen")));
    refuse(&t, SIZE, "no /chosen", "bedplate pack");
    t = tree_new(SIZE);
    tree_must(fdt_del_node(t.fdt, t.guest));
    refuse(&t, SIZE, "no guest", "at least one configuration");
    t = tree_new(0x80);
    refuse(&t, SIZE, "smaller than its device tree", "pack it again");
}

static void refuses_every_cut(void **state)
{
    (void)state;
    struct tree t = tree_new(SIZE);
    tree_must(fdt_pack(t.fdt));
    size_t tree = fdt_totalsize(t.fdt);
    for (size_t n = 0; n < SIZE; n += n < tree + 8 ? 1 : 0x7ff) {
        uint8_t *all = pack(&t, n);
        refuse_bytes(all, n, n < sizeof(struct fdt_header) ? "does not begin" : "is cut short", n < 40 ? "pack" : "copy it again");
        free(all);
    }
    free(t.fdt);
}

/* Every way in which a structure can be wrong, on a hand-made one: header, reservation map, structure, strings. */
static void refuse_structure(const uint32_t *words, size_t count, bool good)
{
    enum { MAP = 40, STRUCTURE = 56 };
    uint32_t strings = STRUCTURE + (uint32_t)count * 4, total = strings + 4;
    const uint32_t head[14] = { 0xd00dfeed, total, STRUCTURE, strings, MAP, 17, 16, 0, 4, (uint32_t)count * 4 };
    uint8_t *all = malloc(total);
    struct bundle b;
    struct error e = { "" };
    for (size_t i = 0; i < 14 + count; i++) {
        uint32_t big = cpu_to_fdt32(i < 14 ? head[i] : words[i - 14]);
        memcpy(all + i * 4, &big, 4);
    }
    memcpy(all + strings, "abc", 4);
    assert_false(bundle_read(&b, span_of(all, total), &e));
    if (good != !strstr(e.text, "damaged"))
        fail_msg("%s", e.text);                 /* a good one gets as far as the missing revision */
    free(all);
}

#define STRUCTURE(good, ...)                                                       \
    do {                                                                           \
        const uint32_t words_[] = { __VA_ARGS__ };                                 \
        refuse_structure(words_, sizeof(words_) / 4, good);                        \
    } while (0)
enum { BEGIN = 1, END_NODE = 2, PROP = 3, NOP = 4, END = 9 };

static void refuses_bad_structures(void **state)
{
    (void)state;
    STRUCTURE(true, BEGIN, 0, NOP, PROP, 5, 0, 1, 2, BEGIN, 0x61000000, END_NODE, END_NODE, NOP, END);
    STRUCTURE(false, BEGIN, 0, END_NODE);                           /* no end */
    STRUCTURE(false, BEGIN, 0, END);                                /* the root is open */
    STRUCTURE(false, END);                                          /* no root */
    STRUCTURE(false, BEGIN, 0, END_NODE, BEGIN, 0, END_NODE, END);  /* two */
    STRUCTURE(false, BEGIN, 0, END_NODE, END_NODE, END);
    STRUCTURE(false, PROP, 0, 0, BEGIN, 0, END_NODE, END);          /* a property of nothing */
    STRUCTURE(false, BEGIN, 0x61000000, END_NODE, END);             /* the root has a name */
    STRUCTURE(false, BEGIN, 0, BEGIN, 0, END_NODE, END_NODE, END);  /* another has none */
    STRUCTURE(false, BEGIN, 0x61616161);                            /* a name without its NUL */
    STRUCTURE(false, BEGIN, 0, PROP, 0, 4, END_NODE, END);          /* a name outside the strings */
    STRUCTURE(false, BEGIN, 0, PROP, 100, 0, END_NODE, END);        /* a value outside the structure */
    STRUCTURE(false, BEGIN, 0, PROP, 0xfffffff4, 0, END_NODE, END); /* one that leads libfdt 1.6.1 in a circle */
    STRUCTURE(false, BEGIN, 0, 7, END_NODE, END);
    uint32_t deep[60];
    for (unsigned depth = 16; depth <= 17; depth++) {
        unsigned n = 0;
        for (unsigned i = 0; i < depth; i++)
            deep[n++] = BEGIN, deep[n++] = i ? 0x61000000 : 0;
        for (unsigned i = 0; i < depth; i++)
            deep[n++] = END_NODE;
        deep[n++] = END;
        refuse_structure(deep, n, depth == 16);
    }
}

/* One byte of the tree changed, each in turn, to several values: an answer, whichever, and nothing read outside. */
static void survives_any_changed_byte(void **state)
{
    (void)state;
    static const uint8_t change[] = { 0x01, 0x80, 0xff };
    struct tree t = tree_new(SIZE);
    uint8_t *all = pack(&t, SIZE);
    size_t tree = fdt_totalsize(all);
    unsigned refused = 0;
    for (size_t i = 0; i < tree * 3; i++) {
        struct bundle b;
        struct error e = { "" };
        all[i / 3] ^= change[i % 3];
        bool good = bundle_read(&b, span_of(all, SIZE), &e);
        assert_int_equal(good, !failed(&e));
        refused += !good;
        all[i / 3] ^= change[i % 3];
    }
    assert_in_range(refused, 100, tree * 3);
    free(all);
    free(t.fdt);
}

static void refuses_too_many_guests(void **state)
{
    (void)state;
    struct tree t = tree_new(SIZE);
    for (unsigned i = 0; i < BUNDLE_GUESTS_MAX; i++) {
        char name[16];
        snprintf(name, sizeof(name), "g%u", i);
        (void)tree_guest(t.fdt, name, 1024);
    }
    refuse(&t, SIZE, "more than 64 guests", "split it");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_good_bundle), cmocka_unit_test(payloads_lie_behind_the_tree),
        cmocka_unit_test(refuses_what_is_no_bundle), cmocka_unit_test(refuses_every_cut),
        cmocka_unit_test(refuses_bad_structures),
        cmocka_unit_test(survives_any_changed_byte), cmocka_unit_test(refuses_too_many_guests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
