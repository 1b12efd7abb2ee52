/* Owns: how fast the TSC counts: Xen's time leaf, else the PM timer's known rate, else a guess that only bounds waiting. */
#include "guests/lib/guest.h"

enum { PM_HZ = 3579545, GUESS_HZ = 1000000000 };
static uint64_t hz;

static uint64_t by_pm_timer(void)
{
    const uint8_t *fadt = acpi_find("FACP");
    uint16_t port = fadt ? (uint16_t)table_number(fadt + 76, 4) : 0;
    if (!port)
        return 0;
    uint32_t first = inl(port), ticks = PM_HZ / 100;
    uint64_t start = rdtsc();
    for (unsigned i = 0; i < 10000000; i++)
        if (((inl(port) - first) & 0xffffff) >= ticks)
            return (rdtsc() - start) * 100;
    return 0;
}

uint64_t tsc_hz(void)
{
    if (!hz && has_xen())
        hz = (uint64_t)cpuid(xen_base() + 3, 0).ecx * 1000;
    if (!hz)
        hz = by_pm_timer();
    if (!hz)
        hz = GUESS_HZ;
    return hz;
}

void delay_us(uint64_t us)
{
    uint64_t end = rdtsc() + tsc_hz() / 1000000 * us;
    while (rdtsc() < end)
        pause();
}

uint64_t ticks_hz(void) { return tsc_hz(); }
