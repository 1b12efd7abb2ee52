/*
 * Owns: the one function of libxenlight that libxlutil's parser refers to, for xlu_cfg_get_defbool, which is not called here. With it the
 * parser is linked alone: libxenlight and the ten libraries behind it took longer to load than a machine's tables take to be read.
 */
#include <libxl.h>
#include <stdlib.h>

void libxl_defbool_set(libxl_defbool *to, bool value)
{
    (void)to;
    (void)value;
    abort();
}
