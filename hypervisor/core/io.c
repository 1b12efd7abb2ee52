/* Owns: which range answers an access. The tables are filled while the domain is built and only read afterwards. */
#include "hypervisor/core/io.h"
#include "lib/checked.h"

bool io_claim(struct io_map *m, struct io_range r)
{
    if (m->count == IO_RANGES_MAX || !r.size)
        return false;
    for (unsigned i = 0; i < m->count; i++)
        if (ranges_meet(m->at[i].base, m->at[i].size, r.base, r.size))
            return false;
    m->at[m->count++] = r;
    return true;
}

bool io_dispatch(struct io_map *m, struct vcpu *v, struct io_access *a)
{
    if (!a->write)
        a->value = 0;       /* a lazy chip cannot leak stale bits */
    for (const struct io_range *r = m->at, *end = r + m->count; r < end; r++) {
        uint64_t within = a->addr - r->base;            /* below base this wraps, and is past size too */
        if (within >= r->size || a->size > r->size - within)
            continue;
        a->addr = within;
        r->access(r->owner, v, a);
        return true;
    }
    if (!a->write)
        a->value = UINT64_MAX >> (64 - 8 * a->size);
    return false;
}
