/* What only x86 has, for those who deal with a PC: beside hypervisor/arch.h, implemented by x86/ and by fake/ (fake_vcpu_x86.c). */
#ifndef HYPERVISOR_ARCH_X86_H
#define HYPERVISOR_ARCH_X86_H
#include "hypervisor/arch.h"
#include "lib/x86.h"

_Static_assert(ACCESS_WRITE == PF_WRITE && ACCESS_USER == PF_USER && ACCESS_FETCH == PF_FETCH, "the error code's bits say what was tried");

uint64_t arch_tsc(void);                /* the TSC itself */
uint64_t arch_tsc_to_ns(uint64_t tsc);  /* TSC value -> arch_clock() value */
uint64_t arch_ns_to_tsc(uint64_t ns);
/* pvclock scale: ns = ((tsc << shift or >> -shift) * mul) >> 32, the same numbers arch_clock uses; base: the TSC at arch_clock() 0. */
void arch_clock_scale(uint32_t *mul, int8_t *shift, uint64_t *base_tsc);

/* General registers, rip and rflags, live between exits; changes count at the next entry. Only while it is not entered. */
struct x86_regs *arch_regs(struct arch_vcpu *);
void arch_state_get(struct arch_vcpu *, struct x86_state *);
void arch_state_set(struct arch_vcpu *, const struct x86_state *);          /* also drops pending events, resets FPU state to its INIT values */
uint64_t arch_cr3(struct arch_vcpu *);
uint8_t arch_cpl(struct arch_vcpu *);
/* Past the instruction that exited: `length` bytes, 0 when the arch is to find out; clears an interrupt shadow. */
void arch_skip(struct arch_vcpu *, unsigned length);
bool arch_can_interrupt(struct arch_vcpu *);                /* IF set, no shadow, nothing else being delivered */
void arch_interrupt(struct arch_vcpu *, uint8_t vector);    /* at the next entry; only if arch_can_interrupt */
void arch_nmi(struct arch_vcpu *);
void arch_exception(struct arch_vcpu *, uint8_t vector, bool has_error, uint32_t error);     /* not for #PF */
void arch_page_fault(struct arch_vcpu *, uint64_t address, uint32_t error);                  /* also sets CR2 */
bool arch_interrupts_enabled(struct arch_vcpu *);           /* RFLAGS.IF alone */
/* MSRs that the architecture keeps itself (EFER, PAT, STAR.., FS/GS bases, SYSENTER, TSC_AUX, XSS, DEBUGCTL, ...): false: not one of mine; *fault: #GP is due. */
bool arch_msr_read(struct arch_vcpu *, uint32_t msr, uint64_t *value);
bool arch_msr_write(struct arch_vcpu *, uint32_t msr, uint64_t value, bool *fault);
uint64_t arch_tsc_offset(struct arch_vcpu *);               /* guest TSC = arch_tsc() + offset */
void arch_set_tsc_offset(struct arch_vcpu *, uint64_t offset);
/* What the host's CPUID says for a leaf, cut to what this architecture can give a guest (no SVM, MONITOR, ...; XSAVE sizes true for the guest's XCR0). */
void arch_cpuid(struct arch_vcpu *, uint32_t leaf, uint32_t subleaf, struct x86_cpuid *out);
bool arch_xsetbv(struct arch_vcpu *, uint32_t index, uint64_t value);  /* false: #GP is due */
#endif
