/* Owns: the states in which a PC's vCPU begins: after RESET, after a startup IPI, and as the PVH boot ABI asks. */
#include "hypervisor/core/guest.h"
#include "hypervisor/machine/pc.h"
#include "lib/x86.h"
#include "platform/pc_map.h"

enum { CODE_RX_ACCESSED = 0xb, DATA_RW_ACCESSED = 0x3, TSS32_BUSY = 0xb, LDT = 0x2 };

static struct x86_segment flat(uint16_t selector, unsigned type)
{
    return (struct x86_segment){ selector, (uint16_t)(type | SEG_S | SEG_P | SEG_DB | SEG_G), UINT32_MAX, 0 };
}

static struct x86_segment real(uint16_t selector, unsigned type)
{
    return (struct x86_segment){ selector, (uint16_t)(type | SEG_S | SEG_P), 0xffff, (uint64_t)selector << 4 };
}

void pc_reset_state(struct x86_state *s)
{
    *s = (struct x86_state){ .cr0 = CR0_ET, .dr6 = 0xffff0ff0, .dr7 = 0x400, .pat = UINT64_C(0x0007040600070406) };
    s->regs.rflags = RFLAGS_1;
    for (unsigned i = 0; i < X86_SEGMENTS; i++)
        s->seg[i] = real(0, DATA_RW_ACCESSED);
    s->seg[SEG_CS] = real(0, CODE_RX_ACCESSED);
    s->tr = (struct x86_segment){ 0, TSS32_BUSY | SEG_P, 0xffff, 0 };
    s->ldtr = (struct x86_segment){ 0, LDT | SEG_P, 0xffff, 0 };
    s->gdtr.limit = s->idtr.limit = 0xffff;
}

void pc_sipi_state(struct x86_state *s, uint8_t vector)
{
    pc_reset_state(s);
    s->seg[SEG_CS] = real((uint16_t)(vector << 8), CODE_RX_ACCESSED);
}

/*
 * docs/misc/pvh.pandoc, "x86/HVM direct boot ABI": ebx, cr0 = PE only, cr4 = 0, flat cs ds es ss, a 32-bit busy TSS of
 * base 0 and limit 0x67, eflags without VM, IF, TF (and DF, which the ABI does not ask for: kernels like it).
 */
void machine_pvh_entry(struct vcpu *v, uint32_t entry, uint32_t start_info)
{
    struct x86_state s;
    pc_reset_state(&s);
    s.cr0 = CR0_PE | CR0_ET;
    s.regs.rip = entry;
    s.regs.gpr[RBX] = start_info;
    for (unsigned i = 0; i < X86_SEGMENTS; i++)
        s.seg[i] = flat(0, DATA_RW_ACCESSED);
    s.seg[SEG_CS] = flat(0, CODE_RX_ACCESSED);
    s.tr.limit = 0x67;
    s.gdtr.limit = s.idtr.limit = 0;
    s.ldtr = (struct x86_segment){ 0, LDT | SEG_P, 0, 0 };
    arch_state_set(v->arch, &s);
}

bool machine_reset_vector(struct domain *d)
{
    static const uint8_t code[] = {
        0xba, PC_RESET_PORT & 0xff, PC_RESET_PORT >> 8,     /* mov $PC_RESET_PORT, %dx */
        0xb0, PC_RESET_VALUE,                               /* mov $PC_RESET_VALUE, %al */
        0xee,                                               /* out %al, (%dx) */
        0xeb, 0xfe,                                         /* jmp to itself: it does not come this far */
    };
    return !d->platform->acpi || guest_write(d, gpa(0xffff0), code, sizeof(code));
}
