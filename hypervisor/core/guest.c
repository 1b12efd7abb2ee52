/* Owns: copying between hypervisor and guest. Invariant: a page is looked up, checked for the access and used at once, page run by page run. */
#include "hypervisor/core/guest.h"
#include "hypervisor/core/page.h"
#include <string.h>

enum way { COPY_IN, COPY_OUT, ZERO };

static void move(enum way way, void *guest, void *ours, uint64_t n)
{
    switch (way) {
    case COPY_IN:  memcpy(ours, guest, n); return;
    case COPY_OUT: memcpy(guest, ours, n); return;
    case ZERO:     memset(guest, 0, n); return;
    }
}

static bool copy_physical(struct domain *d, gpa_t at, void *ours, uint64_t n, enum way way)
{
    unsigned need = way == COPY_IN ? S2_READ : S2_WRITE;
    for (uint64_t done = 0; done < n;) {
        hpa_t page;
        unsigned perm;
        uint64_t run;
        if (at.v + done < at.v || !arch_stage2_lookup(d->stage2, gpa_add(at, done), &page, &perm, &run) || (perm & (need | S2_DEVICE)) != need)
            return false;       /* a device's registers are no memory, though the guest may have them mapped */
        if (run > n - done)
            run = n - done;
        move(way, hpa_ptr(page), ours ? (uint8_t *)ours + done : NULL, run);
        done += run;
    }
    return true;
}

bool guest_read(struct domain *d, gpa_t at, void *to, uint64_t n) { return copy_physical(d, at, to, n, COPY_IN); }
bool guest_zero(struct domain *d, gpa_t at, uint64_t n) { return copy_physical(d, at, NULL, n, ZERO); }
bool guest_write(struct domain *d, gpa_t at, const void *from, uint64_t n)
{
    return copy_physical(d, at, (void *)(uintptr_t)from, n, COPY_OUT);     /* only read, as COPY_OUT says */
}

/* Page by page through the guest's own tables; *bad_at: where translation failed. */
static bool copy_virtual(struct vcpu *v, uint64_t gva, void *ours, uint64_t n, uint32_t access, enum way way,
                         uint64_t *bad_at, uint32_t *error)
{
    if (arch_mode(v->arch) != 64)
        gva &= UINT32_MAX;
    for (uint64_t done = 0; done < n;) {
        uint64_t here = gva + done, piece = PAGE_SIZE - (here & PAGE_MASK);
        gpa_t at;
        *bad_at = here;
        *error = 0;
        if (!arch_translate(v->arch, here, access, &at, error))
            return false;
        if (piece > n - done)
            piece = n - done;
        *error = UINT32_MAX;    /* translated, but there is no RAM */
        if (!copy_physical(v->domain, at, (uint8_t *)ours + done, piece, way))
            return false;
        done += piece;
    }
    return true;
}

bool guest_copy_in(struct vcpu *v, void *to, uint64_t gva, uint64_t n)
{
    uint64_t at;
    uint32_t error;
    return copy_virtual(v, gva, to, n, 0, COPY_IN, &at, &error);
}

bool guest_copy_out(struct vcpu *v, uint64_t gva, const void *from, uint64_t n)
{
    uint64_t at;
    uint32_t error;
    return copy_virtual(v, gva, (void *)(uintptr_t)from, n, ACCESS_WRITE, COPY_OUT, &at, &error);
}

static uint32_t as_current(struct vcpu *v, uint32_t access)
{
    return access | (arch_in_user(v->arch) ? ACCESS_USER : 0);
}

bool guest_fetch(struct vcpu *v, void *to, uint64_t gva, unsigned n, uint32_t access, uint64_t *fault_at, uint32_t *error)
{
    return copy_virtual(v, gva, to, n, as_current(v, access), COPY_IN, fault_at, error);
}

bool guest_store(struct vcpu *v, uint64_t gva, const void *from, unsigned n, uint64_t *fault_at, uint32_t *error)
{
    return copy_virtual(v, gva, (void *)(uintptr_t)from, n, as_current(v, ACCESS_WRITE), COPY_OUT, fault_at, error);
}

void *guest_pin(struct domain *d, gpa_t at)
{
    hpa_t page;
    unsigned perm;
    uint64_t run;
    if ((at.v & PAGE_MASK) || !arch_stage2_lookup(d->stage2, at, &page, &perm, &run) || !(perm & S2_WRITE))
        return NULL;
    return page_ref(page, d->id) ? hpa_ptr(page) : NULL;
}

void guest_unpin(struct domain *d, void *page)
{
    (void)d;
    page_unref(ptr_hpa(page));
}
