/*
 * Owns: acpidump's text. Invariant: bytes of a table come in order and without a gap, each line full but the last; the first line that
 * breaks this is named.
 */
#include "acpi/firmware/acpidump.h"
#include "lib/format.h"
#include <string.h>

enum { PER_LINE = 16, OFFSET_DIGITS_LEAST = 4 };

/* One more than a hex digit's value; 0: none. A table, because there are some millions of them in a large machine's text. */
static const uint8_t digits_of[256] = {
    ['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10,
    ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};
static int digit(uint8_t c) { return digits_of[c] - 1; }

static bool blank(uint8_t c) { return c == ' ' || c == '\t'; }

static void skip_blanks(struct span *s)
{
    while (s->left && blank(*s->at))
        (void)span_u8(s);
}

/* Hex digits as far as they go. Returns how many; more than 16 do not fit *v. */
static unsigned hex(struct span *s, uint64_t *v)
{
    unsigned n = 0;
    for (*v = 0; s->left && digit(*s->at) >= 0; n++)
        *v = *v << 4 | (uint64_t)digit(span_u8(s));
    return n;
}

static enum acpidump_kind wrong(const struct acpidump *d, struct error *e, const char *what)
{
    (void)fail(e, "line %u: %s: take the text from acpidump anew, or mend the line", d->line, what);
    return ACPIDUMP_WRONG;
}

/* "NAME @ 0x..." : how long the name is; 0: the line is no header. */
static unsigned name_length(struct span line)
{
    for (unsigned i = 1; i + 4 < line.left && i <= 16; i++)
        if (memcmp(line.at + i, " @ 0x", 5) == 0)
            return i;
    return 0;
}

static bool is_name(const uint8_t *s, unsigned n)
{
    if (n == 7 && memcmp(s, "RSD PTR", 7) == 0)
        return true;
    for (unsigned i = 0; i < n; i++)
        if (s[i] < 0x20 || s[i] > 0x7e)
            return false;
    return n == 4;
}

static enum acpidump_kind header(struct acpidump *d, struct span line, unsigned name, struct error *e)
{
    uint64_t address;
    if (d->header && !d->offset)
        return wrong(d, e, "the table before it has no bytes");
    if (!is_name(line.at, name))
        return wrong(d, e, "a table's name has four characters");
    (void)span_take(&line, name + UINT64_C(5));
    unsigned digits = hex(&line, &address);
    skip_blanks(&line);
    if (!digits || digits > 16 || line.left)
        return wrong(d, e, "a table's address has 1 to 16 hex digits, and nothing is behind it");
    d->header = d->line;
    d->offset = 0;
    d->ended = false;
    d->address = address;
    return ACPIDUMP_TABLE;
}

/* Two blanks (or the line's end) are before the characters: one blank and something else is meant to be a byte. */
static bool bytes_end(struct span s)
{
    return s.left < 2 || !blank(s.at[0]) || blank(s.at[1]);
}

/* A whole line as both programs write it: nearly all lines are, so this is the fast way. False: look closer. */
static bool read_full(struct acpidump *d, struct span s)
{
    enum { BYTE = 3 };      /* a blank, two digits */
    unsigned bad = 0;
    if (s.left < BYTE * PER_LINE || (s.left > BYTE * PER_LINE && !blank(s.at[BYTE * PER_LINE])))
        return false;
    for (unsigned i = 0; i < PER_LINE; i++) {
        unsigned high = digits_of[s.at[BYTE * i + 1]], low = digits_of[s.at[BYTE * i + 2]];
        bad |= (unsigned)!high | (unsigned)!low | (unsigned)(s.at[BYTE * i] != ' ');
        d->bytes[i] = (uint8_t)((high - 1) << 4 | ((low - 1) & 15));
    }
    d->n = PER_LINE;
    return !bad;
}

static enum acpidump_kind read_bytes(struct acpidump *d, struct span s, struct error *e)
{
    bool full = read_full(d, s);
    for (d->n = full ? PER_LINE : 0; d->n < PER_LINE && !bytes_end(s); d->n++) {
        struct span b = span_take(&s, 3);       /* a blank, two digits */
        int high = b.broken ? -1 : digit(b.at[1]), low = b.broken ? -1 : digit(b.at[2]);
        if (high < 0 || low < 0 || (s.left && !blank(*s.at)))
            return wrong(d, e, "a byte is not two hex digits");
        d->bytes[d->n] = (uint8_t)(high << 4 | low);
    }
    if (!d->n)
        return wrong(d, e, "an offset without bytes");
    d->offset += d->n;
    d->ended = d->n < PER_LINE;
    return ACPIDUMP_BYTES;
}

static enum acpidump_kind data(struct acpidump *d, uint64_t offset, struct span s, struct error *e)
{
    if (!d->header)
        return wrong(d, e, "bytes without a table's header (\"SSDT @ 0x...\") before them");
    if (d->ended)
        return wrong(d, e, "the line of bytes before it has fewer than 16, so the table was to end there");
    if (offset == d->offset)
        return read_bytes(d, s, e);
    (void)fail(e, "line %u: offset %#llx where %#llx is due: lines are missing or not in order: take the text from acpidump anew", d->line,
               (unsigned long long)offset, (unsigned long long)d->offset);
    return ACPIDUMP_WRONG;
}

/* The ends of lines of two worlds, and blanks before them that mail programs leave. */
static void trim(struct span *s)
{
    while (s->left && (blank(s->at[s->left - 1]) || s->at[s->left - 1] == '\n' || s->at[s->left - 1] == '\r'))
        s->left--;
}

enum acpidump_kind acpidump_line(struct acpidump *d, struct span line, struct error *e)
{
    uint64_t offset;
    d->line++;
    trim(&line);
    skip_blanks(&line);
    struct span rest = line;
    unsigned digits = hex(&rest, &offset), name;
    if (digits >= OFFSET_DIGITS_LEAST && digits <= 16 && rest.left && span_u8(&rest) == ':')
        return data(d, offset, rest, e);
    name = name_length(line);
    return name ? header(d, line, name, e) : ACPIDUMP_OTHER;
}

bool acpidump_end(const struct acpidump *d, struct error *e)
{
    if (!d->header)
        return fail(e, "no table's header (\"SSDT @ 0x...\") is in this text: give the text of acpidump, or tables as the firmware has them");
    return d->offset || fail(e, "line %u: the table that begins here has no bytes: take the text from acpidump anew", d->header);
}

unsigned acpidump_write_header(char *to, const char *name, uint64_t address)
{
    return (unsigned)format(to, ACPIDUMP_LINE_MAX, "%s @ 0x%016llX\n", name, (unsigned long long)address);
}

static char hex_digit(unsigned v) { return "0123456789ABCDEF"[v & 15]; }

/* The offset in at least four digits, eight columns wide. */
static unsigned write_offset(char *to, uint64_t offset)
{
    unsigned digits = OFFSET_DIGITS_LEAST, at = 0;
    while (digits < 16 && offset >> 4 * digits)
        digits++;
    while (at + digits < 8)
        to[at++] = ' ';
    while (digits--)
        to[at++] = hex_digit((unsigned)(offset >> 4 * digits));
    to[at++] = ':';
    return at;
}

/* ACPICA's columns. Written without format(): some 70,000 lines are a machine's. */
unsigned acpidump_write_bytes(char *to, uint64_t offset, struct span bytes)
{
    unsigned at = write_offset(to, offset), n = bytes.left < PER_LINE ? (unsigned)bytes.left : PER_LINE;
    for (unsigned i = 0; i < PER_LINE; i++) {
        to[at++] = ' ';
        to[at++] = i < n ? hex_digit(bytes.at[i] >> 4) : ' ';
        to[at++] = i < n ? hex_digit(bytes.at[i]) : ' ';
    }
    to[at++] = ' ';
    to[at++] = ' ';
    for (unsigned i = 0; i < n; i++)
        to[at++] = bytes.at[i] >= 0x20 && bytes.at[i] < 0x7f ? (char)bytes.at[i] : '.';
    to[at++] = '\n';
    to[at] = '\0';
    return at;
}
