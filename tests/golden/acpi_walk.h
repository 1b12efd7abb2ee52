/*
 * Walks a whole image of tables and asserts that every address, port, line and CPU they name is the platform's, and that every
 * one the platform has is named. It reads the bytes by the specification's offsets, not by the code that wrote them; a table or a
 * structure that it does not know is a fault, so a new one gets its walk here.
 */
#ifndef TESTS_GOLDEN_ACPI_WALK_H
#define TESTS_GOLDEN_ACPI_WALK_H
#include "tests/golden/acpi_walk_aml.h"
#include "tests/golden/acpi_walk_devices.h"

/* A generic address structure; all zeroes: none. */
static void walk_register(struct walk *w, struct span table, uint64_t offset, uint64_t size)
{
    uint64_t space = number(w, table, offset, 1), bits = number(w, table, offset + 1, 1), base = number(w, table, offset + 4, 8);
    if (!space && !bits && !base)
        return;
    if (space > 1 || (!size && bits % 8))
        fault(w, "a register at %llu that the walk does not know", (unsigned long long)offset);
    claim(w, space ? CLAIM_PORT : CLAIM_MEMORY, base, size ? size : bits / 8);
}

static void walk_fadt(struct walk *w, struct span t)
{
    static const uint16_t block[] = { 116, 148, 160, 172, 184, 196, 208, 220, 232, 244, 256 };   /* 5.2.9: the 12-byte registers */
    static const struct { uint8_t at, length_at; } old[] = { { 56, 88 }, { 60, 88 }, { 64, 89 }, { 68, 89 }, { 72, 90 }, { 76, 91 },
                                                           { 80, 92 }, { 84, 93 } };
    for (unsigned i = 0; i < sizeof(block) / sizeof(block[0]); i++)
        walk_register(w, t, block[i], 0);
    for (unsigned i = 0; i < sizeof(old) / sizeof(old[0]); i++)
        if (number(w, t, old[i].at, 4))
            claim(w, CLAIM_PORT, number(w, t, old[i].at, 4), number(w, t, old[i].length_at, 1));
    if (number(w, t, 46, 2))
        claim(w, CLAIM_LINE, number(w, t, 46, 2), 0);
    bool psci = number(w, t, 129, 2) == 3;
    if (psci != (w->p->board == BOARD_VIRT))
        fault(w, "PSCI is told of the wrong board");
}

static void walk_gtdt(struct walk *w, struct span t)
{
    for (unsigned at = 48; at <= 72; at += 8)
        if (number(w, t, at, 4))
            claim(w, CLAIM_LINE, number(w, t, at, 4), 0);
    if (number(w, t, 36, 8) != UINT64_MAX || number(w, t, 80, 8) != UINT64_MAX || number(w, t, 88, 4) || number(w, t, 96, 4))
        fault(w, "names a timer that is not there");
}

/* A core's two caches, of which only the kind is told. */
static void walk_caches(struct walk *w, struct span t, uint64_t core)
{
    for (unsigned i = 0; i < 2; i++) {
        uint64_t at = number(w, t, core + 20 + 4 * i, 4);
        if (at != core + 28 + 24 * i || number(w, t, at, 2) != 0x1801 || number(w, t, at + 4, 4) != 0x10 || number(w, t, at + 21, 1) != i << 2)
            fault(w, "a core has another cache at %llu than its own", (unsigned long long)at);
    }
}

/* Packages, then vCPUs, each within the package of its node. */
static void walk_pptt(struct walk *w, struct span t)
{
    uint64_t packages = w->p->nodes ? w->p->nodes : 1, at = 36;
    for (uint64_t i = 0; i < packages; i++, at += 20)
        if (number(w, t, at, 2) != 0x1400 || number(w, t, at + 4, 8) != 0x11)
            fault(w, "package %u is none", (unsigned)i);
    for (; at < t.left && !w->why[0]; at += 76) {
        uint64_t parent = number(w, t, at + 8, 4), uid = number(w, t, at + 12, 4);
        claim_cpu(w, CPU_PPTT, uid);
        if (number(w, t, at, 2) != 0x1c00 || number(w, t, at + 4, 4) != 0xa || number(w, t, at + 16, 4) != 2 || w->why[0] ||
            parent != 36 + 20ull * (w->p->nodes ? w->p->vcpu_node[uid] : 0))
            fault(w, "CPU %llu is no core of its node's package", (unsigned long long)uid);
        walk_caches(w, t, at);
    }
}

static void walk_xenv(struct walk *w, struct span t)
{
    claim(w, CLAIM_MEMORY, number(w, t, 36, 8), number(w, t, 44, 8));
    claim(w, CLAIM_LINE, number(w, t, 52, 4), 0);
}

/* A port of 16550s has 8 registers and says only how wide one is. */
static void walk_spcr(struct walk *w, struct span t)
{
    walk_register(w, t, 40, w->p->board == BOARD_VIRT ? VIRT_PL011_SIZE : 8);
    if (number(w, t, 52, 1))
        claim(w, CLAIM_LINE, number(w, t, 54, 4), 0);
}

/* "\\_SB.COM1", NUL included, names what "\\_SB_.COM1" does: segments are padded to four. */
static bool is_path(struct span text, const char *padded)
{
    unsigned n = 0;                                     /* of this segment; the root's '\\' is none */
    while (text.left > 1 && !text.broken) {
        uint8_t c = span_u8(&text);
        for (; c == '.' && n < 4; n++)
            if (*padded++ != '_')
                return false;
        if (*padded++ != c)
            return false;
        n = c == '.' || c == '\\' ? 0 : n + 1;
    }
    return !*padded && span_u8(&text) == 0 && !text.broken;
}

static void walk_dbg2(struct walk *w, struct span t)
{
    uint64_t device = number(w, t, 36, 4);
    if (number(w, t, 40, 4) != 1 || number(w, t, device + 3, 1) != 1)
        fault(w, "not one device with one register block");
    uint64_t size = number(w, t, device + number(w, t, device + 20, 2), 4);
    walk_register(w, t, device + number(w, t, device + 18, 2), size);
    if (!is_path(span_slice(t, device + number(w, t, device + 6, 2), number(w, t, device + 4, 2)), w->uart))
        fault(w, "does not name the DSDT's UART, which is %s", w->uart);
}

static const struct { char signature[5]; void (*walk)(struct walk *w, struct span t); } walker[] = {
    { "FACP", walk_fadt }, { "APIC", walk_madt }, { "GTDT", walk_gtdt }, { "PPTT", walk_pptt }, { "XENV", walk_xenv }, { "SPCR", walk_spcr },
    { "DBG2", walk_dbg2 }, { "SRAT", walk_srat }, { "SLIT", walk_slit }, { "MCFG", walk_mcfg }, { "TPM2", walk_tpm2 },
    { "VIOT", walk_viot }, { "IORT", walk_iort }, { "STAO", walk_stao }, { "WAET", walk_waet },
};

static void walk_table(struct walk *w, struct span t)
{
    snprintf(w->table, sizeof(w->table), "%.4s", (const char *)t.at);
    for (unsigned i = 0; i < sizeof(walker) / sizeof(walker[0]); i++)
        if (!strcmp(w->table, walker[i].signature)) {
            walker[i].walk(w, t);
            return;
        }
    fault(w, "is not known to the walk");
}

/* The table that stands at a guest address, with the length it says. */
static struct span table_at(struct walk *w, struct span image, uint64_t at, uint64_t address)
{
    uint64_t offset = address - at, length = number(w, image, offset + 4, 4);
    struct span t = span_slice(image, offset, length);
    uint8_t sum = 0;
    for (size_t i = 0; i < t.left; i++)
        sum = (uint8_t)(sum + t.at[i]);
    if (t.broken || length < 36 || sum)
        fault(w, "a table at 0x%llx that is cut or does not sum to 0", (unsigned long long)address);
    return t;
}

/* The image stands at guest address `at`, the RSDP first. False: w->why says what is wrong. */
static bool walk_image(struct walk *w, const struct platform *p, struct span image, uint64_t at)
{
    *w = (struct walk){ .p = p, .table = "XSDT" };
    if (p->board == BOARD_VIRT)
        expect_virt(w, p);
    else
        expect_pc(w, p);
    expect_devices(w, p);
    struct span xsdt = table_at(w, image, at, number(w, image, 24, 8));
    for (uint64_t i = 36; i < xsdt.left && !w->why[0]; i += 8) {
        struct span t = table_at(w, image, at, number(w, xsdt, i, 8));
        if (w->why[0])
            break;
        walk_table(w, t);
        if (memcmp(t.at, "FACP", 4))
            continue;
        struct span dsdt = table_at(w, image, at, number(w, t, 140, 8));
        snprintf(w->table, sizeof(w->table), "DSDT");
        span_take(&dsdt, 36);
        walk_dsdt(w, dsdt);
    }
    snprintf(w->table, sizeof(w->table), "all");
    check_all_named(w);
    return !w->why[0];
}
#endif
