/* Owns: what happens at an exception, and the start of each CPU in C. A fault that nobody expects ends the test. */
#include "guests/lib/guest.h"
#include <string.h>

enum { KIND_SYNC = 0, KIND_IRQ = 1, INTIDS = 1020, PSTATE_EL1T_MASKED = 0x3c4, PPI_EVTCHN = 31 };
extern uint8_t catch_landed[];
int catch_call(void (*f)(void *), void *arg, uint64_t *resume);
void trap(struct trap_frame *f);
void cpu_main(unsigned number);

struct cpu cpus[CPUS_MAX];
bool interrupt_end = true;
static interrupt_handler *handlers[INTIDS];
static ap_entry *entry;
_Static_assert(CPUS_MAX == CPUS_MAX_ARM, "start.S has a stack for each");

void on_interrupt(unsigned intid, interrupt_handler *f) { handlers[intid] = f; }

struct fault try(void (*f)(void *), void *arg)
{
    struct cpu *c = this_cpu();
    c->fault.ec = NO_FAULT;
    (void)catch_call(f, arg, &c->resume);
    return c->fault;
}

static void exception(struct cpu *c, struct trap_frame *f)
{
    uint64_t esr = read_sysreg("esr_el1");
    c->fault = (struct fault){ (unsigned)(esr >> 26 & 0x3f), (uint32_t)(esr & 0x1ffffff), f->pc, read_sysreg("far_el1") };
    if (c->resume) {
        f->pc = (uintptr_t)catch_landed;
        f->sp = c->resume;
        f->pstate = PSTATE_EL1T_MASKED;
        return;
    }
    print("CPU %u: unexpected exception (kind %llu), ESR %#llx, at %#llx (+%#llx), FAR %#llx\n", c->number, (unsigned long long)f->kind,
          (unsigned long long)esr, (unsigned long long)f->pc, (unsigned long long)(f->pc - entry_state.begin), (unsigned long long)c->fault.far);
    CHECK(false, "unexpected exception");
    test_end();
}

static void interrupt(struct cpu *c)
{
    unsigned intid = gic_acknowledge();
    if (intid >= INTIDS)
        return;
    c->interrupts[intid]++;
    if (handlers[intid])
        handlers[intid](intid);
    if (interrupt_end)
        gic_end(intid);
}

void trap(struct trap_frame *f)
{
    struct cpu *c = this_cpu();
    if ((f->kind & 3) == KIND_IRQ)
        interrupt(c);
    else
        exception(c, f);
}

static void begin(unsigned n)
{
    cpus[n].number = n;
    cpus[n].mpidr = read_sysreg("mpidr_el1") & UINT64_C(0xff00ffffff);
    write_sysreg("tpidr_el1", (uintptr_t)&cpus[n]);
    gic_cpu_init(n);
}

void cpu_main(unsigned n)
{
    if (n == 0) {
        write_sysreg("tpidr_el1", (uintptr_t)&cpus[0]);
        (void)gic_init();
        begin(0);
        guest_main();
    }
    begin(n);
    __atomic_store_n(&cpus[n].up, true, __ATOMIC_RELEASE);
    entry(&cpus[n]);
}

int32_t cpu_on(unsigned n, ap_entry *f)
{
    uint64_t mpidr[CPUS_MAX];
    unsigned found = tree_cpus(mpidr, CPUS_MAX);
    if (n == 0 || n >= CPUS_MAX || n >= found)
        return PSCI_INVALID;
    entry = f;
    cpus[n].up = false;
    dsb();
    return psci(PSCI_CPU_ON, mpidr[n], (uintptr_t)ap_begin, n);
}

bool cpu_start(unsigned n, ap_entry *f)
{
    int32_t r = cpu_on(n, f);
    CHECK_EQ(r, PSCI_OK, "CPU_ON");
    return r == PSCI_OK && wait_for(__atomic_load_n(&cpus[n].up, __ATOMIC_ACQUIRE), 10);
}

/* ---- Xen's upcall ------------------------------------------------------------------------------ */

static void (*on_upcall)(void);
static void upcall(unsigned intid) { (void)intid; on_upcall(); }

bool upcall_on(void (*f)(void))
{
    unsigned intid = PPI_EVTCHN;
    bool edge;
    if (!tree_interrupt(tree_node("xen,xen"), 0, &intid, &edge) || !gic_version())
        return false;
    on_upcall = f;
    on_interrupt(intid, upcall);
    gic_enable(intid, true);
    return true;
}

uint32_t upcalls(void) { return *(volatile uint32_t *)&this_cpu()->interrupts[PPI_EVTCHN]; }
