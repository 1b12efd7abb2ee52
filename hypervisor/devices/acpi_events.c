/*
 * Owns: which events wait for the guest, which CPUs it has, and the line that says so. Invariants: the line is high exactly while
 * an event waits; each new event makes an edge of its own, so that one that comes while the guest handles another is not lost;
 * only a present CPU has news; CPU 0 never goes.
 */
#include "hypervisor/devices/acpi_events.h"
#include <string.h>

static uint64_t bit(unsigned cpu) { return UINT64_C(1) << (cpu & 63); }
static bool in(const uint64_t *set, unsigned cpu) { return set[cpu / 64] & bit(cpu); }
static void put(uint64_t *set, unsigned cpu, bool on) { set[cpu / 64] = on ? set[cpu / 64] | bit(cpu) : set[cpu / 64] & ~bit(cpu); }

void acpi_events_reset(struct acpi_events *e, unsigned cpus, unsigned cpus_max)
{
    struct wire irq = e->irq;
    memset(e, 0, sizeof(*e));
    e->irq = irq;
    e->cpus = cpus_max < ACPI_CPUS_MAX ? cpus_max : ACPI_CPUS_MAX;
    for (unsigned i = 0; i < cpus && i < e->cpus; i++)
        put(e->present, i, true);
    wire_set(&e->irq, false);
}

/* Down first: the IOAPIC's pin takes edges only, and the line may be up for an event that the guest has read already. */
static void raise(struct acpi_events *e, uint32_t event)
{
    e->pending |= event;
    wire_set(&e->irq, false);
    wire_set(&e->irq, true);
}

uint32_t acpi_events_read(const struct acpi_events *e, unsigned offset) { return offset ? 0 : e->pending; }

void acpi_events_write(struct acpi_events *e, unsigned offset, uint32_t value)
{
    if (offset == 0)
        e->pending &= ~value;
    if (!e->pending)
        wire_set(&e->irq, false);
}

void acpi_events_press(struct acpi_events *e) { raise(e, PC_EVENT_POWER); }

bool acpi_cpus_present(const struct acpi_events *e, unsigned cpu) { return cpu < e->cpus && in(e->present, cpu); }

static uint32_t flags(const struct acpi_events *e)
{
    if (!acpi_cpus_present(e, e->selected))
        return 0;
    return PC_CPU_PRESENT | (in(e->inserted, e->selected) ? PC_CPU_INSERTED : 0u) | (in(e->remove, e->selected) ? PC_CPU_REMOVE : 0u);
}

static uint32_t next(const struct acpi_events *e)
{
    for (unsigned w = 0; w < ACPI_CPUS_WORDS; w++)
        if (e->inserted[w] | e->remove[w])
            return w * 64 + (uint32_t)__builtin_ctzll(e->inserted[w] | e->remove[w]);
    return PC_CPUS_NONE;
}

uint32_t acpi_cpus_read(const struct acpi_events *e, unsigned offset, unsigned size)
{
    const uint32_t word[PC_CPUS_BYTES / 4] = { e->selected, flags(e), next(e), e->cpus };
    uint32_t value = 0;
    for (unsigned i = 0; i < size && i < 4 && offset + i < PC_CPUS_BYTES; i++)
        value |= (word[(offset + i) / 4] >> 8 * ((offset + i) & 3) & 0xff) << 8 * i;
    return value;
}

/* News are taken by writing ones. EJECT is for what _EJ0 stands for: the guest has stopped using the CPU. */
static bool write_flags(struct acpi_events *e, uint32_t value, unsigned *ejected)
{
    unsigned cpu = e->selected;
    if (!acpi_cpus_present(e, cpu))
        return false;
    if (value & PC_CPU_INSERTED)
        put(e->inserted, cpu, false);
    if (value & PC_CPU_REMOVE)
        put(e->remove, cpu, false);
    if (!(value & PC_CPU_EJECT) || cpu == 0)
        return false;
    put(e->present, cpu, false);
    put(e->inserted, cpu, false);
    put(e->remove, cpu, false);
    *ejected = cpu;
    return true;
}

bool acpi_cpus_write(struct acpi_events *e, unsigned offset, unsigned size, uint32_t value, unsigned *ejected)
{
    if (offset == PC_CPUS_SELECT && size == 4)
        e->selected = value;
    return offset == PC_CPUS_FLAGS && write_flags(e, value, ejected);
}

int acpi_cpus_absent(const struct acpi_events *e)
{
    for (unsigned i = 0; i < e->cpus; i++)
        if (!in(e->present, i))
            return (int)i;
    return -1;
}

int acpi_cpus_last(const struct acpi_events *e)
{
    for (unsigned i = e->cpus; i-- > 1;)
        if (in(e->present, i))
            return (int)i;
    return -1;
}

void acpi_cpus_insert(struct acpi_events *e, unsigned cpu)
{
    if (cpu >= e->cpus)
        return;
    put(e->present, cpu, true);
    put(e->inserted, cpu, true);
    raise(e, PC_EVENT_CPUS);
}

void acpi_cpus_ask_back(struct acpi_events *e, unsigned cpu)
{
    if (!acpi_cpus_present(e, cpu) || cpu == 0)
        return;
    put(e->remove, cpu, true);
    raise(e, PC_EVENT_CPUS);
}
