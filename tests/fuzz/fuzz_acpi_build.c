/*
 * Tables for every platform that platform_check lets through, whatever is in it. What must hold is asserted: acpi_size counts what
 * acpi_build writes, in exactly that much room and not in a byte less; the two roots list the same tables, one behind the other
 * without a gap wider than an alignment, each whole and summed; the FADT's DSDT is one of them.
 */
#include "acpi/acpi.h"
#include "lib/span.h"
#include "platform/pc_map.h"
#include "platform/virt_map.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static struct platform_window window(struct span *s)
{
    uint64_t base = span_le(s, 4) << 12;
    return (struct platform_window){ base, span_le(s, 2) << 12 };
}

static void read_pcie(struct span *s, struct platform *p)
{
    p->pcie = (struct platform_pcie){ true, gpa(span_le(s, 2) << 20), (uint8_t)span_le(s, 1), { 0, 0 }, { 0, 0 }, { 0, 0 } };
    p->pcie.io = (struct platform_window){ span_le(s, 2), span_le(s, 2) };
    p->pcie.memory32 = window(s);
    p->pcie.memory64 = window(s);
    p->viommu = (struct platform_viommu){ span_le(s, 1) & 1, (uint8_t)(span_le(s, 1) & 31), (uint8_t)(span_le(s, 1) & 7) };
}

static void read_nodes(struct span *s, struct platform *p)
{
    p->nodes = span_le(s, 1) % (PLATFORM_NODES_MAX + 1);
    uint64_t left = p->memory;
    for (unsigned i = 0; i < p->nodes; i++) {
        uint64_t n = MIB(span_le(s, 2));
        p->node[i].size = i + 1 == p->nodes || n > left ? left : n;
        left -= p->node[i].size;
        for (unsigned to = 0; to < p->nodes; to++)
            p->node[i].distance[to] = (uint8_t)(to == i ? 10 : 11 + span_le(s, 1) % 244);
    }
    for (unsigned i = 0; p->nodes && i < PLATFORM_VCPUS_MAX; i++)
        p->vcpu_node[i] = (uint8_t)(span_le(s, 1) % p->nodes);
}

/* Behind platform_check, whose words for them are the platform's own fuzzer's: what the tables are told from is what counts here. */
static void read_channels(struct span *s, struct platform *p)
{
    static const char *const text[] = { "", "a", "ping", "domU2", "a-name-of-sixty-three-characters-which-is-as-long-as-they-may-be" };
    p->channels = p->xen ? (unsigned)span_le(s, 1) % (PLATFORM_CHANNELS_MAX + 1) : 0;
    for (unsigned i = 0; i < p->channels; i++) {
        uint32_t bits = (uint32_t)span_le(s, 2);
        p->channel[i] = (struct platform_channel){ i * 31 + 1, 1 + bits % PLATFORM_PORT_MAX, text[1 + bits / 1024 % 4], text[bits / 4096 % 5] };
    }
    p->rings = p->xen ? (unsigned)span_le(s, 1) % (PLATFORM_RINGS_MAX + 1) : 0;
    for (unsigned i = 0; i < p->rings; i++)
        p->ring[i] = (struct platform_ring){ text[1 + span_le(s, 1) % 4], 1 + (uint32_t)span_le(s, 2) % PLATFORM_PORT_MAX };
}

static bool read_platform(struct span *s, struct platform *p)
{
    static const char *const path[] = { "\\_SB.COM1", "\\_SB_.COM1", "\\_SB.C000", "\\_SB.PCI0.UAR1", "\\_SB.COM0", "\\", "\\A", "_SB" };
    struct error e = { "" };
    *p = (struct platform){ .name = "fuzz", .acpi = true, .cmdline = "", .start_info_version = 1 };
    uint64_t bits = span_le(s, 2);
    p->board = bits & 1 ? BOARD_VIRT : BOARD_PC;
    p->xen = bits & 2;
    p->lapic = bits & 4;
    p->ioapic = bits & 8;
    p->uart.present = bits & 16;
    p->power_button = bits & 32;
    p->tpm = (struct platform_tpm){ bits & 64, gpa(span_le(s, 4) << 12) };
    p->arm = (struct platform_arm){ .gic_version = bits & 256 ? 3 : 2, .its = bits & 512, .pl011 = bits & 1024, .pl011_backend = "" };
    p->vcpus = 1 + (unsigned)span_le(s, 2) % PLATFORM_VCPUS_MAX;
    p->vcpus_max = (unsigned)span_le(s, 2) % (PLATFORM_VCPUS_MAX + 1);
    p->memory = MIB(1 + span_le(s, 2));
    if (bits & 128)
        read_pcie(s, p);
    read_nodes(s, p);
    p->hiddens = span_le(s, 1) % (PLATFORM_HIDDEN_MAX + 1);
    for (unsigned i = 0; i < p->hiddens; i++)
        p->hidden[i] = path[span_le(s, 1) % 8];
    if (!platform_check(p, &e))
        return false;
    read_channels(s, p);
    return true;
}

static uint64_t number(struct span image, uint64_t at, unsigned n)
{
    struct span s = span_slice(image, at, n);
    uint64_t v = span_le(&s, n);
    must(!s.broken);
    return v;
}

/* Returns where the next one may begin. */
static uint64_t check_table(struct span image, uint64_t at)
{
    struct span s = span_slice(image, at, number(image, at + 4, 4));
    uint8_t sum = 0;
    must(!s.broken && s.left >= 36);
    for (size_t i = 0; i < s.left; i++)
        sum = (uint8_t)(sum + s.at[i]);
    must(sum == 0);
    return at + s.left;
}

static void check_image(struct span image, uint64_t base)
{
    uint64_t rsdt = number(image, 16, 4) - base, xsdt = number(image, 24, 8) - base;
    uint64_t fadt = number(image, xsdt + 36, 8) - base, dsdt = number(image, fadt + 140, 8) - base;
    uint64_t n = (number(image, xsdt + 4, 4) - 36) / 8, end = check_table(image, dsdt);
    must((number(image, rsdt + 4, 4) - 36) / 4 == n && end <= fadt && fadt - end <= 64 + 64);     /* a FACS may lie between */
    end = fadt;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t at = number(image, xsdt + 36 + 8 * i, 8) - base;
        must(number(image, rsdt + 36 + 4 * i, 4) == at + base && at >= end && at - end < 16);
        end = check_table(image, at);
    }
    must(rsdt >= end && rsdt - end < 16 && check_table(image, rsdt) <= xsdt && check_table(image, xsdt) == image.left);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    static struct platform p;
    struct span s = span_of(data, length);
    if (!read_platform(&s, &p))
        return 0;
    uint64_t base = p.board == BOARD_VIRT ? VIRT_ACPI_BASE : PC_ACPI_BASE, whole = acpi_size(&p), used = 0, again = 0;
    gpa_t rsdp = gpa(0);
    uint8_t *image = malloc(whole), *exact;
    must(acpi_build(&p, gpa(base), image, whole, &used, &rsdp) && rsdp.v == base && used <= whole && whole - used < PAGE_SIZE);
    must(used <= (p.board == BOARD_VIRT ? VIRT_ACPI_MAX : PC_ACPI_MAX));
    check_image(span_of(image, used), base);
    exact = malloc(used);
    must(acpi_build(&p, gpa(base), exact, used, &again, &rsdp) && again == used && !memcmp(image, exact, used));
    must(!acpi_build(&p, gpa(base), exact, used - 1, &again, &rsdp));
    free(exact);
    free(image);
    return 0;
}
