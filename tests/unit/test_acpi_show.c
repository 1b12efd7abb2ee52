/* The pretty-printer: it tells what stands there, and damage is a sentence, never a crash. */
#include "acpi/acpi.h"
#include "acpi/show.h"
#include "platform/pc_map.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct heard { char text[65536]; size_t used; unsigned lines; };

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
    acpi_show(span_of(copy, n), PC_ACPI_BASE, hear, h);
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
    says(h, "RSDP at 0xfc000000, checksums good");
    says(h, "Sleep control register     I/O port 0x600, 8 bits");
    says(h, "reset register, headless, hardware-reduced");
    says(h, "Local APIC                 uid 0x1, id 0x1, flags 0x1");
    says(h, "I/O APIC                   id 0x0, address 0xfec00000, first GSI 0x0");
    says(h, "_S5_ = package of 4: 5 0 0 0");
    says(h, "Device C001");
    says(h, "_HID = 0x105d041 (PNP0501)");
    says(h, "ports 0x3f8..0x3ff, GSI 4, edge, active high, exclusive");
    assert_null(strstr(h->text, "damaged"));
    assert_null(strstr(h->text, "WRONG"));
    free(h);
}

static void a_wrong_checksum_is_said(void **state)
{
    (void)state;
    build();
    image[used - 1] ^= 1;       /* in the XSDT's last pointer */
    struct heard *h = show(used);
    says(h, "WRONG");
    says(h, "damaged: no whole table at");
    free(h);
}

static void an_image_cut_anywhere_is_damaged(void **state)
{
    (void)state;
    build();
    for (uint64_t n = 0; n < used; n++) {
        struct heard *h = show(n);
        says(h, "damaged");
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
    says(h, "Global lock                0x0");
    assert_null(strstr(h->text, "damaged"));
    free(h);
    for (uint64_t i = 0; i + 4 < used; i++)
        if (!memcmp(image + i, "FACS", 4))
            image[i] = 'X';
    h = show(used);
    says(h, "damaged: no FACS where the FADT points");
    free(h);
    for (uint64_t n = 0; n < used; n++) {
        build_with(false);
        h = show(n);
        says(h, "damaged");
        free(h);
    }
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
        cmocka_unit_test(a_wrong_checksum_is_said),
        cmocka_unit_test(an_image_cut_anywhere_is_damaged),
        cmocka_unit_test(a_facs_is_told_and_missed),
        cmocka_unit_test(every_byte_changed_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
