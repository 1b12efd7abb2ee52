/*
 * Owns: STAO, the status override table ("ACPI Specification for Status Override Table", LINARO-0002, 6 January 2015): one byte that says
 * whether the UART that SPCR defines is to be ignored, then the full paths of devices that are to be taken for absent, each with its NUL.
 */
#include "acpi/firmware/mangle_internal.h"
#include <string.h>

void mangle_write_stao(const struct mangle *m, struct table_out *o)
{
    char path[AML_PATH_MAX];
    uint64_t start = table_begin(o, "STAO", 1);
    table_le(o, m->ignore_spcr, 1);
    for (unsigned i = 0; i < m->hiddens; i++) {
        const struct mangle_hidden *h = &m->hidden[i];
        const char *name = h->path;
        if (h->node != AML_NONE)
            name = aml_path(m->ns, h->node, path, sizeof(path)) ? path : NULL;
        if (name)
            table_bytes(o, name, strlen(name) + 1);
    }
    table_end(o, start);
}
