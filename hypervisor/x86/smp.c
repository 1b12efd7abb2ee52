/* Owns: bringing up the other CPUs, one after the other, through a page below 1 MiB; and which CPU is which. */
#include "hypervisor/x86/cpu.h"
#include "hypervisor/x86/host.h"
#include "lib/format.h"
#include <stdatomic.h>
#include <string.h>

enum { ICR_INIT = 0x500, ICR_STARTUP = 0x600, STACK_ORDER = 2 };
_Static_assert(PAGE_SIZE << STACK_ORDER == STACK_SIZE, "a stack and its percpu");

extern char trampoline_start[], trampoline_end[], trampoline_pml4[], trampoline_stack[];
extern uint64_t early_pml4[];
_Noreturn void x86_start_other(void);

static uint32_t apic_ids[HOST_CPUS_MAX];
static void (*entry)(void);
static atomic_uint online = 1;
static unsigned starting;

unsigned arch_cpu(void) { return this_cpu()->index; }
void arch_kick(unsigned cpu) { apic_send(apic_ids[cpu], VECTOR_KICK); }

void smp_first_cpu(void) { apic_ids[0] = apic_id(); }

_Noreturn void x86_start_other(void)
{
    struct percpu *c = this_cpu();
    c->index = starting;
    c->apic_id = apic_ids[starting];
    trap_cpu_start(c);
    apic_cpu_start();
    if (!svm_refusal())
        svm_cpu_start();
    atomic_fetch_add(&online, 1);
    entry();
    arch_halt();
}

/* A pointer into the copy at `page` of something in the trampoline. */
static void *copy_of(uint8_t *page, const char *what) { return page + (what - trampoline_start); }

static bool start_one(unsigned cpu, uint8_t *page, uint64_t page_phys)
{
    hpa_t stack;
    if (!arch_up_table->pages_take(OWNER_HYPERVISOR, STACK_ORDER, &stack))
        return false;
    /* The stack begins below its percpu. */
    uint64_t top = (uintptr_t)hpa_ptr(stack) + STACK_SIZE - sizeof(struct percpu);
    memcpy(copy_of(page, trampoline_stack), &top, 8);
    starting = cpu;
    unsigned before = atomic_load(&online);
    apic_send(apic_ids[cpu], ICR_INIT);
    clock_sleep(200000);
    for (unsigned i = 0; i < 2 && atomic_load(&online) == before; i++) {
        apic_send(apic_ids[cpu], ICR_STARTUP | (uint32_t)(page_phys >> PAGE_SHIFT));
        for (unsigned wait = 0; wait < 500 && atomic_load(&online) == before; wait++)
            clock_sleep(wait < 10 ? 20000 : 200000);
    }
    return atomic_load(&online) != before;
}

/* arch_host has counted them; here each gets its number in the order of the firmware's list, without the booting one. */
void arch_cpus_start(void (*cpu_entry)(void))
{
    char line[80];
    uint64_t page_phys = memory_low_page();
    uint8_t *page = hpa_ptr(hpa(page_phys));
    uint64_t pml4 = (uintptr_t)early_pml4 - IMAGE_VIRT + IMAGE_PHYS;
    unsigned cpu = 1;
    entry = cpu_entry;
    if (!svm_refusal())
        svm_cpu_start();        /* CPU 0's own: it needed the page allocator */
    if (!page_phys)
        return;
    memcpy(page, trampoline_start, (size_t)(trampoline_end - trampoline_start));
    memcpy(copy_of(page, trampoline_pml4), &pml4, 8);
    early_pml4[0] = early_pml4[256];        /* the trampoline turns paging on where it stands */
    for (unsigned i = 0; i < firmware.cpus && cpu < HOST_CPUS_MAX; i++) {
        if (firmware.apic_ids[i] == apic_ids[0])
            continue;
        apic_ids[cpu] = firmware.apic_ids[i];
        if (!start_one(cpu, page, page_phys)) {
            (void)format(line, sizeof(line), "CPU %u (APIC id %u) does not answer; it stays off", cpu, apic_ids[cpu]);
            arch_up_table->log(line);
        }
        cpu++;
    }
    early_pml4[0] = 0;
    cr3_write(cr3_read());
}
