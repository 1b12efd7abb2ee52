/* The pretty-printer: it tells what stands there, and damage is a sentence, never a crash. */
#include "acpi/acpi.h"
#include "acpi/show/show.h"
#include "platform/pc_map.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct heard { char text[65536]; size_t used; unsigned lines, faults; };

static void hear(void *owner, const char *line)
{
    struct heard *h = owner;
    int n = snprintf(h->text + h->used, sizeof(h->text) - h->used, "%s\n", line);
    h->used += (size_t)n < sizeof(h->text) - h->used ? (size_t)n : 0;
    h->lines++;
}

static uint8_t image[0x1000];
static uint64_t used;

static void build_with(bool lapic)
{
    struct platform p = { .vcpus = 2, .acpi = true, .lapic = lapic, .ioapic = lapic, .cmdline = "" };
    gpa_t rsdp;
    p.uart = (struct platform_uart){ true, PC_COM1_PORT, PC_COM1_GSI };
    assert_true(acpi_build(&p, gpa(PC_ACPI_BASE), image, sizeof(image), &used, &rsdp));
}

static void build(void) { build_with(true); }

/* Through a heap copy, so that reading past the image is seen. */
static struct heard *show(uint64_t n)
{
    struct heard *h = calloc(1, sizeof(*h));
    uint8_t *copy = malloc(n ? n : 1);
    memcpy(copy, image, n);
    h->faults = acpi_show(span_of(copy, n), PC_ACPI_BASE, hear, h);
    free(copy);
    return h;
}

static void says(const struct heard *h, const char *what)
{
    if (!strstr(h->text, what))
        fail_msg("not said: %s", what);
}

static void whole_tables_are_told_in_words(void **state)
{
    (void)state;
    build();
    struct heard *h = show(used);
    says(h, "RSDP at 0xfc000000, 36 bytes: Root System Description Pointer (ACPI 6.4, 5.2.5.3)");
    says(h, "SLEEP_CONTROL_REG              I/O port 0x600, 8 bits");
    says(h, "reset register, headless, hardware-reduced");
    says(h, "Processor Local APIC           ACPI Processor UID 1; APIC ID 1; Flags 0x1: enabled");
    says(h, "I/O APIC                       I/O APIC ID 0; I/O APIC Address 0xfec00000; Global System Interrupt Base 0");
    says(h, "Name (_S5) = package of 4: 5, 0, 0, 0");
    says(h, "Device (C001)");
    says(h, "Name (_HID) = 0x105d041 (PNP0501)");
    says(h, "Ports = 0x3f8..0x3ff");
    says(h, "Interrupt = GSI 4, edge, active high, exclusive");
    assert_int_equal(h->faults, 0);
    free(h);
}

static void a_wrong_checksum_and_a_pointer_to_nothing_are_said(void **state)
{
    (void)state;
    build();
    image[used - 1] ^= 1;       /* in the XSDT's last pointer */
    struct heard *h = show(used);
    says(h, "!      Checksum: wrong: 0x");
    says(h, "!      Entry: dangling: no table stands there");
    says(h, "!      the RSDT lists 1 that the XSDT does not");
    assert_true(h->faults > 3);
    free(h);
}

static void an_image_cut_anywhere_has_faults(void **state)
{
    (void)state;
    build();
    for (uint64_t n = 0; n < used; n++) {
        struct heard *h = show(n);
        assert_true(h->faults > 0);
        assert_non_null(strchr(h->text, '!'));
        free(h);
    }
}

/* Without a local APIC there is a FACS too, which only the FADT finds. */
static void a_facs_is_told_and_missed(void **state)
{
    (void)state;
    build_with(false);
    struct heard *h = show(used);
    says(h, "FACS at 0xfc000");
    says(h, "Global Lock                    0x0");
    assert_int_equal(h->faults, 0);
    free(h);
    for (uint64_t i = 0; i + 4 < used; i++)
        if (!memcmp(image + i, "FACS", 4))
            image[i] = 'X';
    h = show(used);
    says(h, "!      FIRMWARE_CTRL: ");
    free(h);
}

/* Each byte once: a row's bytes begin where those of the row before it ended. */
static void hex_has_each_byte_once(void **state)
{
    (void)state;
    build();
    struct heard *h = calloc(1, sizeof(*h));
    assert_int_equal(acpi_show_image(span_of(image, used), PC_ACPI_BASE, ACPI_SHOW_HEX, hear, h), 0);
    uint64_t at = 0, tables = 0;
    for (char *line = strtok(h->text, "\n"); line; line = strtok(NULL, "\n")) {
        if (strncmp(line, "fc0", 3)) {
            at = 0;             /* a table's title */
            tables++;
            continue;
        }
        uint64_t says_at = strtoull(line, &line, 16);
        assert_true(!at || says_at == at);
        at = says_at;
        for (line++; line[0] == ' ' && line[1] && line[1] != ' ' && line[3 < strlen(line) ? 3 : 0] == ' ' && at - says_at < 16; line += 3)
            assert_int_equal(strtoul(line, NULL, 16), image[at++ - PC_ACPI_BASE]);
        if (line[0] == ' ' && line[1] && !line[3])      /* the last byte of a row without words */
            assert_int_equal(strtoul(line, NULL, 16), image[at++ - PC_ACPI_BASE]);
    }
    assert_true(tables > 4);
    free(h);
}

static void every_byte_changed_does_no_harm(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 0x2c0; i++) {
        static const uint8_t value[] = { 0x00, 0xff, 0x7f, 0x11 };
        for (unsigned v = 0; v < sizeof(value); v++) {
            build();
            if (i >= used)
                return;
            image[i] = value[v];
            struct heard *h = show(used);
            assert_true(h->lines > 0);
            free(h);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_tables_are_told_in_words),
        cmocka_unit_test(a_wrong_checksum_and_a_pointer_to_nothing_are_said),
        cmocka_unit_test(an_image_cut_anywhere_has_faults),
        cmocka_unit_test(a_facs_is_told_and_missed),
        cmocka_unit_test(hex_has_each_byte_once),
        cmocka_unit_test(every_byte_changed_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
