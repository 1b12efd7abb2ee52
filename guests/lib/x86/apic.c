/* Owns: access to the local APIC in both modes (SDM vol. 3, chapter 10). */
#include "guests/lib/guest.h"

enum { XAPIC = 0xfee00000, ICR_BUSY = 1 << 12, LVT_MASKED = 1 << 16, SVR_ON = 0x1ff };

bool has_apic(void) { return cpuid(1, 0).edx >> 9 & 1; }
bool apic_is_x2(void) { return rdmsr(MSR_APIC_BASE) & APIC_BASE_X2; }

uint32_t apic_read(unsigned reg)
{
    return apic_is_x2() ? (uint32_t)rdmsr(MSR_X2APIC + reg / 16) : read32(XAPIC + reg);
}

void apic_write(unsigned reg, uint32_t value)
{
    if (apic_is_x2())
        wrmsr(MSR_X2APIC + reg / 16, value);
    else
        write32(XAPIC + reg, value);
}

void apic_enable(bool x2)
{
    uint64_t base = rdmsr(MSR_APIC_BASE);
    if (!x2 && (base & APIC_BASE_X2)) {         /* the way back leads through "disabled" */
        wrmsr(MSR_APIC_BASE, base & ~(uint64_t)(APIC_BASE_X2 | APIC_BASE_ENABLE));
        base &= ~(uint64_t)APIC_BASE_X2;
    }
    wrmsr(MSR_APIC_BASE, base | APIC_BASE_ENABLE);
    if (x2)
        wrmsr(MSR_APIC_BASE, base | APIC_BASE_ENABLE | APIC_BASE_X2);
    apic_write(APIC_SVR, SVR_ON);
    apic_write(APIC_TPR, 0);
    apic_write(APIC_LVT_LINT0, LVT_MASKED);
    apic_write(APIC_LVT_LINT1, LVT_MASKED);
    apic_write(APIC_LVTT, LVT_MASKED);
    apic_eoi = true;
    this_cpu()->apic_id = x2 ? apic_read(APIC_ID) : apic_read(APIC_ID) >> 24;
}

void apic_send(uint32_t destination, uint32_t low)
{
    if (apic_is_x2()) {
        wrmsr(MSR_X2APIC + APIC_ICR / 16, (uint64_t)destination << 32 | low);
        return;
    }
    write32(XAPIC + APIC_ICR2, destination << 24);
    write32(XAPIC + APIC_ICR, low);
    for (unsigned i = 0; i < 1000000 && read32(XAPIC + APIC_ICR) & ICR_BUSY; i++)
        pause();
}
