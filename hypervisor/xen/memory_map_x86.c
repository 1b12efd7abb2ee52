/*
 * Owns: XENMEM_memory_map and XENMEM_set_memory_map: the map that start info carries too, or what the guest left in its
 * place. Invariant: x->map, once there, is read and written under domain.lock.
 */
#include "hypervisor/xen/memory.h"
#include "platform/pc_map.h"
#include "start_info/start_info.h"
#include <string.h>
#include <xen/memory.h>

enum { MAP_ENTRIES_MAX = 128 };

struct map { uint32_t count, pad; uint64_t buffer; };
struct map_narrow { uint32_t count, buffer; };
_Static_assert(sizeof(struct map) == sizeof(struct xen_memory_map), "the 64-bit layout");

static bool read_map(struct call *c, uint64_t at, struct map *m)
{
    struct map_narrow n;
    if (c->wide)
        return take(c, m, at, sizeof(*m));
    if (!take(c, &n, at, sizeof(n)))
        return false;
    *m = (struct map){ n.count, 0, n.buffer };
    return true;
}

/* The map that start info carries too; version 0 of that structure leaves it to this call. A guest may have set its own. */
static uint32_t current_map(struct xen_domain *x, struct e820 *to)
{
    struct start_info_range range[16];
    if (x->map) {
        memcpy(to, x->map, x->map_entries * sizeof(*to));
        return x->map_entries;
    }
    uint32_t n = start_info_memory_map(x->domain->platform, gpa(PC_ACPI_BASE), x->acpi_size, range, 16);
    for (uint32_t i = 0; i < n; i++)
        to[i] = (struct e820){ range[i].base, range[i].size, range[i].type };
    return n;
}

static int64_t memory_map_get(struct call *c)
{
    struct map m;
    struct e820 e[MAP_ENTRIES_MAX];
    if (!read_map(c, c->arg[1], &m))
        return -XEN_EFAULT;
    lock_take(&c->v->domain->lock);
    uint32_t count = current_map(c->x, e);
    lock_give(&c->v->domain->lock);
    if (m.buffer && m.count < count)
        count = m.count;
    if (m.buffer && !give(c, m.buffer, e, count * sizeof(*e)))
        return -XEN_EFAULT;
    return give(c, c->arg[1], &count, sizeof(count)) ? 0 : -XEN_EFAULT;
}

/* A boot loader leaves its kernel the map it has changed (GRUB does). It says what the guest tells itself, and no more. */
static int64_t memory_map_set(struct call *c)
{
    struct map m;
    struct e820 e[MAP_ENTRIES_MAX];
    uint16_t domain;
    uint64_t at = c->arg[1] + (c->wide ? offsetof(struct xen_foreign_memory_map, map) : 4);
    if (!take(c, &domain, c->arg[1], sizeof(domain)) || !read_map(c, at, &m))
        return -XEN_EFAULT;
    int64_t error = self_only(c, domain);
    if (error)
        return error;
    if (m.count > MAP_ENTRIES_MAX)
        return -XEN_EINVAL;
    if (!take(c, e, m.buffer, m.count * sizeof(*e)))
        return -XEN_EFAULT;
    lock_take(&c->v->domain->lock);
    if (!c->x->map)
        c->x->map = late_alloc(c->x, sizeof(e));
    if (c->x->map) {
        memcpy(c->x->map, e, m.count * sizeof(*e));
        c->x->map_entries = m.count;
    }
    lock_give(&c->v->domain->lock);
    return c->x->map ? 0 : -XEN_ENOMEM;
}

int64_t memory_arch(struct call *c, unsigned op)
{
    switch (op) {
    case XENMEM_memory_map:     return memory_map_get(c);
    case XENMEM_set_memory_map: return memory_map_set(c);
    default:                    return -XEN_ENOSYS;     /* exchange, machphys lists, reserved device memory */
    }
}
