/* An Arm guest built from its parts on the fake architecture: what stands where at its first instruction, from which host memory, and what is refused. */
#include "hypervisor/builder/build.h"
#include "hypervisor/core/guest.h"
#include "hypervisor/core/page.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/fake/fake_arm.h"
#include "hypervisor/machine/machine.h"
#include "platform/virt_map.h"
#include <libfdt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum { KERNEL_AT = 0x1000, KERNEL_BYTES = 0x3000, RAMDISK_AT = 0x8000, RAMDISK_BYTES = 0x1234, HOST_MIB = 64 };
#define RAM VIRT_RAM0_BASE

static uint8_t memory[0x10000];
static const struct host *host;
static struct guest guest;
static struct error error;

static struct span payload(void *owner, uint64_t at, uint64_t size)
{
    (void)owner;
    return span_slice(span_of(memory, sizeof(memory)), at, size);
}

static struct bundle bundle = { .absolute = true, .ram = { { 0, sizeof(memory) } }, .rams = 1, .memory = payload };

static void put(unsigned at, uint64_t value) { memcpy(memory + KERNEL_AT + at, &value, 8); }

static int set_up(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof(memory); i++)
        memory[i] = (uint8_t)(i * 7 >> 3);
    put(0x08, 0);               /* text_offset */
    put(0x10, 0x5000);          /* with its BSS */
    put(0x18, 8);               /* anywhere */
    memcpy(memory + KERNEL_AT + 0x38, "ARM\x64", 4);
    host = fake_host(MIB(HOST_MIB), 2);
    page_init(host);
    sched_init(2);
    fake_gic_version = 3;
    error = (struct error){ "" };
    guest = (struct guest){ .platform = { .name = "g", .board = BOARD_VIRT, .vcpus = 2, .memory = MIB(8), .cmdline = "quiet", .xen = true,
                                          .ram = { { gpa(RAM), MIB(8) } }, .kernel = { KERNEL_AT, KERNEL_BYTES }, .modules = 1,
                                          .module = { { { RAMDISK_AT, RAMDISK_BYTES }, "" } }, .arm = { .pl011_backend = "" } } };
    return 0;
}

static void undo(struct domain *d)
{
    uint16_t id = d->id;
    domain_shutdown(d, END_POWEROFF);
    build_undo(d);
    assert_int_equal(page_held_bytes(id), 0);
}

static void refused(const char *text)
{
    uint64_t before = page_free_bytes();
    assert_null(build_domain(&guest, &bundle, &error));
    if (!strstr(error.text, text))
        fail_msg("%s", error.text);
    assert_int_equal(page_free_bytes(), before);
    error = (struct error){ "" };
}

static void same(struct domain *d, uint64_t at, unsigned from, unsigned size)
{
    uint8_t there[KERNEL_BYTES];
    assert_in_range(size, 1, sizeof(there));
    assert_true(guest_read(d, gpa(at), there, size));
    assert_memory_equal(there, memory + from, size);
}

static uint64_t cells(const void *fdt, const char *path, const char *name, unsigned bytes)
{
    int length, node = fdt_path_offset(fdt, path);
    const void *p = node < 0 ? NULL : fdt_getprop(fdt, node, name, &length);
    if (!p || length != (int)bytes)
        fail_msg("%s of %s", name, path);
    return bytes == 4 ? fdt32_ld(p) : fdt64_ld(p);
}

static void test_built(void **state)
{
    static uint8_t tree[0x10000];
    struct domain *d = build_domain(&guest, &bundle, &error);
    (void)state;
    if (!d)
        fail_msg("%s", error.text);
    assert_int_equal(guest.platform.arm.gic_version, 3);        /* the host's, as nothing else was asked for */
    struct fake_start s = fake_start(d->vcpu[0]->arch);
    assert_int_equal(s.count, 1);
    assert_int_equal(s.mpidr, 0);
    assert_int_equal(fake_start(d->vcpu[1]->arch).count, 0);    /* it waits for CPU_ON */
    assert_int_equal(s.pc & (MIB(2) - 1), 0);
    same(d, s.pc, KERNEL_AT, KERNEL_BYTES);
    assert_true(guest_read(d, gpa(s.x0), tree, 8));
    assert_in_range(fdt_totalsize(tree), 64, sizeof(tree));
    assert_true(guest_read(d, gpa(s.x0), tree, fdt_totalsize(tree)));
    assert_int_equal(fdt_check_full(tree, fdt_totalsize(tree)), 0);
    uint64_t ramdisk = cells(tree, "/chosen", "linux,initrd-start", 8);
    assert_int_equal(cells(tree, "/chosen", "linux,initrd-end", 8) - ramdisk, RAMDISK_BYTES);
    same(d, ramdisk, RAMDISK_AT, RAMDISK_BYTES);
    undo(d);
}

static void test_acpi(void **state)
{
    struct domain *d;
    char signature[8];
    (void)state;
    guest.platform.acpi = true;
    d = build_domain(&guest, &bundle, &error);
    if (!d)
        fail_msg("%s", error.text);
    assert_true(guest_read(d, gpa(VIRT_ACPI_BASE), signature, 8));
    uint8_t page[0x2000];
    bool found = false;
    assert_true(guest_read(d, gpa(VIRT_ACPI_BASE), page, 0x1000));
    for (unsigned i = 0; i + 8 <= 0x1000; i += 16)
        found |= memcmp(page + i, "RSD PTR ", 8) == 0;
    assert_true(found);
    undo(d);
}

/* Its RAM is just what was kept for it, bank after bank, and comes back to be kept again. */
static void test_static_memory(void **state)
{
    uint64_t base = host->ram[0].base.v + host->ram[0].size - MIB(16);
    (void)state;
    guest.platform.arm.banks = 2;
    guest.platform.arm.bank[0] = (struct platform_bank){ hpa(base), MIB(6) };
    guest.platform.arm.bank[1] = (struct platform_bank){ hpa(base + MIB(10)), MIB(2) };
    refused("static memory");                                   /* nobody has kept it */
    assert_true(page_reserve(hpa(base), MIB(6)));
    assert_true(page_reserve(hpa(base + MIB(10)), MIB(2)));
    for (unsigned life = 0; life < 2; life++) {
        hpa_t h;
        unsigned perm;
        uint64_t run;
        struct domain *d = build_domain(&guest, &bundle, &error);
        if (!d)
            fail_msg("%s", error.text);
        assert_true(arch_stage2_lookup(d->stage2, gpa(RAM), &h, &perm, &run));
        assert_int_equal(h.v, base);
        assert_true(arch_stage2_lookup(d->stage2, gpa(RAM + MIB(6)), &h, &perm, &run));
        assert_int_equal(h.v, base + MIB(10));
        undo(d);
    }
}

static void test_refused(void **state)
{
    (void)state;
    guest.platform.board = BOARD_PC;
    refused("a PC's guest");
    guest.platform.board = BOARD_VIRT;
    guest.platform.arm.gic_version = 2;
    refused("asks for a GIC of version 2, and this host's is 3");
    fake_gic_version = 2;
    guest.platform.vcpus = 9;
    refused("9 vCPUs");
    guest.platform.vcpus = 2;
    fake_gic_version = 3;
    guest.platform.arm.gic_version = 0;
    guest.platform.memory = guest.platform.ram[0].size = MIB(2 * HOST_MIB);
    refused("more than the host has free");
    guest.platform.memory = guest.platform.ram[0].size = MIB(8);
    guest.platform.kernel.size = 0x20;
    refused("too few for an arm64 Image");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_built, set_up), cmocka_unit_test_setup(test_acpi, set_up),
        cmocka_unit_test_setup(test_static_memory, set_up), cmocka_unit_test_setup(test_refused, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
