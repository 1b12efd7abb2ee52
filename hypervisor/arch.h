/*
 * All that the rest of the hypervisor may ask of an architecture, and the one
 * header behind which each stands (x86/, fake/; later arm/, kvm/). An
 * architecture never calls upward: what it needs from above is handed down in
 * struct arch_up, and what a guest did is returned as a struct exit.
 *
 * One hypervisor stack per CPU. Host interrupts are disabled whenever C code of the
 * hypervisor runs; they are taken in arch_enter (the guest runs), arch_idle and
 * arch_interrupts, and only note what happened.
 */
#ifndef HYPERVISOR_ARCH_H
#define HYPERVISOR_ARCH_H
#include "lib/addr.h"
#include "lib/x86.h"

enum { HOST_CPUS_MAX = 64, HOST_RAM_MAX = 64, OWNER_HYPERVISOR = 0xffff };

/* ---- what the architecture is handed ------------------------------------------------ */
struct arch_up {
    /* 2^order contiguous zeroed 4 KiB pages held by `owner` (a domain id or OWNER_HYPERVISOR), aligned to their size. False: none left. */
    bool (*pages_take)(unsigned owner, unsigned order, hpa_t *first);
    void (*pages_give)(hpa_t first, unsigned order);
    void (*log)(const char *line);      /* one line, no newline */
};

/* ---- the host ----------------------------------------------------------------------- */
struct host_ram { hpa_t base; uint64_t size; };

struct host {
    unsigned cpus;                      /* 1..HOST_CPUS_MAX; CPU 0 is the one that booted */
    struct host_ram ram[HOST_RAM_MAX];  /* page-aligned, ascending, disjoint; without the image, the bundle, and what the firmware or early boot holds */
    unsigned rams;
    hpa_t bundle;                       /* page-aligned; what the loader gave as ramdisk or module */
    uint64_t bundle_size;               /* bytes, 0: none given */
    uint64_t ram_total;                 /* bytes of all RAM the firmware told of */
    uint64_t fixed;                     /* bytes of the image, its BSS and early tables */
    const char *cmdline;                /* "" when none */
    const char *loader;                 /* "PVH", "Multiboot2" */
    const char *refusal;                /* NULL, or why no guest can run on this CPU, with what it has: a sentence */
    uint64_t tsc_hz;
    char cpu_name[49];
};

/* Called once, first, on CPU 0 by main: reads the loader's and firmware's tables, maps all RAM, sets the clock going. */
const struct host *arch_host(const struct arch_up *up);
/* Starts the other CPUs (after the page allocator works); each calls `entry` on its own stack and never returns from it. */
void arch_cpus_start(void (*entry)(void));
unsigned arch_cpu(void);                /* this CPU, 0..host.cpus-1 */
uint64_t arch_clock(void);              /* nanoseconds since start; never runs back, the same on all CPUs */
uint64_t arch_tsc(void);                /* the TSC itself */
uint64_t arch_tsc_to_ns(uint64_t tsc);  /* TSC value -> arch_clock() value */
uint64_t arch_ns_to_tsc(uint64_t ns);
/* pvclock scale: ns = ((tsc << shift or >> -shift) * mul) >> 32, the same numbers arch_clock uses; base: the TSC at arch_clock() 0. */
void arch_clock_scale(uint32_t *mul, int8_t *shift, uint64_t *base_tsc);
uint64_t arch_wallclock(void);          /* seconds since 1970 at arch_clock() 0, from the RTC; 0 if there is none */
void arch_timer(uint64_t at);           /* this CPU's one-shot alarm at arch_clock() `at`; UINT64_MAX: none. Late is never: a past time fires at once */
void arch_kick(unsigned cpu);           /* makes `cpu` leave the guest or arch_idle soon */
void arch_idle(void);                   /* sleeps until an interrupt, takes it, returns. A kick or alarm that came since interrupts were last off is not slept through */
void arch_interrupts(void);             /* takes interrupts that are pending now */
void arch_relax(void);                  /* in spin loops */
void arch_console_put(char c);          /* host UART; blocks while it is full */
int arch_console_get(void);             /* next byte, -1: none. Input interrupts CPU 0 */
_Noreturn void arch_halt(void);         /* stops this machine for good, after a panic */
_Noreturn void arch_poweroff(unsigned code);    /* ends the run; under QEMU's isa-debug-exit the exit status is 2*code+1 */
_Noreturn void arch_reboot(void);

/* A pointer to RAM at p, valid on all CPUs for as long as the page is held. */
extern uintptr_t arch_direct_map;
static inline void *hpa_ptr(hpa_t p) { return (void *)(arch_direct_map + p.v); }
static inline hpa_t ptr_hpa(const void *p) { return hpa((uintptr_t)p - arch_direct_map); }
/* Zeroes RAM; a function of its own section, so that its instructions can be counted apart. bytes: a multiple of 8. */
void arch_zero(void *p, uint64_t bytes);

/* ---- stage 2: guest physical -> host physical --------------------------------------- */
struct stage2;
#define S2_READ  1u
#define S2_WRITE 2u
#define S2_EXEC  4u
#define S2_ALL   7u

struct stage2 *arch_stage2_create(unsigned owner);          /* NULL: out of memory */
void arch_stage2_destroy(struct stage2 *);                  /* its tables; not the pages they map */
/*
 * Maps [g, g+size) to [h, h+size), page-aligned, with the largest pages that fit; what was there is replaced.
 * False: out of memory for tables, and then nothing of it is mapped. The caller keeps others out.
 */
bool arch_stage2_map(struct stage2 *, gpa_t g, hpa_t h, uint64_t size, unsigned perm);
bool arch_stage2_unmap(struct stage2 *, gpa_t g, uint64_t size);   /* false: out of memory for splitting a large page */
/* Where g is: *h its host address, *run how many bytes from g on are contiguous within that mapping. False: not mapped. */
bool arch_stage2_lookup(struct stage2 *, gpa_t g, hpa_t *h, unsigned *perm, uint64_t *run);
void arch_stage2_flush(struct stage2 *);   /* after unmap or replace: no vCPU enters again with an old translation; the caller kicks those that run */
uint64_t arch_stage2_tables(struct stage2 *);              /* bytes held by tables */

/* ---- a vCPU --------------------------------------------------------------------------- */
struct arch_vcpu;

enum exit_kind {
    EXIT_INTERRUPT,     /* a host interrupt was taken; look whether there is work */
    EXIT_WINDOW,        /* the guest can take an interrupt now, as was asked for */
    EXIT_IDLE,          /* HLT, not yet skipped */
    EXIT_PORT,          /* .port */
    EXIT_MEMORY,        /* .memory: no RAM there, or not allowed */
    EXIT_CPUID,         /* rax, rcx tell the leaf */
    EXIT_MSR,           /* .msr */
    EXIT_HYPERCALL,     /* VMMCALL; registers tell the rest */
    EXIT_XSETBV,        /* ecx = index, edx:eax = value; CPL is 0, else the arch has given #GP itself */
    EXIT_PAUSE,         /* spinning: give others the CPU */
    EXIT_SHUTDOWN,      /* triple fault */
    EXIT_UNDEFINED,     /* an instruction that this machine does not have (VMRUN, MONITOR, ...): #UD is due */
    EXIT_BROKEN,        /* the state cannot be entered; .why */
    EXIT_KINDS,
};

struct exit_port { uint16_t port; uint8_t size; bool write, string, rep; uint8_t seg; uint8_t address_size; uint64_t next_rip; };
struct exit_memory { gpa_t at; bool write, fetch, present, table_walk; };   /* table_walk: the guest's own page tables lie there */
struct exit_msr { uint32_t index; bool write; uint64_t value; };            /* value: when write */

struct exit {
    enum exit_kind kind;
    union {
        struct exit_port port;
        struct exit_memory memory;
        struct exit_msr msr;
        const char *why;
    };
};
extern const char *const exit_name[EXIT_KINDS];     /* "interrupt", "window", ...: defined in core/vcpu.c */

struct arch_vcpu *arch_vcpu_create(struct stage2 *, unsigned owner);    /* in the state after RESET; NULL: out of memory */
void arch_vcpu_destroy(struct arch_vcpu *);
/* Runs the guest on this CPU until something must be decided. */
void arch_enter(struct arch_vcpu *, struct exit *);
/* This CPU gets / gives up the vCPU: FPU and debug registers change hands here, never in arch_enter. */
void arch_vcpu_load(struct arch_vcpu *);
void arch_vcpu_unload(struct arch_vcpu *);
/* General registers, rip and rflags, live between exits; changes count at the next entry. Only while it is not entered. */
struct x86_regs *arch_regs(struct arch_vcpu *);
void arch_state_get(struct arch_vcpu *, struct x86_state *);
void arch_state_set(struct arch_vcpu *, const struct x86_state *);          /* also drops pending events, resets FPU state to its INIT values */
uint64_t arch_cr3(struct arch_vcpu *);
uint8_t arch_cpl(struct arch_vcpu *);
unsigned arch_mode(struct arch_vcpu *);     /* 16, 32 or 64: the size of code it runs */
/* Past the instruction that exited: `length` bytes, 0 when the arch is to find out; clears an interrupt shadow. */
void arch_skip(struct arch_vcpu *, unsigned length);
bool arch_can_interrupt(struct arch_vcpu *);                /* IF set, no shadow, nothing else being delivered */
void arch_interrupt(struct arch_vcpu *, uint8_t vector);    /* at the next entry; only if arch_can_interrupt */
void arch_nmi(struct arch_vcpu *);
void arch_exception(struct arch_vcpu *, uint8_t vector, bool has_error, uint32_t error);     /* not for #PF */
void arch_page_fault(struct arch_vcpu *, uint64_t address, uint32_t error);                  /* also sets CR2 */
void arch_window(struct arch_vcpu *, bool wanted);          /* exit with EXIT_WINDOW once it can be interrupted */
bool arch_interrupts_enabled(struct arch_vcpu *);           /* RFLAGS.IF alone */
/*
 * Guest virtual -> guest physical as the guest's own tables say, with its A/D bits set as hardware does.
 * access: PF_WRITE, PF_FETCH, PF_USER ors. False: *error is the #PF error code. One page: the caller goes page by page.
 */
bool arch_translate(struct arch_vcpu *, uint64_t gva, uint32_t access, gpa_t *at, uint32_t *error);
/* MSRs that the architecture keeps itself (EFER, PAT, STAR.., FS/GS bases, SYSENTER, TSC_AUX, XSS, DEBUGCTL, ...): false: not one of mine; *fault: #GP is due. */
bool arch_msr_read(struct arch_vcpu *, uint32_t msr, uint64_t *value);
bool arch_msr_write(struct arch_vcpu *, uint32_t msr, uint64_t value, bool *fault);
uint64_t arch_tsc_offset(struct arch_vcpu *);               /* guest TSC = arch_tsc() + offset */
void arch_set_tsc_offset(struct arch_vcpu *, uint64_t offset);
/* What the host's CPUID says for a leaf, cut to what this architecture can give a guest (no SVM, MONITOR, ...; XSAVE sizes true for the guest's XCR0). */
void arch_cpuid(struct arch_vcpu *, uint32_t leaf, uint32_t subleaf, struct x86_cpuid *out);
bool arch_xsetbv(struct arch_vcpu *, uint32_t index, uint64_t value);  /* false: #GP is due */
#endif
