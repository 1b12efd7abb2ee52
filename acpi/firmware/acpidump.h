/*
 * The text of acpidump, line by line: a header "SSDT @ 0x0000000000000000" for each table, then its bytes in hex, 16 a line, with
 * their offset before and their characters behind them. Both layouts that are about are read (pmtools' and ACPICA's differ in how
 * far lines are indented and how long addresses are), and whatever other text stands between is passed over. Pure.
 */
#ifndef ACPI_FIRMWARE_ACPIDUMP_H
#define ACPI_FIRMWARE_ACPIDUMP_H
#include "lib/error.h"
#include "lib/span.h"

enum acpidump_kind { ACPIDUMP_OTHER, ACPIDUMP_TABLE, ACPIDUMP_BYTES, ACPIDUMP_WRONG };

/* Zero-initialized before the first line. What a line said is in those below `said`, until the next call. */
struct acpidump {
    unsigned line, header;      /* lines read; the number of the last header, 0: none yet */
    uint64_t offset;            /* bytes of the table so far */
    bool ended;                 /* a line of fewer than 16 bytes ended it */
    /* said: */
    uint64_t address;           /* ACPIDUMP_TABLE: where the table stood; 0 when that was not known */
    uint8_t bytes[16];          /* ACPIDUMP_BYTES */
    unsigned n;                 /* 1..16 */
};

/* The next line, with or without its end. ACPIDUMP_WRONG: a sentence that begins with "line N: ". */
enum acpidump_kind acpidump_line(struct acpidump *d, struct span line, struct error *e);
/* After the last line: false with a sentence when there is no table, or the last one has no bytes. */
bool acpidump_end(const struct acpidump *d, struct error *e);

/*
 * The other way: a header line (name of four characters, or "RSD PTR") and one line of up to 16 bytes at `offset`, as ACPICA's
 * acpidump writes and acpixtract reads them, with the line's end. to[ACPIDUMP_LINE_MAX]; return the length without the NUL.
 */
enum { ACPIDUMP_LINE_MAX = 96 };
unsigned acpidump_write_header(char *to, const char *name, uint64_t address);
unsigned acpidump_write_bytes(char *to, uint64_t offset, struct span bytes);
#endif
