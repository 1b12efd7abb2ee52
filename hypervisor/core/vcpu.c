/* The names of what makes a guest leave, for the people who look at counts. */
#include "hypervisor/core/vcpu.h"

const char *const exit_name[EXIT_KINDS] = {
    [EXIT_INTERRUPT] = "interrupt", [EXIT_WINDOW] = "window", [EXIT_IDLE] = "idle", [EXIT_PORT] = "port",
    [EXIT_MEMORY] = "memory", [EXIT_CPUID] = "cpuid", [EXIT_MSR] = "msr", [EXIT_HYPERCALL] = "hypercall",
    [EXIT_XSETBV] = "xsetbv", [EXIT_PAUSE] = "pause", [EXIT_SHUTDOWN] = "shutdown", [EXIT_UNDEFINED] = "undefined",
    [EXIT_BROKEN] = "broken",
};
