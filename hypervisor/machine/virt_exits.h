/*
 * What a BOARD_VIRT machine answers: run_arm.c hands it the exits that are not the Xen ABI's, build_virt.c its host devices.
 * Each exit function leaves the vCPU ready to go on; what a guest may not do is an exception in that guest.
 */
#ifndef HYPERVISOR_MACHINE_VIRT_EXITS_H
#define HYPERVISOR_MACHINE_VIRT_EXITS_H
#include "hypervisor/arch_arm.h"
#include "hypervisor/machine/machine.h"
#include "start_info/guest_tree.h"

/* The first state of a vCPU that is off: at pc with x0, as PSCI's CPU_ON has it (the primary one: as Linux's boot protocol). */
void virt_start_state(struct vcpu *v, uint64_t pc, uint64_t x0);

/* Interrupts. Tells the GIC whether Xen's event line is high, and fills v's list registers: before each entry with something to look at. */
void virt_interrupts(struct vcpu *v, bool event);
/* Would v be woken from WFI at once? If not, its alarm is set to its virtual timer. */
bool virt_must_stay_awake(struct vcpu *v, bool event);
void virt_timer_fired(struct vcpu *v);                                  /* EXIT_TIMER */

void virt_memory(struct vcpu *v, const struct exit_memory *e);
void virt_sysreg(struct vcpu *v, const struct exit_sysreg *e);

/*
 * A call by the SMC Calling Convention (DEN 0028), by HVC #0 or SMC #0, already skipped: function in w0, arguments in x1..x3,
 * result in x0. What the vCPU does after it: go on, wait for an interrupt, or leave (it is off, or its domain has ended).
 */
enum virt_next { VIRT_GO_ON, VIRT_WAIT, VIRT_LEAVE };
enum virt_next virt_smccc(struct vcpu *v);

/* At most a few lines per domain, of what its guest did that nothing here answers. */
void virt_tell(struct vcpu *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Hands the domain the host devices of *p: registers mapped, interrupts routed. Before its first vCPU starts; machine_destroy
 * takes them back. False with a sentence, and machine_destroy still undoes what was done.
 */
bool virt_passthrough(struct domain *d, const struct passthrough *p, struct error *e);

/*
 * The PL011's far end, when it is not the hypervisor's console: put takes a byte the guest sends, false where it has no room yet;
 * get has one for the guest, or false. virt_uart_look, of a domain that runs, tries both again. They are called with the
 * UART's lock held. Connected before the first vCPU starts.
 */
struct virt_uart_far { bool (*put)(void *owner, uint8_t byte); bool (*get)(void *owner, uint8_t *byte); void *owner; };
void virt_uart_connect(struct domain *d, const struct virt_uart_far *far);
void virt_uart_look(struct domain *d);
#endif
