#include "lib/error.h"
#include "lib/format.h"

bool fail(struct error *e, const char *fmt, ...)
{
    va_list args;
    if (failed(e))
        return false;
    va_start(args, fmt);
    (void)format_v(e->text, sizeof(e->text), fmt, args);
    va_end(args);
    return false;
}
