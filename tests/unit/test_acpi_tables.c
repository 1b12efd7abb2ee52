/*
 * Each small table against its bytes, put together by hand from the specification's layout: field by field in its order,
 * little-endian, from the end of the 36-byte header on. What a field means is said beside it; how the writer says it is not looked at.
 */
#include "acpi/acpi.h"
#include "acpi/arm.h"
#include "acpi/tables.h"
#include "platform/pc_map.h"
#include "platform/virt_map.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define B2(v) (uint8_t)(v), (uint8_t)((v) >> 8)
#define B4(v) B2((uint32_t)(v)), B2((uint32_t)(v) >> 16)
#define B8(v) B4((uint64_t)(v)), B4((uint64_t)(v) >> 32)

typedef uint64_t write_table(struct table_out *o, const struct platform *p);

static void check(write_table *write, const struct platform *p, const char *signature, uint8_t revision, const uint8_t *body, size_t n)
{
    uint8_t bytes[4096], sum = 0;
    struct table_out o = { bytes, sizeof(bytes), 0, false };
    assert_int_equal(write(&o, p), 0);
    assert_false(o.full);
    assert_memory_equal(bytes, signature, 4);
    assert_int_equal(bytes[8], revision);
    const uint8_t length[4] = { B4(36 + n) };
    assert_int_equal(o.used, 36 + n);
    assert_memory_equal(bytes + 4, length, 4);
    for (size_t i = 0; i < o.used; i++)
        sum = (uint8_t)(sum + bytes[i]);
    assert_int_equal(sum, 0);
    for (size_t i = 0; i < n; i++)
        if (bytes[36 + i] != body[i])
            fail_msg("%s: offset %u is %02x, not %02x", signature, (unsigned)(36 + i), bytes[36 + i], body[i]);
}
#define CHECK(write, p, signature, revision, body) check(write, p, signature, revision, body, sizeof(body))

static struct platform pc(void)
{
    return (struct platform){ .vcpus = 2, .acpi = true, .lapic = true, .ioapic = true, .xen = true, .cmdline = "",
                              .uart = { true, PC_COM1_PORT, PC_COM1_GSI } };
}

/* Microsoft's SPCR 1.10, table 1: revision 2 has 80 bytes. */
static void spcr(void **state)
{
    uint8_t body[] = {
        0, 0, 0, 0,                             /* 16550, reserved */
        1, 8, 0, 1, B8(0x3f8),                  /* registers: I/O, 8 bits, byte access */
        2, 0, B4(4),                            /* by IOAPIC; PC-AT line; GSI */
        7, 0, 1, 0,                             /* 115200, no parity, 1 stop bit, no flow control */
        3, 0, B2(0xffff), B2(0xffff),           /* ANSI, language; not PCI: device, vendor */
        0, 0, 0, B4(0), 0, B4(0),               /* bus, device, function, flags, segment, reserved */
    };
    struct platform p = pc();
    (void)state;
    assert_int_equal(sizeof(body), 80 - 36);
    CHECK(acpi_spcr, &p, "SPCR", 2, body);
    p.ioapic = false;
    body[16] = body[18] = 0;                    /* nothing carries the line */
    CHECK(acpi_spcr, &p, "SPCR", 2, body);
}

/* Microsoft's DBG2, tables 1 and 2. */
static void dbg2(void **state)
{
    static const uint8_t body[] = {
        B4(44), B4(1),                          /* the first device's offset in the table; devices */
        0, B2(48), 1,                           /* revision, length of the device's structure, registers */
        B2(10), B2(38), B2(0), B2(0),           /* name: length, offset; OEM data: length, offset */
        B2(0x8000), B2(0), B2(0),               /* serial, 16550, reserved */
        B2(22), B2(34),                         /* offsets of the registers, of their sizes */
        1, 8, 0, 1, B8(0x3f8), B4(8),
        '\\', '_', 'S', 'B', '.', 'C', 'O', 'M', '1', 0,
    };
    struct platform p = pc();
    (void)state;
    CHECK(acpi_dbg2, &p, "DBG2", 0, body);
}

static void waet(void **state)
{
    static const uint8_t body[] = { B4(2) };    /* bit 0: RTC good, bit 1: PM timer good */
    struct platform p = pc();
    (void)state;
    CHECK(acpi_waet, &p, "WAET", 1, body);
}

static void mcfg(void **state)
{
    static const uint8_t body[] = { B8(0), B8(0x3f0000000), B2(0), 0, 63, B4(0) };  /* reserved; base, segment, buses, reserved */
    struct platform p = pc();
    (void)state;
    p.pcie = (struct platform_pcie){ .present = true, .ecam = gpa(0x3f0000000), .bus_last = 63 };
    CHECK(acpi_mcfg, &p, "MCFG", 1, body);
}

/* ACPI 6.5, 5.2.32. */
static void viot(void **state)
{
    static const uint8_t body[] = {
        B2(2), B2(48), B8(0),                   /* nodes, offset of the first */
        3, 0, B2(16), B2(0), B2(0x1d), B8(0),   /* virtio-iommu: length, segment, bus 0 device 3 function 5 */
        1, 0, B2(24), B4(0), B2(0), B2(0),      /* PCI range: length, first endpoint, segments */
        B2(0), B2(0x3fff), B2(48), 0, 0, 0, 0, 0, 0,        /* from 00:00.0 to 3f:1f.7, the node at 48 */
    };
    struct platform p = pc();
    (void)state;
    p.pcie = (struct platform_pcie){ .present = true, .bus_last = 63 };
    p.viommu = (struct platform_viommu){ true, 3, 5 };
    CHECK(acpi_viot, &p, "VIOT", 0, body);
}

#define MEMORY(node, base, size) 1, 40, B4(node), B2(0), B8(base), B8(size), B4(0), B4(1), B8(0)
#define LAPIC(node, id) 0, 16, node, id, B4(1), 0, 0, 0, 0, B4(0)
#define X2APIC(node, id) 2, 24, B2(0), B4(node), B4(id), B4(1), B4(0), B4(0)
#define GICC(node, uid) 3, 18, B4(node), B4(uid), B4(1), B4(0)

/* ACPI 6.4, 5.2.16. The second node lies on both sides of the hole; the third has no memory. A CPU that may come is told. */
static void srat(void **state)
{
    static const uint8_t body[] = {
        B4(1), B8(0),
        MEMORY(0, 0, 0x80000000),
        MEMORY(1, 0x80000000, 0x70000000), MEMORY(1, 0x100000000, 0x50000000),
        MEMORY(3, 0x150000000, 0x10000000),
        LAPIC(0, 0), LAPIC(1, 1), LAPIC(3, 2),
    };
    struct platform p = pc();
    (void)state;
    p.ram[0] = (struct platform_ram){ gpa(0), PC_RAM_HOLE };
    p.ram[1] = (struct platform_ram){ gpa(PC_RAM_ABOVE), 0x60000000 };
    p.nodes = 4;
    p.node[0].size = 0x80000000;
    p.node[1].size = 0xc0000000;
    p.node[3].size = 0x10000000;
    p.vcpus_max = 3;
    p.vcpu_node[1] = 1;
    p.vcpu_node[2] = 3;
    CHECK(acpi_srat, &p, "SRAT", 3, body);

    p.lapic = p.ioapic = false;                 /* no id to name a CPU by */
    check(acpi_srat, &p, "SRAT", 3, body, sizeof(body) - 3 * 16);
}

/* A node that ends where the hole begins has one entry; 254 is the last id of the short entry. */
static void srat_at_its_edges(void **state)
{
    static const uint8_t memory[] = { B4(1), B8(0), MEMORY(0, 0, 0xf0000000), MEMORY(1, 0x100000000, 0x100000) };
    static const uint8_t last[] = { LAPIC(0, 254), X2APIC(1, 255), X2APIC(0, 256) };
    static uint8_t bytes[8192];
    struct table_out o = { bytes, sizeof(bytes), 0, false };
    struct platform p = pc();
    (void)state;
    p.vcpus = 257;
    p.ram[0] = (struct platform_ram){ gpa(0), PC_RAM_HOLE };
    p.ram[1] = (struct platform_ram){ gpa(PC_RAM_ABOVE), MIB(1) };
    p.nodes = 2;
    p.node[0].size = PC_RAM_HOLE;
    p.node[1].size = MIB(1);
    p.vcpu_node[255] = 1;
    acpi_srat(&o, &p);
    assert_memory_equal(bytes + 36, memory, sizeof(memory));
    assert_memory_equal(bytes + o.used - sizeof(last), last, sizeof(last));
    assert_int_equal(o.used, 36 + sizeof(memory) + 255 * 16 + 2 * 24);
}

/* 5.2.16.4: Arm's CPUs by their UIDs, and RAM where that board has it. */
static void srat_of_arm(void **state)
{
    static const uint8_t body[] = { B4(1), B8(0), MEMORY(0, 0x20000000, 0x02000000), MEMORY(0, 0x40000000, 0x10000000),
                                    MEMORY(1, 0x50000000, 0x20000000), GICC(1, 0), GICC(0, 1) };
    struct platform p = { .board = BOARD_VIRT, .vcpus = 2, .nodes = 2 };
    (void)state;
    p.ram[0] = (struct platform_ram){ gpa(0x40000000), 0x30000000 };
    p.node[0].size = 0x10000000;
    p.node[1].size = 0x20000000;
    p.vcpu_node[0] = 1;
    CHECK(acpi_srat, &p, "SRAT", 3, body);
}

/* 5.2.17: rows of what a node sees, from the first on. */
static void slit(void **state)
{
    static const uint8_t body[] = { B8(3), 10, 20, 30, 21, 10, 40, 31, 41, 10 };
    struct platform p = pc();
    (void)state;
    p.nodes = 3;
    for (unsigned i = 0; i < 9; i++)
        p.node[i / 3].distance[i % 3] = body[8 + i];
    CHECK(acpi_slit, &p, "SLIT", 1, body);
}

/* TCG ACPI Specification 1.3, table 7: client, control area at 0x40, start method 7, its parameters, no log. */
static void tpm2(void **state)
{
    static const uint8_t body[] = { B2(0), B2(0), B8(0xfed40040), B4(7), B4(0), B4(0), B4(0), B4(0), B8(0) };
    struct platform p = pc();
    (void)state;
    p.tpm = (struct platform_tpm){ true, gpa(0xfed40000) };
    CHECK(acpi_tpm2, &p, "TPM2", 4, body);
}

static void stao(void **state)
{
    static const char body[] = "\0\\_SB.C001\0\\_SB.PCI0.UAR2", with_uart[] = "\1\\_SB.C001\0\\_SB.COM1";
    static const char arm[] = "\0\\_SB.C001\0\\_SB.COM1";
    struct platform p = pc();
    (void)state;
    p.hiddens = 2;
    p.hidden[0] = "\\_SB.C001";
    p.hidden[1] = "\\_SB.PCI0.UAR2";
    check(acpi_stao, &p, "STAO", 1, (const uint8_t *)body, sizeof(body));
    p.hidden[1] = "\\_SB.COM1";
    check(acpi_stao, &p, "STAO", 1, (const uint8_t *)with_uart, sizeof(with_uart));
    static const struct { const char *path; bool uart; } other[] = {
        { "\\_SB_.COM1", true }, { "\\_SB_.COM", false }, { "\\_SB.COM1.X", false }, { "\\_SB.COM2", false }, { "\\SB.COM1", false },
        { "\\_SB.COM1_", true }, { "\\", false },
    };
    for (unsigned i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
        uint8_t bytes[200];
        struct table_out o = { bytes, sizeof(bytes), 0, false };
        p.hidden[1] = other[i].path;
        acpi_stao(&o, &p);
        assert_int_equal(bytes[36], other[i].uart);
    }
    p.hidden[1] = "\\_SB.COM1";
    p.board = BOARD_VIRT;                       /* whose UART has another name */
    check(acpi_stao, &p, "STAO", 1, (const uint8_t *)arm, sizeof(arm));
}

/* ACPI 6.4, 5.2.12.2, 12, 7, 13, 3: ids 253, 254, 255 and 256, of which the last two are not there yet. */
static void madt(void **state)
{
    static const uint8_t tail[] = {
        0, 8, 253, 253, B4(1), 0, 8, 254, 254, B4(1),
        9, 16, B2(0), B4(255), B4(2), B4(255), 9, 16, B2(0), B4(256), B4(2), B4(256),
        4, 6, 255, B2(0), 1,
        10, 12, B2(0), B4(0xffffffff), 1, 0, 0, 0,
        1, 12, 0, 0, B4(0xfec00000), B4(0),
    };
    static uint8_t bytes[8192];
    struct table_out o = { bytes, sizeof(bytes), 0, false };
    struct platform p = pc();
    (void)state;
    p.vcpus = 255;
    p.vcpus_max = 257;
    acpi_madt(&o, &p);
    assert_int_equal(bytes[8], 5);
    assert_memory_equal(bytes + 36, ((uint8_t[]){ B4(0xfee00000), B4(0) }), 8);
    assert_int_equal(o.used, 44 + 253 * 8 + sizeof(tail));
    assert_memory_equal(bytes + 44 + 253 * 8, tail, sizeof(tail));
}

/* Changes a body at the offset that the specification gives. */
static void put(uint8_t *body, unsigned offset, const uint8_t *bytes, unsigned n) { memcpy(body + offset - 36, bytes, n); }

/* 5.2.9, offset by offset: first an ordinary guest, whose hardware is reduced; then what differs with a PM timer, and with 8259s. */
static void fadt(void **state)
{
    uint8_t body[] = {
        B4(0), B4(0xfc000030), 0, 0, B2(0), B4(0), 0, 0, 0, 0,      /* 36 FACS, DSDT, reserved, profile, SCI, SMI: port, enable, disable, S4BIOS, P-states */
        B4(0), B4(0), B4(0), B4(0), B4(0), B4(0), B4(0), B4(0),     /* 56 PM1a/b event, PM1a/b control, PM2, PM timer, GPE0, GPE1 */
        0, 0, 0, 0, 0, 0, 0, 0, B2(101), B2(1001), B2(0), B2(0),    /* 88 lengths, GPE1 base, C-states; C2, C3 latency; flush size, stride */
        0, 0, 0, 0, 0, B2(0x25), 0, B4(0x101475),                   /* 104 duty: offset, width; alarms, century; boot flags; reserved; flags */
        1, 8, 0, 1, B8(0x604), 6, B2(0), 4,                         /* 116 reset register, value; Arm; minor version */
        B8(0), B8(0xfc000030),                                      /* 132 FACS, DSDT */
        B8(0), B4(0), B8(0), B4(0), B8(0), B4(0), B8(0), B4(0),     /* 148 PM1a/b event, control */
        B8(0), B4(0), B8(0), B4(0), B8(0), B4(0), B8(0), B4(0),     /* 196 PM2, PM timer, GPE0, GPE1 */
        1, 8, 0, 1, B8(0x600), 1, 8, 0, 1, B8(0x601),               /* 244 sleep control, status */
        'B', 'e', 'd', 'p', 'l', 'a', 't', 'e',
    };
    uint8_t bytes[512];
    struct table_out o = { bytes, sizeof(bytes), 0, false };
    struct platform p = pc();
    (void)state;
    acpi_fadt(&o, &p, 0xfc000030, 0);
    assert_int_equal(o.used, 36 + sizeof(body));
    assert_memory_equal(bytes + 36, body, sizeof(body));

    p.xen = false;
    put(body, 76, (uint8_t[]){ B4(0x608) }, 4);                     /* PM timer, its length, 32 bits of it */
    put(body, 91, (uint8_t[]){ 4 }, 1);
    put(body, 112, (uint8_t[]){ B4(0x101575) }, 4);
    put(body, 208, (uint8_t[]){ 1, 32, 0, 3, B8(0x608) }, 12);
    o.used = 0;
    acpi_fadt(&o, &p, 0xfc000030, 0);
    assert_memory_equal(bytes + 36, body, sizeof(body));

    p.lapic = p.ioapic = p.uart.present = false;
    p.xen = true;
    put(body, 36, (uint8_t[]){ B4(0xfc000100) }, 4);                /* FACS; SCI; PM1a; not reduced; no sleep registers */
    put(body, 46, (uint8_t[]){ B2(9) }, 2);
    put(body, 56, (uint8_t[]){ B4(0x610) }, 4);
    put(body, 64, (uint8_t[]){ B4(0x614) }, 4);
    put(body, 88, (uint8_t[]){ 4, 2 }, 2);
    put(body, 109, (uint8_t[]){ B2(0x24) }, 2);                     /* no UART: nothing that a user sees on an ISA bus */
    put(body, 112, (uint8_t[]){ B4(0x001575) }, 4);
    put(body, 148, (uint8_t[]){ 1, 32, 0, 3, B8(0x610) }, 12);
    put(body, 172, (uint8_t[]){ 1, 16, 0, 2, B8(0x614) }, 12);
    put(body, 244, (uint8_t[24]){ 0 }, 24);
    o.used = 0;
    acpi_fadt(&o, &p, 0xfc000030, 0xfc000100);
    assert_memory_equal(bytes + 36, body, sizeof(body));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spcr), cmocka_unit_test(dbg2), cmocka_unit_test(waet), cmocka_unit_test(mcfg), cmocka_unit_test(viot),
        cmocka_unit_test(srat), cmocka_unit_test(srat_at_its_edges), cmocka_unit_test(srat_of_arm), cmocka_unit_test(slit),
        cmocka_unit_test(tpm2), cmocka_unit_test(stao), cmocka_unit_test(madt), cmocka_unit_test(fadt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
