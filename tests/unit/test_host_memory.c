/* What a loader says, by PVH and by Multiboot2, and what of the RAM it names is free: no page twice, none of ours, none of the bundle's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "hypervisor/x86/percpu.h"

/* The image, so that memory.c finds its physical address as it does in the hypervisor. */
enum { IMAGE_SIZE = 0x80000 };
char image[IMAGE_SIZE];
#undef IMAGE_VIRT
#define IMAGE_VIRT ((uintptr_t)image)
__asm__(".globl bp_text_start, bp_rodata_start, bp_data_start, bp_image_end\n"
        ".set bp_text_start, image\n.set bp_rodata_start, image\n.set bp_data_start, image\n.set bp_image_end, image + 0x80000\n");

#include "hypervisor/x86/memory.c"              /* the files under test: they are not part of the host's library */
#include "hypervisor/x86/loader_multiboot2.c"
#include "hypervisor/x86/loader_pvh.c"

#define IMAGE_END (IMAGE_PHYS + IMAGE_SIZE)
enum { RAM = 0x400000, INFO = 0x10000, LIST = 0x20000 };
static uint8_t *ram;
static struct loader l;
static struct host h;

void panic(const char *fmt, ...)
{
    fail_msg("panic: %s", fmt);
    abort();
}

static void clear(void)
{
    memset(ram + INFO, 0, 0x20000);
    memset(&l, 0, sizeof(l));
    memset(&h, 0, sizeof(h));
    mapped = RAM;
    low_page = 0;
}

/* memory_start as on a machine whose RAM ends below what is mapped already: no page tables are made. */
static void start(uint64_t bundle, uint64_t bundle_size)
{
    mapped = GIB(4);
    h.bundle = hpa(bundle);
    h.bundle_size = bundle_size;
    memory_start(&l, &h);
}

static bool is_free(uint64_t p)
{
    unsigned found = 0;
    for (unsigned i = 0; i < h.rams; i++)
        found += p >= h.ram[i].base.v && p - h.ram[i].base.v < h.ram[i].size;
    assert_true(found <= 1);
    return found;
}

static void expect_in_order(void)
{
    for (unsigned i = 0; i < h.rams; i++) {
        assert_true(h.ram[i].size && h.ram[i].size % PAGE_SIZE == 0 && h.ram[i].base.v % PAGE_SIZE == 0);
        assert_true(i == 0 || h.ram[i - 1].base.v + h.ram[i - 1].size <= h.ram[i].base.v);
    }
}

/* ---- free RAM --------------------------------------------------------------------------------- */

static void takes_out_what_is_held(void **state)
{
    (void)state;
    clear();
    loader_add_ram(&l, MIB(1), MIB(511));
    loader_add_ram(&l, 0, 0x9fc00);
    start(0x1000010, 0x1fff0);
    expect_in_order();
    assert_int_equal(h.ram_total, MIB(511) + 0x9f000);
    assert_false(is_free(0x5000));
    assert_true(is_free(MIB(1)));
    assert_false(is_free(IMAGE_PHYS));
    assert_false(is_free(IMAGE_END - 1));
    assert_true(is_free(IMAGE_END));
    assert_true(is_free(0xffffff));
    assert_false(is_free(0x1000000));
    assert_false(is_free(0x101ffff));
    assert_true(is_free(0x1020000));
    assert_true(is_free(MIB(512) - 1));
    assert_int_equal(memory_low_page(), 0x8000);
}

static void low_page_is_not_the_bundles(void **state)
{
    (void)state;
    clear();
    loader_add_ram(&l, 0x1000, 0x9e000);
    start(0x2000, 0x20001);
    assert_int_equal(memory_low_page(), 0x23000);
    clear();
    loader_add_ram(&l, 0x1000, 0x9e000);
    start(0x1000, 0x9e000);
    assert_int_equal(memory_low_page(), 0);
}

static void pages_named_twice(void **state)
{
    (void)state;
    clear();
    loader_add_ram(&l, MIB(16), MIB(16));
    loader_add_ram(&l, MIB(24), MIB(16));
    loader_add_ram(&l, MIB(20), MIB(1));
    start(0, 0);
    expect_in_order();
    assert_true(is_free(MIB(16)) && is_free(MIB(20)) && is_free(MIB(24)) && is_free(MIB(40) - 1));
    assert_false(is_free(MIB(40)));
}

static void odd_ranges(void **state)
{
    (void)state;
    clear();
    loader_add_ram(&l, MIB(16) + 1, 2 * PAGE_SIZE - 2);     /* not one whole page */
    loader_add_ram(&l, MIB(17), 0);
    loader_add_ram(&l, UINT64_MAX - 5, 100);
    loader_add_ram(&l, UINT64_MAX - 5, 5);
    assert_int_equal(l.rams, 0);
    loader_add_ram(&l, MIB(16) + 1, 3 * PAGE_SIZE - 1);
    assert_int_equal(l.rams, 1);
    assert_int_equal(l.ram[0].base.v, MIB(16) + PAGE_SIZE);
    assert_int_equal(l.ram[0].size, 2 * PAGE_SIZE);
}

static void many_pieces(void **state)
{
    (void)state;
    clear();
    for (unsigned i = 0; i < 200; i++)      /* as UEFI tells it: one range in pieces */
        loader_add_ram(&l, MIB(16) + i * PAGE_SIZE, PAGE_SIZE);
    assert_int_equal(l.rams, 1);
    clear();
    for (unsigned i = 0; i < HOST_RAM_MAX; i++)
        loader_add_ram(&l, MIB(16 + 2 * (uint64_t)i), (i + 1) * PAGE_SIZE);
    loader_add_ram(&l, GIB(1), GIB(1));     /* drives out the smallest */
    assert_int_equal(l.rams, HOST_RAM_MAX);
    start(0, 0);
    expect_in_order();
    assert_true(is_free(GIB(1)));
    assert_false(is_free(MIB(16)));
    assert_true(is_free(MIB(18)));
}

/* ---- PVH ------------------------------------------------------------------------------------------ */

static struct hvm_start_info *pvh(void)
{
    struct hvm_start_info *s = (void *)(ram + INFO);
    struct hvm_memmap_table_entry map[] = { { .addr = 0, .size = 0x9f000, .type = XEN_HVM_MEMMAP_TYPE_RAM },
                                            { .addr = 0xf0000, .size = 0x10000, .type = XEN_HVM_MEMMAP_TYPE_RESERVED },
                                            { .addr = MIB(1), .size = MIB(255), .type = XEN_HVM_MEMMAP_TYPE_RAM } };
    struct hvm_modlist_entry mod = { .paddr = 0x3000000, .size = 12345 };
    clear();
    *s = (struct hvm_start_info){ .magic = XEN_HVM_START_MAGIC_VALUE, .version = 1, .nr_modules = 1, .modlist_paddr = LIST, .cmdline_paddr = LIST + 0x800,
                                  .rsdp_paddr = 0xf5000, .memmap_paddr = LIST + 0x100, .memmap_entries = 3 };
    memcpy(ram + LIST, &mod, sizeof(mod));
    memcpy(ram + LIST + 0x100, map, sizeof(map));
    strcpy((char *)ram + LIST + 0x800, "a command line");
    return s;
}

static void pvh_whole(void **state)
{
    (void)state;
    (void)pvh();
    assert_null(loader_pvh(&l, INFO));
    assert_int_equal(l.rams, 2);
    assert_int_equal(l.ram[1].size, MIB(255));
    assert_int_equal(l.module, 0x3000000);
    assert_int_equal(l.module_size, 12345);
    assert_int_equal(l.rsdp, 0xf5000);
    assert_string_equal(l.cmdline, "a command line");
}

static void pvh_refused(void **state)
{
    (void)state;
    pvh()->version = 0;
    assert_non_null(strstr(loader_pvh(&l, INFO), "version 0"));
    pvh()->magic = 7;
    assert_non_null(strstr(loader_pvh(&l, INFO), "no start info"));
    pvh()->memmap_entries = 0;
    assert_non_null(strstr(loader_pvh(&l, INFO), "no RAM"));
    pvh()->memmap_paddr = UINT64_MAX - 8;
    assert_non_null(strstr(loader_pvh(&l, INFO), "no RAM"));
    (void)pvh();
    assert_non_null(loader_pvh(&l, RAM - 4));
}

/* ---- Multiboot2 -------------------------------------------------------------------------------------- */

static unsigned at;
static void le(uint64_t v, unsigned n) { for (; n--; v >>= 8) ram[at++] = (uint8_t)v; }
static void tag(unsigned type, unsigned size)
{
    at = (at + 7) & ~7u;
    le(type, 4);
    le(size, 4);
}

static void multiboot2(void)
{
    clear();
    at = INFO + 8;
    tag(TAG_CMDLINE, 8 + 6); memcpy(ram + at, "hello", 6); at += 6;
    tag(TAG_ACPI_NEW, 8 + 36); memcpy(ram + at, "RSD PTR new", 11); at += 36;
    tag(TAG_ACPI_OLD, 8 + 20); memcpy(ram + at, "RSD PTR old", 11); at += 20;
    tag(TAG_MODULE, 8 + 8 + 2); le(0x1000000, 4); le(0x1000200, 4); le('x', 2);
    tag(TAG_MODULE, 8 + 8 + 2); le(0x2000000, 4); le(0x2000200, 4); le('y', 2);
    tag(TAG_MEMORY_MAP, 16 + 3 * 24); le(24, 4); le(0, 4);
    le(0, 8); le(0x9f000, 8); le(MEMORY_AVAILABLE, 8);
    le(0xe0000, 8); le(0x20000, 8); le(2, 8);
    le(MIB(1), 8); le(MIB(127), 8); le(MEMORY_AVAILABLE, 8);
    tag(TAG_END, 8);
    unsigned size = at - INFO;
    at = INFO;
    le(size, 4);
}

static void multiboot2_whole(void **state)
{
    (void)state;
    multiboot2();
    assert_null(loader_multiboot2(&l, INFO));
    assert_int_equal(l.rams, 2);
    assert_int_equal(l.ram[1].size, MIB(127));
    assert_int_equal(l.module, 0x1000000);
    assert_int_equal(l.module_size, 0x200);
    assert_string_equal(l.cmdline, "hello");
    assert_memory_equal(l.rsdp_copy, "RSD PTR new", 11);
    assert_int_equal(l.rsdp, memory_image_phys(l.rsdp_copy));
}

static void multiboot2_refused(void **state)
{
    (void)state;
    multiboot2();
    ram[INFO] = 7;
    ram[INFO + 1] = 0;
    assert_non_null(strstr(loader_multiboot2(&l, INFO), "size"));
    clear();
    ram[INFO] = 16;
    ram[INFO + 12] = 8;
    assert_non_null(strstr(loader_multiboot2(&l, INFO), "no memory map"));
    assert_non_null(loader_multiboot2(&l, RAM));
}

/* Whatever the bytes are, only the information is read, and it ends. It stands at the end of the memory, where the address sanitizer looks. */
static void multiboot2_spoiled(void **state)
{
    (void)state;
    srand(1);
    for (unsigned i = 0; i < 5000; i++) {
        multiboot2();
        unsigned size = ram[INFO] | (unsigned)ram[INFO + 1] << 8;
        for (unsigned n = 0; n < 1 + i % 6; n++)
            ram[INFO + 8 + (unsigned)rand() % (size - 8)] = (uint8_t)(rand() % 3 ? rand() : 0xff);
        uint8_t *alone = malloc(size);
        memcpy(alone, ram + INFO, size);
        arch_direct_map = (uintptr_t)alone - INFO;
        (void)loader_multiboot2(&l, INFO);
        arch_direct_map = (uintptr_t)ram;
        free(alone);
        assert_true(l.rams <= HOST_RAM_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_out_what_is_held), cmocka_unit_test(low_page_is_not_the_bundles), cmocka_unit_test(pages_named_twice),
        cmocka_unit_test(odd_ranges), cmocka_unit_test(many_pieces), cmocka_unit_test(pvh_whole), cmocka_unit_test(pvh_refused),
        cmocka_unit_test(multiboot2_whole), cmocka_unit_test(multiboot2_refused), cmocka_unit_test(multiboot2_spoiled),
    };
    ram = calloc(1, RAM);
    arch_direct_map = (uintptr_t)ram;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(ram);
    return failed;
}
