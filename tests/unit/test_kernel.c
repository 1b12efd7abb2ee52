/* kernel_read and kernel_move on images made here, good and bad, and on those of the makers of kernels as far as they differ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "loader/kernel.h"
#include "tests/unit/elf_maker.h"
#include <cmocka.h>     /* last: it defines a macro named fail */

/* A correct kernel: one segment at 1 MiB, one at 2 MiB, notes in the first. Each test bends one thing. */
static struct maker good(bool is64)
{
    struct maker m = maker_new(is64);
    maker_load(&m, 0x100000, 0x400, 0x400, 5);
    maker_load(&m, 0x200000, 0x100, 0x2000, 6);
    maker_note(&m, "Xen", 6, "linux", 6);
    maker_note_le(&m, "Xen", 18, 0x100010, is64 ? 8 : 4);
    maker_notes_as_segment(&m, 4);
    return m;
}

static struct kernel must_read(struct maker *m)
{
    struct kernel k;
    struct error e = { "" };
    struct span file = maker_file(m);
    if (!kernel_read(&k, file, "vmlinux", &e))
        fail_msg("refused: %s", e.text);
    assert_string_equal(e.text, "");
    free((void *)file.at);
    return k;
}

/* The file is refused, and the sentence says so with every given part (NULL ends the list). */
static void must_refuse_span(struct span file, ...)
{
    struct kernel k;
    struct error e = { "" };
    va_list args;
    const char *part;
    assert_false(kernel_read(&k, file, "boot/vmlinux", &e));
    assert_non_null(strstr(e.text, "boot/vmlinux: "));
    va_start(args, file);
    while ((part = va_arg(args, const char *)))
        if (!strstr(e.text, part))
            fail_msg("\"%s\" does not say \"%s\"", e.text, part);
    va_end(args);
}

static void must_refuse(struct maker *m, const char *what, const char *way_out)
{
    struct span file = maker_file(m);
    must_refuse_span(file, what, way_out, NULL);
    free((void *)file.at);
}

static void reads_both_classes(void **state)
{
    (void)state;
    for (int is64 = 0; is64 < 2; is64++) {
        struct maker m = good(is64);
        struct kernel k = must_read(&m);
        assert_int_equal(k.is64, is64);
        assert_int_equal(k.entry, 0x100010);
        assert_int_equal(k.segments, 2);
        assert_int_equal(k.low, 0x100000);
        assert_int_equal(k.high, 0x202000);
        assert_true(k.segment[0].exec && !k.segment[0].write);
        assert_true(!k.segment[1].exec && k.segment[1].write);
        assert_int_equal(k.segment[1].memory_size, 0x2000);
        assert_string_equal(k.guest_os, "linux");
        assert_string_equal(k.guest_version, "");
        assert_false(k.relocatable);
        assert_int_equal(k.notes, 1u << 6 | 1u << 18);
    }
}

static void sorts_segments(void **state)
{
    (void)state;
    struct maker m = maker_new(true);
    maker_load(&m, 0x300000, 0x10, 0x10, 6);
    maker_load(&m, 0x100000, 0x10, 0x10, 5);
    maker_load(&m, 0x200000, 0x10, 0x10, 6);
    maker_note_le(&m, "Xen", 18, 0x100000, 4);
    maker_notes_as_segment(&m, 4);
    struct kernel k = must_read(&m);
    assert_int_equal(k.segment[0].at, 0x100000);
    assert_int_equal(k.segment[1].at, 0x200000);
    assert_int_equal(k.segment[2].at, 0x300000);
}

/* The note is in the first of two note segments: the second must neither hide nor replace it. */
static void keeps_the_first_find(void **state)
{
    (void)state;
    struct maker m = good(true);
    maker_note(&m, "GNU", 3, "12345678", 8);
    maker_note_le(&m, "Xen", 18, 0x300000, 8);
    maker_notes_as_segment(&m, 4);
    assert_int_equal(must_read(&m).entry, 0x100010);
}

static void finds_the_note_in_a_later_segment(void **state)
{
    (void)state;
    struct maker m = maker_new(true);
    maker_load(&m, 0x100000, 0x10, 0x10, 5);
    maker_note(&m, "GNU", 3, "123", 3);
    maker_notes_as_segment(&m, 4);
    maker_note_le(&m, "Xen", 18, 0x100004, 4);
    maker_notes_as_segment(&m, 4);
    assert_int_equal(must_read(&m).entry, 0x100004);
}

static void finds_the_note_in_a_section(void **state)
{
    (void)state;
    for (int is64 = 0; is64 < 2; is64++) {
        struct maker m = maker_new(is64);
        maker_load(&m, 0x100000, 0x10, 0x10, 5);
        maker_note(&m, "GNU", 3, "123", 3);
        maker_notes_as_segment(&m, 4);
        maker_note_le(&m, "Xen", 18, 0x100008, 4);
        maker_notes_as_section(&m, 4);
        assert_int_equal(must_read(&m).entry, 0x100008);
    }
}

/* gABI's 8-byte padding: behind a 4-byte body the next note starts 8-aligned; read with 4 it looks damaged. */
static void reads_notes_padded_by_eight(void **state)
{
    (void)state;
    struct maker m = maker_new(true);
    m.note_pad = 8;
    maker_load(&m, 0x100000, 0x10, 0x10, 5);
    maker_note(&m, "GNU", 3, "abcd", 4);
    maker_note_le(&m, "Xen", 18, 0x10000c, 4);
    maker_notes_as_segment(&m, 8);
    assert_int_equal(must_read(&m).entry, 0x10000c);
    m = maker_new(true);                       /* and 4-byte padding in a segment that says 8 */
    maker_load(&m, 0x100000, 0x10, 0x10, 5);
    maker_note(&m, "GNU", 3, "abcd", 4);
    maker_note_le(&m, "Xen", 18, 0x10000c, 4);
    maker_notes_as_segment(&m, 8);
    assert_int_equal(must_read(&m).entry, 0x10000c);
}

static void other_owners_do_not_count(void **state)
{
    (void)state;
    struct maker m = maker_new(true);
    maker_load(&m, 0x100000, 0x10, 0x10, 5);
    maker_note_le(&m, "NeX", 18, 0x100000, 4);
    maker_note_le(&m, "Xenix", 18, 0x100000, 4);
    maker_note_le(&m, "Xen", 18 + 0x100, 0x100000, 4);
    maker_notes_as_segment(&m, 4);
    must_refuse(&m, "notes it has: none", "CONFIG_PVH");
}

static void reads_relocation_limits(void **state)
{
    (void)state;
    static const uint32_t limits[3] = { 0x1000, 0x10000, 0x3fffff };
    struct maker m = good(true);
    maker_note(&m, "Xen", 19, limits, 12);
    maker_notes_as_segment(&m, 4);
    struct kernel k = must_read(&m);
    assert_true(k.relocatable);
    assert_int_equal(k.reloc_align, 0x1000);
    assert_int_equal(k.reloc_min, 0x10000);
    assert_int_equal(k.reloc_max, 0x3fffff);
    for (unsigned bytes = 0; bytes < 12; bytes += 4) {      /* shorter notes leave the defaults */
        m = good(true);
        m.segment[0].align = bytes ? 0x8000 : 0x200;        /* p_align counts from a page upward */
        m.segment[1].align = bytes ? 0x4000 : 0;
        maker_note(&m, "Xen", 19, limits, bytes);
        maker_notes_as_segment(&m, 4);
        k = must_read(&m);
        assert_int_equal(k.reloc_align, bytes ? 0x1000 : 0x200000);
        assert_int_equal(k.reloc_min, bytes >= 8 ? 0x10000 : 0);
        assert_int_equal(k.reloc_max, 0xffffffff);
    }
}

/* The note leaves the alignment open: the largest p_align counts. */
static void takes_alignment_from_segments(void **state)
{
    (void)state;
    struct maker m = good(true);
    m.segment[0].align = 0x8000;
    m.segment[1].align = 0x4000;
    maker_note(&m, "Xen", 19, "", 0);
    maker_notes_as_segment(&m, 4);
    assert_int_equal(must_read(&m).reloc_align, 0x8000);
}

static void moves_within_its_limits(void **state)
{
    (void)state;
    static const uint32_t limits[3] = { 0x1000, 0x10000, 0x3fffff };
    struct maker m = good(true);
    maker_note(&m, "Xen", 19, limits, 12);
    maker_notes_as_segment(&m, 4);
    struct kernel k = must_read(&m), was = k;
    assert_false(kernel_move(&k, 0x10800));         /* alignment */
    assert_false(kernel_move(&k, 0xf000));          /* below the minimum */
    assert_false(kernel_move(&k, 0x2ff000));        /* its last byte would be past the maximum */
    assert_memory_equal(&k, &was, sizeof(k));
    assert_true(kernel_move(&k, 0x2fe000));         /* and just fits */
    assert_int_equal(k.low, 0x2fe000);
    assert_int_equal(k.high, 0x400000);
    assert_int_equal(k.entry, 0x2fe010);
    assert_int_equal(k.segment[1].at, 0x3fe000);
    assert_true(kernel_move(&k, 0x10000));          /* downwards too */
    assert_int_equal(k.entry, 0x10010);
    assert_int_equal(k.segment[0].at, 0x10000);
    m = good(true);
    k = must_read(&m);
    assert_false(kernel_move(&k, 0x200000));        /* carries no note */
}

static void names_notes(void **state)
{
    (void)state;
    char text[64];
    struct kernel k = { .notes = 1u << 6 | 1u << 18 | 1u << 25 };
    kernel_notes_text(&k, text, sizeof(text));
    assert_string_equal(text, "GUEST_OS, PHYS32_ENTRY, type 25");
    k.notes = 0;
    kernel_notes_text(&k, text, sizeof(text));
    assert_string_equal(text, "none");
    k.notes = UINT32_MAX;
    kernel_notes_text(&k, text, sizeof(text));
    assert_int_equal(strlen(text), sizeof(text) - 1);
}

/* Bad input, section by section. */
static void refuses_what_is_no_elf(void **state)
{
    (void)state;
    static const struct { size_t at; const char *bytes; size_t size; const char *says; } t[] = {
        { 0, "#!/bin/sh\n", 10, "not an ELF file" },
        { 0x202, "HdrS", 4, "bzImage" },
        { 0, "\x1f\x8b\x08", 3, "gzip" },
        { 0, "BZh9", 4, "bzip2" },
        { 0, "\xfd" "7zXZ\0", 6, "xz" },
        { 0, "\x02\x21\x4c\x18", 4, "lz4" },
        { 0, "\x28\xb5\x2f\xfd", 4, "zstd" },
        { 0, "MZ", 2, "PE (EFI)" },
    };
    for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        uint8_t file[1024] = { 0 };
        memcpy(file + t[i].at, t[i].bytes, t[i].size);
        must_refuse_span(span_of(file, sizeof(file)), t[i].says, "vmlinux", NULL);
    }
    must_refuse_span(span_of("", 0), "empty", "give a kernel", NULL);
    must_refuse_span(span_of("\177ELF", 4), "not an ELF file", NULL);
}

static void refuses_other_elf_files(void **state)
{
    (void)state;
    struct maker m = good(true);
    struct span file = maker_file(&m);
    uint8_t *bytes = (uint8_t *)(uintptr_t)file.at;
    bytes[5] = 2;
    must_refuse_span(file, "big-endian", "x86", NULL);
    bytes[5] = 1, bytes[4] = 3;
    must_refuse_span(file, "class 3", "copy it again", NULL);
    bytes[4] = 2, bytes[18] = 183;
    must_refuse_span(file, "for Arm", "Image", "objcopy", NULL);
    bytes[18] = 243;
    must_refuse_span(file, "machine 243", "x86", NULL);
    bytes[18] = 62, bytes[16] = 1;
    must_refuse_span(file, "type 1", "vmlinux", NULL);
    bytes[16] = 2, bytes[54] = 8;
    must_refuse_span(file, "program headers of 8 bytes", "copy it again", NULL);
    bytes[54] = 56, bytes[56] = 0;
    must_refuse_span(file, "no program headers", "vmlinux", NULL);
    bytes[56] = bytes[57] = 0xff;
    must_refuse_span(file, "65535 program headers", "relink", NULL);
    free(bytes);
}

/* Cut at every length: never accepted before the last needed byte, never read past the end (the sanitizer watches). */
static void refuses_every_cut(void **state)
{
    (void)state;
    for (int is64 = 0; is64 < 2; is64++) {
        struct maker m = good(is64);
        struct span file = maker_file(&m);
        for (size_t n = 0; n < file.left; n++) {
            struct kernel k;
            struct error e = { "" };
            uint8_t *cut = malloc(n ? n : 1);
            memcpy(cut, file.at, n);
            assert_false(kernel_read(&k, span_of(cut, n), "cut", &e));
            assert_non_null(strstr(e.text, "cut: "));
            free(cut);
        }
        must_refuse_span(span_of(file.at, file.left - 1), "cut short", "copy the file again", NULL);
        free((void *)file.at);
    }
}

static void refuses_bad_segments(void **state)
{
    (void)state;
    struct maker m = good(true);
    maker_load(&m, 0x201fff, 1, 1, 4);
    must_refuse(&m, "overlapping segments: 0x200000..0x201fff and 0x201fff..0x201fff", "again");
    m = good(true);
    maker_load(&m, 0x300000, 0x20, 0x10, 4);
    must_refuse(&m, "takes 0x10 bytes of memory but has 0x20 in the file", "again");
    m = good(true);
    maker_load(&m, UINT64_MAX - 3, 4, 5, 4);
    must_refuse(&m, "wraps", "again");
    m = good(false);
    maker_load(&m, 0xfffffffe, 2, 3, 4);
    must_refuse(&m, "wraps", "again");
    m = good(true);
    m.segment[1].offset = UINT64_C(1) << 62;
    must_refuse(&m, "cut short: segment 1", "copy the file again");
    m = good(true);
    m.segment[1].file_size = m.segment[1].memory_size = UINT64_MAX - 8;
    must_refuse(&m, "cut short: segment 1", "copy the file again");
    m = maker_new(true);
    maker_note_le(&m, "Xen", 18, 0x100010, 4);
    maker_notes_as_segment(&m, 4);
    must_refuse(&m, "no segment to load", "vmlinux");
    m = maker_new(true);
    for (unsigned i = 0; i <= KERNEL_SEGMENTS_MAX; i++)
        maker_load(&m, 0x100000 + i * 0x1000, 1, 1, 5);
    must_refuse(&m, "more than 32 segments", "relink");
}

static void refuses_bad_entries(void **state)
{
    (void)state;
    static const uint64_t entry[] = { 0, 0xfffff, 0x100400, 0x200000 /* data */, 0x200100 /* zeroes */, 0xffffffff };
    for (size_t i = 0; i < sizeof(entry) / sizeof(entry[0]); i++) {
        struct maker m = maker_new(true);
        maker_load(&m, 0x100000, 0x400, 0x400, 5);
        maker_load(&m, 0x200000, 0x100, 0x2000, 6);
        maker_note_le(&m, "Xen", 18, entry[i], 8);
        maker_notes_as_segment(&m, 4);
        must_refuse(&m, "outside the kernel's code", "again");
    }
    struct maker m = maker_new(true);
    maker_load(&m, 0x100000, 0x400, 0x400, 6);      /* nothing is marked as code: then any segment will do */
    maker_note_le(&m, "Xen", 18, 0x100000, 8);
    maker_notes_as_segment(&m, 4);
    assert_int_equal(must_read(&m).entry, 0x100000);
}

static void refuses_bad_notes(void **state)
{
    (void)state;
    struct maker m = maker_new(true);
    maker_load(&m, 0x100000, 0x400, 0x400, 5);
    maker_note(&m, "Xen", 6, "linux", 6);
    maker_note(&m, "Xen", 5, "xen-3.0", 8);
    maker_notes_as_segment(&m, 4);
    must_refuse(&m, "XEN_VERSION, GUEST_OS", "CONFIG_PVH=y");
    m = good(true);
    m.note_bytes[12 + 4 + 8 + 4] = 16;              /* the entry's descsz: its body leaves the segment */
    must_refuse(&m, "a note runs past the end", "copy it again");
    m = good(true);
    m.note_bytes[12 + 4 + 8 + 4] = 2;
    must_refuse(&m, "2 bytes instead of 4 or 8", "again");
    m = good(true);
    m.note_bytes[12 + 4 + 8 + 12 + 4 + 4] = 1;      /* bit 32 of the entry */
    must_refuse(&m, "above 4 GiB", "again");
    m = good(true);
    maker_note(&m, "Xen", 19, "12345", 5);
    maker_notes_as_segment(&m, 4);
    must_refuse(&m, "PHYS32_RELOC note has 5 bytes", "again");
    m = good(true);
    maker_note_le(&m, "Xen", 19, 0x3000, 4);
    maker_notes_as_segment(&m, 4);
    must_refuse(&m, "0x3000, which is no power of two", "again");
}

/* What a kernel calls itself reaches a terminal. */
static void texts_are_made_harmless(void **state)
{
    (void)state;
    struct maker m = good(true);
    maker_note(&m, "Xen", 7, "\033[2J" "0123456789012345678901234567890123456789", 44);
    maker_notes_as_segment(&m, 4);
    struct kernel k = must_read(&m);
    assert_string_equal(k.guest_version, "?[2J012345678901234567890123456");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_both_classes),
        cmocka_unit_test(sorts_segments),
        cmocka_unit_test(keeps_the_first_find),
        cmocka_unit_test(finds_the_note_in_a_later_segment),
        cmocka_unit_test(finds_the_note_in_a_section),
        cmocka_unit_test(reads_notes_padded_by_eight),
        cmocka_unit_test(other_owners_do_not_count),
        cmocka_unit_test(reads_relocation_limits),
        cmocka_unit_test(takes_alignment_from_segments),
        cmocka_unit_test(moves_within_its_limits),
        cmocka_unit_test(names_notes),
        cmocka_unit_test(refuses_what_is_no_elf),
        cmocka_unit_test(refuses_other_elf_files),
        cmocka_unit_test(refuses_every_cut),
        cmocka_unit_test(refuses_bad_segments),
        cmocka_unit_test(refuses_bad_entries),
        cmocka_unit_test(refuses_bad_notes),
        cmocka_unit_test(texts_are_made_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
