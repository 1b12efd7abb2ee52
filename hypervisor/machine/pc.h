/* What the files of machine/ share: the chips of one PC and of one of its vCPUs. Not for others. */
#ifndef HYPERVISOR_MACHINE_PC_H
#define HYPERVISOR_MACHINE_PC_H
#include "hypervisor/devices/acpi_events.h"
#include "hypervisor/devices/acpi_pm.h"
#include "hypervisor/devices/ioapic.h"
#include "hypervisor/devices/lapic.h"
#include "hypervisor/devices/pic.h"
#include "hypervisor/devices/pit.h"
#include "hypervisor/devices/uart8250.h"
#include "hypervisor/machine/pc_exits.h"

enum { MTRR_FIXED = 11, MTRR_VARIABLE = 8, TYPED_MAX = 256 };

/* Memory types as the guest set them. Only remembered: what stands behind guest RAM is write-back by the host's tables. */
struct mtrr { uint64_t fixed[MTRR_FIXED], variable[2 * MTRR_VARIABLE], def_type; };

struct machine {
    struct domain *domain;
    /* Each: its chip. uart_lock, pit_lock and events_lock are outer to ioapic_lock and pic_lock, these to lapic_lock. */
    struct lock ioapic_lock, pic_lock, uart_lock, pit_lock, events_lock;
    struct ioapic ioapic;
    struct pic pic;                 /* of a guest without local APICs */
    struct timer pit_alarm;         /* the PIT's channel 0, where it interrupts */
    struct uart8250 uart;
    uint8_t typed[TYPED_MAX];       /* bytes that the UART had no room for yet, a ring */
    unsigned typed_first, typed_count;
    struct pit pit;
    struct acpi_pm pm;
    struct acpi_events events;      /* of a guest with a generic event device */
    struct mtrr mtrr;
};

struct machine_vcpu {
    struct lock lapic_lock;
    struct lapic lapic;
    struct timer timer;             /* the local APIC's */
    uint64_t tsc_adjust;
    bool waits_for_sipi;
};

/* pc_apic.c */
bool pc_apic_create(struct domain *d);
void pc_apic_destroy(struct domain *d);
void pc_apic_access(void *owner, struct vcpu *v, struct io_access *a);
bool pc_apic_msr_read(struct vcpu *v, uint32_t msr, uint64_t *value);
bool pc_apic_msr_write(struct vcpu *v, uint32_t msr, uint64_t value);
uint64_t pc_guest_tsc(struct vcpu *v);
void pc_ioapic_access(void *owner, struct vcpu *v, struct io_access *a);
void pc_apic_plugged(struct vcpu *v);                           /* v's local APIC as after RESET: it waits for its startup IPI */
void pc_line(void *owner, unsigned gsi, bool high);             /* a wire's set(): owner is the struct machine; to IOAPIC or 8259 */
/* pc_pic.c: what interrupts a guest without local APICs: vCPU 0 by a pair of 8259s */
bool pc_pic_create(struct domain *d);
void pc_pic_destroy(struct domain *d);
int pc_pic_pending(struct vcpu *v);
void pc_pic_accept(struct vcpu *v);
void pc_pic_line(struct machine *pc, unsigned line, bool high);
void pc_pit_alarm(struct machine *pc);                          /* sets the PIT's alarm anew; under its lock */
/* pc_events.c */
bool pc_events_create(struct domain *d);
/* pc_entry.c */
void pc_reset_state(struct x86_state *s);                       /* after RESET, APM vol. 2, 14.1.3 */
void pc_sipi_state(struct x86_state *s, uint8_t vector);
/* pc_ports.c */
bool pc_ports_create(struct domain *d);
/* pc_memory.c: runs the instruction at rip by emulation (MMIO, string I/O) */
void pc_emulate(struct vcpu *v);
/* A byte typed for the UART. */
void pc_uart_input(struct domain *d, char c);
#endif
