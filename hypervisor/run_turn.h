/*
 * A vCPU's turn on a CPU: look, enter, decide, again, until it blocks or leaves. Written once, and compiled into run_x86.c and
 * run_arm.c, whose functions it calls: at a hot exit a call is a tenth of all there is to do.
 */
#ifndef HYPERVISOR_RUN_TURN_H
#define HYPERVISOR_RUN_TURN_H
#include "hypervisor/core/sched.h"
#include "hypervisor/run.h"
#include "hypervisor/xen/xen.h"

enum run_next { RUN_ON, RUN_BLOCK, RUN_LEAVE };

struct run_arch {
    /* Before an entry, when there may be something new: hands the guest the interrupts that are due. */
    void (*prepare)(struct vcpu *v);
    /* Decides what the exit asks for. */
    enum run_next (*exit)(struct vcpu *v, const struct exit *e);
    /* May what such an exit does change an interrupt source without vcpu_wake, which sets .work? */
    bool (*look_after)(enum exit_kind kind);
};

/* A host interrupt was taken: alarms, and on CPU 0 what was typed (run.c's). */
void run_interrupt(void);

static inline bool run_may_go_on(struct vcpu *v)
{
    return domain_is_running(v->domain) && !atomic_load_explicit(&v->stop, memory_order_relaxed) && !sched_should_leave() &&
           !(domain_has_ended() && arch_cpu() == 0);
}

static inline __attribute__((always_inline)) bool run_turns(struct vcpu *v, const struct run_arch arch)
{
    struct exit e;
    enum run_next next = RUN_ON;
    bool look = true;
    arch_vcpu_load(v->arch);
    if (v->xen)
        xen_vcpu_resumed(v);
    while (next == RUN_ON && run_may_go_on(v)) {
        if (look || atomic_load_explicit(&v->work, memory_order_relaxed)) {
            /* Before the sources are looked at: what comes later sets it again, kicks, and keeps us from blocking. */
            atomic_store(&v->work, false);
            arch.prepare(v);
        }
        sched_quiet(true);
        arch_enter(v->arch, &e);
        sched_quiet(false);
        v->exits[e.kind]++;
        look = arch.look_after(e.kind);
        next = arch.exit(v, &e);
    }
    if (v->xen)
        xen_vcpu_left(v);
    arch_vcpu_unload(v->arch);
    return next == RUN_BLOCK;
}
#endif
