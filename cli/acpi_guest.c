/* Owns: a guest's tables without its kernel. Invariant: what is told of the guest has been through the tree that the hypervisor reads. */
#include "cli/acpi_guest.h"
#include "acpi/acpi.h"
#include "cli/cli.h"
#include "cli/guests.h"
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

/* A kernel, and one part for all modules: a page each, of which the tree only says where it is. */
static struct guests *stand_in(const struct config *c)
{
    struct guests *g = calloc(1, sizeof(*g));
    if (!g)
        abort();
    g->count = 1;
    g->guest[0].config = *c;
    for (g->parts = 0; g->parts < 2; g->parts++)
        g->part[g->parts] = (struct part){ .bytes = { NULL, PAGE_SIZE, false }, .offset = (g->parts + UINT64_C(1)) << 20 };
    for (unsigned i = 0; i < c->modules; i++)
        g->guest[0].module[i] = 1;
    g->guest[0].tree = 1;
    return g;
}

static bool read_platform(struct acpi_guest *g, struct error *e)
{
    struct guests *bundle = stand_in(&g->config);
    size_t room = bundle_tree_room(bundle);
    g->tree = calloc(1, room);
    if (!g->tree || !bundle_tree_write(bundle, MIB(4), g->tree, room))
        abort();                                    /* bundle_tree_room is to be right */
    free(bundle);
    return platform_from_node(&g->platform, g->tree, fdt_path_offset(g->tree, "/chosen/domU1"), BOARD_PC, e);
}

static struct span map(void *owner, uint64_t at, uint64_t n)
{
    const struct acpi_guest *g = owner;
    return at < g->at ? (struct span){ NULL, 0, true } : span_slice(span_of(g->image, g->used), at - g->at, n);
}

static bool build(struct acpi_guest *g, struct error *e)
{
    const struct acpi_memory memory = { map, g };
    gpa_t at, rsdp;
    uint64_t size;
    if (g->platform.board == BOARD_VIRT && !g->platform.arm.gic_version)
        g->platform.arm.gic_version = 3;            /* the host's; most have that */
    if (!g->platform.acpi)
        return fail(e, "the guest has no ACPI tables (acpi=0): set acpi=1 to give it some");
    if (!plan_acpi(&g->platform, &at, &size, e))
        return false;
    g->at = at.v;
    g->image = calloc(1, size);
    if (!g->image)
        abort();
    if (!acpi_build(&g->platform, at, g->image, size, &g->used, &rsdp))
        return fail(e, "its ACPI tables do not fit: give fewer vcpus");
    return acpi_walk(&g->set, &memory, rsdp.v, e);
}

bool acpi_guest_read(struct acpi_guest *g, const char *path, struct error *e)
{
    struct error of_guest = { "" };
    memset(g, 0, sizeof(*g));
    if (!config_read(&g->config, path, e))
        return false;
    if (read_platform(g, &of_guest) && build(g, &of_guest))
        return true;
    (void)fail(e, "%s: %s", shown(path), of_guest.text);
    acpi_guest_free(g);
    return false;
}

void acpi_guest_free(struct acpi_guest *g)
{
    config_free(&g->config);
    free(g->tree);
    free(g->image);
    memset(g, 0, sizeof(*g));
}
