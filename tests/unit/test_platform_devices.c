/* platform_check of boards and devices that no configuration gives yet: PCIe, TPM, virtio-iommu, Arm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "platform/pc_map.h"
#include "platform/platform.h"
#include "platform/virt_map.h"
#include <cmocka.h>     /* last: it defines a macro named fail */

static void refuse(struct platform p, const char *what, const char *way_out)
{
    struct error e = { "" };
    assert_false(platform_check(&p, &e));
    if (!strstr(e.text, "guest web: ") || !strstr(e.text, what) || !strstr(e.text, way_out))
        fail_msg("\"%s\" lacks \"guest web: \", \"%s\" or \"%s\"", e.text, what, way_out);
}

static void accept(struct platform *p)
{
    struct error e = { "" };
    if (!platform_check(p, &e))
        fail_msg("refused: %s", e.text);
}

static struct platform pc(void)
{
    return (struct platform){ .name = "web", .vcpus = 2, .memory = MIB(256), .lapic = true, .ioapic = true, .acpi = true,
                              .start_info_version = 1 };
}

static struct platform pc_with_bridge(void)
{
    struct platform p = pc();
    p.pcie = (struct platform_pcie){ true, gpa(0xe0000000), 255, { 0xc000, 0x4000 }, { 0xf0000000, 0x8000000 }, { GIB(512), GIB(1) } };
    p.tpm = (struct platform_tpm){ true, gpa(0xfed40000) };
    p.viommu = (struct platform_viommu){ true, 1, 0 };
    return p;
}

static struct platform arm(void)
{
    return (struct platform){ .name = "web", .board = BOARD_VIRT, .vcpus = 4, .memory = MIB(512), .acpi = true, .start_info_version = 1,
                              .arm = { 3, true, true } };
}

static void leaves_what_is_not_there(void **state)
{
    (void)state;
    struct platform p = pc(), zero = { 0 };
    accept(&p);
    assert_memory_equal(&p.pcie, &zero.pcie, sizeof(p.pcie));
    assert_memory_equal(&p.tpm, &zero.tpm, sizeof(p.tpm));
    assert_memory_equal(&p.viommu, &zero.viommu, sizeof(p.viommu));
    assert_memory_equal(&p.arm, &zero.arm, sizeof(p.arm));
    assert_memory_equal(&p.ged, &zero.ged, sizeof(p.ged));
    assert_memory_equal(p.node, zero.node, sizeof(p.node));
    assert_int_equal(p.vcpus_max + p.nodes + p.hiddens, 0);
}

static void keeps_devices_as_they_were_given(void **state)
{
    (void)state;
    struct platform p = pc_with_bridge(), as_it_was = p;
    accept(&p);
    assert_memory_equal(&p.pcie, &as_it_was.pcie, sizeof(p.pcie));
    assert_true(p.tpm.base.v == 0xfed40000 && p.viommu.device == 1);
    p.pcie.ecam = gpa(GIB(768));
    p.pcie.io = p.pcie.memory32 = p.pcie.memory64 = (struct platform_window){ 0, 0 };
    accept(&p);
    p.pcie.bus_last = 0, p.pcie.ecam = gpa(0xeff00000);
    accept(&p);
}

static void refuses_a_misplaced_ecam(void **state)
{
    (void)state;
    struct platform p = pc_with_bridge();
    p.pcie.ecam = gpa(0xe8000000);
    refuse(p, "the ECAM at 0xe8000000, for 256 buses, is not aligned to 0x10000000", "fewer buses");
    p.pcie.bus_last = 127;
    accept(&p);
    p.pcie.bus_last = 128;
    refuse(p, "for 129 buses, is not aligned to 0x10000000", "move it");
    p.pcie.bus_last = 255, p.pcie.ecam = gpa(0xf0000000), p.pcie.memory32.size = 0;
    refuse(p, "the ECAM at 0xf0000000, 0x10000000 bytes, meets the ACPI tables at 0xfc000000", "elsewhere");
    p = pc_with_bridge();
    p.memory = GIB(4);
    refuse(p, "the ECAM at 0xe0000000, 0x10000000 bytes, meets RAM at 0x0", "elsewhere");
    p.memory = GIB(3), p.pcie.ecam = gpa(0);
    refuse(p, "meets RAM at 0x0", "elsewhere");
    p.pcie.ecam = gpa(PC_RAM_END);
    refuse(p, "the ECAM at 0x10000000000, 0x10000000 bytes, is outside", "place it there");
    p.pcie.ecam = gpa(UINT64_MAX & ~(MIB(256) - 1));
    refuse(p, "is outside", "place it there");
}

static void refuses_misplaced_windows(void **state)
{
    (void)state;
    struct platform p = pc_with_bridge();
    p.pcie.io.size = 0x4001;
    refuse(p, "the I/O window at 0xc000, 0x4001 bytes, is outside 0x1000..0xffff", "place it there");
    p.pcie.io = (struct platform_window){ 0x600, 0x100 };
    refuse(p, "the I/O window at 0x600", "where no other ports are");
    p = pc_with_bridge();
    p.pcie.memory32.size = 0xc001000;
    refuse(p, "the 32-bit memory window at 0xf0000000, 0xc001000 bytes, meets the ACPI tables", "elsewhere");
    p.pcie.memory32 = (struct platform_window){ 0xff000000, 0x2000000 };
    refuse(p, "the 32-bit memory window at 0xff000000, 0x2000000 bytes, is outside 0x0..0xffffffff", "place it there");
    p.pcie.memory32 = (struct platform_window){ 0xf0000000, 0x800 };
    refuse(p, "not made of whole pages", "multiples of 4096");
    p = pc_with_bridge();
    p.pcie.memory64.base = 0xd0000000;
    refuse(p, "the 64-bit memory window at 0xd0000000", "outside 0x100000000..0xffffffffff");
    p.pcie.memory64 = (struct platform_window){ GIB(4), UINT64_MAX & ~PAGE_MASK };
    refuse(p, "the 64-bit memory window", "place it there");
    p.pcie.memory64 = (struct platform_window){ GIB(4), GIB(1) };
    accept(&p);
    p.memory = GIB(3), p.pcie.ecam = gpa(GIB(4));
    refuse(p, "the 64-bit memory window at 0x100000000, 0x40000000 bytes, meets the ECAM", "elsewhere");
}

static void refuses_other_misplaced_devices(void **state)
{
    (void)state;
    struct platform p = pc_with_bridge();
    p.tpm.base = gpa(PC_LAPIC_BASE);
    refuse(p, "the TPM at 0xfee00000, 0x1000 bytes, meets the local APICs", "elsewhere");
    p.tpm.base = gpa(0xfed40800);
    refuse(p, "the TPM at 0xfed40800", "multiples of 4096");
    p.tpm.base = gpa(GIB(8));
    refuse(p, "the TPM at 0x200000000", "outside 0x0..0xffffffff");
    p = pc_with_bridge();
    p.viommu.device = 32;
    refuse(p, "device 32, function 0", "0 to 31");
    p.viommu.device = 1, p.viommu.function = 8;
    refuse(p, "device 1, function 8", "0 to 7");
    p.viommu.function = 0, p.pcie.present = false;
    refuse(p, "a virtio-iommu without a PCIe host bridge", "or neither");
}

static void lays_out_the_arm_board(void **state)
{
    (void)state;
    struct platform p = arm();
    accept(&p);
    assert_true(p.ram[0].base.v == VIRT_RAM0_BASE && p.ram[0].size == MIB(512) && p.ram[1].size == 0);
    p.memory = VIRT_RAM0_SIZE + MIB(1);
    accept(&p);
    assert_true(p.ram[0].size == VIRT_RAM0_SIZE && p.ram[1].base.v == VIRT_RAM1_BASE && p.ram[1].size == MIB(1));
    p.memory = VIRT_RAM0_SIZE + VIRT_RAM1_SIZE + MIB(1);
    refuse(p, "memory is", "give less");
    p = arm();
    p.pcie = (struct platform_pcie){ true, gpa(VIRT_ECAM_BASE), 255, { 0 }, { VIRT_PCI_MEM_BASE, VIRT_PCI_MEM_SIZE },
                                     { VIRT_PCI_MEM64_BASE, VIRT_PCI_MEM64_SIZE } };
    p.tpm = (struct platform_tpm){ true, gpa(VIRT_TPM_BASE) };
    p.power_button = true;
    accept(&p);
    assert_false(p.ged.present);
    p.tpm.base = gpa(VIRT_PL011_BASE);
    refuse(p, "the TPM at 0x22000000, 0x1000 bytes, meets the UART", "elsewhere");
}

static void refuses_arm_boards_without_sense(void **state)
{
    (void)state;
    struct platform p = arm();
    p.arm.gic_version = 4;
    refuse(p, "GIC version 4", "2 and 3");
    p.arm.gic_version = 2;
    refuse(p, "an ITS with a GIC of version 2", "no ITS");
    p.arm.its = false, p.vcpus = 9;
    refuse(p, "vcpus=9 with a GIC of version 2", "or version 3");
    p = arm();
    p.lapic = true;
    refuse(p, "lapic=1 on a board without APICs", "leave it out");
    p = arm();
    p.vcpus_max = 8;
    refuse(p, "maxvcpus=8 with vcpus=4: no vCPU can come to this board", "the same number");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_what_is_not_there), cmocka_unit_test(keeps_devices_as_they_were_given),
        cmocka_unit_test(refuses_a_misplaced_ecam), cmocka_unit_test(refuses_misplaced_windows),
        cmocka_unit_test(refuses_other_misplaced_devices), cmocka_unit_test(lays_out_the_arm_board),
        cmocka_unit_test(refuses_arm_boards_without_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
