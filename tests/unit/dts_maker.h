/* Trees for tests from their source, by dtc: so they read as integrators write them. */
#ifndef TESTS_UNIT_DTS_MAKER_H
#define TESTS_UNIT_DTS_MAKER_H
#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DTS_MAX = 65536 };

/* The blob of a source; to be freed. The source may be a format. */
static inline void *dts_compile(const char *source, ...) __attribute__((format(printf, 1, 2)));
static inline void *dts_compile(const char *source, ...)
{
    char path[] = "/tmp/bedplate-dts.XXXXXX", command[128];
    va_list args;
    int fd = mkstemp(path);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    void *blob = calloc(1, DTS_MAX);
    if (!f || !blob)
        abort();
    va_start(args, source);
    (void)vfprintf(f, source, args);
    va_end(args);
    (void)fclose(f);
    (void)snprintf(command, sizeof(command), "dtc -q -I dts -O dtb %s", path);
    f = popen(command, "r");
    size_t n = f ? fread(blob, 1, DTS_MAX, f) : 0;
    if (!f || pclose(f) != 0 || n == 0 || n == DTS_MAX)
        abort();
    (void)unlink(path);
    return blob;
}

/* A tree of which only /chosen matters, with what stands in it. */
#define DTS_CHOSEN(body) "/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; chosen { " body " }; };"
/* A guest's node with all that it needs, and more: properties, nodes. */
#define DTS_GUEST(name, properties, nodes) \
    name " { compatible = \"xen,domain\"; #address-cells = <2>; #size-cells = <1>; memory = <0 131072>; cpus = <2>; " properties \
    " module@4a000000 { compatible = \"multiboot,kernel\", \"multiboot,module\"; reg = <0x0 0x4a000000 0xffffff>; }; " nodes " };"

static inline int dts_node(const void *fdt, const char *path)
{
    int node = fdt_path_offset(fdt, path);
    if (node < 0)
        abort();
    return node;
}
#endif
