/* A guest's own page tables, walked as its CPU would. Pure: guest memory is reached through the function handed in. */
#ifndef HYPERVISOR_X86_GUEST_WALK_H
#define HYPERVISOR_X86_GUEST_WALK_H
#include "lib/x86.h"

struct walk_state {
    uint64_t cr0, cr3, cr4, efer, rflags;
    unsigned physical_bits;             /* address bits at and above are reserved in entries */
    bool pages_1g;
};

struct walk_memory {
    /* The aligned entry at guest-physical g; NULL: no RAM there. *writable: it may be written to. */
    void *(*entry)(void *owner, uint64_t g, bool *writable);
    void *owner;
};

/*
 * Guest virtual -> guest physical for an access (PF_WRITE, PF_FETCH, PF_USER ors), with A and D set. False: *error is
 * the #PF error code. An address that is not canonical is reported as not present.
 */
bool guest_walk(const struct walk_state *s, const struct walk_memory *m, uint64_t gva, uint32_t access, uint64_t *gpa, uint32_t *error);
#endif
