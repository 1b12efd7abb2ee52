/* What only the test guests of a PC have: beside guests/lib/guest.h, which includes this. */
#ifndef GUESTS_LIB_X86_PC_H
#define GUESTS_LIB_X86_PC_H
#include "guests/lib/guest.h"
#include "guests/lib/x86/cpu.h"

enum { UPCALL_BY_VECTOR = 1, RAM_WITHOUT = 384 << 10 };     /* Xen's upcall is a vector of the guest's choice; 640 KiB to 1 MiB is no RAM */
_Noreturn void triple_fault(void);      /* the end of a guest that has no other way to say that it failed */

/* ---- what stood in the registers at the first instruction (start.asm) ------------------- */
struct entry_state {
    uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
    uint16_t es, cs, ss, ds, fs, gs, tr, ldtr;
    uint32_t eflags, cr0, cr2, cr3, cr4, efer;
    uint8_t through[4];                 /* RSDP's first byte, read through cs, ds, es, ss */
    uint8_t gdtr[6], idtr[6];
} __attribute__((packed));
extern struct entry_state entry_state;

/* ---- start info (boot.c) ------------------------------------------------------------------ */
const struct hvm_start_info *start_info(void);
uint64_t handed_end(void);                                  /* the end of what start info stands for: itself, lists, texts, modules */
extern uint8_t guest_end[];                                 /* the end of the program in memory; it begins at 1 MiB */

/* ---- CPUs --------------------------------------------------------------------------------- */
struct trap_frame {
    uint64_t rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t vector, error, rip, cs, rflags, rsp, ss;
};
struct fault { int vector; uint64_t error, rip, cr2; };     /* vector -1: none */
struct cpu {
    struct cpu *self;
    unsigned number;                    /* 0: the first */
    uint32_t apic_id, vcpu_id;
    uint64_t resume;                    /* catch_call's */
    struct fault fault;
    uint32_t interrupts[256];           /* taken, by vector */
    volatile bool up;
    uint8_t *tss;
};
extern struct cpu cpus[CPUS_MAX];
struct cpu *this_cpu(void);
void traps_init(unsigned number);                           /* on each CPU */
/* Runs f(arg); what it faults with, or vector -1. */
struct fault try(void (*f)(void *), void *arg);
typedef void interrupt_handler(struct trap_frame *f);
void on_interrupt(uint8_t vector, interrupt_handler *f);    /* NULL: counted only, with an EOI if there is a local APIC in use */
extern bool apic_eoi;                                       /* the default handler sends one */

/* ---- time (time.c) -------------------------------------------------------------------------- */
uint64_t tsc_hz(void);
static inline uint64_t ticks(void) { return rdtsc(); }

/* ---- memory (memory.c) ---------------------------------------------------------------------- */
uint64_t *pte_of(uint64_t va);                              /* the 4 KiB entry, the large page split if need be; NULL: not mapped */

/* ---- Xen (xen_x86.c) -------------------------------------------------------------------------- */
uint32_t xen_base(void);                                    /* of its CPUID leaves */
int64_t upcall_vector_set(unsigned vcpu, uint8_t vector);   /* HVMOP_set_evtchn_upcall_vector */
bool xen_callback(uint8_t vector);                          /* HVM_PARAM_CALLBACK_IRQ as a vector */

/* ---- ACPI (tables.c) -------------------------------------------------------------------------- */
const uint8_t *acpi_rsdp(void);                             /* NULL: none */
const uint8_t *acpi_find(const char signature[4]);          /* through the XSDT, or the RSDT of a revision 0; NULL: none */
bool acpi_sum_ok(const uint8_t *table, size_t n);
uint32_t table_number(const uint8_t *at, unsigned bytes);   /* little-endian, up to 4 bytes */
_Noreturn void acpi_poweroff(void);
_Noreturn void acpi_reset(void);
unsigned madt_cpus(uint32_t *apic_id, unsigned max);        /* enabled processors; 0: no MADT */
uint64_t madt_ioapic(void);                                 /* its address; 0: none */

/* ---- local APIC (apic.c) ---------------------------------------------------------------------- */
bool has_apic(void);                                        /* CPUID says so */
void apic_enable(bool x2);                                  /* on this CPU: spurious vector 0xff, LINT masked */
bool apic_is_x2(void);
uint32_t apic_read(unsigned reg);                           /* reg: the xAPIC offset, 0x020 for the id, and so on */
void apic_write(unsigned reg, uint32_t value);
void apic_send(uint32_t destination, uint32_t icr_low);     /* and waits until it is accepted */
enum { APIC_ID = 0x20, APIC_VERSION = 0x30, APIC_TPR = 0x80, APIC_PPR = 0xa0, APIC_EOI = 0xb0, APIC_LDR = 0xd0, APIC_DFR = 0xe0, APIC_SVR = 0xf0,
       APIC_ISR = 0x100, APIC_TMR = 0x180, APIC_IRR = 0x200, APIC_ESR = 0x280, APIC_ICR = 0x300, APIC_ICR2 = 0x310, APIC_LVTT = 0x320,
       APIC_LVT_LINT0 = 0x350, APIC_LVT_LINT1 = 0x360, APIC_LVT_ERROR = 0x370, APIC_TMICT = 0x380, APIC_TMCCT = 0x390, APIC_TDCR = 0x3e0,
       APIC_SELF_IPI = 0x3f0 };

/* ---- other CPUs (ap.c) ------------------------------------------------------------------------ */
enum { AP_BY_SIPI, AP_BY_HYPERCALL_64, AP_BY_HYPERCALL_32 };
/* Starts CPU `number` (1..) and waits until it is up; it runs f, then halts with interrupts off. False: it did not come up. */
bool ap_start(unsigned number, int way, ap_entry *f);
#endif
