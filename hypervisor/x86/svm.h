/* AMD SVM: what its files share. Only they include this. */
#ifndef HYPERVISOR_X86_SVM_H
#define HYPERVISOR_X86_SVM_H
#include "hypervisor/x86/guest.h"
#include "hypervisor/x86/npt.h"
#include "hypervisor/x86/percpu.h"
#include "hypervisor/x86/vmcb.h"

#define MSR_VM_CR        0xc0010114u
#define MSR_VM_HSAVE_PA  0xc0010117u
#define VM_CR_SVMDIS     0x10u
#define RFLAGS_RF        0x10000u
#define DR6_BS           0x4000u

/* What the CPUs have of SVM, and what all vCPUs share; written once by the CPU that booted. */
struct svm_features {
    bool ready, flush_by_asid, pause_filter, ibpb;
    bool tcg;                           /* this host is QEMU without KVM */
    uint32_t asids;                     /* 0..asids-1, of which 0 is the host's */
    hpa_t iopm, msrpm;                  /* every port; every MSR but those VMLOAD and VMSAVE switch */
};
extern struct svm_features svm;

/* One per host CPU, used by that CPU alone. */
struct svm_cpu {
    hpa_t host_vmcb;                    /* what VMSAVE stored of the host, for VMLOAD after each exit */
    const struct stage2 *last;          /* whose vCPU was last loaded here; compared, never looked into */
    uint32_t asid_next;
    uint64_t generation;                /* of ASIDs: counts up when they run out, then all are anew. Never 0 once started */
};
extern struct svm_cpu svm_cpus[HOST_CPUS_MAX];

/* Lies behind its VMCB; the FPU save area behind it (svm_vcpu.c). */
struct arch_vcpu {
    struct x86_regs regs;
    struct vmcb *vmcb;
    hpa_t vmcb_at;
    struct stage2 *stage2;
    uint32_t clean;                     /* the VMCB's clean bits for the next entry */
    /* the translations it left in a TLB: those of its ASID, of that generation on that CPU */
    struct svm_cpu *cpu;                /* where it is or was loaded */
    uint64_t generation, flushes;
    /* what waits beside the VMCB's event injection field */
    uint64_t held;                      /* an interrupt or NMI whose delivery an exception broke; EVENT_VALID */
    bool nmi, nmi_blocked;              /* NMI waits; one is being handled: until IRET */
    uint64_t nmi_iret_rip;              /* the IRET that ends it stands here and has not been executed; 0: none */
    bool shutdown;                      /* an exception during a double fault */
    const char *why;                    /* cannot be entered: a sentence */
    uint64_t next_rip;                  /* past the instruction that exited, 0: not known */
    struct guest_fpu fpu;
    unsigned order;                     /* of its pages */
};

static inline bool svm_code_is_64(const struct vmcb *b) { return (b->efer & EFER_LMA) && (b->seg[SEG_CS].attr & SEG_L); }

extern void svm_vmrun(struct x86_regs *regs, uint64_t guest_vmcb, uint64_t host_vmcb);

/* svm_event.c: before and after VMRUN */
/* Something is to be looked at before the next entry. */
static inline bool svm_attention(const struct arch_vcpu *v) { return v->held | (uintptr_t)v->why | v->nmi | v->shutdown; }
void svm_events_offer(struct arch_vcpu *v);
void svm_event_again(struct arch_vcpu *v, uint64_t exitintinfo);
void svm_nmi_returns(struct arch_vcpu *v);
void svm_window_close(struct arch_vcpu *v);
#endif
