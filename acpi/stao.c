/*
 * Owns: STAO, the status override table ("ACPI Specification for Status Override Table", 1.0) of a guest: which devices of its
 * namespace are to be taken for absent. acpi/firmware/ has the hardware domain's.
 */
#include "acpi/arm.h"
#include "acpi/tables.h"
#include <string.h>

/* Past the '_' that only fill a segment of a name up. */
static const char *unpadded(const char *at)
{
    const char *end = at;
    while (*end == '_')
        end++;
    return *end == '.' || *end == '\0' ? end : at;
}

/* "\\_SB.COM1" and "\\_SB_.COM1" are the same. */
static bool same_path(const char *a, const char *b)
{
    for (;; a++, b++) {
        a = unpadded(a);
        b = unpadded(b);
        if (*a != *b || *a == '\0')
            return *a == *b;
    }
}

/* The UART that SPCR and DBG2 name has a byte of its own, for readers that have no namespace yet. */
static bool uart_hidden(const struct platform *p)
{
    const char *uart = platform_is(p, BOARD_VIRT) ? ACPI_ARM_UART : ACPI_PC_UART;
    for (unsigned i = 0; i < p->hiddens; i++)
        if (same_path(p->hidden[i], uart))
            return true;
    return false;
}

uint64_t acpi_stao(struct table_out *o, const struct platform *p)
{
    uint64_t start = table_begin(o, "STAO", 1);
    table_le(o, uart_hidden(p), 1);
    for (unsigned i = 0; i < p->hiddens; i++)
        table_bytes(o, p->hidden[i], strlen(p->hidden[i]) + 1);
    table_end(o, start);
    return start;
}
