/*
 * Owns: the image: RSDP first, then DSDT, FACS, FADT, the board's other tables, and last the RSDT and XSDT that point at them. The
 * order never changes, so the same platform at the same address gives the same bytes.
 */
#include "acpi/acpi.h"
#include "acpi/arm.h"
#include "acpi/root.h"
#include "acpi/tables.h"
#include "lib/checked.h"

enum { TABLES_MAX = 16 };

static bool has_processors(const struct platform *p) { return platform_is(p, BOARD_VIRT) || p->lapic; }
static bool has_uart(const struct platform *p) { return platform_is(p, BOARD_VIRT) ? p->arm.pl011 : p->uart.present; }
static bool has_pcie(const struct platform *p) { return p->pcie.present; }
static bool has_nodes(const struct platform *p) { return p->nodes; }
static bool has_tpm(const struct platform *p) { return p->tpm.present; }
static bool has_viommu(const struct platform *p) { return p->viommu.present; }
static bool has_hidden(const struct platform *p) { return p->hiddens; }
static bool has_pcie_its(const struct platform *p) { return p->pcie.present && p->arm.its; }
static bool has_xen(const struct platform *p) { return p->xen; }

/*
 * Every table but those that have to know of each other, in the order they stand: who wants it, and what writes it for each board (NULL:
 * the board has none). A further table is one function, which writes it from its header on, and one line here.
 */
typedef uint64_t write_table(struct table_out *o, const struct platform *p);
static const struct row {
    bool (*wanted)(const struct platform *p);       /* NULL: always */
    write_table *write[2];                          /* by enum platform_board */
} rows[] = {
    { has_processors,    { PLATFORM_PC(acpi_madt), PLATFORM_VIRT(acpi_arm_madt) } },
    { NULL,              { NULL, PLATFORM_VIRT(acpi_arm_gtdt) } },
    { NULL,              { NULL, PLATFORM_VIRT(acpi_arm_pptt) } },
    { has_uart,          { PLATFORM_PC(acpi_spcr), PLATFORM_VIRT(acpi_arm_spcr) } },
    { has_uart,          { PLATFORM_PC(acpi_dbg2), PLATFORM_VIRT(acpi_arm_dbg2) } },
    { acpi_has_pm_timer, { PLATFORM_PC(acpi_waet), NULL } },
    { has_pcie,          { PLATFORM_MORE(acpi_mcfg), PLATFORM_MORE(acpi_mcfg) } },
    { has_viommu,        { PLATFORM_MORE(acpi_viot), PLATFORM_MORE(acpi_viot) } },
    { has_nodes,         { acpi_srat, acpi_srat } },
    { has_nodes,         { acpi_slit, acpi_slit } },
    { has_tpm,           { PLATFORM_MORE(acpi_tpm2), PLATFORM_MORE(acpi_tpm2) } },
    { has_hidden,        { acpi_stao, acpi_stao } },
    { has_pcie_its,      { NULL, PLATFORM_MORE(acpi_arm_iort) } },
    { has_xen,           { NULL, PLATFORM_VIRT(acpi_arm_xenv) } },
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
_Static_assert(ROWS + 1 <= TABLES_MAX, "the rows and the FADT fit a list");

/* The DSDT and the FACS are found through the FADT and not listed. A hardware-reduced machine has no FACS (ACPI 6.4, 4.1). */
static uint64_t write_fixed(struct table_out *o, const struct platform *p, uint64_t base)
{
    if (platform_is(p, BOARD_VIRT))
        return acpi_arm_fadt(o, p, base + acpi_arm_dsdt(o, p));
    uint64_t dsdt = base + acpi_dsdt(o, p);
    uint64_t facs = p->lapic ? 0 : base + acpi_facs(o);
    return acpi_fadt(o, p, dsdt, facs);
}

static void write_image(struct table_out *o, const struct platform *p, uint64_t base)
{
    uint64_t listed[TABLES_MAX];
    unsigned n = 0;
    table_zero(o, ACPI_RSDP_LENGTH);
    listed[n++] = base + write_fixed(o, p, base);
    for (const struct row *r = rows; r < rows + ROWS; r++)
        if (r->write[p->board] && (!r->wanted || r->wanted(p)))
            listed[n++] = base + r->write[p->board](o, p);
    uint64_t rsdt = acpi_root_table(o, listed, n, 4), xsdt = acpi_root_table(o, listed, n, 8);
    acpi_rsdp(o, base + rsdt, base + xsdt);
}

bool acpi_build(const struct platform *p, gpa_t at, uint8_t *to, uint64_t size, uint64_t *used, gpa_t *rsdp_at)
{
    struct table_out o = { to, size, 0, !to };
    uint64_t end;
    write_image(&o, p, at.v);
    /* The RSDT and the FADT's DSDT field have 32 bits. */
    if (o.full || !add_ok(at.v, o.used, &end) || end > GIB(4))
        return false;
    *used = o.used;
    *rsdp_at = at;
    return true;
}

uint64_t acpi_size(const struct platform *p)
{
    struct table_out count = { 0 };
    write_image(&count, p, 0);
    return round_up(count.used, PAGE_SIZE);
}
