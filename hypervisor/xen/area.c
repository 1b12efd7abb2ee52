/*
 * Owns: areas that a guest registers by virtual address and the hypervisor writes from then on, whatever the guest's
 * page tables say later. Invariant: the pages are pinned (referenced) from area_pin to area_unpin.
 */
#include "hypervisor/xen/internal.h"
#include <string.h>

static uint8_t *pin_at(struct vcpu *v, uint64_t gva)
{
    gpa_t at;
    uint32_t error;
    if (arch_mode(v->arch) != 64)
        gva &= UINT32_MAX;
    if (!arch_translate(v->arch, gva, ACCESS_WRITE, &at, &error))
        return NULL;
    /* domain.lock keeps the page in the guest's map between being looked up and referenced. */
    lock_take(&v->domain->lock);
    uint8_t *page = guest_pin(v->domain, gpa(at.v & ~PAGE_MASK));
    lock_give(&v->domain->lock);
    return page ? page + (at.v & PAGE_MASK) : NULL;
}

static void *page_of(uint8_t *p) { return p - ((uintptr_t)p & PAGE_MASK); }

bool area_pin(struct area *a, struct vcpu *v, uint64_t gva, unsigned length)
{
    unsigned first = (unsigned)(PAGE_SIZE - (gva & PAGE_MASK));
    struct area made = { .length = (uint16_t)length, .first = (uint16_t)(first < length ? first : length) };
    made.part[0] = pin_at(v, gva);
    if (!made.part[0])
        return false;
    if (first < length) {
        made.part[1] = pin_at(v, gva + first);
        if (!made.part[1]) {
            guest_unpin(v->domain, page_of(made.part[0]));
            return false;
        }
    }
    *a = made;
    return true;
}

void area_unpin(struct area *a, struct domain *d)
{
    for (unsigned i = 0; i < 2 && a->length; i++)
        if (a->part[i])
            guest_unpin(d, page_of(a->part[i]));
    *a = (struct area){ 0 };
}

void area_write(const struct area *a, unsigned offset, const void *from, unsigned n)
{
    const uint8_t *bytes = from;
    if (offset < a->first) {
        unsigned here = a->first - offset < n ? a->first - offset : n;
        memcpy(a->part[0] + offset, bytes, here);
        offset += here;
        bytes += here;
        n -= here;
    }
    if (n)
        memcpy(a->part[1] + (offset - a->first), bytes, n);
}
