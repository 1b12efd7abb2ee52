/* Owns: bringing up the other CPUs, one after the other, through a page below 1 MiB; and which CPU is which. */
#include "hypervisor/x86/cpu.h"
#include "hypervisor/x86/host.h"
#include "lib/format.h"
#include <stdatomic.h>
#include <string.h>

enum { ICR_INIT = 0x500, ICR_STARTUP = 0x600, STACK_ORDER = 2, WAITS = 5000 /* a second */ };
_Static_assert(PAGE_SIZE << STACK_ORDER == STACK_SIZE, "a stack and its percpu");

extern char trampoline_start[], trampoline_end[], trampoline_pml4[], trampoline_stack[];
extern uint64_t early_pml4[];
_Noreturn void x86_start_other(void);

static uint32_t apic_ids[HOST_CPUS_MAX];
static void (*entry)(void);
static atomic_uint online = 1;
static uint64_t tsc_adjust, first_tsc;

unsigned arch_cpu(void) { return this_cpu()->index; }
void arch_kick(unsigned cpu) { apic_send(apic_ids[cpu], VECTOR_KICK); }

static bool has_tsc_adjust(void) { return host_cpuid(0, 0).eax >= 7 && host_cpuid(7, 0).ebx >> 1 & 1; }

void smp_first_cpu(void)
{
    this_cpu()->apic_id = apic_ids[0] = apic_id();
    if (has_tsc_adjust())
        tsc_adjust = msr_get(MSR_TSC_ADJUST);
}

_Noreturn void x86_start_other(void)
{
    struct percpu *c = this_cpu();
    trap_cpu_start(c);
    apic_cpu_start();
    c->apic_id = apic_ids[c->index] = apic_id();
    if (has_tsc_adjust())
        msr_set(MSR_TSC_ADJUST, tsc_adjust);
    first_tsc = tsc_read();
    if (!svm_refusal())
        svm_cpu_start();
    atomic_fetch_add(&online, 1);
    entry();
    arch_halt();
}

/* A pointer into the copy at `page` of something in the trampoline. */
static void *copy_of(uint8_t *page, const char *what) { return page + (what - trampoline_start); }

/* False: it does not answer. Its stack is its own for good, even if it should come to life later. */
static bool start_one(unsigned cpu, uint8_t *page, uint64_t page_phys)
{
    hpa_t stack;
    if (!arch_up_table->pages_take(OWNER_HYPERVISOR, STACK_ORDER, &stack))
        return false;
    /* The stack begins below its percpu. */
    struct percpu *c = (struct percpu *)((uintptr_t)hpa_ptr(stack) + STACK_SIZE) - 1;
    uint64_t top = (uintptr_t)c;
    unsigned before = atomic_load(&online);
    c->index = cpu;
    memcpy(copy_of(page, trampoline_stack), &top, 8);
    apic_send(apic_ids[cpu], ICR_INIT);
    clock_sleep(200000);
    for (unsigned i = 0; i < 2 && atomic_load(&online) == before; i++) {
        apic_send(apic_ids[cpu], ICR_STARTUP | (uint32_t)(page_phys >> PAGE_SHIFT));
        for (unsigned wait = 0; wait < WAITS && atomic_load(&online) == before; wait++)
            clock_sleep(wait < 10 ? 20000 : 200000);
    }
    return atomic_load(&online) != before;
}

/* arch_clock() is the same on all CPUs only if their TSCs are. Cheap to check here: CPU 0 slept around the other's first reading. */
static void check_tsc(unsigned cpu, uint64_t before, uint64_t after)
{
    char line[120];
    if (first_tsc >= before && first_tsc <= after)
        return;
    (void)format(line, sizeof(line), "CPU %u counts time-stamps apart from CPU 0: clocks of guests on both may jump", cpu);
    arch_up_table->log(line);
}

static void start_others(uint8_t *page, uint64_t page_phys)
{
    char line[80];
    unsigned cpu = 1;
    for (unsigned i = 0; i < firmware.cpus && cpu < HOST_CPUS_MAX; i++) {
        if (firmware.apic_ids[i] == apic_ids[0])
            continue;
        apic_ids[cpu] = firmware.apic_ids[i];
        uint64_t before = tsc_read();
        if (start_one(cpu, page, page_phys)) {
            check_tsc(cpu, before, tsc_read());
        } else {
            (void)format(line, sizeof(line), "CPU %u (APIC id %u) does not answer; it stays off", cpu, apic_ids[cpu]);
            arch_up_table->log(line);
        }
        cpu++;
    }
}

/* arch_host has counted them; here each gets its number in the order of the firmware's list, without the booting one. */
void arch_cpus_start(void (*cpu_entry)(void))
{
    char line[80];
    uint64_t page_phys = memory_low_page();
    uint8_t *page = hpa_ptr(hpa(page_phys));
    uint64_t pml4 = memory_image_phys(early_pml4);
    entry = cpu_entry;
    if (!svm_refusal())
        svm_cpu_start();        /* CPU 0's own: it needed the page allocator */
    if (firmware.cpus_told > HOST_CPUS_MAX) {
        (void)format(line, sizeof(line), "of this machine's %u CPUs, %u are used", firmware.cpus_told, (unsigned)HOST_CPUS_MAX);
        arch_up_table->log(line);
    }
    if (firmware.cpus < 2)
        return;
    if (!page_phys) {
        arch_up_table->log("no page of RAM below 640 KiB: the other CPUs stay off");
        return;
    }
    memcpy(page, trampoline_start, (size_t)(trampoline_end - trampoline_start));
    memcpy(copy_of(page, trampoline_pml4), &pml4, 8);
    memory_identity(true);      /* the trampoline turns paging on where it stands */
    start_others(page, page_phys);
    memory_identity(false);
}
