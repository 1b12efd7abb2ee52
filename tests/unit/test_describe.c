/* The telling of tables: a fault of each kind is said where it is, what is right is not blamed, and each byte is told once. */
#include "acpi/show/describe.h"
#include "acpi/table.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- what is heard ---- */

struct heard { char faults[65536], fields[65536]; size_t faults_used, fields_used; unsigned count; uint64_t told; const struct acpi_table *table; };

static void add(char *to, size_t *used, size_t size, const char *a, const char *b)
{
    int n = snprintf(to + *used, size - *used, "%s: %s\n", a, b);
    *used += (size_t)n < size - *used ? (size_t)n : 0;
}

static void hear_table(void *owner, const struct acpi_heading *head)
{
    struct heard *h = owner;
    assert_non_null(head->title);
    h->table = head->table;
    h->told = 0;
}

static void hear_field(void *owner, const struct acpi_field *f)
{
    struct heard *h = owner;
    if (!f->depth) {
        assert_int_equal(f->offset, h->told);
        h->told += f->size;
    }
    add(h->fields, &h->fields_used, sizeof(h->fields), f->name, f->value);
    if (f->fault) {
        add(h->faults, &h->faults_used, sizeof(h->faults), f->name, f->fault);
        h->count++;
    }
    if (h->told == h->table->bytes.left && !f->depth)
        assert_false(f->offset + f->size > h->table->bytes.left);
}

static void hear_fault(void *owner, const char *sentence)
{
    struct heard *h = owner;
    if (h->table)
        assert_int_equal(h->told, h->table->bytes.left);    /* after its last field */
    add(h->faults, &h->faults_used, sizeof(h->faults), "table", sentence);
    h->count++;
}

static struct heard *heard;
static struct acpi_set *set;
static const struct acpi_listener *listener(void)
{
    static struct acpi_listener l;
    free(heard);
    heard = calloc(1, sizeof(*heard));
    l = (struct acpi_listener){ hear_table, hear_field, hear_fault, heard };
    return &l;
}

static void says(const char *what)
{
    if (!strstr(heard->faults, what))
        fail_msg("not said: %s; but: %s", what, heard->faults);
}

static void tells(const char *what)
{
    if (!strstr(heard->fields, what))
        fail_msg("not told: %s; but: %s", what, heard->fields);
}

static void no_fault(void)
{
    if (heard->count)
        fail_msg("blamed: %s", heard->faults);
}

/* ---- tables, on the heap to their exact size so that reading beyond is seen ---- */

static uint8_t buffer[1 << 20];
static struct table_out out;
static uint64_t start;

static int set_up(void **state)
{
    (void)state;
    set = calloc(1, sizeof(*set));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    const struct acpi_table *root[] = { &set->rsdp, &set->rsdt, &set->xsdt };
    for (unsigned i = 0; i < 3; i++)
        free((void *)(uintptr_t)root[i]->bytes.at);
    for (unsigned i = 0; i < set->n; i++)
        free((void *)(uintptr_t)set->table[i].bytes.at);
    free(set);
    free(heard);
    heard = NULL;
    return 0;
}

static void begin(const char *signature, uint8_t revision)
{
    memset(buffer, 0, sizeof(buffer));
    out = (struct table_out){ buffer, sizeof(buffer), 0, false };
    start = table_begin(&out, signature, revision);
}

static void le(uint64_t v, unsigned n) { table_le(&out, v, n); }

static struct span copy(const uint8_t *from, size_t n)
{
    uint8_t *to = malloc(n ? n : 1);
    memcpy(to, from, n);
    return span_of(to, n);
}

/* at 0: not placed. */
static struct acpi_table *end_at(uint64_t at)
{
    table_end(&out, start);
    struct acpi_table *t = &set->table[set->n++];
    *t = (struct acpi_table){ .bytes = copy(buffer + start, (size_t)(out.used - start)), .at = at, .placed = at != 0 };
    return t;
}

static struct acpi_table *end(void) { return end_at(0); }

static void sum_again(struct acpi_table *t)
{
    uint8_t *b = (uint8_t *)(uintptr_t)t->bytes.at, sum = 0;
    for (size_t i = 0; i < t->bytes.left; i++)
        sum = (uint8_t)(sum + b[i]);
    b[9] = (uint8_t)(b[9] - sum);
}

static void put(struct acpi_table *t, uint32_t at, uint64_t v, unsigned n)
{
    uint8_t *b = (uint8_t *)(uintptr_t)t->bytes.at;
    for (unsigned i = 0; i < n; i++)
        b[at + i] = (uint8_t)(v >> 8 * i);
    sum_again(t);
}

static void describe(const struct acpi_table *t)
{
    acpi_describe(set, t, listener());
    assert_int_equal(heard->told, t->bytes.left);
}

/* ---- any table ---- */

static void header_faults(void **state)
{
    (void)state;
    begin("WAET", 1);
    le(2, 4);
    struct acpi_table *t = end();
    describe(t);
    no_fault();
    tells("Emulated Device Flags: 0x2: ACPI PM timer good: one read is enough");
    ((uint8_t *)(uintptr_t)t->bytes.at)[20] ^= 1;
    describe(t);
    says("Checksum: wrong: 0x");
    ((uint8_t *)(uintptr_t)t->bytes.at)[20] ^= 1;
    put(t, 36, 0x82, 4);
    describe(t);
    says("Emulated Device Flags: reserved bits 0x80 are set");
    put(t, 36, 2, 4);
    put(t, 8, 0, 1);
    describe(t);
    says("Revision: there is no revision below 1");
    put(t, 8, 7, 1);
    put(t, 36, 0x82, 4);
    describe(t);        /* of a later revision the bit may mean something */
    no_fault();
    tells("Revision: 7 (newer than the 1 known here");
}

static void length_faults(void **state)
{
    (void)state;
    begin("WAET", 1);
    le(2, 4);
    struct acpi_table *t = end();
    put(t, 4, 44, 4);
    describe(t);
    says("Length: cut: only 40 of 44 bytes are there");
    put(t, 4, 39, 4);
    describe(t);
    says("Length: too short: revision 1 has at least 40 bytes");
    says("ends inside of Emulated Device Flags, which has 4 bytes");
    put(t, 4, 20, 4);
    describe(t);
    says("Length: less than the 36 bytes of its header");
    begin("WAET", 1);
    le(2, 4), le(0x1234, 2);
    t = end();
    put(t, 4, 40, 4);
    describe(t);
    says("Length: 2 bytes stand behind its end");
    tells("Behind the table: 34 12");
    begin("FACP", 5);
    table_zero(&out, 244 - 36);
    describe(end());
    says("Length: too short: revision 5 has at least 268 bytes");
}

static void unknown_tables_are_bytes(void **state)
{
    (void)state;
    begin("ZZZZ", 9);
    for (unsigned i = 0; i < 20; i++)
        le(i, 1);
    describe(end());
    no_fault();
    tells("Data: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\nData: 10 11 12 13");
    assert_string_equal(acpi_title("ZZZZ"), "");
    assert_string_equal(acpi_title("APIC"), "Multiple APIC Description Table");
    assert_string_equal(acpi_clause("APIC"), "ACPI 6.4, 5.2.12");
}

static void what_is_no_table_is_told_too(void **state)
{
    (void)state;
    for (size_t n = 1; n < 40; n++) {
        static const uint8_t junk[40] = { 'F', 'A', 'C', 'P', 0xff, 0xff, 0xff, 0xff, 6 };
        struct acpi_table *t = &set->table[set->n++];
        t->bytes = copy(junk, n);
        describe(t);
    }
}

/* ---- structures ---- */

static void structure_faults(void **state)
{
    (void)state;
    begin("APIC", 4);
    le(0xfee00000, 4), le(0, 4);
    le(0, 1), le(8, 1), le(0, 1), le(0, 1), le(1, 4);
    le(0, 1), le(0, 1), le(0, 6);
    describe(end());
    says("Processor Local APIC: a length of 0 cannot be: where the next structure begins is not known");
    begin("APIC", 4);
    le(0xfee00000, 4), le(0, 4);
    le(0, 1), le(8, 1), le(0, 1), le(0, 1), le(1, 4);
    le(1, 1), le(12, 1), le(0, 6);
    describe(end());
    says("I/O APIC: it has 12 bytes, but only 8 are left here");
    begin("APIC", 4);
    le(0xfee00000, 4), le(0, 4);
    le(0, 1), le(6, 1), le(0, 1), le(0, 1), le(1, 2);
    describe(end());
    says("Processor Local APIC: 6 bytes are too few: a Processor Local APIC has at least 8");
    says("table: no processor is enabled");
    begin("APIC", 4);
    le(0xfee00000, 4), le(0, 4), le(0x7f, 1), le(3, 1), le(9, 1);
    describe(end());
    tells("Entry of type 0x7f: ");
}

/* ---- the set and its roots ---- */

static void add_rsdp(uint64_t at, uint64_t rsdt, uint64_t xsdt)
{
    memset(buffer, 0, 64);
    out = (struct table_out){ buffer, 36, 0, false };
    table_bytes(&out, "RSD PTR \0BEDPLT\2", 16);
    le(rsdt, 4), le(36, 4), le(xsdt, 8), le(0, 4);
    table_checksum(&out, 0, 20, 8);
    table_checksum(&out, 0, 36, 32);
    set->rsdp = (struct acpi_table){ .bytes = copy(buffer, 36), .at = at, .placed = true };
}

static void add_root(const char *signature, const uint64_t *to, unsigned n)
{
    bool wide = signature[0] == 'X';
    begin(signature, 1);
    for (unsigned i = 0; i < n; i++)
        le(to[i], wide ? 8 : 4);
    struct acpi_table t = *end_at(wide ? 0x3000 : 0x2000);
    set->n--;
    *(wide ? &set->xsdt : &set->rsdt) = t;
}

static void small_table(const char *signature, uint64_t at)
{
    begin(signature, 1);
    le(0, 4);
    (void)end_at(at);
}

static void a_good_set_has_no_fault(void **state)
{
    (void)state;
    const uint64_t to[] = { 0x4000, 0x5000 };
    add_rsdp(0xf0000, 0x2000, 0x3000);
    add_root("RSDT", to, 2);
    add_root("XSDT", to, 2);
    begin("FACP", 6);
    le(0, 4), le(0x6000, 4), table_zero(&out, 112 - 44), le(1 << 20, 4), table_zero(&out, 276 - 116);
    (void)end_at(0x4000);
    small_table("WAET", 0x5000);
    begin("DSDT", 2);
    (void)end_at(0x6000);
    assert_int_equal(acpi_describe_set(set, listener()), 0);
    no_fault();
    tells("Entry: 0x4000: \"FACP\"");
}

static void root_faults(void **state)
{
    (void)state;
    const uint64_t in_rsdt[] = { 0x5000, 0x7000, 0x5000 }, in_xsdt[] = { 0x5000, 0x6000, 0 };
    add_rsdp(0xf0008, 0x2100, 0);
    add_root("RSDT", in_rsdt, 3);
    add_root("XSDT", in_xsdt, 3);
    small_table("WAET", 0x5000);
    begin("DSDT", 2);
    (void)end_at(0x6000);
    unsigned n = acpi_describe_set(set, listener());
    assert_int_equal(n, heard->count);
    says("RsdtAddress: the RSDT stands at 0x2000");
    says("XsdtAddress: revision 2 has an XSDT, whose address stands here");
    says("table: stands at 0xf0008: nobody looks for it but on 16-byte boundaries");
    says("Entry: dangling: no table stands there");
    says("Entry: entry 0 points there already");
    says("Entry: only the FADT points at a DSDT");
    says("Entry: points at nothing");
    says("table: the RSDT lists 1 that the XSDT does not, the first at 0x7000");
    says("table: the XSDT lists 2 that the RSDT does not, the first at 0x6000");
    says("table: the set has no FACP, which every machine must have");
}

static void rsdp_faults(void **state)
{
    (void)state;
    add_rsdp(0xf0000, 0, 0x3000);
    uint8_t *b = (uint8_t *)(uintptr_t)set->rsdp.bytes.at;
    b[10] ^= 1;
    b[33] = 2;
    describe(&set->rsdp);
    says("Checksum: wrong");
    says("Extended Checksum: wrong");
    says("Reserved: has to be zero");
    says("XsdtAddress: dangling: no XSDT stands there");
    b[15] = 1;
    describe(&set->rsdp);
    says("Revision: there is no revision 1");
    set->rsdp.bytes.left = 30;
    b[15] = 2;
    describe(&set->rsdp);
    says("table: cut: the RSDP has 30 bytes, not 36");
}

static void two_of_a_kind(void **state)
{
    (void)state;
    small_table("DSDT", 0x1000);
    small_table("DSDT", 0x2000);
    (void)acpi_describe_set(set, listener());
    says("table: 2 tables are called DSDT");
    set->lost = 3;
    (void)acpi_describe_set(set, listener());
    says("table: the set has 3 tables more than the 256 that are told here");
    begin("WAET", 1);
    le(2, 4);
    struct acpi_table *t = end();
    t->faults = ACPI_MISPLACED;
    describe(t);
    says("table: what points at it expects a table of another signature");
}

static void tables_in_each_others_place(void **state)
{
    (void)state;
    small_table("WAET", 0x1000);
    small_table("WSMT", 0x1027);
    small_table("SSDT", 0x1050);
    small_table("SSDT", 0x1080);
    (void)acpi_describe_set(set, listener());
    says("table: the WAET at 0x1000..0x1027 and the WSMT at 0x1027..0x104e overlap");
    says("table: an SSDT of 40 bytes with the table ID \"BEDPLATE\" is there twice");
    set->table[1].at = 0x1028;
    (void)acpi_describe_set(set, listener());
    assert_null(strstr(heard->faults, "overlap"));
}

/* ---- FADT and FACS ---- */

/* Of a PC with all there is; good. */
static struct acpi_table *fadt(void)
{
    begin("FACP", 6);
    le(0x8040, 4), le(0x9000, 4), le(0, 1), le(1, 1), le(9, 2), le(0xb2, 4), le(0xa0, 1), le(0xa1, 1), le(0, 2);
    le(0x600, 4), le(0, 4), le(0x604, 4), le(0, 4), le(0, 4), le(0x608, 4), le(0x620, 4), le(0, 4);
    le(4, 1), le(2, 1), le(0, 1), le(4, 1), le(16, 1), le(0, 3);
    le(101, 2), le(1001, 2), table_zero(&out, 8), table_zero(&out, 1), le(3, 2), le(0, 1), le(0x5a5, 4);
    table_gas(&out, TABLE_IO, 1, 0xcf9), le(6, 1), le(0, 2), le(3, 1), le(0, 8), le(0x9000, 8);
    table_gas(&out, TABLE_IO, 4, 0x600), table_zero(&out, 12), table_gas(&out, TABLE_IO, 2, 0x604), table_zero(&out, 24);
    table_gas(&out, TABLE_IO, 4, 0x608), table_zero(&out, 24 + 24 + 8);
    return end();
}

static void fadt_is_told(void **state)
{
    (void)state;
    struct acpi_table *t = fadt();
    assert_int_equal(t->bytes.left, 276);
    describe(t);
    no_fault();
    tells("SCI_INT: 9");
    tells("Preferred_PM_Profile: 0x1: desktop");
    tells("RESET_REG: I/O port 0xcf9, 8 bits, by bytes");
    tells("X_PM_TMR_BLK: I/O port 0x608, 32 bits, by double words");
}

/* One change each: the field's offset, size and new value, and what is then said. */
static void fadt_faults(void **state)
{
    (void)state;
    static const struct { uint32_t at; unsigned n; uint64_t v; const char *says; } change[] = {
        { 36, 4, 0x8050, "FIRMWARE_CTRL: a FACS has to be on a 64-byte boundary" },
        { 132, 8, 0x10000, "X_FIRMWARE_CTRL: FIRMWARE_CTRL says 0x8040" },
        { 36, 4, 0, "X_FIRMWARE_CTRL: no FACS, though the machine is not hardware-reduced" },
        { 140, 8, 0x9100, "X_DSDT: the 32-bit DSDT field says 0x9000" },
        { 45, 1, 9, "Preferred_PM_Profile: profiles above 8 are reserved" },
        { 48, 4, 0, "SMI_CMD: ACPI_ENABLE and ACPI_DISABLE have nowhere to be written to" },
        { 152, 8, 0x700, "X_PM1a_EVT_BLK: the 32-bit field says 0x600" },
        { 149, 1, 16, "X_PM1a_EVT_BLK: the length field says 32 bits" },
        { 88, 1, 2, "PM1_EVT_LEN: a PM1 event block has at least 4 bytes" },
        { 89, 1, 1, "PM1_CNT_LEN: a PM1 control block has at least 2 bytes" },
        { 91, 1, 3, "PM_TMR_LEN: a PM timer block has 4 bytes" },
        { 92, 1, 3, "GPE0_BLK_LEN: status and enable registers are halves of it: it has to be even" },
        { 93, 1, 4, "GPE1_BLK_LEN: there is no GPE1 block" },
        { 56, 4, 0x10000, "PM1a_EVT_BLK: no I/O port is above 0xffff" },
        { 111, 1, 1, "Reserved: has to be zero" },
        { 109, 2, 0x100, "IAPC_BOOT_ARCH: reserved bits 0x100 are set" },
        { 112, 4, 0x01000000, "Flags: reserved bits 0x1000000 are set" },
        { 112, 4, 0xc0000, "Flags: cluster and physical APIC mode exclude each other" },
        { 117, 1, 16, "RESET_REG: has to be 8 bits wide, not 16" },
        { 116, 1, 3, "RESET_REG: has to be in memory, I/O or PCI configuration space" },
        { 120, 8, 0, "RESET_REG: the flags say that there is a reset register" },
        { 119, 1, 9, "RESET_REG: access size 9 does not exist" },
        { 116, 1, 0x20, "RESET_REG: address space 0x20 is reserved" },
        { 120, 8, 0x10000, "RESET_REG: no I/O port is above 0xffff" },
        { 112, 4, 1 << 20, "PM1a_EVT_BLK: the machine is hardware-reduced" },
        { 112, 4, 1 << 20, "X_PM1a_CNT_BLK: the machine is hardware-reduced" },
    };
    for (unsigned i = 0; i < sizeof(change) / sizeof(change[0]); i++) {
        struct acpi_table *t = fadt();
        put(t, change[i].at, change[i].v, change[i].n);
        describe(t);
        says(change[i].says);
    }
    struct acpi_table *t = fadt();
    put(t, 40, 0, 4);
    put(t, 140, 0, 8);
    describe(t);
    says("DSDT: nothing points at a DSDT");
    t = fadt();
    put(t, 112, 1 << 20, 4);
    put(t, 8, 4, 1);
    describe(t);
    says("Flags: hardware-reduced machines are of revision 5 or later");
}

static void fadt_pointers(void **state)
{
    (void)state;
    struct acpi_table *t = fadt();
    t->at = 0x4000;
    t->placed = true;
    small_table("WAET", 0x9000);
    describe(&set->table[0]);
    says("FIRMWARE_CTRL: dangling: no table stands there");
    says("DSDT: what stands there is no DSDT");
    says("X_DSDT: what stands there is no DSDT");
    small_table("WAET", 0);         /* not all are placed: who knows */
    describe(&set->table[0]);
    assert_null(strstr(heard->faults, "dangling"));
}

static void facs_faults(void **state)
{
    (void)state;
    uint8_t facs[64] = { 'F', 'A', 'C', 'S', 60, [32] = 2, [33] = 1 };
    struct acpi_table *t = &set->table[set->n++];
    *t = (struct acpi_table){ .bytes = copy(facs, 64), .at = 0x8020, .placed = true };
    describe(t);
    says("Length: a FACS has at least 64 bytes");
    says("Reserved: has to be zero");
    says("table: stands at 0x8020, which is no 64-byte boundary");
}

/* ---- MADT ---- */

static void begin_madt(uint32_t flags)
{
    begin("APIC", 5);
    le(0xfee00000, 4), le(flags, 4);
}
static void lapic(uint8_t uid, uint8_t id, uint32_t flags) { table_entry(&out, 0, 8), le(uid, 1), le(id, 1), le(flags, 4); }
static void x2apic(uint32_t uid, uint32_t id, uint32_t flags) { table_entry(&out, 9, 16), le(0, 2), le(id, 4), le(flags, 4), le(uid, 4); }
static void ioapic(uint8_t id, uint32_t at, uint32_t gsi) { table_entry(&out, 1, 12), le(id, 1), le(0, 1), le(at, 4), le(gsi, 4); }
static void override(uint8_t bus, uint8_t irq, uint32_t gsi, uint16_t flags) { table_entry(&out, 2, 10), le(bus, 1), le(irq, 1), le(gsi, 4), le(flags, 2); }

static void a_good_madt(void **state)
{
    (void)state;
    begin_madt(1);
    lapic(0, 0, 1), lapic(1, 1, 2), lapic(255, 255, 0), lapic(255, 255, 0);
    x2apic(300, 300, 1);
    ioapic(2, 0xfec00000, 0), ioapic(3, 0xfec01000, 24);
    override(0, 0, 2, 0), override(0, 9, 9, 13);
    table_entry(&out, 4, 6), le(0xff, 1), le(0, 2), le(1, 1);
    describe(end());
    no_fault();
    tells("Flags: 0xd: active high, level");
    tells("Global System Interrupt Base: 24");
}

static void madt_faults(void **state)
{
    (void)state;
    begin_madt(2);
    lapic(0, 0, 3), lapic(0, 0, 1), lapic(3, 255, 1);
    x2apic(7, 7, 1), x2apic(7, 300, 1);
    ioapic(2, 0, 0), ioapic(2, 0xfec01000, 8);
    override(1, 3, 3, 2), override(0, 16, 3, 8), override(0, 3, 3, 0), override(0, 3, 4, 0);
    table_entry(&out, 4, 6), le(0xff, 1), le(0x10, 2), le(2, 1);
    table_entry(&out, 9, 16), le(1, 2), le(400, 4), le(1, 4), le(400, 4);
    describe(end());
    says("Flags: reserved bits 0x2 are set");
    says("Flags: enabled and online capable exclude each other");
    says("ACPI Processor UID: UID 0 is another processor's too");
    says("APIC ID: APIC ID 0 is another processor's too");
    says("APIC ID: 255 addresses all local APICs");
    says("X2APIC ID: an APIC ID below 255 belongs in a Processor Local APIC entry");
    says("ACPI Processor UID: UID 7 is another processor's too");
    says("I/O APIC Address: an I/O APIC is not at 0");
    says("I/O APIC ID: I/O APIC ID 2 is another's too");
    says("Global System Interrupt Base: the inputs overlap with those of I/O APIC 2, which begin at 0");
    says("Bus: only bus 0, ISA, has overrides");
    says("Flags: reserved bits 0x2 are set");
    says("Source: ISA interrupts are 0 to 15");
    says("Source: interrupt 3 has an override already");
    says("Flags: reserved bits 0x8 are set");
    says("Local APIC LINT#: a local APIC has LINT0 and LINT1");
    says("Reserved: has to be zero");
    begin_madt(0);
    describe(end());
    says("table: no processor is enabled");
}

static void madt_of_a_hardware_reduced_machine(void **state)
{
    (void)state;
    struct acpi_table *f = fadt();
    put(f, 112, 1 << 20, 4);
    begin_madt(1);
    lapic(0, 0, 1);
    struct acpi_table *t = end();
    describe(t);
    says("Flags: 8259s are promised, but the FADT says that the machine is hardware-reduced");
    put(f, 112, 0, 4);
    describe(t);
    no_fault();
}

static void the_sci_is_level(void **state)
{
    (void)state;
    (void)fadt();
    begin_madt(1);
    lapic(0, 0, 1);
    override(0, 9, 9, 5);
    describe(end());
    says("Flags: this is the SCI, which has to be level-triggered");
}

static void gicc(uint32_t uid, uint32_t flags)
{
    table_entry(&out, 11, 80), le(0, 2), le(uid, 4), le(uid, 4), le(flags, 4);
    table_zero(&out, 64);
}

static void madt_of_arm(void **state)
{
    (void)state;
    begin_madt(0);
    gicc(0, 1), gicc(0, 9), gicc(1, 0x10);
    for (unsigned i = 0; i < 2; i++)
        table_entry(&out, 12, 24), le(0, 2), le(0, 4), le(0x8000000, 8), le(0, 4), le(3, 1), le(0, 3);
    describe(end());
    tells("GIC version: 0x3: GICv3");
    says("ACPI Processor UID: UID 0 is another processor's too");
    says("Flags: enabled and online capable exclude each other");
    says("Flags: reserved bits 0x10 are set");
    says("Reserved: a machine has one distributor, and this is the second");
}

/* ---- the others ---- */

static void memory(uint32_t domain, uint64_t base, uint64_t length)
{
    table_entry(&out, 1, 40), le(domain, 4), le(0, 2), le(base, 8), le(length, 8), le(0, 4), le(1, 4), le(0, 8);
}

static void numa_faults(void **state)
{
    (void)state;
    begin("SRAT", 3);
    le(1, 4), le(0, 8);
    memory(0, 0, 0x1000), memory(1, 0x1000, 0x1000);
    describe(end());
    no_fault();
    begin("SRAT", 3);
    le(0, 4), le(0, 8);
    memory(0, 0, 0x1000), memory(1, 0xfff, 0x1000), memory(1, UINT64_MAX, 2), memory(1, 0x5000, 0);
    for (unsigned i = 0; i < 2; i++) {
        table_entry(&out, 0, 16), le(0, 1), le(4, 1), le(1, 4), le(0, 8);
        table_entry(&out, 3, 18), le(0, 4), le(5, 4), le(1, 4), le(0, 4);
    }
    describe(end());
    says("Reserved (Table Revision): reserved: has to be 1");
    says("Length: overlaps with 0x0..0xfff above");
    says("Length: reaches beyond the end of all addresses");
    says("Length: enabled, but has no byte");
    says("APIC ID: APIC ID 4 has an affinity already");
    says("ACPI Processor UID: UID 5 has an affinity already");
    begin_madt(1);
    lapic(0, 3, 1);
    (void)end();
    describe(&set->table[1]);
    says("APIC ID: no processor of the MADT has APIC ID 4");
    begin("SLIT", 1);
    le(3, 8), le(10, 1), le(20, 1), le(9, 1), le(21, 1), le(11, 1), le(20, 1), le(20, 1), le(20, 1), le(10, 1);
    describe(end());
    tells("Distances: 10 20 9");
    says("Distances: 9 to locality 2: less than 10 means nothing");
    says("Distances: 21 to locality 0, but 20 from there");
    says("Distances: 20 to locality 0, but 9 from there");
    begin("SLIT", 1);
    le(2, 8), le(11, 1), le(20, 1), le(20, 1), le(10, 1);
    describe(end());
    says("Distances: locality 0 is 11 from itself, not 10");
    begin("SLIT", 1);
    le(1 << 16, 8), le(0, 8);
    describe(end());
    says("table: 65536 localities have more distances than the 8 bytes that are here");
}

static void pci_faults(void **state)
{
    (void)state;
    begin("MCFG", 1);
    le(0, 8);
    le(0xe0000000, 8), le(0, 2), le(0, 1), le(0x7f, 1), le(0, 4);
    le(0xe8080000, 8), le(0, 2), le(0x7f, 1), le(0xff, 1), le(0, 4);
    le(0, 8), le(1, 2), le(9, 1), le(8, 1), le(1, 4);
    describe(end());
    says("Base Address: a bus has 1 MiB: the base has to be on such a boundary");
    says("End Bus Number: buses 0..127 of segment 0 have a place already");
    says("Base Address: is 0");
    says("End Bus Number: the last bus, 8, is before the first, 9");
    says("Reserved: has to be zero");
    begin("VIOT", 0);
    le(2, 2), le(48, 2), le(0, 8);
    le(1, 1), le(0, 1), le(24, 2), le(0, 4), le(0, 4), le(0x10, 2), le(0x8, 2), le(48, 2), le(0, 6);
    le(4, 1), le(0, 1), le(16, 2), le(0, 4), le(0xfeb00000, 8);
    struct acpi_table *t = end();
    describe(t);
    says("PCI BDF end: the range ends before it begins");
    says("Output node: no IOMMU's node stands at offset 0x30");
    put(t, 48 + 16, 72, 2);
    put(t, 48 + 14, 0x20, 2);
    describe(t);
    no_fault();
    put(t, 38, 20, 2);
    describe(t);
    says("table: the nodes cannot begin at offset 0x14");
}

static void iort_faults(void **state)
{
    (void)state;
    begin("IORT", 0);
    le(2, 4), le(48, 4), le(0, 4);
    le(0, 1), le(24, 2), le(0, 1), le(0, 4), le(0, 4), le(0, 4), le(1, 4), le(7, 4);
    le(2, 1), le(56, 2), le(1, 1), le(1, 4), le(1, 4), le(36, 4), le(1, 4), le(0, 3), le(3, 1), le(0, 4), le(0, 4), le(64, 1), le(0, 3);
    le(0, 4), le(0xffff, 4), le(0, 4), le(48, 4), le(0, 4);
    struct acpi_table *t = end();
    describe(t);
    no_fault();
    tells("GIC ITS Identifier: 7");
    tells("Number of IDs - 1: 65535");
    put(t, 72 + 36 + 12, 0x200, 4);
    describe(t);
    says("Output reference: no node stands at offset 0x200");
    put(t, 72 + 12, 57, 4);
    describe(t);
    says("table: the ID mappings of a node stand outside of it, at offset 0x39");
}

static void iommu_faults(void **state)
{
    (void)state;
    begin("DMAR", 1);
    le(38, 1), le(1, 1), table_zero(&out, 10);
    le(0, 2), le(24, 2), le(1, 1), le(0, 1), le(0, 2), le(0xfed90800, 8), le(3, 1), le(8, 1), le(0, 2), le(2, 1), le(0xf0, 1), le(0x001f, 2);
    le(1, 2), le(24, 2), le(0, 2), le(0, 2), le(0x9000, 8), le(0x8fff, 8);
    le(1, 2), le(32, 2), le(0, 2), le(0, 2), le(0x9000, 8), le(0x9ffe, 8), le(1, 1), le(9, 1), le(0, 6);
    describe(end());
    tells("Type: 0x3: I/O APIC");
    tells("Path: 1f.0");
    says("Register Base Address: has to be on a page boundary");
    says("Limit Address: ends before its base, 0x9000");
    says("Limit Address: has to be the last byte of a page");
    says("Device Scope: it has 9 bytes, but only 8 are left here");
    begin("IVRS", 2);
    le(0, 4), le(0, 8);
    le(0x10, 1), le(0, 1), le(0x18 + 8, 2), le(2, 2), le(0x40, 2), le(0xfeb80000, 8), le(0, 8);
    le(2, 1), le(0x08, 2), le(0xd7, 1), le(0, 1), le(0, 3);
    describe(end());
    no_fault();
    tells("DTE Setting: 0xd7: INIT pass, EInt pass, NMI pass, system management 1, LINT0 pass, LINT1 pass");
}

static void serial_faults(void **state)
{
    (void)state;
    static const char name[] = "\\_SB.com1";
    begin("SPCR", 4);
    le(0, 1), le(1, 3), table_gas(&out, TABLE_IO, 1, 0x3f8), le(3, 1), le(16, 1), le(4, 4), le(5, 1), le(0, 1), le(2, 1), le(0, 1), le(0, 1), le(0, 1);
    le(0xffff, 2), le(0x8086, 2), table_zero(&out, 12), le(0, 4), le(sizeof(name), 2), le(88, 2);
    table_bytes(&out, name, sizeof(name));
    struct acpi_table *t = end();
    assert_int_equal(t->bytes.left, 88 + sizeof(name));
    describe(t);
    says("Reserved: has to be zero");
    says("Interrupt Type: an 8259 has no input 16");
    says("Configured Baud Rate: reserved value");
    says("Stop Bits: has to be 1");
    says("PCI Device ID: device and vendor are both 0xffff or neither is");
    says("NamespaceString: a name of the path does not begin with a capital letter or an underscore");
    put(t, 40, 10, 1);
    put(t, 86, 90, 2);
    describe(t);
    says("Base Address: a console is in memory, I/O or PCI space");
    says("NamespaceStringOffset: the name ends beyond the table");
    put(t, 52, 2, 1);
    describe(t);
    says("IRQ: no 8259 interrupt is used: has to be 0");
    begin("DBG2", 0);
    le(44, 4), le(1, 4);
    le(0, 1), le(40, 2), le(1, 1), le(2, 2), le(60, 2), le(0, 4), le(0x8000, 2), le(0, 2), le(0, 2), le(22, 2), le(34, 2);
    table_gas(&out, TABLE_IO, 1, 0x3f8), le(8, 4), le('.', 2);
    t = end();
    describe(t);
    says("table: the letters of the name of a device stand outside of it, at offset 0x3c");
    put(t, 44 + 6, 38, 2);
    describe(t);
    no_fault();
    put(t, 36, 4, 4);
    describe(t);
    says("table: the devices cannot begin at offset 0x4");
}

static void guest_tables(void **state)
{
    (void)state;
    static const char names[] = "\\_SB.PCI0.LPC_.UAR1\0\\\0_SB\0\\_SB.ABCDE\0\\_SB.\0\0\\X";
    begin("STAO", 1);
    le(2, 1);
    table_bytes(&out, names, sizeof(names) - 1);
    describe(end());
    tells("Name: \"\\_SB.PCI0.LPC_.UAR1\"");
    says("UART: is 0 or 1");
    says("Name: a path begins at the root, with a backslash");
    says("Name: a name of the path is longer than four letters or has one that names do not have");
    says("Name: the path ends with a dot");
    says("Name: an empty path names nothing");
    says("Name: the text has no end");
    assert_int_equal(heard->count, 6);
}

static void platform_faults(void **state)
{
    (void)state;
    begin("HPET", 1);
    le(0x8086a201, 4), table_gas(&out, TABLE_IO, 8, 0xfed0), le(0, 4);
    describe(end());
    says("BASE_ADDRESS: an HPET is in memory");
    begin("HPET", 1);
    le(0x8086a201, 4), table_gas(&out, TABLE_MEMORY, 8, 0), le(0, 4);
    describe(end());
    says("BASE_ADDRESS: is at no address");
    begin("TPM2", 4);
    le(0, 4), le(0, 8), le(7, 4);
    struct acpi_table *t = end();
    describe(t);
    says("Address of Control Area: the start method needs a control area");
    put(t, 48, 6, 4);
    put(t, 40, 0xfed40000, 8);
    describe(t);
    says("Address of Control Area: has to be 0 with a FIFO");
    put(t, 48, 0, 4);
    describe(t);
    says("Start Method: reserved value");
    begin("ECDT", 1);
    table_gas(&out, TABLE_IO, 1, 0x66), table_gas(&out, TABLE_IO, 1, 0x62), le(0, 4), le(1, 1), table_bytes(&out, "EC0", 4);
    describe(end());
    says("EC_ID: a path begins at the root, with a backslash");
    begin("SBST", 1);
    le(10, 4), le(20, 4), le(5, 4);
    describe(end());
    says("Low Energy Level, mWh: is above the level before it");
    begin("BGRT", 1);
    le(0, 2), le(1, 1), le(0, 1), table_zero(&out, 16);
    describe(end());
    says("Version: has to be 1");
    begin("GTDT", 2);
    le(UINT64_MAX, 8), le(0, 4), le(29, 4), le(0, 4), le(40, 4), le(8, 4), le(27, 4), le(0, 4), le(26, 4), le(0, 4), le(UINT64_MAX, 8), le(1, 4), le(0, 4);
    describe(end());
    says("Non-Secure EL1 Timer GSIV: is no private interrupt: those are 16 to 31");
    says("Non-Secure EL1 Timer Flags: reserved bits 0x8 are set");
    says("table: no platform timers can begin at offset 0x0");
    begin("PPTT", 1);
    le(0, 1), le(24, 1), le(0, 2), le(1, 4), le(500, 4), le(0, 4), le(1, 4), le(12, 4);
    describe(end());
    says("Parent: nothing stands at offset 0x1f4");
    says("Private resource: nothing stands at offset 0xc");
}

static void error_tables(void **state)
{
    (void)state;
    begin("HEST", 1);
    le(1, 4);
    le(0, 2), le(0, 2), le(0, 2), le(0, 2), le(1, 4), le(1, 4), table_zero(&out, 16), le(2, 1), le(0, 7);
    for (unsigned i = 0; i < 2; i++)
        le(i, 4), le(0x400, 4), le(0, 8), le(0x401, 4), le(0x402, 4), le(0x403, 4);
    describe(end());
    no_fault();
    tells("Bank Number: 1");
    begin("HEST", 1);
    le(1, 4), le(99, 2), le(1, 2);
    describe(end());
    says("Error source of type 0x63: a length of 0 cannot be");
    begin("HEST", 1);
    le(2, 4);
    describe(end());
    says("table: it says that it has 2 error sources, but none is here");
    begin("ERST", 1);
    le(12, 4), le(0, 4), le(2, 4);
    le(5, 1), le(3, 1), le(0, 1), le(0, 1), table_gas(&out, TABLE_MEMORY, 1, 0xe8000), le(0, 8), le(0xff, 8);
    describe(end());
    says("Instruction Entry Count: 1 are here");
    tells("Serialization Action: 0x5: EXECUTE_OPERATION");
}

/* ---- AML ---- */

static void aml_is_told(void **state)
{
    (void)state;
    static const uint8_t aml[] = {
        0x10, 0x2c, '_', 'S', 'B', '_',                                                     /* Scope (_SB) */
            0x5b, 0x82, 0x19, 'D', 'E', 'V', '0', 0x08, '_', 'H', 'I', 'D', 0x0c, 0x41, 0xd0, 0x05, 0x01,
                0x14, 0x09, '_', 'S', 'T', 'A', 0x00, 0xa4, 0x0a, 0x0f,                     /* Method: Return (15) */
            0x5b, 0x80, 'R', 'E', 'G', '0', 0x01, 0x0b, 0x00, 0x06, 0x0a, 0x04,             /* OperationRegion */
        0x5b, 0x81, 0x0d, 'R', 'E', 'G', '0', 0x01, 0x00, 0x08, 'B', 'I', 'T', 'S', 0x08,   /* Field */
        0x70, 0x00, 0x60,                                                                   /* Store: code */
    };
    begin("SSDT", 2);
    table_bytes(&out, aml, sizeof(aml));
    describe(end());
    no_fault();
    tells("Scope (_SB): \nDevice (DEV0): \nName (_HID): 0x105d041 (PNP0501)\nMethod (_STA): 0 arguments, 3 bytes of code\n");
    tells("OperationRegion (REG0): I/O, from 0x600, bytes 4");
    tells("Field (REG0): BITS from bit 0x8, 8");
    tells("Code: 3 bytes of code");
}

/* What is computed does not hide what is declared behind it, and calls take their arguments with them. */
static void aml_behind_code_is_told(void **state)
{
    (void)state;
    static const uint8_t aml[] = {
        0x14, 0x0b, 'M', 'E', 'T', '2', 0x02, 0x72, 0x68, 0x69, 0x00, 0xa3,                 /* Method (MET2, 2) */
        0x5b, 0x80, 'R', 'E', 'G', '0', 0x00, 'M', 'E', 'T', '2', 0x0a, 0x01, 0x68, 0x0a, 0x40,     /* from MET2 (1, Arg0), 64 bytes */
        0xa0, 0x0f, 0x93, 'O', 'S', 'Y', 'S', 0x0a, 0x07, 0x08, 'A', 'B', 'C', 'D', 0x0a, 0x2a,     /* If (OSYS == 7) { Name (ABCD, 42) } */
        0x70, 'M', 'E', 'T', '2', 0x01, 0x01, 0x60, 0x75, 0x60,                             /* Local0 = MET2 (1, 1); Local0++ */
        0x08, 'L', 'A', 'S', 'T', 0x01,
    };
    begin("SSDT", 2);
    table_bytes(&out, aml, sizeof(aml));
    describe(end());
    no_fault();
    tells("OperationRegion (REG0): memory, from computed, bytes 0x40\nIf: \nName (ABCD): 0x2a\nCode: 10 bytes of code\nName (LAST): 1\n");
}

static void aml_faults(void **state)
{
    (void)state;
    static const uint8_t aml[] = { 0x10, 0x0b, '_', 'S', 'B', '_', 0x5b, 0x82, 0x3f, 'D', 'E', 'V' };
    begin("SSDT", 2);
    table_bytes(&out, aml, sizeof(aml));
    describe(end());
    says("Damaged: Device: its PkgLength reaches beyond what it stands in");
    begin("SSDT", 2);
    for (unsigned i = 0; i < 10000; i++) {          /* scopes in scopes */
        uint32_t left = (10000 - i) * 8 - 1;
        le(0x10, 1), le(0x80 | (left & 0xf), 1), le(left >> 4, 2), table_bytes(&out, "ABCD", 4);
    }
    describe(end());
    tells("Nested deeper than is told: ");
}

/* A hostile root table of 1 MiB, and as many tables as a set has: it ends soon, or this test's time runs out. */
static void hostile_sets_end(void **state)
{
    (void)state;
    begin("XSDT", 1);
    for (unsigned i = 0; i < 100000; i++)
        le(0x1000 + i, 8);
    set->xsdt = *end_at(0x100);
    set->n--;
    for (unsigned i = 0; i < ACPI_SET_MAX; i++)
        small_table("ZZZZ", 0x1000 + i);
    assert_true(acpi_describe_set(set, listener()) > 0);
    begin("SRAT", 3);
    le(1, 4), le(0, 8);
    for (unsigned i = 0; i < 25000; i++)
        memory(0, (uint64_t)i << 12, 0x1000);
    table_end(&out, start);
    struct acpi_table t = { .bytes = copy(buffer + start, (size_t)(out.used - start)) };
    describe(&t);
    no_fault();
    free((void *)(uintptr_t)t.bytes.at);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(header_faults), TEST(length_faults), TEST(unknown_tables_are_bytes), TEST(what_is_no_table_is_told_too), TEST(structure_faults),
        TEST(a_good_set_has_no_fault), TEST(root_faults), TEST(rsdp_faults), TEST(two_of_a_kind), TEST(tables_in_each_others_place), TEST(fadt_is_told), TEST(fadt_faults),
        TEST(fadt_pointers), TEST(facs_faults), TEST(a_good_madt), TEST(madt_faults), TEST(madt_of_a_hardware_reduced_machine),
        TEST(the_sci_is_level), TEST(madt_of_arm), TEST(numa_faults), TEST(pci_faults), TEST(iort_faults), TEST(iommu_faults), TEST(serial_faults), TEST(guest_tables),
        TEST(platform_faults), TEST(error_tables), TEST(aml_is_told), TEST(aml_behind_code_is_told), TEST(aml_faults), TEST(hostile_sets_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
