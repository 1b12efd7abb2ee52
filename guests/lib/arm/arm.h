/* What only the test guests of Arm have: beside guests/lib/guest.h, which includes this. */
#ifndef GUESTS_LIB_ARM_ARM_H
#define GUESTS_LIB_ARM_ARM_H
#include "guests/lib/guest.h"
#include "guests/lib/arm/layout.h"

enum { UPCALL_BY_VECTOR = 0, RAM_WITHOUT = 0 };     /* Xen's upcall is a PPI of the hypervisor's choice; all of "memory=" is RAM */
static inline int64_t upcall_vector_set(unsigned vcpu, uint8_t vector) { return -(int64_t)(vcpu + vector); }

/* ---- instructions -------------------------------------------------------------------------- */
#define read_sysreg(name) ({ uint64_t v_; __asm__ volatile("mrs %0, " name : "=r"(v_) : : "memory"); v_; })
#define write_sysreg(name, value) __asm__ volatile("msr " name ", %0" : : "r"((uint64_t)(value)) : "memory")
static inline void isb(void) { __asm__ volatile("isb" : : : "memory"); }
static inline void dsb(void) { __asm__ volatile("dsb sy" : : : "memory"); }
static inline void pause(void) { __asm__ volatile("yield" : : : "memory"); }
static inline void interrupts_on(void) { __asm__ volatile("msr daifclr, #2; isb" : : : "memory"); }
static inline void interrupts_off(void) { __asm__ volatile("msr daifset, #2; isb" : : : "memory"); }
static inline void interrupt_window(void) { interrupts_on(); interrupts_off(); }
static inline void sleep_until_interrupt(void) { __asm__ volatile("dsb sy; wfi" : : : "memory"); interrupt_window(); }
static inline uint64_t ticks(void) { isb(); return read_sysreg("cntvct_el0"); }
static inline uint8_t read8(uint64_t at) { uint32_t v; __asm__ volatile("ldrb %w0, [%1]" : "=r"(v) : "r"(at) : "memory"); return (uint8_t)v; }
static inline uint16_t read16(uint64_t at) { uint32_t v; __asm__ volatile("ldrh %w0, [%1]" : "=r"(v) : "r"(at) : "memory"); return (uint16_t)v; }
static inline uint32_t read32(uint64_t at) { uint32_t v; __asm__ volatile("ldr %w0, [%1]" : "=r"(v) : "r"(at) : "memory"); return v; }
static inline uint64_t read64(uint64_t at) { uint64_t v; __asm__ volatile("ldr %0, [%1]" : "=r"(v) : "r"(at) : "memory"); return v; }
static inline void write8(uint64_t at, uint8_t v) { __asm__ volatile("strb %w0, [%1]" : : "r"((uint32_t)v), "r"(at) : "memory"); }
static inline void write16(uint64_t at, uint16_t v) { __asm__ volatile("strh %w0, [%1]" : : "r"((uint32_t)v), "r"(at) : "memory"); }
static inline void write32(uint64_t at, uint32_t v) { __asm__ volatile("str %w0, [%1]" : : "r"(v), "r"(at) : "memory"); }
static inline void write64(uint64_t at, uint64_t v) { __asm__ volatile("str %0, [%1]" : : "r"(v), "r"(at) : "memory"); }

/* ---- what stood in the registers at the first instruction (start.S) ---------------------------- */
struct entry_state { uint64_t x0, x1, x2, x3, current_el, daif, sctlr, spsel, begin, spare; };
extern struct entry_state entry_state;

/* ---- the device tree (tree.c) ------------------------------------------------------------------- */
const void *tree(void);                                     /* NULL: we were handed none */
int tree_node(const char *compatible);                      /* the first; negative: none */
/* The i-th (address, size) of a node's reg, by the cells of its parent. False: no more. */
bool tree_reg(int node, unsigned i, uint64_t *base, uint64_t *size);
/* The i-th interrupt of a node by the GIC's three cells: INTID, and whether it is edge-triggered. */
bool tree_interrupt(int node, unsigned i, unsigned *intid, bool *edge);
const char *tree_text(int node, const char *property);      /* NULL: none */
bool tree_number(int node, const char *property, uint64_t *value);  /* one or two cells */
unsigned tree_cpus(uint64_t *mpidr, unsigned max);          /* how many; affinities of the first max */

/* ---- CPUs and exceptions (trap.c) ------------------------------------------------------------------ */
struct trap_frame { uint64_t x[31], pc, pstate, sp, kind, spare; };
/* ec 0x3f: none (ESR_EL1.EC, D17.2.37); iss: the rest of ESR. */
struct fault { unsigned ec; uint32_t iss; uint64_t pc, far; };
enum { NO_FAULT = 0x3f, EC_UNKNOWN = 0, EC_FETCH_ABORT = 0x21, EC_DATA_ABORT = 0x25, DFSC_EXTERNAL = 0x10 };
struct cpu {
    unsigned number;                    /* 0: the first */
    uint64_t mpidr;
    uint64_t resume;                    /* catch_call's */
    struct fault fault;
    uint32_t interrupts[1024];          /* taken, by INTID */
    uint32_t sgi_source[16];            /* GICv2: who sent the one being served, as GICC_IAR said: the end of interrupt wants it back */
    volatile bool up;
};
extern struct cpu cpus[CPUS_MAX];
static inline struct cpu *this_cpu(void) { return (struct cpu *)(uintptr_t)read_sysreg("tpidr_el1"); }
/* Runs f(arg); what it faults with, or ec NO_FAULT. */
struct fault try(void (*f)(void *), void *arg);
typedef void interrupt_handler(unsigned intid);
void on_interrupt(unsigned intid, interrupt_handler *f);    /* NULL: counted only; the end of interrupt is written after it */
extern bool interrupt_end;                                  /* false: handlers end their interrupts themselves */

/* ---- PSCI (psci.c): DEN 0022. Results are signed 32 bits -------------------------------------------- */
uint64_t smccc(uint64_t function, uint64_t a, uint64_t b, uint64_t c);
int32_t psci(uint32_t function, uint64_t a, uint64_t b, uint64_t c);
enum { PSCI_VERSION = 0x84000000, PSCI_CPU_SUSPEND = 0xc4000001, PSCI_CPU_OFF = 0x84000002, PSCI_CPU_ON = 0xc4000003,
       PSCI_AFFINITY_INFO = 0xc4000004, PSCI_MIGRATE_INFO_TYPE = 0x84000006, PSCI_SYSTEM_OFF = 0x84000008, PSCI_SYSTEM_RESET = 0x84000009,
       PSCI_FEATURES = 0x8400000a };
enum { PSCI_OK = 0, PSCI_NOT_SUPPORTED = -1, PSCI_INVALID = -2, PSCI_DENIED = -3, PSCI_ALREADY_ON = -4, PSCI_ON_PENDING = -5, PSCI_ADDRESS = -9 };
extern bool psci_by_smc;
extern uint8_t ap_begin[];              /* start.S: where a further CPU begins, its number in x0 */
/* CPU_ON without waiting: what PSCI says. */
int32_t cpu_on(unsigned number, ap_entry *f);

/* ---- the GIC (gic.c) -------------------------------------------------------------------------------- */
bool gic_init(void);                                        /* CPU 0, then every other: gic_cpu_init. False: the tree has none */
void gic_cpu_init(unsigned cpu);
unsigned gic_version(void);                                 /* 2, 3; 0: none */
uint64_t gicd(void), gicr(unsigned cpu), gicc(void);        /* where they stand */
void gic_enable(unsigned intid, bool on);                   /* of the private ones: this CPU's */
void gic_priority(unsigned intid, uint8_t priority);
void gic_edge(unsigned intid, bool edge);
void gic_pend(unsigned intid, bool on);
bool gic_pending(unsigned intid), gic_active(unsigned intid);
void gic_route(unsigned intid, unsigned cpu);               /* an SPI */
void gic_mask(uint8_t priority);                            /* of this CPU: only more urgent ones get through */
void gic_sgi(unsigned intid, unsigned cpu);                 /* to one CPU */
void gic_sgi_others(unsigned intid);
unsigned gic_acknowledge(void);                             /* INTID; 1020 and more: none */
void gic_end(unsigned intid);                               /* priority drop and deactivation */

/* ---- memory (mmu.c) ----------------------------------------------------------------------------------- */
enum { MAP_NORMAL, MAP_DEVICE };
/* Maps 2 MiB of physical addresses one to one with another kind of memory. */
void mmu_kind(uint64_t pa, unsigned kind);
extern uint8_t guest_begin[], guest_end[];
#endif
