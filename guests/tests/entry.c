/*
 * The boot ABI at the first instruction, bit by bit (docs/misc/pvh.pandoc, "x86/HVM direct boot ABI").
 *
 * Claimed: ebx holds the start info's address; cr0 is PE and nothing else (ET reads as 1 on every processor since the
 * 486, so it does not count); cr4 is 0; cs, ds, es, ss are flat: start.asm ran as 32-bit code, wrote through ds and ss,
 * and read one byte high below 4 GiB through each of the four (a limit that is too low would have ended us there). tr
 * cannot be read back without a descriptor table: that its cached part is a busy 32-bit TSS of base 0 and limit 0x67 is
 * left to tests/unit/test_pc_entry.c. eflags has VM, IF, TF clear, and DF too, which Bedplate adds.
 *
 * Start info: magic and version (0 with the word "v0"), no flags, all it names lies in guest RAM or tables, "not
 * provided" is 0. The memory map ascends, does not overlap, its RAM adds up to "memory=" MiB less the 384 KiB reserved
 * below 1 MiB. The command line is the one we read this from. With "module=N" there is one module of N bytes, which
 * repeat the line "BEDPLATE-MODULE" and its line feed; with "module-cmdline=" its command line is that.
 */
#include "guests/lib/guest.h"
#include <string.h>
#include <xen/arch-x86/hvm/start_info.h>

const char test_name[] = "entry", test_title[] = "registers and start info at the first instruction";

static void registers(void)
{
    const struct entry_state *e = &entry_state;
    CHECK_EQ(e->cr0 & ~CR0_ET, CR0_PE, "cr0 without ET");
    CHECK_EQ(e->cr4, 0, "cr4");
    CHECK_EQ(e->efer, 0, "EFER");
    CHECK_EQ(e->eflags & RFLAGS_1, RFLAGS_1, "eflags bit 1");
    CHECK_EQ(e->eflags & RFLAGS_VM, 0, "eflags.VM");
    CHECK_EQ(e->eflags & RFLAGS_IF, 0, "eflags.IF");
    CHECK_EQ(e->eflags & RFLAGS_TF, 0, "eflags.TF");
    CHECK_EQ(e->eflags & RFLAGS_DF, 0, "eflags.DF");
    if (start_info()->rsdp_paddr)
        for (unsigned i = 0; i < 4; i++)
            CHECK_EQ(e->through[i], 'R', "the RSDP's first byte through cs, ds, es, ss");
}

static bool fits(uint64_t at, uint64_t size) { return at + size >= at && at + size <= UINT64_C(0x100000000); }

static void memory_map(const struct hvm_start_info *s)
{
    const struct hvm_memmap_table_entry *m = (const void *)(uintptr_t)s->memmap_paddr;
    uint64_t end = 0, ram = 0, want = cmdline_number("memory", 0) << 20;
    CHECK(m && s->memmap_entries >= 2, "a memory map with entries");
    for (unsigned i = 0; m && i < s->memmap_entries; i++) {
        print("  %#llx..%#llx type %u\n", (unsigned long long)m[i].addr, (unsigned long long)(m[i].addr + m[i].size), m[i].type);
        CHECK(m[i].size && m[i].addr + m[i].size > m[i].addr, "entry %u is empty or wraps", i);
        CHECK(m[i].addr >= end, "entry %u begins in the one before it", i);
        CHECK(m[i].type >= XEN_HVM_MEMMAP_TYPE_RAM && m[i].type <= XEN_HVM_MEMMAP_TYPE_PMEM, "entry %u: type %u", i, m[i].type);
        CHECK_EQ(m[i].reserved, 0, "reserved");
        end = m[i].addr + m[i].size;
        ram += m[i].type == XEN_HVM_MEMMAP_TYPE_RAM ? m[i].size : 0;
    }
    if (want)
        CHECK_EQ(ram, want - (UINT64_C(384) << 10), "RAM in the memory map");
}

static void module(const struct hvm_start_info *s, uint64_t size)
{
    static const char line[] = "BEDPLATE-MODULE\n";
    const struct hvm_modlist_entry *m = (const void *)(uintptr_t)s->modlist_paddr;
    CHECK_EQ(s->nr_modules, size ? 1 : 0, "number of modules");
    CHECK((m != NULL) == (size != 0), "the list is 0 exactly when there are none");
    if (!size || !m)
        return;
    const char *bytes = (const char *)(uintptr_t)m->paddr;
    unsigned wrong = 0;
    CHECK_EQ(m->size, size, "the module's size");
    CHECK(fits(m->paddr, m->size), "the module ends above 4 GiB");
    CHECK_EQ(m->paddr & 0xfff, 0, "the module's offset in its page");
    CHECK_EQ(m->reserved, 0, "reserved");
    char want[32] = "";
    (void)cmdline_word("module-cmdline", want, sizeof(want));
    CHECK((m->cmdline_paddr != 0) == (want[0] != 0), "the module's command line is 0 exactly when it has none");
    if (m->cmdline_paddr)
        CHECK(strcmp((const char *)(uintptr_t)m->cmdline_paddr, want) == 0, "the module's command line");
    for (uint64_t i = 0; i < size; i++)
        wrong += bytes[i] != line[i % 16];
    CHECK_EQ(wrong, 0, "bytes of the module that differ");
}

/* The loader put our data in place and nothing into our bss. */
static void image(void)
{
    static uint8_t zero[8192];
    static uint32_t word = 0x12345678;
    unsigned wrong = 0;
    for (unsigned i = 0; i < sizeof(zero); i++)
        wrong += zero[i] != 0;
    CHECK_EQ(wrong, 0, "bytes of bss that are not zero");
    CHECK_EQ(word, 0x12345678, "a word of the data segment");
}

void test_main(void)
{
    const struct hvm_start_info *s = start_info();
    char text[8];
    bool v0 = cmdline_word("v0", text, sizeof(text));
    registers();
    CHECK_EQ(s->magic, XEN_HVM_START_MAGIC_VALUE, "start info magic at ebx");
    CHECK_EQ(s->version, v0 ? 0 : 1, "start info version");
    CHECK_EQ(s->flags, 0, "flags of a domain that is neither privileged nor first");
    CHECK(fits(entry_state.ebx, sizeof(*s)), "start info below 4 GiB");
    CHECK(fits(s->cmdline_paddr, 4096), "command line below 4 GiB");
    if (!v0) {
        CHECK_EQ(s->reserved, 0, "reserved");
        memory_map(s);
    }
    module(s, cmdline_number("module", 0));
    CHECK((s->rsdp_paddr != 0) == (cmdline_number("acpi", 1) != 0), "the RSDP is there exactly when acpi=1");
    CHECK(!s->rsdp_paddr || acpi_rsdp(), "rsdp_paddr points at an RSDP");
    image();
}
