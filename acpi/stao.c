/*
 * Owns: STAO, the status override table ("ACPI Specification for Status Override Table", 1.0) of a guest: which devices of its
 * namespace are to be taken for absent. acpi/firmware/ has the hardware domain's.
 */
#include "acpi/arm.h"
#include "acpi/tables.h"
#include <string.h>

/* The UART that SPCR and DBG2 name has a byte of its own, for readers that have no namespace yet. */
static bool uart_hidden(const struct platform *p)
{
    const char *uart = p->board == BOARD_VIRT ? ACPI_ARM_UART : ACPI_PC_UART;
    for (unsigned i = 0; i < p->hiddens; i++)
        if (!strcmp(p->hidden[i], uart))
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
