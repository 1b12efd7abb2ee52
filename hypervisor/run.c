/*
 * Owns: the loop of every CPU, and the turn of a vCPU: look, enter, decide, again. What an exit means is run_x86.c's and
 * run_arm.c's.
 */
#include "hypervisor/run.h"
#include "hypervisor/core/console.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/run_exit.h"
#include "hypervisor/xen/xen.h"

static bool may_run(struct vcpu *v)
{
    return domain_is_running(v->domain) && !atomic_load_explicit(&v->stop, memory_order_relaxed) && !sched_should_leave() &&
           !(domain_has_ended() && arch_cpu() == 0);
}

void run_interrupt(void)
{
    timer_run();
    if (arch_cpu() == 0)
        console_poll();
}

bool run_vcpu(struct vcpu *v)
{
    struct exit e;
    enum run_next next = RUN_ON;
    bool look = true;
    arch_vcpu_load(v->arch);
    if (v->xen)
        xen_vcpu_resumed(v);
    while (next == RUN_ON && may_run(v)) {
        if (look || atomic_load_explicit(&v->work, memory_order_relaxed)) {
            /* Before the sources are looked at: what comes later sets it again, kicks, and keeps us from blocking. */
            atomic_store(&v->work, false);
            run_prepare(v);
        }
        sched_quiet(true);
        arch_enter(v->arch, &e);
        sched_quiet(false);
        v->exits[e.kind]++;
        look = run_look_after(e.kind);
        next = run_exit(v, &e);
    }
    if (v->xen)
        xen_vcpu_left(v);
    arch_vcpu_unload(v->arch);
    return next == RUN_BLOCK;
}

void run_cpu(void (*tend)(void))
{
    for (;;) {
        sched_quiet(false);
        timer_run();
        if (arch_cpu() == 0) {
            console_poll();
            if (domain_take_ended())
                tend();
        }
        struct vcpu *v = sched_next();
        if (v) {
            sched_put(v, run_vcpu(v));
            if (!domain_is_running(v->domain))
                domain_tell_ended();
            continue;
        }
        sched_quiet(true);
        arch_idle();
    }
}
