/*
 * Owns: which machines make sense. Invariant: what passes can be built and told consistently; only what cannot work is
 * refused, and the sentence names the guest, the setting and the way out. The words are those of the configuration text.
 */
#include "platform/check.h"
#include "platform/pc_map.h"
#include "platform/virt_map.h"
#include <string.h>

typedef unsigned long long ull;

static bool name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("._+-", c));
}

bool platform_check_name(const struct platform *p, struct error *e)
{
    char shown[21] = "";                        /* its start, harmless to a terminal */
    for (size_t i = 0; i < sizeof(shown) - 1 && p->name[i]; i++)
        shown[i] = name_char(p->name[i]) ? p->name[i] : '?';
    if (!p->name[0])
        return fail(e, "a guest without a name: give it one (name)");
    if (!memchr(p->name, 0, sizeof(p->name)))
        return fail(e, "guest %s...: its name is longer than %d characters: shorten it", shown, PLATFORM_NAME_MAX);
    for (size_t i = 0; p->name[i]; i++)
        if (!name_char(p->name[i]))
            return fail(e, "guest %s: its name has a character that is none of A-Z a-z 0-9 . _ + - (the %zuth): rename it",
                        shown, i + 1);
    return true;
}

static bool check_memory(const struct platform *p, struct error *e)
{
    uint64_t most = platform_is(p, BOARD_PC) ? PC_RAM_HOLE + PC_RAM_END - PC_RAM_ABOVE : VIRT_RAM0_SIZE + VIRT_RAM1_SIZE;
    if (p->memory == 0)
        return fail(e, "guest %s: memory is 0: give the MiB it may have (memory=256)", p->name);
    if (p->memory % MIB(1))
        return fail(e, "guest %s: memory is %llu KiB, which is not whole MiB: give a multiple of 1 MiB (%llu MiB)", p->name,
                    (ull)(p->memory >> 10), (ull)(p->memory >> 20) + 1);
    if (p->memory > most)
        return fail(e, "guest %s: memory is %llu MiB, more than the %llu MiB of a guest's address space: give less", p->name,
                    (ull)(p->memory >> 20), (ull)(most >> 20));
    return true;
}

static bool check_vcpus(const struct platform *p, struct error *e)
{
    if (p->vcpus == 0)
        return fail(e, "guest %s: vcpus is 0: give at least 1", p->name);
    if (p->vcpus > PLATFORM_VCPUS_MAX)
        return fail(e, "guest %s: vcpus is %u, more than %d: give fewer", p->name, p->vcpus, PLATFORM_VCPUS_MAX);
    if (p->vcpus_max > PLATFORM_VCPUS_MAX)
        return fail(e, "guest %s: maxvcpus is %u, more than %d: give fewer", p->name, p->vcpus_max, PLATFORM_VCPUS_MAX);
    if (p->vcpus_max && p->vcpus_max < p->vcpus)
        return fail(e, "guest %s: maxvcpus=%u is less than vcpus=%u: give as many or more, or remove maxvcpus", p->name, p->vcpus_max,
                    p->vcpus);
    if (p->vcpus > 1 && platform_is(p, BOARD_PC) && !p->lapic && !p->xen)
        return fail(e, "guest %s: vcpus=%u with lapic=0 and xen=0: nothing could start the others: set lapic=1 or xen=1, or "
                    "vcpus=1", p->name, p->vcpus);
    return true;
}

/* Those to come are told of by a generic event device, whose line is one of an IOAPIC. */
static bool check_coming_vcpus(const struct platform *p, struct error *e)
{
    if (p->vcpus_max <= p->vcpus)
        return true;
    if (!platform_is(p, BOARD_PC))
        return fail(e, "guest %s: maxvcpus=%u with vcpus=%u: no vCPU can come to this board: give both the same number", p->name,
                    p->vcpus_max, p->vcpus);
    if (!p->acpi)
        return fail(e, "guest %s: maxvcpus=%u with acpi=0: nothing could tell the guest of a vCPU that comes: set acpi=1 or remove "
                    "maxvcpus", p->name, p->vcpus_max);
    if (!p->ioapic)
        return fail(e, "guest %s: maxvcpus=%u with ioapic=0: nothing could interrupt the guest for a vCPU that comes: set ioapic=1 or "
                    "remove maxvcpus", p->name, p->vcpus_max);
    return true;
}

static bool check_interrupts(const struct platform *p, struct error *e)
{
    if (!platform_check_no_arm(p, e))
        return false;
    if (p->ioapic && !p->lapic)
        return fail(e, "guest %s: ioapic=1 with lapic=0: an IOAPIC speaks to local APICs only: set lapic=1 or ioapic=0",
                    p->name);
    if (!p->xen && !p->lapic)
        return fail(e, "guest %s: xen=0 with lapic=0: nothing could interrupt it, not even a timer: set lapic=1 or xen=1",
                    p->name);
    if (p->xenstore && !p->xen)
        return fail(e, "guest %s: xenstore=1 with xen=0: a xenstore is a part of the Xen ABI: set xen=1 or xenstore=0",
                    p->name);
    return true;
}

static bool check_start_info(const struct platform *p, struct error *e)
{
    if (p->start_info_version > 1)
        return fail(e, "guest %s: start_info_version is %u: versions 0 and 1 exist", p->name, p->start_info_version);
    if (p->start_info_version == 0 && platform_is(p, BOARD_PC) && !p->xen)
        return fail(e, "guest %s: start_info_version=0 with xen=0: nothing would tell the guest its memory map: set "
                    "start_info_version=1 or xen=1", p->name);
    return true;
}

static bool check_cmdline(const struct platform *p, const char *text, const char *of, struct error *e)
{
    if (strlen(text) > PLATFORM_CMDLINE_MAX)
        return fail(e, "guest %s: the command line of its %s is longer than %d bytes: shorten it", p->name, of,
                    PLATFORM_CMDLINE_MAX);
    return true;
}

static bool check_modules(struct platform *p, struct error *e)
{
    if (p->modules > PLATFORM_MODULES_MAX)
        return fail(e, "guest %s: %u modules, more than %d (the ramdisk counts): give fewer", p->name, p->modules,
                    PLATFORM_MODULES_MAX);
    for (unsigned i = 0; i < p->modules; i++) {
        if (!p->module[i].cmdline)
            p->module[i].cmdline = "";
        if (!check_cmdline(p, p->module[i].cmdline, i ? "module" : "first module", e))
            return false;
    }
    if (!p->cmdline)
        p->cmdline = "";
    return check_cmdline(p, p->cmdline, "kernel", e);
}

static void lay_out_ram(struct platform *p)
{
    const bool is_pc = platform_is(p, BOARD_PC);
    const uint64_t low = is_pc ? PC_RAM_HOLE : VIRT_RAM0_SIZE;
    uint64_t below = p->memory < low ? p->memory : low;
    uint64_t above = p->memory - below;
    memset(p->ram, 0, sizeof(p->ram));
    if (p->arm.direct_map) {
        platform_lay_out_banks(p);
        return;
    }
    p->ram[0] = (struct platform_ram){ gpa(is_pc ? 0 : VIRT_RAM0_BASE), below };
    p->ram[1] = (struct platform_ram){ gpa(!above ? 0 : is_pc ? PC_RAM_ABOVE : VIRT_RAM1_BASE), above };
}

/* What the configuration does not place has its one place here. */
static void place_devices(struct platform *p)
{
    bool events = p->power_button || p->vcpus_max > p->vcpus;
    p->ged = (struct platform_ged){ 0 };
    if (p->acpi && p->ioapic && events)
        p->ged = (struct platform_ged){ true, PC_GED_PORT, PC_GED_GSI };
    if (p->uart.present && platform_is(p, BOARD_PC))
        p->uart = (struct platform_uart){ true, PC_COM1_PORT, PC_COM1_GSI };
}

bool platform_check(struct platform *p, struct error *e)
{
    if (!platform_check_name(p, e) || !check_memory(p, e) || !check_vcpus(p, e) || !check_coming_vcpus(p, e) ||
        !(platform_is(p, BOARD_PC) ? check_interrupts : platform_check_arm)(p, e) || !check_start_info(p, e) || !check_modules(p, e) ||
        !platform_check_nodes(p, e) || !platform_check_hidden(p, e) || !platform_check_channels(p, e))
        return false;
    lay_out_ram(p);
    place_devices(p);
    return platform_check_devices(p, e);
}
