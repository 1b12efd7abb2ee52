/* What the files of the host half share. */
#ifndef HYPERVISOR_X86_HOST_H
#define HYPERVISOR_X86_HOST_H
#include "hypervisor/x86/percpu.h"
#include "lib/span.h"

/* ---- the loader's word, as both protocols give it (loader_pvh.c, loader_multiboot2.c) ---- */
enum { LOADER_TEXT = 1024 };
struct loader {
    const char *name;
    struct host_ram ram[HOST_RAM_MAX];      /* as told: any order, any alignment */
    unsigned rams;
    uint64_t module, module_size;           /* the first one; 0: none */
    uint64_t rsdp;                          /* 0: not told */
    char cmdline[LOADER_TEXT];
};
bool loader_pvh(struct loader *l, uint64_t info);
bool loader_multiboot2(struct loader *l, uint64_t info);
void loader_add_ram(struct loader *l, uint64_t base, uint64_t size);
void loader_set_cmdline(struct loader *l, const char *text, size_t max);

/* ---- memory.c ---- */
void memory_start(const struct loader *l, struct host *h);     /* h->ram from l, cut; the direct map for all of it */
void memory_protect(void);                                      /* W^X for the image; no identity map any more */
bool memory_is_mapped(uint64_t at, uint64_t size);              /* by the direct map */
uint64_t memory_low_page(void);                                 /* a page below 1 MiB for the trampoline; 0: none */

/* ---- firmware.c: what the host's ACPI tables say ---- */
struct firmware {
    uint32_t apic_ids[HOST_CPUS_MAX];
    unsigned cpus;
    uint32_t ioapic;                        /* address, 0: none */
    uint32_t uart_gsi;                      /* where ISA interrupt 4 goes ... */
    bool uart_level, uart_low;              /* ... and how */
    uint16_t pm_timer, pm1a_control, pm1b_control;
    uint8_t s5_type;
    uint16_t reset_port;                    /* 0: none */
    uint8_t reset_value;
    uint64_t rsdp;
};
extern struct firmware firmware;
void firmware_read(uint64_t rsdp);

/* ---- apic.c, clock.c, trap.c, uart.c, smp.c ---- */
void apic_cpu_start(void);                  /* this CPU's local APIC on, timer masked */
uint32_t apic_id(void);
void apic_end(void);                        /* end of interrupt */
void apic_send(uint32_t to, uint32_t low);  /* ICR */
void apic_timer_rate(uint64_t hz);
uint32_t apic_timer_count(void);
void apic_timer_periodic(uint32_t count);   /* for clock.c's calibration; 0 ends it */
void apic_route_uart(void);
void clock_start(void);                     /* measures TSC and APIC timer; needs interrupts to work */
uint64_t clock_tsc_hz(void);
void clock_sleep(uint64_t ns);              /* hlt until then; before the scheduler runs */
void trap_cpu_start(struct percpu *c);      /* GDT, TSS, IDT of this CPU */
void uart_start(void);
void smp_first_cpu(void);                   /* CPU 0 is the one that booted */
#endif
