/*
 * Owns: HYPERVISOR_multicall (xen/xen.h, struct multicall_entry). Each entry is copied in once and its result written
 * back; the call's own argument registers say how far it came, so that a long list goes on after an exit.
 */
#include "hypervisor/xen/internal.h"

struct entry { uint64_t op, result, args[6]; };

static unsigned word(const struct call *c) { return c->wide ? 8 : 4; }
static unsigned entry_size(const struct call *c) { return c->wide ? sizeof(struct entry) : sizeof(struct entry) / 2; }

static bool read_entry(struct call *c, uint64_t at, struct entry *e)
{
    uint32_t narrow[8];
    if (c->wide)
        return take(c, e, at, sizeof(*e));
    if (!take(c, narrow, at, sizeof(narrow)))
        return false;
    e->op = narrow[0];
    for (unsigned i = 0; i < 6; i++)
        e->args[i] = narrow[2 + i];
    return true;
}

static bool write_word(struct call *c, uint64_t at, unsigned index, uint64_t value)
{
    return give(c, at + index * word(c), &value, word(c));      /* little-endian: the low half comes first */
}

/* False: the list cannot be read or written any more. */
static bool one(struct call *c, uint64_t at, bool *again)
{
    struct entry e;
    if (!read_entry(c, at, &e))
        return false;
    struct call inner = { .v = c->v, .x = c->x, .wide = c->wide, .nested = true, .budget = c->budget };
    for (unsigned i = 0; i < 6; i++)
        inner.arg[i] = e.args[i];
    uint64_t result = (uint64_t)hypercall_do(&inner, e.op);
    c->budget = inner.budget;
    if (inner.next != XEN_GO_ON)
        c->next = inner.next;
    *again = inner.again;
    if (!inner.again)
        return write_word(c, at, 1, result);
    for (unsigned i = 0; i < 6; i++)
        if (inner.arg[i] != e.args[i] && !write_word(c, at, 2 + i, inner.arg[i]))
            return false;
    return true;
}

int64_t hypercall_multicall(struct call *c)
{
    uint64_t *list = &c->arg[0], *count = &c->arg[1];
    *count = (uint32_t)*count;
    if (c->nested)
        return -XEN_EINVAL;
    while (*count) {
        bool again = false;
        if (!may_go_on(c)) {
            c->again = true;
            return 0;
        }
        if (!one(c, *list, &again))
            return -XEN_EFAULT;
        if (again) {
            c->again = true;
            return 0;
        }
        *list += entry_size(c);
        --*count;
        if (!domain_is_running(c->v->domain))
            break;
    }
    return 0;
}
