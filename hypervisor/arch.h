/*
 * All that the rest of the hypervisor may ask of any architecture, and the one
 * header behind which each stands (x86/, arm/, fake/). What only one of them has is in
 * hypervisor/arch_x86.h and hypervisor/arch_arm.h, for those who deal with its machine. An
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

enum { HOST_CPUS_MAX = 64, HOST_RAM_MAX = 64, OWNER_HYPERVISOR = 0xffff, OWNER_RESERVED = 0xfffe };

/* ---- what the architecture is handed ------------------------------------------------ */
struct arch_up {
    /* 2^order contiguous zeroed 4 KiB pages held by `owner` (a domain id or OWNER_HYPERVISOR), aligned to their size. False: none left. */
    bool (*pages_take)(unsigned owner, unsigned order, hpa_t *first);
    void (*pages_give)(hpa_t first, unsigned order);
    void (*log)(const char *line);      /* one line, no newline */
    /* A host interrupt that was routed to a guest (hypervisor/arch_arm.h) came, on this CPU, no lock held. NULL: there are none. */
    void (*routed)(unsigned intid);
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
    const char *loader;                 /* "PVH", "Multiboot2", "Image" */
    const void *tree;                   /* the host's flattened device tree, in memory that stays; NULL: it has none */
    const char *refusal;                /* NULL, or why no guest can run on this CPU, with what it has: a sentence */
    uint64_t clock_hz;                  /* of the TSC, of CNTPCT */
    char cpu_name[49];
};

/* Called once, first, on CPU 0 by main: reads the loader's and firmware's tables, maps all RAM, sets the clock going. */
const struct host *arch_host(const struct arch_up *up);
/* Starts the other CPUs (after the page allocator works); each calls `entry` on its own stack and never returns from it. */
void arch_cpus_start(void (*entry)(void));
unsigned arch_cpu(void);                /* this CPU, 0..host.cpus-1 */
uint64_t arch_clock(void);              /* nanoseconds since start; never runs back, the same on all CPUs */
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
bool arch_is_mapped(hpa_t at, uint64_t size);       /* hpa_ptr leads there: RAM, of which the host's tree does not forbid a mapping (no-map) */
/* Zeroes RAM; a function of its own section, so that its instructions can be counted apart. bytes: a multiple of 8. */
void arch_zero(void *p, uint64_t bytes);
/* The same for who cleans the caches after writing more there (arch_arm.h: arch_clean), before any guest has it. */
void arch_zero_cached(void *p, uint64_t bytes);

/* ---- stage 2: guest physical -> host physical --------------------------------------- */
struct stage2;
#define S2_READ  1u
#define S2_WRITE 2u
#define S2_EXEC  4u
#define S2_ALL   7u
#define S2_DEVICE 8u   /* or-ed in: a host device's registers, not memory (Arm: Device-nGnRE) */

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
    EXIT_IDLE,          /* HLT, WFI, not yet skipped */
    EXIT_PORT,          /* .port */
    EXIT_MEMORY,        /* .memory: no RAM there, or not allowed */
    EXIT_CPUID,         /* rax, rcx tell the leaf */
    EXIT_MSR,           /* .msr */
    EXIT_HYPERCALL,     /* VMMCALL, not yet skipped; HVC, .immediate; registers tell the rest */
    EXIT_XSETBV,        /* ecx = index, edx:eax = value; CPL is 0, else the arch has given #GP itself */
    EXIT_PAUSE,         /* spinning (PAUSE, WFE), not yet skipped: give others the CPU */
    EXIT_SHUTDOWN,      /* triple fault */
    EXIT_UNDEFINED,     /* an instruction that this machine does not have (VMRUN, MONITOR, ...): #UD is due */
    EXIT_BROKEN,        /* the state cannot be entered; .why */
    EXIT_SYSREG,        /* Arm: MSR, MRS or a system instruction that traps; .sysreg */
    EXIT_SMC,           /* Arm: SMC, not yet skipped; hypercalls are HVC, skipped by the architecture as the CPU does */
    EXIT_TIMER,         /* Arm: the guest's virtual timer interrupts; the host's interrupt is active until the guest's is */
    EXIT_KINDS,
};

struct exit_port { uint16_t port; uint8_t size; bool write, string, rep; uint8_t seg; uint8_t address_size; uint64_t next_rip; };
/* table_walk: the guest's own page tables lie there. From `decoded` on, Arm's syndrome: what is to be done, where the CPU told it; gva is always told. */
struct exit_memory {
    gpa_t at;
    bool write, fetch, present, table_walk;
    bool decoded, sign, wide;           /* sign-extend what is read; into 64 bits instead of 32 */
    uint8_t size, reg;                  /* 1, 2, 4, 8 bytes; x0..x30, 31: the zero register */
    uint64_t gva;
};
struct exit_msr { uint32_t index; bool write; uint64_t value; };            /* value: when write */
struct exit_sysreg { uint32_t name; uint8_t reg; bool write; };             /* name: ARM_SYSREG() of lib/arm.h; reg as above */

struct exit {
    enum exit_kind kind;
    union {
        struct exit_port port;
        struct exit_memory memory;
        struct exit_msr msr;
        struct exit_sysreg sysreg;
        uint16_t immediate;
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
/* For people: where it is; its registers and what its tables say of them, a line at a time. Not while it runs. */
uint64_t arch_pc(struct arch_vcpu *);
void arch_vcpu_tell(struct arch_vcpu *, void (*line)(const char *text));
unsigned arch_mode(struct arch_vcpu *);     /* 16, 32 or 64: the size of code it runs */
bool arch_in_user(struct arch_vcpu *);      /* at the least privilege: CPL 3, EL0 */
void arch_window(struct arch_vcpu *, bool wanted);          /* exit with EXIT_WINDOW once it can be interrupted (x86), or list registers are free (Arm) */
/*
 * Guest virtual -> guest physical as the guest's own tables say, with its A/D bits set as hardware does. Only on the CPU
 * that has it loaded, or while it runs nowhere. access: ACCESS_* ors. False: *error tells the fault (x86: the #PF error
 * code; Arm: the fault status code, ISS.DFSC). One page: the caller goes page by page.
 */
#define ACCESS_READ  0x0u
#define ACCESS_WRITE 0x2u
#define ACCESS_USER  0x4u
#define ACCESS_FETCH 0x10u
bool arch_translate(struct arch_vcpu *, uint64_t gva, uint32_t access, gpa_t *at, uint32_t *error);
#endif
