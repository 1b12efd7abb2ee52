/* What the files of the host half share. */
#ifndef HYPERVISOR_X86_HOST_H
#define HYPERVISOR_X86_HOST_H
#include "hypervisor/x86/percpu.h"
#include "lib/span.h"

/* ---- the loader's word, as both protocols give it (loader_pvh.c, loader_multiboot2.c) ---- */
enum { LOADER_TEXT = 1024, RSDP_SIZE = 36 };
struct loader {
    const char *name;
    struct host_ram ram[HOST_RAM_MAX];      /* as told: any order; page-aligned */
    unsigned rams;
    uint64_t module, module_size;           /* the first one; 0: none */
    uint64_t rsdp;                          /* physical address; 0: not told */
    uint8_t rsdp_copy[RSDP_SIZE];           /* for a loader that gives it by value */
    char cmdline[LOADER_TEXT];
};
/* NULL, or a sentence: why this cannot be used. */
const char *loader_pvh(struct loader *l, uint64_t info);
const char *loader_multiboot2(struct loader *l, uint64_t info);
void loader_add_ram(struct loader *l, uint64_t base, uint64_t size);
void loader_set_cmdline(struct loader *l, const char *text, size_t max);

/* ---- memory.c ---- */
void memory_start(const struct loader *l, struct host *h);     /* h->ram from l, cut; the direct map for all of it */
void memory_protect(void);                                      /* W^X for the image; no identity map any more */
bool memory_is_mapped(uint64_t at, uint64_t size);              /* by the direct map */
uint64_t memory_image_phys(const void *p);                      /* of something in the image */
uint64_t memory_low_page(void);                                 /* a page below 1 MiB for the trampoline; 0: none */
void memory_identity(bool wanted);                              /* the lowest 2 MiB at their own address, executable: for the trampoline */

/* ---- firmware.c: what the host's ACPI tables say ---- */
struct register_at { uint64_t at; bool memory; };               /* at 0: none; else an I/O port or an address */
struct firmware {
    uint32_t apic_ids[HOST_CPUS_MAX];
    unsigned cpus, cpus_told;               /* told: also those beyond HOST_CPUS_MAX */
    uint32_t ioapic;                        /* address, 0: none */
    uint32_t uart_gsi;                      /* where ISA interrupt 4 goes ... */
    bool uart_level, uart_low;              /* ... and how */
    uint16_t pm_timer, pm1a_control, pm1b_control;
    uint16_t smi_command;
    uint8_t acpi_enable;
    struct register_at sleep;               /* of hardware-reduced ACPI, in place of PM1 */
    struct register_at reset;
    uint8_t reset_value;
};
extern struct firmware firmware;
void firmware_read(uint64_t rsdp);
bool firmware_find_s5(uint8_t type[2]);      /* SLP_TYP of S5 for PM1a and PM1b; a search through all of the DSDT and the SSDTs */

/* ---- apic.c, clock.c, trap.c, uart.c, smp.c ---- */
void apic_cpu_start(void);                  /* this CPU's local APIC on, timer masked */
uint32_t apic_id(void);
void apic_end(void);                        /* end of interrupt */
void apic_send(uint32_t to, uint32_t low);  /* ICR */
void apic_stop_others(void);                /* NMI to all other CPUs; harmless before apic_cpu_start */
bool apic_has_deadline(void);               /* alarms are set as TSC values: the timer's own rate is of no concern */
void apic_timer_rate(uint64_t hz);
uint32_t apic_timer_count(void);            /* counts down */
void apic_timer_once(uint32_t count);       /* for clock.c's measuring; 0 ends it */
void apic_timer_periodic(uint32_t count);
void apic_route_uart(void);                 /* all other lines of the IOAPIC masked */
void clock_start(void);                     /* measures TSC and APIC timer; needs interrupts to work */
uint64_t clock_tsc_hz(void);
void clock_sleep(uint64_t ns);              /* hlt until then; before the scheduler runs */
void trap_cpu_start(struct percpu *c);      /* GDT, TSS, IDT of this CPU */
void trap_stop_at_nmi(void);                /* from now on a CPU that takes an NMI stays in it */
void uart_start(void);
void smp_first_cpu(void);                   /* CPU 0 is the one that booted */
#endif
