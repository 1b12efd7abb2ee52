/* Owns: the fake host: RAM in a malloc'ed arena, a clock that tests set, a console in a buffer. One thread. */
#include "hypervisor/fake/fake.h"
#include "lib/checked.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uintptr_t arch_direct_map;
uint64_t fake_now, fake_alarm;
unsigned fake_this_cpu, fake_kicks[HOST_CPUS_MAX];

static struct host host;
static uint8_t *arena;
static char said[65536];
static size_t said_used;
static char typed[4096];
static size_t typed_used, typed_read;

const struct host *fake_host(uint64_t bytes, unsigned cpus)
{
    free(arena);
    arena = aligned_alloc(PAGE_SIZE, bytes);
    if (!arena)
        abort();
    memset(arena, 0xa5, bytes);     /* what is not zeroed shows */
    arch_direct_map = (uintptr_t)arena - FAKE_RAM_BASE;
    host = (struct host){ .cpus = cpus, .rams = 1, .ram_total = bytes, .cmdline = "", .loader = "fake",
                          .clock_hz = 1000000000, .cpu_name = "fake" };
    host.ram[0] = (struct host_ram){ hpa(FAKE_RAM_BASE), bytes };
    fake_now = 0;
    fake_alarm = UINT64_MAX;
    fake_this_cpu = 0;
    said_used = typed_used = typed_read = 0;
    memset(fake_kicks, 0, sizeof(fake_kicks));
    return &host;
}

/* The bundle takes the end of RAM, as a loader would put it. */
void fake_set_bundle(const void *bytes, uint64_t size)
{
    uint64_t pages = (size + PAGE_MASK) & ~PAGE_MASK;
    host.ram[0].size -= pages;
    host.bundle = hpa(FAKE_RAM_BASE + host.ram[0].size);
    host.bundle_size = size;
    memcpy(hpa_ptr(host.bundle), bytes, size);
}

const struct host *arch_host(const struct arch_up *up) { (void)up; return &host; }
void arch_cpus_start(void (*entry)(void)) { (void)entry; }
unsigned arch_cpu(void) { return fake_this_cpu; }
uint64_t arch_clock(void) { return fake_now; }
uint64_t arch_wallclock(void) { return 1700000000; }
void arch_timer(uint64_t at) { fake_alarm = at; }
void arch_kick(unsigned cpu) { fake_kicks[cpu]++; }
void (*fake_idle)(void);
void arch_idle(void)
{
    if (fake_idle)
        fake_idle();
}
void arch_interrupts(void) { }
void arch_relax(void) { }
/* Reserved memory of a tree can be tested up to the end of the arena. */
bool arch_is_mapped(hpa_t at, uint64_t size) { return range_within(at.v, size, FAKE_RAM_BASE, host.ram_total); }
void arch_zero(void *p, uint64_t bytes) { memset(p, 0, bytes); }
void arch_zero_cached(void *p, uint64_t bytes) { memset(p, 0, bytes); }

void arch_console_put(char c)
{
    if (said_used + 1 < sizeof(said))
        said[said_used++] = c;
}

const char *fake_console(void)
{
    said[said_used] = '\0';
    said_used = 0;
    return said;
}

void fake_type(const char *text)
{
    size_t n = strlen(text);
    typed_used = typed_read = 0;
    memcpy(typed, text, n < sizeof(typed) ? n : sizeof(typed));
    typed_used = n;
}

int arch_console_get(void) { return typed_read < typed_used ? (unsigned char)typed[typed_read++] : -1; }

/* A fault of ours must stop a test. */
void arch_halt(void)
{
    fputs(fake_console(), stderr);
    abort();
}
void arch_poweroff(unsigned code) { (void)code; abort(); }
void arch_reboot(void) { abort(); }
