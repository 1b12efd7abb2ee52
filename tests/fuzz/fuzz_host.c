/*
 * What a loader and the firmware lay before the hypervisor: PVH start info, Multiboot2 tags, ACPI tables. Any bytes are
 * read without a step outside, and of whatever RAM they name, what is called free is in order, mapped, and nobody's.
 */
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#define arch_direct_map fuzzed_direct_map       /* fake/ has one of its own */
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
#define ENTRIES_MAX MEMMAP_ENTRIES_MAX
#include "hypervisor/x86/loader_pvh.c"
#undef ENTRIES_MAX
#include "hypervisor/x86/firmware.c"

#define IMAGE_END (IMAGE_PHYS + IMAGE_SIZE)
#define RAM_END   GIB(64)               /* addresses, not memory: only pages that are touched are there */
enum { AT = 0x1000, FIRMWARE_RAM = 0x8000 };
static uint8_t *ram, *small;
static struct loader l;
static struct host h;
static jmp_buf panicked;

void panic(const char *fmt, ...)
{
    (void)fmt;
    longjmp(panicked, 1);       /* only for a machine without memory for page tables */
}

static void expect(bool ok)
{
    if (!ok)
        abort();
}

static void expect_free_is_nobodys(void)
{
    uint64_t seen = MIB(1);
    for (unsigned i = 0; i < h.rams; i++) {
        uint64_t base = h.ram[i].base.v, size = h.ram[i].size;
        expect(size && (base | size) % PAGE_SIZE == 0 && base >= seen && memory_is_mapped(base, size));
        expect(!ranges_meet(base, size, IMAGE_PHYS, IMAGE_SIZE) && !ranges_meet(base, size, h.bundle.v, h.bundle_size));
        seen = base + size;
    }
    expect(low_page < 0xa0000 && (!low_page || !ranges_meet(low_page, PAGE_SIZE, h.bundle.v, h.bundle_size)));
}

static void start(void)
{
    for (unsigned i = 0; i < l.rams; i++)
        if (l.ram[i].base.v + l.ram[i].size > RAM_END)
            return;
    if (l.module_size && !range_within(l.module, l.module_size, 0, RAM_END))
        return;                 /* start.c's align_bundle refuses it */
    memset(&h, 0, sizeof(h));
    memset(early_pml4, 0, sizeof(early_pml4));
    low_page = 0;
    mapped = GIB(4);
    h.bundle = hpa(l.module);
    h.bundle_size = l.module_size;
    if (!setjmp(panicked)) {
        memory_start(&l, &h);
        expect_free_is_nobodys();
    }
    madvise(ram, RAM_END, MADV_DONTNEED);
}

static void loaders(bool multiboot2, const uint8_t *data, size_t size)
{
    arch_direct_map = (uintptr_t)ram;
    mapped = GIB(4);
    memset(&l, 0, sizeof(l));
    memcpy(ram + AT, data, size);
    const char *fault = multiboot2 ? loader_multiboot2(&l, AT) : loader_pvh(&l, AT);
    expect(strnlen(l.cmdline, LOADER_TEXT) < LOADER_TEXT && l.rams <= HOST_RAM_MAX);
    if (!fault)
        start();
    memset(ram + AT, 0, size);
}

/* The tables end where the memory does, so that a step outside is seen. */
static void tables(const uint8_t *data, size_t size)
{
    memset(&firmware, 0, sizeof(firmware));
    memset(small, 0, FIRMWARE_RAM);
    memcpy(small + FIRMWARE_RAM - size, data, size);
    arch_direct_map = (uintptr_t)small;
    mapped = FIRMWARE_RAM;
    firmware_read(FIRMWARE_RAM - size);
    expect(firmware.cpus <= HOST_CPUS_MAX && firmware.cpus_told >= firmware.cpus);
    uint8_t s5[2];
    (void)firmware_find_s5(s5);
    expect(!firmware.reset.memory || memory_is_mapped(firmware.reset.at, 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!ram) {
        ram = mmap(NULL, RAM_END, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        small = malloc(FIRMWARE_RAM);
        expect(ram != MAP_FAILED && small);
    }
    if (size < 1 || size > FIRMWARE_RAM - AT)
        return 0;
    if (data[0] % 3 == 2)
        tables(data + 1, size - 1);
    else
        loaders(data[0] % 3, data + 1, size - 1);
    return 0;
}
