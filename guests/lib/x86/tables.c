/* Owns: the guest's look at its ACPI tables (ACPI 6.4, chapter 5), and the two registers that end it. */
#include "guests/lib/guest.h"
#include <string.h>
#include <xen/arch-x86/hvm/start_info.h>

enum { RSDP_SIZE = 36, HEADER = 36, FADT_RESET_REG = 116, FADT_RESET_VALUE = 128, FADT_SLEEP_CONTROL = 244 };
enum { SLP_TYP_S5 = 5 << 2, SLP_EN = 0x20 };        /* sleep control register, 4.8.3.7; the type is \_S5_'s */

uint32_t table_number(const uint8_t *at, unsigned bytes)
{
    uint32_t n = 0;
    for (unsigned i = bytes; i-- > 0;)
        n = n << 8 | at[i];
    return n;
}

bool acpi_sum_ok(const uint8_t *table, size_t n)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum = (uint8_t)(sum + table[i]);
    return sum == 0;
}

const uint8_t *acpi_rsdp(void)
{
    const uint8_t *p = (const uint8_t *)(uintptr_t)start_info()->rsdp_paddr;
    return p && memcmp(p, "RSD PTR ", 8) == 0 ? p : NULL;
}

const uint8_t *acpi_find(const char signature[4])
{
    const uint8_t *rsdp = acpi_rsdp();
    bool wide = rsdp && rsdp[15] >= 2;          /* revision 0 has the RSDT only */
    const uint8_t *root = rsdp ? (const uint8_t *)(uintptr_t)table_number(rsdp + (wide ? 24 : 16), 4) : NULL;
    if (!root)
        return NULL;
    for (uint32_t at = HEADER; at + 4 <= table_number(root + 4, 4); at += wide ? 8 : 4) {
        const uint8_t *t = (const uint8_t *)(uintptr_t)table_number(root + at, 4);
        if (memcmp(t, signature, 4) == 0)
            return t;
    }
    return NULL;
}

static _Noreturn void end_by(unsigned reg, uint8_t value)
{
    const uint8_t *fadt = acpi_find("FACP");
    if (fadt)
        outb((uint16_t)table_number(fadt + reg + 4, 4), value);
    print("FAIL: the FADT's register at %u did not end the guest\n", reg);
    triple_fault();
}

_Noreturn void acpi_poweroff(void) { end_by(FADT_SLEEP_CONTROL, SLP_TYP_S5 | SLP_EN); }

_Noreturn void acpi_reset(void)
{
    const uint8_t *fadt = acpi_find("FACP");
    end_by(FADT_RESET_REG, fadt ? fadt[FADT_RESET_VALUE] : 0);
}

/* Walks the MADT; f gets each entry. */
static void madt_each(void (*f)(const uint8_t *entry, void *arg), void *arg)
{
    const uint8_t *madt = acpi_find("APIC");
    if (!madt)
        return;
    uint32_t end = table_number(madt + 4, 4);
    for (uint32_t at = 44; at + 2 <= end && madt[at + 1] >= 2; at += madt[at + 1])
        f(madt + at, arg);
}

struct ids { uint32_t *to; unsigned n, max; };
static void add_cpu(const uint8_t *e, void *arg)
{
    struct ids *ids = arg;
    bool x2 = e[0] == 9;
    if ((e[0] != 0 && !x2) || !(e[x2 ? 8 : 4] & 1))
        return;
    if (ids->n < ids->max)
        ids->to[ids->n] = x2 ? table_number(e + 4, 4) : e[3];
    ids->n++;
}

unsigned madt_cpus(uint32_t *apic_id, unsigned max)
{
    struct ids ids = { apic_id, 0, max };
    madt_each(add_cpu, &ids);
    return ids.n;
}

static void take_ioapic(const uint8_t *e, void *arg)
{
    if (e[0] == 1)
        *(uint64_t *)arg = table_number(e + 4, 4);
}

uint64_t madt_ioapic(void)
{
    uint64_t at = 0;
    madt_each(take_ioapic, &at);
    return at;
}
