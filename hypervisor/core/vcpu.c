/* Owns: how a vCPU is told to people: the names of what makes a guest leave, and its registers when it ends badly. */
#include "hypervisor/core/vcpu.h"
#include "hypervisor/core/console.h"

const char *const exit_name[EXIT_KINDS] = {
    [EXIT_INTERRUPT] = "interrupt", [EXIT_WINDOW] = "window", [EXIT_IDLE] = "idle", [EXIT_PORT] = "port",
    [EXIT_MEMORY] = "memory", [EXIT_CPUID] = "cpuid", [EXIT_MSR] = "msr", [EXIT_HYPERCALL] = "hypercall",
    [EXIT_XSETBV] = "xsetbv", [EXIT_PAUSE] = "pause", [EXIT_SHUTDOWN] = "shutdown", [EXIT_UNDEFINED] = "undefined",
    [EXIT_BROKEN] = "broken", [EXIT_SYSREG] = "sysreg", [EXIT_SMC] = "smc", [EXIT_TIMER] = "timer",
};

static void log_line(const char *text) { console_log("  %s", text); }

void vcpu_log_state(struct vcpu *v)
{
    console_log("%s: vCPU %u on CPU %u:", v->domain->platform->name, v->id, atomic_load(&v->cpu));
    arch_vcpu_tell(v->arch, log_line);
}
