/* Owns: the first C code after entry.asm, and the host as the rest of the hypervisor sees it. */
#include "hypervisor/main.h"
#include "hypervisor/x86/cpu.h"
#include "hypervisor/x86/host.h"
#include "lib/panic.h"
#include <string.h>

enum { LOADER_MULTIBOOT2 = 0x36d76289, LOADER_PVH = 0x336ec578 };

/* CPU 0's stack with its percpu on top; the others' come from the page allocator. */
static struct { uint8_t stack[STACK_SIZE - sizeof(struct percpu)]; struct percpu cpu; } boot_stack __attribute__((aligned(0x4000)));
uint8_t *boot_stack_top = boot_stack.stack + sizeof(boot_stack.stack);     /* for entry.asm */

const struct arch_up *arch_up_table;
static struct host host;
static struct loader loader;
static uint32_t loader_magic;
static uint64_t loader_info;

_Noreturn void x86_start(uint32_t magic, uint64_t info);
extern uint8_t *boot_stack_top;

_Noreturn void x86_start(uint32_t magic, uint64_t info)
{
    loader_magic = magic;
    loader_info = info;
    uart_start();
    trap_cpu_start(this_cpu());
    hypervisor_main();
}

static void read_name(char name[49])
{
    uint32_t words[12] = { 0 };
    const char *from = (const char *)words;
    if (host_cpuid(0x80000000, 0).eax >= 0x80000004)
        for (unsigned i = 0; i < 3; i++) {
            struct x86_cpuid c = host_cpuid(0x80000002 + i, 0);
            memcpy(&words[4 * i], &c, sizeof(c));
        }
    while (*from == ' ')
        from++;
    size_t n = strnlen(from, 48 - (size_t)(from - (const char *)words));
    memcpy(name, from, n);
    while (n && name[n - 1] == ' ')
        n--;
    name[n] = '\0';
}

static void read_loader(void)
{
    const char *fault = loader_magic == LOADER_PVH ? loader_pvh(&loader, loader_info)
                        : loader_magic == LOADER_MULTIBOOT2 ? loader_multiboot2(&loader, loader_info)
                        : "it is neither PVH nor Multiboot2";
    if (fault)
        panic("Bedplate cannot use what the loader (magic %#x) gave: %s", loader_magic, fault);
    host.loader = loader.name;
    host.cmdline = loader.cmdline;
    host.bundle = hpa(loader.module);
    host.bundle_size = loader.module_size;
}

/* A loader that did not align the bundle: it is moved down to its page's start, which memory_start took out of RAM with it. */
static void align_bundle(void)
{
    uint64_t off = host.bundle.v & PAGE_MASK;
    if (host.bundle_size && !memory_is_mapped(host.bundle.v, host.bundle_size))
        panic("the bundle at %#llx, %llu bytes, is not in this machine's memory", (unsigned long long)host.bundle.v,
              (unsigned long long)host.bundle_size);
    if (!host.bundle_size || !off)
        return;
    hpa_t to = hpa(host.bundle.v - off);
    memmove(hpa_ptr(to), hpa_ptr(host.bundle), host.bundle_size);
    host.bundle = to;
}

static void mask_8259(void)
{
    port_out8(0x21, 0xff);
    port_out8(0xa1, 0xff);
}

const struct host *arch_host(const struct arch_up *up)
{
    if (host.cpus)
        return &host;
    arch_up_table = up;
    read_loader();
    memory_start(&loader, &host);
    align_bundle();
    firmware_read(loader.rsdp);
    memory_protect();
    mask_8259();
    apic_cpu_start();
    smp_first_cpu();
    this_cpu()->apic_id = apic_id();
    clock_start();
    apic_route_uart();
    host.clock_hz = clock_tsc_hz();
    host.cpus = firmware.cpus ? firmware.cpus : 1;
    read_name(host.cpu_name);
    host.refusal = svm_refusal();
    return &host;
}
