/* Owns: the bytes of a device tree in the making. Invariant: after the first thing that did not fit nothing more is written. */
#include "start_info/tree_out.h"
#include "lib/format.h"
#include <libfdt.h>
#include <stdarg.h>
#include <string.h>

static void keep(struct tree_out *t, int result)
{
    if (result < 0)
        t->full = true;
}

struct tree_out tree_begin(void *to, uint64_t size)
{
    struct tree_out t = { to, size > INT32_MAX };
    if (!t.full)
        keep(&t, fdt_create(to, (int)size));
    if (!t.full)
        keep(&t, fdt_finish_reservemap(to));
    if (!t.full)
        keep(&t, fdt_begin_node(to, ""));
    return t;
}

bool tree_end(struct tree_out *t)
{
    uint32_t room = t->full ? 0 : fdt_totalsize(t->fdt);    /* until it is finished this is what it was given */
    tree_close(t);
    if (!t->full)
        keep(t, fdt_finish(t->fdt));
    if (!t->full)                       /* the strings have moved up from the end: nothing of them stays behind */
        memset((char *)t->fdt + fdt_totalsize(t->fdt), 0, room - fdt_totalsize(t->fdt));
    return !t->full;
}

void tree_open_named(struct tree_out *t, const char *name)
{
    if (!t->full)
        keep(t, fdt_begin_node(t->fdt, name));
}

void tree_open(struct tree_out *t, const char *fmt, ...)
{
    char name[64];
    va_list args;
    va_start(args, fmt);
    (void)format_v(name, sizeof(name), fmt, args);
    va_end(args);
    tree_open_named(t, name);
}

void tree_close(struct tree_out *t)
{
    if (!t->full)
        keep(t, fdt_end_node(t->fdt));
}

void tree_bytes(struct tree_out *t, const char *name, const void *bytes, size_t n)
{
    void *at;
    if (n > INT32_MAX)
        t->full = true;
    if (!t->full)
        keep(t, fdt_property_placeholder(t->fdt, name, (int)n, &at));
    if (!t->full && n)
        memcpy(at, bytes, n);
}

void tree_flag(struct tree_out *t, const char *name) { tree_bytes(t, name, NULL, 0); }
void tree_text(struct tree_out *t, const char *name, const char *text) { tree_bytes(t, name, text, strlen(text) + 1); }

/* Numbers stand big-endian and, two cells wide, only 4-aligned: byte by byte. */
static void big_endian(struct tree_out *t, const char *name, unsigned width, unsigned n, const uint32_t *cell, const uint64_t *number)
{
    void *at;
    if (!t->full)
        keep(t, fdt_property_placeholder(t->fdt, name, (int)(n * width), &at));
    if (t->full)
        return;
    uint8_t *to = at;
    for (unsigned i = 0; i < n; i++) {
        uint64_t v = cell ? cell[i] : number[i];
        for (unsigned shift = width * 8; shift; shift -= 8)
            *to++ = (uint8_t)(v >> (shift - 8));
    }
}

void tree_cells(struct tree_out *t, const char *name, const uint32_t *cell, unsigned n) { big_endian(t, name, 4, n, cell, NULL); }
void tree_cell(struct tree_out *t, const char *name, uint32_t cell) { tree_cells(t, name, &cell, 1); }
void tree_numbers(struct tree_out *t, const char *name, const uint64_t *number, unsigned n) { big_endian(t, name, 8, n, NULL, number); }
void tree_number(struct tree_out *t, const char *name, uint64_t number) { tree_numbers(t, name, &number, 1); }
