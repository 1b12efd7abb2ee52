/* Owns: the status listing. Reads counters that others write without a lock: each figure is true, their sum may be a moment apart. */
#include "hypervisor/status.h"
#include "hypervisor/core/console.h"
#include "hypervisor/core/page.h"
#include "hypervisor/core/sched.h"
#include "lib/format.h"

static const char *const domain_states[] = { [DOMAIN_BUILDING] = "building", [DOMAIN_RUNNING] = "running",
                                             [DOMAIN_STOPPING] = "stopping", [DOMAIN_STOPPED] = "preserved" };
static const char *const vcpu_states[] = { [VCPU_OFF] = "off", [VCPU_BLOCKED] = "blocked", [VCPU_RUNNABLE] = "runnable", [VCPU_RUNNING] = "running" };

static unsigned long long ms(uint64_t ns) { return ns / 1000000; }

static void print_exits(const struct vcpu *v)
{
    char line[200];
    size_t used = 0;
    line[0] = '\0';
    for (unsigned k = 0; k < EXIT_KINDS; k++)
        if (v->exits[k])
            used += format(line + used, sizeof(line) - used, " %s %llu", exit_name[k], (unsigned long long)v->exits[k]);
    console_log("      exits:%s", used ? line : " none");
}

static void print_vcpu(struct vcpu *v)
{
    struct vcpu_times t;
    vcpu_times(v, &t);
    console_log("    vCPU %u %-8s CPU %u, ran %llu ms, waited %llu ms, blocked %llu ms, at %#llx", v->id, vcpu_states[atomic_load(&v->state)],
                atomic_load(&v->cpu), ms(t.in[0]), ms(t.in[1]), ms(t.in[2]), (unsigned long long)arch_pc(v->arch));
    print_exits(v);
}

static void print_domain(struct domain *d, unsigned number)
{
    const struct platform *p = d->platform;
    uint64_t held = page_held_bytes(d->id);
    console_log("%u %s%s: domain %u, %s, %llu MiB of RAM, %llu KiB beyond it, started %u time%s", number, p->name,
                console_focused() == d->id ? " (has the input)" : "", d->id, domain_states[atomic_load(&d->state)],
                (unsigned long long)(p->memory >> 20), (unsigned long long)((held - p->memory) >> 10),
                d->restarts + 1, d->restarts ? "s" : "");
    if (d->why[0])
        console_log("    %s", d->why);
    if (atomic_load(&d->uart_dropped))
        console_log("    UART: %llu bytes dropped: %s does not read them", (unsigned long long)atomic_load(&d->uart_dropped), p->arm.pl011_backend);
    unsigned absent = 0;
    for (unsigned i = 0; i < d->vcpus; i++) {
        if (!atomic_load(&d->vcpu[i]->absent))
            print_vcpu(d->vcpu[i]);
        else
            absent++;
    }
    if (absent)
        console_log("    %u vCPU%s more can be plugged in", absent, absent == 1 ? "" : "s");
}

void status_print(void)
{
    struct domain *d;
    const struct host *h = arch_host(NULL);
    console_log("%u CPUs; memory %llu MiB, free %llu KiB, held by the hypervisor %llu KiB", h->cpus,
                (unsigned long long)(page_total_bytes() >> 20), (unsigned long long)(page_free_bytes() >> 10),
                (unsigned long long)((page_held_bytes(OWNER_HYPERVISOR) + h->fixed) >> 10));
    for (unsigned i = 0; (d = domain_by_index(i)); i++)
        print_domain(d, i + 1);
}

void status_host(const struct host *h)
{
    uint64_t managed = page_total_bytes(), pages = managed >> PAGE_SHIFT;
    console_log("%s, %u CPU%s, clock %llu kHz, started by %s", h->cpu_name, h->cpus, h->cpus == 1 ? "" : "s",
                (unsigned long long)(h->clock_hz / 1000), h->loader);
    console_log("memory: %llu MiB, free %llu KiB; hypervisor: fixed %llu KiB, bookkeeping %llu KiB (8 bytes a page)",
                (unsigned long long)(h->ram_total >> 20), (unsigned long long)(page_free_bytes() >> 10),
                (unsigned long long)(h->fixed >> 10), (unsigned long long)(pages * 8 >> 10));
}
