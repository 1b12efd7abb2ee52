/* Owns: the host's local APICs and its IOAPIC's UART line. x2APIC where the CPU has it, else the page at 4 GiB - 18 MiB, uncached. */
#include "hypervisor/x86/cpu.h"
#include "hypervisor/x86/host.h"

enum { APIC_ID = 0x20, APIC_EOI = 0xb0, APIC_SVR = 0xf0, APIC_ICR = 0x300, APIC_ICR_HIGH = 0x310, APIC_LVT_TIMER = 0x320,
       APIC_LVT_LINT0 = 0x350, APIC_LVT_LINT1 = 0x360, APIC_TIMER_INITIAL = 0x380, APIC_TIMER_COUNT = 0x390, APIC_TIMER_DIVIDE = 0x3e0 };
#define LVT_MASKED   0x10000u
#define LVT_PERIODIC 0x20000u
#define LVT_DEADLINE 0x40000u
#define ICR_PENDING  0x1000u
#define ICR_ASSERT   0x4000u
#define ICR_NMI_TO_OTHERS (3u << 18 | 4u << 8)
#define APIC_PHYS    UINT64_C(0xfee00000)

static bool started, x2apic, deadline;
static uint64_t timer_hz;

static volatile uint32_t *page_register(unsigned reg) { return (volatile uint32_t *)((uintptr_t)hpa_ptr(hpa(APIC_PHYS)) + reg); }

static uint32_t reg_read(unsigned reg) { return x2apic ? (uint32_t)msr_get(MSR_X2APIC + reg / 16) : *page_register(reg); }

static void reg_write(unsigned reg, uint32_t v)
{
    if (x2apic)
        msr_set(MSR_X2APIC + reg / 16, v);
    else
        *page_register(reg) = v;
}

void apic_cpu_start(void)
{
    struct x86_cpuid c = host_cpuid(1, 0);
    uint64_t base = msr_get(MSR_APIC_BASE) | APIC_BASE_ENABLE;
    x2apic = c.ecx >> 21 & 1;
    deadline = c.ecx >> 24 & 1;
    msr_set(MSR_APIC_BASE, base);
    if (x2apic)
        msr_set(MSR_APIC_BASE, base | APIC_BASE_X2);
    reg_write(APIC_LVT_LINT0, LVT_MASKED);      /* no 8259 */
    reg_write(APIC_LVT_LINT1, 4u << 8);         /* NMI */
    reg_write(APIC_LVT_TIMER, (deadline ? LVT_DEADLINE : 0) | VECTOR_ALARM);
    reg_write(APIC_TIMER_DIVIDE, 0xb);          /* by 1 */
    reg_write(APIC_SVR, 0x100 | VECTOR_SPURIOUS);
    __asm__ volatile("mfence" : : : "memory");  /* the LVT's mode before the first WRMSR of a deadline, SDM 10.5.4.1 */
    started = true;
}

uint32_t apic_id(void) { return x2apic ? reg_read(APIC_ID) : reg_read(APIC_ID) >> 24; }
void apic_end(void) { reg_write(APIC_EOI, 0); }

void apic_send(uint32_t to, uint32_t low)
{
    low |= ICR_ASSERT;
    if (x2apic) {
        __asm__ volatile("mfence; lfence" : : : "memory");      /* WRMSR to x2APIC registers is not serializing */
        msr_set(MSR_X2APIC + APIC_ICR / 16, (uint64_t)to << 32 | low);
        return;
    }
    while (reg_read(APIC_ICR) & ICR_PENDING)
        arch_relax();
    reg_write(APIC_ICR_HIGH, to << 24);
    reg_write(APIC_ICR, low);
}

void apic_stop_others(void)
{
    if (started)
        apic_send(0, ICR_NMI_TO_OTHERS);
}

bool apic_has_deadline(void) { return deadline; }
void apic_timer_rate(uint64_t hz) { timer_hz = hz; }
uint32_t apic_timer_count(void) { return reg_read(APIC_TIMER_COUNT); }

static void timer_run_freely(uint32_t mode, uint32_t count)
{
    reg_write(APIC_LVT_TIMER, (count ? mode : deadline ? LVT_DEADLINE : 0) | VECTOR_ALARM);
    reg_write(APIC_TIMER_INITIAL, count);
}

void apic_timer_once(uint32_t count) { timer_run_freely(0, count); }
void apic_timer_periodic(uint32_t count) { timer_run_freely(LVT_PERIODIC, count); }

/* The one-shot counts at most about 2 s at 1 GHz: a later alarm fires early, finds nothing due and is set again. */
void arch_timer(uint64_t at)
{
    uint64_t now, count;
    if (deadline) {
        msr_set(MSR_TSC_DEADLINE, at == UINT64_MAX ? 0 : arch_ns_to_tsc(at));
        return;
    }
    if (at == UINT64_MAX) {
        reg_write(APIC_TIMER_INITIAL, 0);
        return;
    }
    now = arch_clock();
    count = at > now ? mul_div(at - now, timer_hz, 1000000000) : 0;
    if (count >= UINT32_MAX >> 1)
        count = UINT32_MAX >> 1;
    /* The rate is measured to about 30 ppm: rather that much late than early, found not due and set again. */
    count += (count >> 14) + 1;
    reg_write(APIC_TIMER_INITIAL, (uint32_t)count);
}

enum { IOAPIC_VERSION = 1, IOAPIC_LINES = 0x10 };
static volatile uint32_t *ioapic(uint32_t index)
{
    volatile uint32_t *io = hpa_ptr(hpa(firmware.ioapic));
    io[0] = index;
    return &io[4];
}

/* Bytes from the host's UART interrupt CPU 0, so that an idle machine sleeps and still hears. What the firmware used is masked. */
void apic_route_uart(void)
{
    if (!firmware.ioapic || !memory_is_mapped(firmware.ioapic, PAGE_SIZE))
        return;
    uint32_t lines = (*ioapic(IOAPIC_VERSION) >> 16 & 0xff) + 1, line = IOAPIC_LINES + 2 * firmware.uart_gsi;
    for (uint32_t i = 0; i < lines; i++)
        *ioapic(IOAPIC_LINES + 2 * i) = LVT_MASKED;
    if (firmware.uart_gsi >= lines)
        return;
    *ioapic(line + 1) = apic_id() << 24;
    *ioapic(line) = VECTOR_UART | (firmware.uart_low ? 1u << 13 : 0) | (firmware.uart_level ? 1u << 15 : 0);
}
