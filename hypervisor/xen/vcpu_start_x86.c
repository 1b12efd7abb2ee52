/*
 * Owns: from a guest's struct vcpu_hvm_context to a state that can be entered.
 * Invariant: what VMRUN and VM entry would refuse (AMD APM vol. 2, 15.5.1) is refused here, with an errno.
 */
#include "hypervisor/xen/vcpu_start.h"

enum { AR_UNUSED = 0xf000, TYPE_BUSY_TSS32 = 0xb, TYPE_BUSY_TSS16 = 0x3, TYPE_CODE = 0x8 };
#define CR0_KNOWN  UINT64_C(0xe005003f)
#define EFER_KNOWN (EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE)
/* VME..OSXMMEXCPT, UMIP, FSGSBASE, PCIDE, OSXSAVE, SMEP, SMAP: what a later MOV CR4 could set as well. */
#define CR4_KNOWN  UINT64_C(0x370fff)

static bool flat_segment(struct x86_segment *s, uint64_t base, uint32_t limit, uint32_t attr)
{
    *s = (struct x86_segment){ .base = base, .limit = limit, .attr = (uint16_t)attr };
    /* As if it had been loaded: accessed. Xen does the same, and makes a task state segment busy. */
    if ((attr & SEG_P) && (attr & SEG_S))
        s->attr |= 1;
    if ((attr & SEG_P) && !(attr & SEG_S))
        s->attr |= 2;
    /* A granular limit is in pages in its low bits: the manual's form has them all ones. */
    return !(attr & AR_UNUSED) && (!(attr & SEG_G) ? limit <= 0xfffff : (limit & 0xfff) == 0xfff);
}

static bool read_segments(const struct vcpu_hvm_x86_32 *r, struct x86_state *s)
{
    bool ok = flat_segment(&s->seg[SEG_CS], r->cs_base, r->cs_limit, r->cs_ar) && flat_segment(&s->seg[SEG_DS], r->ds_base, r->ds_limit, r->ds_ar) &&
              flat_segment(&s->seg[SEG_SS], r->ss_base, r->ss_limit, r->ss_ar) && flat_segment(&s->seg[SEG_ES], r->es_base, r->es_limit, r->es_ar) &&
              flat_segment(&s->tr, r->tr_base, r->tr_limit, r->tr_ar);
    if (!ok)
        return false;
    unsigned cs = s->seg[SEG_CS].attr, ss = s->seg[SEG_SS].attr, tss = s->tr.attr & SEG_TYPE;
    /* CS: code, present, not 64-bit (that is the other structure). SS: present, of CS's privilege: 0, as hypercalls need it. */
    if ((cs & (SEG_P | SEG_S | TYPE_CODE | SEG_DPL | SEG_L)) != (SEG_P | SEG_S | TYPE_CODE))
        return false;
    if ((ss & (SEG_P | SEG_S | TYPE_CODE | SEG_DPL)) != (SEG_P | SEG_S))
        return false;
    return (s->tr.attr & SEG_P) && !(s->tr.attr & SEG_S) && (tss == TYPE_BUSY_TSS32 || tss == TYPE_BUSY_TSS16);
}

static bool from_32(const struct vcpu_hvm_x86_32 *r, struct x86_state *s)
{
    const uint32_t gpr[] = { r->eax, r->ecx, r->edx, r->ebx, r->esp, r->ebp, r->esi, r->edi };
    if (r->pad1 || r->pad2[0] || r->pad2[1] || r->pad2[2] || !read_segments(r, s))
        return false;
    for (unsigned i = 0; i < sizeof(gpr) / sizeof(*gpr); i++)
        s->regs.gpr[i] = gpr[i];
    s->regs.rip = r->eip;
    s->regs.rflags = r->eflags;
    s->cr0 = r->cr0;
    s->cr3 = r->cr3;
    s->cr4 = r->cr4;
    s->efer = r->efer;
    return true;
}

static bool from_64(const struct vcpu_hvm_x86_64 *r, struct x86_state *s)
{
    const uint64_t gpr[] = { r->rax, r->rcx, r->rdx, r->rbx, r->rsp, r->rbp, r->rsi, r->rdi };
    for (unsigned i = 0; i < sizeof(gpr) / sizeof(*gpr); i++)
        s->regs.gpr[i] = gpr[i];
    s->regs.rip = r->rip;
    s->regs.rflags = r->rflags;
    s->cr0 = r->cr0;
    s->cr3 = r->cr3;
    s->cr4 = r->cr4;
    s->efer = r->efer;
    for (unsigned i = 0; i < X86_SEGMENTS; i++)
        s->seg[i] = (struct x86_segment){ .limit = 0xffffffff, .attr = SEG_G | SEG_DB | SEG_P | SEG_S | 0x3 };
    s->seg[SEG_CS].attr = SEG_G | SEG_L | SEG_P | SEG_S | 0xb;
    s->tr = (struct x86_segment){ .limit = 0x67, .attr = SEG_P | TYPE_BUSY_TSS32 };
    /* Straight into long mode: anything else is for the 32-bit structure. */
    return (r->cr0 & (CR0_PE | CR0_PG)) == (CR0_PE | CR0_PG) && (r->cr4 & CR4_PAE) && (r->efer & EFER_LME) && (r->efer & EFER_LMA) &&
           (uint64_t)((int64_t)(r->rip << 16) >> 16) == r->rip;
}

static bool enterable(const struct x86_state *s)
{
    bool paging = s->cr0 & CR0_PG, long_mode = s->efer & EFER_LMA;
    if ((s->cr0 & ~CR0_KNOWN) || (s->cr4 & ~CR4_KNOWN) || (s->efer & ~(uint64_t)EFER_KNOWN) || s->cr3 >> 52)
        return false;
    if (!(s->cr0 & CR0_PE) || ((s->cr0 & CR0_NW) && !(s->cr0 & CR0_CD)))
        return false;
    if (long_mode != (paging && (s->efer & EFER_LME)) || (long_mode && !(s->cr4 & CR4_PAE)))
        return false;
    return !(s->regs.rflags & RFLAGS_VM);
}

bool vcpu_start_state(const struct vcpu_hvm_context *context, struct x86_state *s)
{
    *s = (struct x86_state){ .pat = UINT64_C(0x0007040600070406), .dr6 = 0xffff0ff0, .dr7 = 0x400 };
    if (context->pad)
        return false;
    bool ok = context->mode == VCPU_HVM_MODE_32B ? from_32(&context->cpu_regs.x86_32, s) :
              context->mode == VCPU_HVM_MODE_64B && from_64(&context->cpu_regs.x86_64, s);
    if (!ok)
        return false;
    s->cr0 |= CR0_ET;
    s->regs.rflags |= RFLAGS_1;
    for (unsigned i = SEG_FS; i <= SEG_GS; i++)
        if (context->mode == VCPU_HVM_MODE_32B)
            s->seg[i] = (struct x86_segment){ .limit = 0xffff, .attr = SEG_P | SEG_S | 0x3 };
    s->ldtr = (struct x86_segment){ .attr = 0x82, .limit = 0xffff };
    return enterable(s);
}
