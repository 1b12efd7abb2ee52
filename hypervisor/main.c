/* The hypervisor's first C function and its last: hosts, CPUs and guests in order, then every CPU's loop. */
#include "hypervisor/builder/builder.h"
#include "hypervisor/core/console.h"
#include "hypervisor/core/page.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/machine/machine.h"
#include "hypervisor/main.h"
#include "hypervisor/run.h"
#include "hypervisor/status.h"
#include "hypervisor/xen/xen.h"

/* The run's result, as `bedplate run` reads it from QEMU: 0x10 all well, 0x11 a guest crashed, 0x12 one was refused. */
enum { POWEROFF_BASE = 0x10 };

static void log_line(const char *line) { console_log("%s", line); }
static const struct arch_up up = { page_take_zeroed, page_give, log_line, machine_routed };

_Noreturn static void finish(void) { arch_poweroff(POWEROFF_BASE | builder_result()); }

static void quit(void)
{
    console_log("switched off at the console");
    finish();
}

static void end_guest(struct domain *d) { domain_crash(d, "ended at the console"); }

/* What the guest is asked for stands in the log, as it may be a while until it answers, or for ever. */
static void shut_down(struct domain *d)
{
    struct error e = { "" };
    if (machine_press_power(d, &e))
        console_log("%s: power button pressed", d->platform->name);
    else if (xen_ask_shutdown(d))
        console_log("%s: asked through xenstore to power off", d->platform->name);
    else
        console_log("%s%s; k ends it at once", e.text, d->xen ? "; nor does it listen to a xenstore (xenstore=1)" : "");
}

static void plug(struct domain *d)
{
    struct error e = { "" };
    unsigned cpu;
    if (machine_cpu_plug(d, &cpu, &e))
        console_log("%s: CPU %u is plugged in", d->platform->name, cpu);
    else
        console_log("%s", e.text);
}

static void unplug(struct domain *d)
{
    struct error e = { "" };
    unsigned cpu;
    if (machine_cpu_unplug(d, &cpu, &e))
        console_log("%s: asked to give back CPU %u", d->platform->name, cpu);
    else
        console_log("%s", e.text);
}

static void tend(void)
{
    if (builder_tend())
        return;
    console_log("all guests have ended");
    finish();
}

static void other_cpu(void) { run_cpu(tend); }

void hypervisor_main(void)
{
    static const struct console_keys keys = { status_print, end_guest, quit, shut_down, plug, unplug };
    const struct host *h = arch_host(&up);
    console_log("Bedplate " BEDPLATE_VERSION);
    page_init(h);
    sched_init(h->cpus);
    console_set_keys(&keys);
    status_host(h);
    if (h->refusal)
        console_log("no guest can run on this machine: %s", h->refusal);
    arch_cpus_start(other_cpu);
    if (!builder_start(h))
        console_log("no guest was started");
    domain_tell_ended();        /* if nothing runs, that is it */
    run_cpu(tend);
}
