/* Owns: the first C code after entry.S, and the host as the rest of the hypervisor sees it. */
#include "hypervisor/arch_arm.h"
#include "hypervisor/arm/cpu.h"
#include "hypervisor/arm/guest.h"
#include "hypervisor/arm/host.h"
#include "hypervisor/arm/tree.h"
#include "hypervisor/main.h"
#include "lib/format.h"
#include "lib/panic.h"
#include <string.h>

enum { CMDLINE_MAX = 1024, TREE_MAX = 1 << 21 /* the boot protocol's limit */, REFUSED = 0x12 /* as main.c ends */ };

const struct arch_up *arch_up_table;
static struct host host;
static struct host_tree tree;
static uint64_t tree_phys, image_phys;
static char cmdline[CMDLINE_MAX];

_Noreturn void arm_start(uint64_t tree_at, uint64_t image_at)
{
    tree_phys = tree_at;
    image_phys = image_at;
    hypervisor_main();
}

unsigned cpu_pa_bits(void) { return cpu_pa_bits_of(sysreg_get(id_aa64mmfr0_el1)); }

/* MIDR_EL1, by the lists of the implementers. */
static void read_name(char name[49])
{
    static const struct { uint16_t part; const char *name; } arm_parts[] = {
        { 0xd03, "Cortex-A53" }, { 0xd04, "Cortex-A35" }, { 0xd05, "Cortex-A55" }, { 0xd07, "Cortex-A57" }, { 0xd08, "Cortex-A72" },
        { 0xd09, "Cortex-A73" }, { 0xd0a, "Cortex-A75" }, { 0xd0b, "Cortex-A76" }, { 0xd0c, "Neoverse N1" }, { 0xd40, "Neoverse V1" },
        { 0xd41, "Cortex-A78" }, { 0xd46, "Cortex-A510" }, { 0xd47, "Cortex-A710" }, { 0xd49, "Neoverse N2" }, { 0xd4f, "Neoverse V2" },
    };
    uint64_t midr = sysreg_get(midr_el1), part = midr >> 4 & 0xfff;
    (void)format(name, 49, "Arm CPU, MIDR %#llx", (unsigned long long)midr);
    for (unsigned i = 0; i < sizeof(arm_parts) / sizeof(*arm_parts); i++)
        if (midr >> 24 == 'A' && part == arm_parts[i].part)
            (void)format(name, 49, "Arm %s r%llup%llu", arm_parts[i].name, (unsigned long long)(midr >> 20 & 0xf), (unsigned long long)(midr & 0xf));
}

static void read_tree(void)
{
    struct error e = { "" };
    const void *fdt = memory_map_tree(tree_phys, image_phys);
    if (host_tree_read(&tree, span_of(fdt, fdt ? TREE_MAX : 0), &e))
        return;
    uart_start(memory_map_device(tree.uart.at, tree.uart.size), tree.uart_sbsa);
    power_start(host_tree_has_word(tree.bootargs, "semihosting"));
    panic("Bedplate cannot run on this machine: %s", e.text);
}

/* Entered at EL1: nothing here may use a register of EL2, so neither TPIDR_EL2 nor the console's locks. */
_Noreturn void arm_start_too_low(uint64_t tree_at, uint64_t image_at)
{
    static const char text[] = "(bp) Bedplate " BEDPLATE_VERSION "\r\n"
        "(bp) no guest can run on this machine: Bedplate was started at EL1, which has no virtualization: start it at EL2 "
        "(QEMU: -machine virt,virtualization=on; U-Boot and other firmware: leave EL2 to what they start)\r\n";
    struct error e = { "" };
    const void *fdt = memory_map_tree(tree_at, image_at);
    (void)host_tree_read(&tree, span_of(fdt, fdt ? TREE_MAX : 0), &e);
    uart_start(memory_map_device(tree.uart.at, tree.uart.size), tree.uart_sbsa);
    for (const char *at = text; *at; at++)
        arch_console_put(*at);
    power_start(host_tree_has_word(tree.bootargs, "semihosting"));
    psci_start(&tree);
    arch_poweroff(REFUSED);
}

static void keep_text(void)
{
    size_t n = strnlen(tree.bootargs, CMDLINE_MAX - 1);
    memcpy(cmdline, tree.bootargs, n);
    host.cmdline = cmdline;
    host.loader = "Image";
    host.tree = hpa_ptr(hpa(tree_phys));
}

static void refuse(const char *why)
{
    if (why && !host.refusal)
        host.refusal = why;
}

/* A loader that did not align the bundle: it is moved down to its page's start, which memory_start took out of RAM with it. */
static void take_bundle(void)
{
    uint64_t at = tree.initrd.at, off = at & PAGE_MASK;
    if (!tree.initrd.size)
        return;
    if (!memory_is_mapped(at, tree.initrd.size)) {
        refuse("the bundle, as linux,initrd-start and -end tell it, is not in this machine's memory: load it elsewhere");
        return;
    }
    if (off)
        memmove(hpa_ptr(hpa(at - off)), hpa_ptr(hpa(at)), tree.initrd.size);
    host.bundle = hpa(at - off);
    host.bundle_size = tree.initrd.size;
}

static void start_devices(void)
{
    gic_host.vtimer = tree.vtimer;
    gic_host.alarm = tree.alarm;
    if (!tree.timer)
        refuse("the device tree names no generic timer (arm,armv8-timer) with its virtual and its hypervisor interrupt: load this board's tree");
    if (!clock_start(tree.timer_hz))
        refuse("the rate of the generic timer is told neither by CNTFRQ_EL0 nor by clock-frequency in the device tree: add that");
    clock_cpu_start();
    refuse(gic_host_start(&tree.gic));
    refuse(gic_host_cpu_start());
    gic_host_uart(tree.uart_intid);
    if (tree.rtc.size)
        clock_day(memory_map_device(tree.rtc.at, tree.rtc.size));
}

bool arch_is_mapped(hpa_t at, uint64_t size) { return memory_is_mapped(at.v, size); }
const char *arch_kept(hpa_t at, uint64_t size) { return host_tree_kept(&tree, at.v, size); }
uint64_t arch_stage2_end(void) { return UINT64_C(1) << stage2_shape()->bits; }

const struct host *arch_host(const struct arch_up *up)
{
    if (host.cpus)
        return &host;
    arch_up_table = up;
    read_tree();
    memory_start(&host, &tree, tree_phys);
    uart_start(memory_map_device(tree.uart.at, tree.uart.size), tree.uart_sbsa);
    keep_text();
    power_start(host_tree_has_word(cmdline, "semihosting"));
    psci_start(&tree);
    smp_start(&host, &tree);
    if (!cpu_pa_bits())
        refuse("this CPU has a physical address range (ID_AA64MMFR0_EL1.PARange) that Bedplate does not know");
    start_devices();
    take_bundle();
    host.clock_hz = clock_hz();
    read_name(host.cpu_name);
    if (!host.refusal)
        refuse(guest_refusal());
    return &host;
}
