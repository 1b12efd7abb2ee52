/* Owns: the loop of every CPU. A vCPU's turn is run_turn.h's, what an exit means run_x86.c's and run_arm.c's. */
#include "hypervisor/run.h"
#include "hypervisor/core/console.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/run_turn.h"

void run_interrupt(void)
{
    timer_run();
    if (arch_cpu() == 0)
        console_poll();
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
