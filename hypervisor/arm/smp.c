/* Owns: bringing up the other CPUs, one after the other, by PSCI; and which CPU is which. */
#include "hypervisor/arm/cpu.h"
#include "hypervisor/arm/host.h"
#include "hypervisor/arm/tree.h"
#include "lib/format.h"
#include <stdatomic.h>

enum { STACK_ORDER = 2 };
_Static_assert(PAGE_SIZE << STACK_ORDER == STACK_SIZE, "a stack and its percpu");
#define ANSWER_NS UINT64_C(1000000000)
#define LOOK_NS   UINT64_C(1000000)
#define AFFINITY  UINT64_C(0xff00ffffff)

extern char smp_entry[];

static struct percpu *percpu[HOST_CPUS_MAX];
static uint64_t mpidr[HOST_CPUS_MAX];
static unsigned cpus, cpus_told;
static void (*entry)(void);
static atomic_uint online = 1;
static const char *_Atomic other_fault;

unsigned arch_cpu(void) { return this_cpu()->index; }
struct percpu *percpu_of(unsigned cpu) { return cpu < HOST_CPUS_MAX ? percpu[cpu] : NULL; }

/* The booting CPU is 0, the others follow in the tree's order. */
void smp_start(struct host *h, const struct host_tree *t)
{
    struct percpu *c = this_cpu();
    c->mpidr = mpidr[0] = sysreg_get(mpidr_el1) & AFFINITY;
    percpu[0] = c;
    cpus = 1;
    for (unsigned i = 0; i < t->cpus && cpus < HOST_CPUS_MAX; i++)
        if (t->cpu[i] != mpidr[0])
            mpidr[cpus++] = t->cpu[i];
    cpus_told = t->cpus_told;
    if (t->psci == TREE_NO_PSCI)
        cpus = 1;
    h->cpus = cpus;
}

_Noreturn void arm_start_other(void)
{
    struct percpu *c = this_cpu();
    c->mpidr = sysreg_get(mpidr_el1) & AFFINITY;
    const char *fault = gic_host_cpu_start();
    clock_cpu_start();
    if (!fault && !guest_refusal())
        guest_cpu_start();
    atomic_store(&other_fault, fault);
    percpu[c->index] = fault ? NULL : c;
    atomic_fetch_add(&online, 1);
    arch_kick(0);
    if (!fault)
        entry();
    for (;;)
        __asm__ volatile("wfi" : : : "memory");
}

static void tell(unsigned cpu, const char *why)
{
    char line[200];
    (void)format(line, sizeof(line), "CPU %u (MPIDR %#llx) stays off: %s", cpu, (unsigned long long)mpidr[cpu], why);
    arch_up_table->log(line);
}

/* Asleep meanwhile: the other's kick ends that. Its stack is its own for good, even if it should come to life later. */
static void start_one(unsigned cpu)
{
    hpa_t stack;
    if (!arch_up_table->pages_take(OWNER_HYPERVISOR, STACK_ORDER, &stack)) {
        tell(cpu, "no memory for its stack");
        return;
    }
    struct percpu *c = (struct percpu *)((uintptr_t)hpa_ptr(stack) + STACK_SIZE - PERCPU_ROOM);
    unsigned before = atomic_load(&online);
    uint64_t until = arch_clock() + ANSWER_NS;
    c->index = cpu;
    atomic_store(&other_fault, NULL);
    if (!psci_cpu_on(mpidr[cpu], memory_image_phys(smp_entry), (uintptr_t)c)) {
        tell(cpu, "the firmware does not start it (PSCI CPU_ON)");
        return;
    }
    while (atomic_load(&online) == before && arch_clock() < until) {
        arch_timer(arch_clock() + LOOK_NS);
        arch_idle();
    }
    arch_timer(UINT64_MAX);
    if (atomic_load(&online) == before)
        tell(cpu, "it does not answer");
    else if (atomic_load(&other_fault))
        tell(cpu, atomic_load(&other_fault));
}

void arch_cpus_start(void (*cpu_entry)(void))
{
    char line[120];
    entry = cpu_entry;
    if (!guest_refusal())
        guest_cpu_start();      /* CPU 0's own: it needed the page allocator */
    if (cpus_told > cpus) {
        (void)format(line, sizeof(line), "of this machine's %u CPUs, %u are used: PSCI is needed to start one, and %u is the most", cpus_told, cpus,
                     (unsigned)HOST_CPUS_MAX);
        arch_up_table->log(line);
    }
    for (unsigned cpu = 1; cpu < cpus && gic_host_works(); cpu++)
        start_one(cpu);
}
