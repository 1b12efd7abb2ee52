/* What run_x86.c and build_pc.c ask of a PC: the exits that are not the Xen ABI's, its APICs, and how it starts. */
#ifndef HYPERVISOR_MACHINE_PC_EXITS_H
#define HYPERVISOR_MACHINE_PC_EXITS_H
#include "hypervisor/arch_x86.h"
#include "hypervisor/machine/machine.h"

/* Interrupts. A vector the local APIC wants to deliver now, or -1; accept: it was delivered. */
int machine_pending(struct vcpu *v);
void machine_accept(struct vcpu *v, uint8_t vector);
bool machine_nmi_pending(struct vcpu *v);               /* and takes it */
/* Raises an edge-triggered vector in v's local APIC (Xen's per-vCPU upcall vector). False: v has none. */
bool machine_raise(struct vcpu *v, uint8_t vector);
bool machine_has_lapic(struct domain *d);
uint32_t machine_apic_id(const struct vcpu *v);
/* Exits. Each leaves the vCPU ready to go on, or crashes the domain. */
void machine_port(struct vcpu *v, const struct exit_port *e);
void machine_memory(struct vcpu *v, const struct exit_memory *e);
void machine_cpuid(struct vcpu *v, uint32_t leaf, uint32_t subleaf, struct x86_cpuid *out);   /* leaves outside 0x4000xxxx */
bool machine_msr_read(struct vcpu *v, uint32_t msr, uint64_t *value);                         /* false: #GP */
bool machine_msr_write(struct vcpu *v, uint32_t msr, uint64_t value);
/*
 * What stands at the reset vector (0xffff0): code that writes the reset register. Linux on hardware-reduced ACPI, finding
 * no EFI, restarts by jumping there in real mode. Only with ACPI; false: there is no RAM.
 */
bool machine_reset_vector(struct domain *d);
/* 32-bit protected mode as the PVH boot ABI asks (docs/misc/pvh.pandoc): entry and start info are guest physical. */
void machine_pvh_entry(struct vcpu *v, uint32_t entry, uint32_t start_info);
#endif
