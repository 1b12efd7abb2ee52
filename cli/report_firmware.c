/* Owns: the machine behind the pictures where only its tables are known: what MADT, MCFG, HPET and SRAT say of it. */
#include "cli/report.h"

static struct span body(const struct acpi_table *t, uint64_t from)
{
    return t ? span_slice(t->bytes, from, t->bytes.left > from ? t->bytes.left - from : 0) : (struct span){ NULL, 0, true };
}

static const char *manner_of(uint64_t flags)
{
    static const char *const word[4] = { "as the bus has it", "edge", "", "level" };
    return word[flags >> 2 & 3];
}

/* One structure of the MADT (ACPI 6.4, 5.2.12): processors, IOAPICs, interrupt source overrides. */
static void madt_entry(struct model *m, uint64_t type, struct span s)
{
    char source[32];
    uint64_t flags, id;
    switch (type) {
    case 0: case 9:     /* local APIC, x2APIC: enabled, or online capable */
        flags = acpi_number(s, type ? 8 : 4, 4);
        m->cpus += flags & 1;
        m->cpus_told += (flags & 3) != 0;
        m->lapic = true;
        break;
    case 1:
        id = acpi_number(s, 2, 1);
        model_region(m, acpi_number(s, 4, 4), 4096, REGION_DEVICE, id ? "IOAPIC %u" : "IOAPIC", (unsigned)id);
        m->ioapics++;
        break;
    case 2:
        (void)snprintf(source, sizeof(source), "ISA line %u", (unsigned)acpi_number(s, 3, 1));
        model_line(m, (unsigned)acpi_number(s, 4, 4), source, manner_of(acpi_number(s, 8, 2)));
        break;
    case 0xb:           /* GICC */
        m->arm = true;
        flags = acpi_number(s, 12, 4);
        m->cpus += flags & 1;
        m->cpus_told += flags & 1;
        break;
    case 0xc:           /* GICD */
        m->arm = true;
        m->gic = (unsigned)acpi_number(s, 20, 1);
        model_region(m, acpi_number(s, 8, 8), m->gic < 3 ? 0x1000 : 0x10000, REGION_DEVICE, "GIC distributor");
        break;
    default:
        break;
    }
}

static void read_madt(struct model *m, const struct acpi_table *t)
{
    struct span s = body(t, 44);
    if (!t)
        return;
    if (acpi_number(t->bytes, 36, 4))
        model_region(m, acpi_number(t->bytes, 36, 4), 4096, REGION_DEVICE, "local APIC");
    m->pic = acpi_number(t->bytes, 40, 4) & 1;
    while (s.left >= 2) {
        uint64_t type = acpi_number(s, 0, 1), length = acpi_number(s, 1, 1);
        struct span entry = span_take(&s, length < 2 ? UINT64_MAX : length);
        if (entry.broken)
            return;
        madt_entry(m, type, entry);
    }
}

static void read_mcfg(struct model *m, const struct acpi_table *t)
{
    struct span s = body(t, 44);
    while (s.left >= 16) {
        struct span e = span_take(&s, 16);
        uint64_t first = acpi_number(e, 10, 1), last = acpi_number(e, 11, 1);
        if (last >= first)
            model_region(m, acpi_number(e, 0, 8) + (first << 20), (last - first + 1) << 20, REGION_DEVICE, "PCIe configuration");
    }
}

/* Memory affinity structures (5.2.16.2) that are enabled: the only place where tables tell of RAM. */
static void read_srat(struct model *m, const struct acpi_table *t)
{
    struct span s = body(t, 48);
    while (s.left >= 2) {
        uint64_t type = acpi_number(s, 0, 1), length = acpi_number(s, 1, 1);
        struct span e = span_take(&s, length < 2 ? UINT64_MAX : length);
        if (e.broken)
            return;
        if (type == 1 && (acpi_number(e, 28, 4) & 1))
            model_region(m, acpi_number(e, 8, 8), acpi_number(e, 16, 8), REGION_RAM, "RAM of node %u", (unsigned)acpi_number(e, 2, 4));
    }
}

static void read_places(struct model *m, const struct acpi_set *s)
{
    for (unsigned i = 0; i < s->n; i++)
        if (s->table[i].placed && s->table[i].at && s->table[i].bytes.left >= 4)
            model_region(m, s->table[i].at, s->table[i].bytes.left, REGION_ACPI, "%.4s", (const char *)s->table[i].bytes.at);
}

void model_of_tables(struct model *m, const struct acpi_set *s, const char *name)
{
    const struct acpi_table *hpet = acpi_set_find(s, "HPET", 0), *facp = acpi_set_find(s, "FACP", 0);
    *m = (struct model){ .cpus = 0 };
    (void)snprintf(m->name, sizeof(m->name), "%s", name);
    (void)snprintf(m->subtitle, sizeof(m->subtitle), "%u tables of a machine's firmware", s->n);
    read_madt(m, acpi_set_find(s, "APIC", 0));
    read_mcfg(m, acpi_set_find(s, "MCFG", 0));
    read_srat(m, acpi_set_find(s, "SRAT", 0));
    if (hpet)
        model_region(m, acpi_number(hpet->bytes, 44, 8), 1024, REGION_DEVICE, "HPET");
    read_places(m, s);
    if (m->ioapics)
        m->pic = false;     /* drawn once: what carries the lines */
    model_pill(m, true, "%u processor%s", m->cpus, m->cpus == 1 ? "" : "s");
    if (m->arm)
        model_pill(m, true, m->gic ? "GIC v%u" : "GIC", m->gic);
    else
        model_pill(m, m->ioapics, "%u IOAPIC%s", m->ioapics, m->ioapics == 1 ? "" : "s");
    model_pill(m, hpet, "HPET");
    model_pill(m, facp && (acpi_number(facp->bytes, 112, 4) >> 20 & 1), "hardware-reduced");
    model_pill(m, acpi_set_find(s, "TPM2", 0) || acpi_set_find(s, "TCPA", 0), "TPM");
    model_pill(m, acpi_set_find(s, "DMAR", 0) || acpi_set_find(s, "IVRS", 0), "IOMMU");
}
