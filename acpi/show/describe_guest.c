/* Owns: what a hypervisor tells its guests: STAO and XENV (both by Xen, as the UEFI forum links them), and how a path has to be written. */
#include "acpi/show/describe_internal.h"

static bool is_lead(uint8_t c) { return c == '_' || (c >= 'A' && c <= 'Z'); }

/* One to four letters of a segment: how many; 0: none is here. */
static uint32_t segment(const uint8_t *at, uint32_t n)
{
    uint32_t i = n && is_lead(at[0]);
    while (i && i < n && i < 4 && (is_lead(at[i]) || (at[i] >= '0' && at[i] <= '9')))
        i++;
    return i;
}

const char *tell_path_fault(const uint8_t *at, uint32_t n)
{
    uint32_t i = 1;
    if (!n)
        return "an empty path names nothing";
    if (at[0] != '\\')
        return "a path begins at the root, with a backslash";
    while (i < n) {
        uint32_t letters = segment(at + i, n - i);
        if (!letters)
            return "a name of the path does not begin with a capital letter or an underscore";
        i += letters;
        if (i < n && at[i] != '.')
            return "a name of the path is longer than four letters or has one that names do not have";
        if (i < n && ++i == n)
            return "the path ends with a dot";
    }
    return NULL;
}

/* ---- STAO ---- */

static const struct tell_word uart[] = { IS(0, "is the guest's, or there is none"), IS(1, "the one that SPCR tells is to be ignored"), WORDS_END };
static void check_uart(struct telling *t, uint64_t v)
{
    if (v > 1)
        tell_wrong(t, "is 0 or 1");
}
static const struct tell_row stao[] = { { "UART", 1, TELL_WORD, uart, check_uart }, ROWS_END };

/* A list of devices to be ignored: paths, each with a NUL behind it. */
static void tell_stao(struct telling *t)
{
    tell_rows(t, stao);
    while (t->at < t->end) {
        uint32_t n = 0;
        while (n < t->end - t->at && t->bytes[t->at + n])
            n++;
        const char *fault = tell_path_fault(t->bytes + t->at, n);
        if (fault)
            tell_wrong(t, "%s", fault);
        tell_string(t, t->end, "Name");
    }
}

/* ---- XENV ---- */

static const struct tell_word xenv_flag[] = { BIT(0, "edge-triggered"), BIT(1, "active low"), WORDS_END };
static const struct tell_row xenv[] = {
    T_HEX("Grant Table Base", 8), T_HEX("Grant Table Size", 8), T_NUMBER("Event Channel Interrupt", 4), T_BITS("Event Channel Interrupt Flags", 1, xenv_flag),
    ROWS_END,
};

const struct tell_kind_of tell_guest_kinds[] = {
    { .signature = "STAO", .title = "Status Override Table", .clause = "Xen STAO 1", .low = 1, .high = 1, .tell = tell_stao, .least = { { 1, 37 } } },
    { .signature = "XENV", .title = "Xen Environment Table", .clause = "Xen XENV 1", .low = 1, .high = 1, .rows = xenv, .least = { { 1, 57 } } },
    { .signature = NULL },
};
