/*
 * Owns: interrupts of a guest without local APICs: a pair of 8259s that interrupts vCPU 0, and the PIT on its line 0. It is what
 * stock kernels take for a clock then (docs/guest-abi.md, "Without a local APIC").
 */
#include "hypervisor/machine/pc.h"

static void pic_access(struct machine *pc, unsigned port, struct io_access *a)
{
    lock_take(&pc->pic_lock);
    if (a->write)
        pic_write(&pc->pic, port, (uint8_t)a->value);
    else
        a->value = pic_read(&pc->pic, port);
    bool asks = pic_asks(&pc->pic);
    lock_give(&pc->pic_lock);
    if (asks)
        vcpu_wake(pc->domain->vcpu[0]);     /* another vCPU may have unmasked what waits for the first */
}

static void master_access(void *owner, struct vcpu *v, struct io_access *a) { (void)v; pic_access(owner, 0x20 + (unsigned)a->addr, a); }
static void slave_access(void *owner, struct vcpu *v, struct io_access *a) { (void)v; pic_access(owner, 0xa0 + (unsigned)a->addr, a); }
static void elcr_access(void *owner, struct vcpu *v, struct io_access *a) { (void)v; pic_access(owner, 0x4d0 + (unsigned)a->addr, a); }

void pc_pic_line(struct machine *pc, unsigned line, bool high)
{
    lock_take(&pc->pic_lock);
    pic_line(&pc->pic, line, high);
    bool asks = pic_asks(&pc->pic);
    lock_give(&pc->pic_lock);
    if (asks)
        vcpu_wake(pc->domain->vcpu[0]);
}

int pc_pic_pending(struct vcpu *v)
{
    struct machine *pc = v->domain->machine;
    if (v->id != 0)
        return -1;
    lock_take(&pc->pic_lock);
    int vector = pic_asks(&pc->pic) ? pic_vector(&pc->pic) : -1;
    lock_give(&pc->pic_lock);
    return vector;
}

void pc_pic_accept(struct vcpu *v)
{
    struct machine *pc = v->domain->machine;
    lock_take(&pc->pic_lock);
    (void)pic_accept(&pc->pic);
    lock_give(&pc->pic_lock);
}

void pc_pit_alarm(struct machine *pc)
{
    if (pc->pit_alarm.fire)
        timer_set(&pc->pit_alarm, pit_due(&pc->pit, arch_clock()));
}

static void pit_fires(void *owner)
{
    struct machine *pc = owner;
    lock_take(&pc->pit_lock);
    pit_tick(&pc->pit, arch_clock());
    pc_pit_alarm(pc);
    lock_give(&pc->pit_lock);
}

bool pc_pic_create(struct domain *d)
{
    struct machine *pc = d->machine;
    pic_reset(&pc->pic);
    pc->pit.irq0 = (struct wire){ pc_line, pc, 0 };
    timer_init(&pc->pit_alarm, pit_fires, pc);
    return io_claim(&d->ports, (struct io_range){ 0x20, 2, master_access, pc, "8259 master" }) &&
           io_claim(&d->ports, (struct io_range){ 0xa0, 2, slave_access, pc, "8259 slave" }) &&
           io_claim(&d->ports, (struct io_range){ 0x4d0, 2, elcr_access, pc, "8259 triggers" });
}

void pc_pic_destroy(struct domain *d)
{
    if (d->machine->pit_alarm.fire)
        timer_cancel(&d->machine->pit_alarm);
}
