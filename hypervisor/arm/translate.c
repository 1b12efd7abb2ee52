/*
 * Owns: guest virtual -> guest physical. The CPU's own walker does it (AT, DDI 0487 C6.2.23), with stage 1 as the vCPU has it: nothing
 * can differ from what the guest's accesses do. PAR_EL1 is the guest's and is put back.
 */
#include "hypervisor/arm/guest.h"

#define AT(op, va) __asm__ volatile("at " op ", %0" : : "r"(va) : "memory")

static uint64_t at(uint64_t gva, uint32_t access)
{
    uint64_t before = sysreg_get(PAR_EL1), par;
    switch (access & (ACCESS_WRITE | ACCESS_USER)) {
    case 0:            AT("s1e1r", gva); break;
    case ACCESS_WRITE: AT("s1e1w", gva); break;
    case ACCESS_USER:  AT("s1e0r", gva); break;
    default:           AT("s1e0w", gva); break;
    }
    isb();
    par = sysreg_get(PAR_EL1);
    sysreg_set(PAR_EL1, before);
    return par;
}

/* One that runs nowhere is loaded for the moment, in the place of whoever is. */
static uint64_t at_elsewhere(struct arch_vcpu *v, uint64_t gva, uint32_t access)
{
    struct arch_vcpu *loaded = this_cpu()->loaded;
    if (loaded)
        arch_vcpu_unload(loaded);
    arch_vcpu_load(v);
    uint64_t par = at(gva, access);
    arch_vcpu_unload(v);
    if (loaded)
        arch_vcpu_load(loaded);
    return par;
}

/* There is no AT for fetches: what may be read is taken to be fetchable. */
bool arch_translate(struct arch_vcpu *v, uint64_t gva, uint32_t access, gpa_t *to, uint32_t *error)
{
    uint64_t par = v->loaded ? at(gva, access) : at_elsewhere(v, gva, access);
    if (par & PAR_F) {
        /* A walk that stage 2 broke off: to the guest, its tables lie where there is no memory. */
        *error = par & PAR_STAGE2 ? FSC_EXTERNAL_WALK + (PAR_FST(par) & FSC_LEVELS) : PAR_FST(par);
        return false;
    }
    *to = gpa((par & PAR_ADDRESS) | (gva & PAGE_MASK));
    return true;
}
