/*
 * Owns: the image: RSDP first, then DSDT, FACS, FADT, the board's other tables, and last the RSDT and XSDT that point at them. The
 * order never changes, so the same platform at the same address gives the same bytes.
 */
#include "acpi/acpi.h"
#include "acpi/arm.h"
#include "acpi/tables.h"
#include "lib/checked.h"

enum { RSDP_LENGTH = 36, TABLES_MAX = 16 };

struct listed { uint64_t at[TABLES_MAX]; unsigned n; };

/* RSDT and XSDT list the same tables, in 4 and in 8 bytes each. */
static uint64_t root_table(struct table_out *o, const char *signature, const struct listed *l, uint64_t base, unsigned size)
{
    uint64_t start = table_begin(o, signature, 1);
    for (unsigned i = 0; i < l->n; i++)
        table_le(o, base + l->at[i], size);
    table_end(o, start);
    return start;
}

/* The RSDP (ACPI 6.4, 5.2.5.3) at the start of the image, where nothing but zeroes stands yet. */
static void rsdp(struct table_out *o, uint64_t rsdt, uint64_t xsdt)
{
    struct table_out head = { o->to, RSDP_LENGTH, 0, o->full };
    table_bytes(&head, "RSD PTR ", 8);
    table_le(&head, 0, 1);
    table_bytes(&head, "BEDPLT", 6);
    table_le(&head, 2, 1);              /* revision */
    table_le(&head, rsdt, 4);
    table_le(&head, RSDP_LENGTH, 4);
    table_le(&head, xsdt, 8);
    table_le(&head, 0, 4);              /* extended checksum, reserved */
    table_checksum(&head, 0, 20, 8);
    table_checksum(&head, 0, RSDP_LENGTH, 32);
}

/* What one table is told by, and who has it. One line here adds a table to a board. */
struct row { bool (*present)(const struct platform *p); uint64_t (*tell)(struct table_out *o, const struct platform *p); };

static bool has_lapic(const struct platform *p) { return p->lapic; }
static bool has_pl011(const struct platform *p) { return p->arm.pl011; }
static bool has_xen(const struct platform *p) { return p->xen; }

static const struct row pc[] = {
    { has_lapic, acpi_madt },
};
static const struct row virt[] = {
    { NULL, acpi_arm_madt }, { NULL, acpi_arm_gtdt }, { has_pl011, acpi_arm_spcr }, { has_pl011, acpi_arm_dbg2 },
    { has_xen, acpi_arm_xenv },
};

static void write_rows(struct table_out *o, const struct platform *p, const struct row *row, unsigned n, struct listed *l)
{
    for (unsigned i = 0; i < n; i++)
        if (!row[i].present || row[i].present(p))
            l->at[l->n++] = row[i].tell(o, p);
}

/* The DSDT is found through the FADT, not listed. */
static void write_tables(struct table_out *o, const struct platform *p, uint64_t base, struct listed *l)
{
    if (p->board == BOARD_VIRT) {
        uint64_t dsdt = acpi_arm_dsdt(o, p);
        l->at[l->n++] = acpi_arm_fadt(o, p, base + dsdt);
        write_rows(o, p, virt, sizeof(virt) / sizeof(virt[0]), l);
    } else {
        uint64_t dsdt = acpi_dsdt(o, p);
        uint64_t facs = p->lapic ? 0 : base + acpi_facs(o);
        l->at[l->n++] = acpi_fadt(o, p, base + dsdt, facs);
        write_rows(o, p, pc, sizeof(pc) / sizeof(pc[0]), l);
    }
}

static void write_image(struct table_out *o, const struct platform *p, uint64_t base)
{
    struct listed l = { .n = 0 };
    table_zero(o, RSDP_LENGTH);
    write_tables(o, p, base, &l);
    uint64_t rsdt = root_table(o, "RSDT", &l, base, 4);
    uint64_t xsdt = root_table(o, "XSDT", &l, base, 8);
    rsdp(o, base + rsdt, base + xsdt);
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
