/* Owns: which states a vCPU may be put into: those VMRUN takes (APM vol. 2, 15.5.1) and a few it would take in vain. */
#include "hypervisor/x86/guest.h"

#define RFLAGS_DEFINED UINT64_C(0x3f7fd7)

/* Eight memory types of three bits; 2 and 3 do not exist (7.8.1). */
bool guest_pat_valid(uint64_t pat)
{
    for (unsigned i = 0; i < 8; i++) {
        uint64_t type = pat >> 8 * i & 0xff;
        if (type > 7 || type == 2 || type == 3)
            return false;
    }
    return true;
}

static const char *control_fault(const struct x86_state *s)
{
    if (s->cr0 >> 32)
        return "CR0 has bits above 31";
    if ((s->cr0 & CR0_NW) && !(s->cr0 & CR0_CD))
        return "CR0.NW is set without CR0.CD";
    if ((s->cr0 & CR0_PG) && !(s->cr0 & CR0_PE))
        return "CR0.PG is set without CR0.PE";
    if (s->cr4 & ~guest_features.cr4)
        return "CR4 has bits this processor does not offer";
    if (s->efer & ~guest_features.efer)
        return "EFER has bits this processor does not offer";
    if (s->dr6 >> 32 || s->dr7 >> 32)
        return "DR6 or DR7 has bits above 31";
    if (!guest_pat_valid(s->pat))
        return "PAT names a memory type that does not exist";
    return NULL;
}

static const char *long_mode_fault(const struct x86_state *s)
{
    bool paging_long = (s->cr0 & CR0_PG) && (s->efer & EFER_LME);
    uint16_t cs = s->seg[SEG_CS].attr;
    if (paging_long != ((s->efer & EFER_LMA) != 0))
        return "EFER.LMA does not agree with EFER.LME and CR0.PG";
    if (!paging_long)
        return s->cr4 & 0x20000 ? "CR4.PCIDE is set outside long mode" : NULL;
    if (!(s->cr4 & CR4_PAE))
        return "long mode without CR4.PAE";
    if ((cs & SEG_L) && (cs & SEG_DB))
        return "CS is a 64-bit and a 32-bit segment at once";
    if (s->cr3 >> guest_features.physical_bits && guest_features.physical_bits < 64)
        return "CR3 has bits beyond the processor's physical addresses";
    if (s->regs.rflags & RFLAGS_VM)
        return "RFLAGS.VM is set in long mode";
    return NULL;
}

const char *guest_state_fault(const struct x86_state *s)
{
    const char *why = control_fault(s);
    if (!why)
        why = long_mode_fault(s);
    if (why)
        return why;
    if (s->cpl > 3 || (s->cpl && !(s->cr0 & CR0_PE)))
        return "its privilege level does not exist in its mode";
    if (s->regs.rflags & ~RFLAGS_DEFINED)
        return "RFLAGS has bits that are not defined";
    for (unsigned i = 0; i < X86_SEGMENTS; i++)
        if (s->seg[i].attr >> 12)
            return "a segment's attributes have more than 12 bits";
    return s->tr.attr >> 12 || s->ldtr.attr >> 12 ? "a segment's attributes have more than 12 bits" : NULL;
}
