/*
 * What of a vCPU is the same on every x86 virtualization extension: registers that live in the CPU while the vCPU is
 * loaded, what CPUID may say, and the few instructions for that.
 */
#ifndef HYPERVISOR_X86_GUEST_H
#define HYPERVISOR_X86_GUEST_H
#include "hypervisor/arch_x86.h"

enum { XSTATES = 8 };

/* What this machine's CPUs have of that which guests are offered; filled once by guest_features_find. */
struct guest_features {
    uint64_t xcr0;                      /* XSAVE components offered; 0: no XSAVE, FXSAVE only */
    struct { uint32_t offset, size; bool align; } xstate[XSTATES];
    uint32_t fpu_bytes;                 /* of the save area with all that is offered */
    uint64_t cr4;                       /* bits a guest may set */
    uint64_t efer;
    uint32_t leaf_max, extended_max;
    unsigned physical_bits;
    bool pages_1g, rdtscp;
};
extern struct guest_features guest_features;

struct guest_fpu {
    void *area;                         /* 64-byte aligned, guest_features.fpu_bytes */
    uint64_t xcr0;
    uint64_t dr[4];
    uint32_t tsc_aux;
    bool loaded;                        /* on this CPU: the above is in its registers */
};

void guest_features_find(void);
void guest_fpu_cpu_start(void);         /* this CPU's control registers: the guest's FPU state can be saved and loaded */
void guest_fpu_reset(struct guest_fpu *f);
void guest_fpu_load(struct guest_fpu *f);
void guest_fpu_unload(struct guest_fpu *f);
bool guest_fpu_set_xcr0(struct guest_fpu *f, uint64_t value);       /* false: #GP is due */
void guest_fpu_set_tsc_aux(struct guest_fpu *f, uint32_t value);
void guest_fpu_cpuid(const struct guest_fpu *f, uint32_t subleaf, struct x86_cpuid *out);  /* leaf 0Dh */
void guest_cpuid(uint32_t leaf, uint32_t subleaf, uint64_t cr4, const struct guest_fpu *f, struct x86_cpuid *out);

/* NULL, or why a CPU cannot be in this state: a sentence. */
const char *guest_state_fault(const struct x86_state *s);
bool guest_pat_valid(uint64_t pat);
#endif
