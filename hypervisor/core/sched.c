/*
 * Owns: which vCPU runs where. See sched.h for the rule.
 * Invariant, under sched_lock: a vCPU is in the run queue exactly when it is RUNNABLE, and is some CPU's current one
 * exactly when it is RUNNING.
 */
#include "hypervisor/core/sched.h"
#include "hypervisor/core/domain.h"

static struct cpu {
    struct vcpu *_Atomic current;
    uint64_t since;             /* arch_clock() when the current one was taken */
    struct timer slice;
    atomic_bool leave;          /* the current vCPU's slice is over */
    atomic_bool contended;      /* someone waits: the slice must have an end */
    atomic_ulong quiet;         /* odd: in the hypervisor; even: in a guest or asleep */
} cpus[HOST_CPUS_MAX];

#define SCHED_PASSED (~0ul)     /* a counter that starts at 0 does not come here */
static struct lock sched_lock;
static struct vcpu *run_queue;
static uint64_t idle_cpus;      /* bit n: CPU n sleeps or is about to */
static uint64_t least_time;     /* floor_time's last answer: never runs back */
static unsigned cpu_count;

static void slice_over(void *owner)
{
    struct cpu *c = owner;
    atomic_store_explicit(&c->leave, true, memory_order_relaxed);
}

void sched_init(unsigned n)
{
    cpu_count = n;
    run_queue = NULL;
    idle_cpus = least_time = 0;
    for (unsigned i = 0; i < n; i++) {
        atomic_store(&cpus[i].current, NULL);
        timer_init(&cpus[i].slice, slice_over, &cpus[i]);
    }
}

static uint64_t bit(unsigned cpu) { return UINT64_C(1) << cpu; }

/* This CPU need not disturb itself: it looks at what has changed before it enters a guest or sleeps. */
static void disturb(unsigned cpu)
{
    if (cpu != arch_cpu())
        arch_kick(cpu);
}

static void runstate_enter(struct vcpu *v, enum vcpu_state state)
{
    static const uint8_t index[] = { [VCPU_RUNNING] = 0, [VCPU_RUNNABLE] = 1, [VCPU_BLOCKED] = 2, [VCPU_OFF] = 3 };
    uint64_t now = arch_clock();
    v->times.in[index[atomic_load(&v->state)]] += now - v->times.entered;
    v->times.entered = now;
    atomic_store(&v->state, state);
}

static void enqueue(struct vcpu *v)
{
    runstate_enter(v, VCPU_RUNNABLE);
    v->next = run_queue;
    run_queue = v;
}

static void dequeue(struct vcpu *v)
{
    struct vcpu **at = &run_queue;
    while (*at && *at != v)
        at = &(*at)->next;
    if (*at)
        *at = v->next;
}

/* The CPU that v should disturb: an idle one it may run on (its last one first), else the one whose vCPU is furthest ahead. */
static void find_cpu_for(struct vcpu *v)
{
    uint64_t idle = idle_cpus & v->affinity;
    unsigned last = atomic_load_explicit(&v->cpu, memory_order_relaxed);
    if (idle) {
        unsigned cpu = idle & bit(last) ? last : (unsigned)__builtin_ctzll(idle);
        idle_cpus &= ~bit(cpu);
        disturb(cpu);
        return;
    }
    struct cpu *victim = NULL;
    unsigned victim_cpu = 0;
    uint64_t most = 0;
    for (unsigned i = 0; i < cpu_count; i++) {
        struct vcpu *run = atomic_load_explicit(&cpus[i].current, memory_order_relaxed);
        uint64_t had = run ? run->virtual_time + (arch_clock() - cpus[i].since) : 0;
        if (!run || !(v->affinity & bit(i)) || (victim && had <= most))
            continue;
        victim = &cpus[i];
        victim_cpu = i;
        most = had;
    }
    if (!victim)
        return;
    /* A vCPU that slept has little virtual time: it goes first, so that a guest that waits for input feels quick. */
    if (most > v->virtual_time + SCHED_SLICE_NS / 10)
        atomic_store_explicit(&victim->leave, true, memory_order_relaxed);
    bool was = atomic_exchange(&victim->contended, true);
    if (!was || atomic_load_explicit(&victim->leave, memory_order_relaxed))
        disturb(victim_cpu);
}

/* The virtual time of whoever has had least among those that run or wait, the running ones' current turn counted. */
static uint64_t floor_time(void)
{
    uint64_t least = UINT64_MAX;
    for (struct vcpu *v = run_queue; v; v = v->next)
        least = v->virtual_time < least ? v->virtual_time : least;
    for (unsigned i = 0; i < cpu_count; i++) {
        struct vcpu *run = atomic_load_explicit(&cpus[i].current, memory_order_relaxed);
        uint64_t had = run ? run->virtual_time + (arch_clock() - cpus[i].since) : UINT64_MAX;
        least = had < least ? had : least;
    }
    if (least != UINT64_MAX && least > least_time)
        least_time = least;
    return least_time;
}

/* Under the lock: v may run. However long it slept, or never ran, it is owed no more than a slice. */
static void make_runnable(struct vcpu *v)
{
    uint64_t now = floor_time(), earliest = now > SCHED_SLICE_NS ? now - SCHED_SLICE_NS : 0;
    if (v->virtual_time < earliest)
        v->virtual_time = earliest;
    enqueue(v);
    find_cpu_for(v);
}

struct vcpu *sched_current(void) { return atomic_load_explicit(&cpus[arch_cpu()].current, memory_order_relaxed); }

static struct vcpu *pick(unsigned cpu, bool *others)
{
    struct vcpu *best = NULL;
    *others = false;
    for (struct vcpu *v = run_queue; v; v = v->next) {
        if (!(v->affinity & bit(cpu)))
            continue;
        *others |= best != NULL;
        if (!best || v->virtual_time < best->virtual_time)
            best = v;
    }
    return best;
}

struct vcpu *sched_next(void)
{
    unsigned cpu = arch_cpu();
    struct cpu *c = &cpus[cpu];
    bool others;
    lock_take(&sched_lock);
    struct vcpu *v = pick(cpu, &others);
    if (v) {
        dequeue(v);
        runstate_enter(v, VCPU_RUNNING);
        atomic_store(&v->cpu, cpu);
        idle_cpus &= ~bit(cpu);
    } else {
        idle_cpus |= bit(cpu);
    }
    atomic_store(&c->current, v);
    atomic_store(&c->leave, false);
    atomic_store(&c->contended, others);
    c->since = arch_clock();
    lock_give(&sched_lock);
    if (v && others)
        timer_set(&c->slice, c->since + SCHED_SLICE_NS);
    return v;
}

/* Someone waits, and nobody has set the end of this turn yet. */
static void start_slice(struct cpu *c)
{
    uint64_t now = arch_clock(), end = c->since + SCHED_SLICE_NS;
    timer_set(&c->slice, end > now ? end : now + SCHED_SLICE_NS / 10);
}

bool sched_should_leave(void)
{
    struct cpu *c = &cpus[arch_cpu()];
    if (atomic_load_explicit(&c->leave, memory_order_relaxed))
        return true;
    if (atomic_load_explicit(&c->contended, memory_order_relaxed) && !c->slice.queued)
        start_slice(c);
    return false;
}

void sched_give_way(void)
{
    struct cpu *c = &cpus[arch_cpu()];
    if (atomic_load_explicit(&c->contended, memory_order_relaxed))
        atomic_store_explicit(&c->leave, true, memory_order_relaxed);
}

void sched_put(struct vcpu *v, bool blocked)
{
    struct cpu *c = &cpus[arch_cpu()];
    if (c->slice.queued)
        timer_cancel(&c->slice);
    lock_take(&sched_lock);
    v->virtual_time += arch_clock() - c->since;
    atomic_store(&c->current, NULL);
    if (atomic_load(&v->stop)) {
        atomic_store(&v->stop, false);
        runstate_enter(v, VCPU_OFF);
    } else if (blocked) {
        runstate_enter(v, VCPU_BLOCKED);
        /* vcpu_wake sets .work first and looks at .state then; here it is the other way round: one of us sees the other. */
        if (atomic_load(&v->work))
            enqueue(v);
    } else {
        enqueue(v);
    }
    lock_give(&sched_lock);
}

void vcpu_wake(struct vcpu *v)
{
    if (atomic_exchange(&v->work, true) && atomic_load(&v->state) != VCPU_BLOCKED)
        return;     /* whoever set it before has seen to it that v looks */
    switch (atomic_load(&v->state)) {
    case VCPU_BLOCKED:
        lock_take(&sched_lock);
        if (atomic_load(&v->state) == VCPU_BLOCKED)
            make_runnable(v);
        lock_give(&sched_lock);
        return;
    case VCPU_RUNNING: {
        unsigned cpu = atomic_load(&v->cpu);
        if (cpu != arch_cpu())
            arch_kick(cpu);
        return;
    }
    case VCPU_RUNNABLE:
    case VCPU_OFF:
        return;
    }
}

void vcpu_start(struct vcpu *v)
{
    lock_take(&sched_lock);
    /* Who unplugs it sets .absent and stops it then, so that one of us sees the other. */
    if (atomic_load(&v->state) == VCPU_OFF && !atomic_load(&v->absent)) {
        atomic_store(&v->work, true);
        make_runnable(v);
    }
    lock_give(&sched_lock);
}

void vcpu_stop(struct vcpu *v)
{
    lock_take(&sched_lock);
    switch (atomic_load(&v->state)) {
    case VCPU_RUNNING:
        atomic_store(&v->stop, true);
        if (atomic_load(&v->cpu) != arch_cpu())
            arch_kick(atomic_load(&v->cpu));
        break;
    case VCPU_RUNNABLE:
        dequeue(v);
        runstate_enter(v, VCPU_OFF);
        break;
    case VCPU_BLOCKED:
        runstate_enter(v, VCPU_OFF);
        break;
    case VCPU_OFF:
        break;
    }
    lock_give(&sched_lock);
}

bool vcpu_is_on(const struct vcpu *v) { return atomic_load(&v->state) != VCPU_OFF; }

void vcpu_times(struct vcpu *v, struct vcpu_times *out)
{
    lock_take(&sched_lock);
    runstate_enter(v, atomic_load(&v->state));
    *out = v->times;
    lock_give(&sched_lock);
}

void sched_quiet(bool quiet)
{
    struct cpu *c = &cpus[arch_cpu()];
    unsigned long now = atomic_load_explicit(&c->quiet, memory_order_relaxed);
    if ((now & 1) == quiet)
        atomic_store_explicit(&c->quiet, now + 1, memory_order_seq_cst);
}

void sched_quiet_wait(void)
{
    atomic_thread_fence(memory_order_seq_cst);
    for (unsigned i = 0; i < cpu_count; i++) {
        unsigned long then = atomic_load(&cpus[i].quiet);
        while (i != arch_cpu() && (then & 1) && atomic_load(&cpus[i].quiet) == then)
            arch_relax();
    }
}

/* A CPU asleep, or in another domain's guest, holds nothing of d: it is marked as passed. */
void sched_mark(struct sched_mark *m, const struct domain *d)
{
    atomic_thread_fence(memory_order_seq_cst);
    for (unsigned i = 0; i < cpu_count; i++) {
        struct vcpu *run = atomic_load(&cpus[i].current);
        m->at[i] = atomic_load(&cpus[i].quiet);
        bool elsewhere = !(m->at[i] & 1) && (!run || run->domain != d);
        if (elsewhere || i == arch_cpu())
            m->at[i] = SCHED_PASSED;
    }
}

bool sched_passed(const struct sched_mark *m)
{
    for (unsigned i = 0; i < cpu_count; i++)
        if (m->at[i] != SCHED_PASSED && atomic_load(&cpus[i].quiet) == m->at[i])
            return false;
    return true;
}
