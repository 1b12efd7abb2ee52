/*
 * The grid of tests/acpi.sh: what it takes to prove many configurations at the cost of their distinct tables. A table's proof
 * (iasl) depends on its bytes alone and a set's (acpiexec) on what is executed, its DSDT, FADT and FACS, so that each is written once.
 */
#include "tests/golden/acpi_grid.h"
#include "acpi/acpi.h"
#include "tests/golden/acpi_walk.h"
#include <stdlib.h>

enum { SEEN_SLOTS = 1 << 22, LINE_MAX_ = 512, NAMES_MAX = 1024 };

/* Checksums that have been met; 0 is a free slot. */
static uint64_t seen[SEEN_SLOTS];
static struct { unsigned long configurations, refused, walked_badly, tables, sets; } count;

static uint64_t checksum(uint64_t sum, const uint8_t *at, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        sum = (sum ^ at[i]) * UINT64_C(0x100000001b3);          /* FNV-1a */
    return sum ? sum : 1;
}

static bool is_new(uint64_t sum)
{
    uint64_t slot = (sum ^ sum >> 32) % SEEN_SLOTS;
    while (seen[slot] && seen[slot] != sum)
        slot = (slot + 1) % SEEN_SLOTS;
    bool fresh = !seen[slot];
    seen[slot] = sum;
    return fresh;
}

static void write_file(const char *dir, const char *name, const uint8_t *table, uint64_t n)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(table, 1, n, f) != n || fclose(f)) {
        perror(path);
        exit(1);
    }
}

/* The tables stand one behind the other on 16-byte boundaries after the RSDP; a FACS on 64. */
static void write_tables(const char *dir, const char *config, const struct walk *w, const uint8_t *image, uint64_t used, FILE *sets)
{
    char names[NAMES_MAX] = "";
    uint64_t set = UINT64_C(0xcbf29ce484222325);
    for (uint64_t at = 48; at + 36 <= used;) {
        const uint8_t *table = image + at;
        uint32_t n;
        if (!table[0]) {
            at += 16;
            continue;
        }
        memcpy(&n, table + 4, sizeof(n));
        uint64_t sum = checksum(UINT64_C(0xcbf29ce484222325), table, n);
        char name[32];
        snprintf(name, sizeof(name), "%.4s-%016llx.dat", (const char *)table, (unsigned long long)sum);
        if (is_new(sum)) {
            write_file(dir, name, table, n);
            count.tables++;
        }
        if (!memcmp(table, "DSDT", 4) || !memcmp(table, "FACP", 4) || !memcmp(table, "FACS", 4))
            set = checksum(set, (const uint8_t *)&sum, sizeof(sum));
        if (memcmp(table, "RSDT", 4) && memcmp(table, "XSDT", 4))       /* acpiexec makes its own of these */
            snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s ", name);
        at += (n + 15) & ~15u;
    }
    if (is_new(set)) {
        fprintf(sets, "%s\t%s\t%s\n", config, names, w->evaluate);
        count.sets++;
    }
}

static void take(const char *dir, const char *config, FILE *sets)
{
    static struct walk w;
    struct platform p;
    struct error e = { "" };
    if (!acpi_configure(&p, config, &e)) {
        count.refused++;
        return;
    }
    uint64_t used = 0, size = acpi_size(&p), at = acpi_stands_at(&p);
    gpa_t rsdp;
    uint8_t *image = calloc(1, size);
    count.configurations++;
    if (!image || !acpi_build(&p, gpa(at), image, size, &used, &rsdp)) {
        fprintf(stderr, "%s: no tables\n", config);
        exit(1);
    }
    if (!walk_image(&w, &p, span_of(image, used), at)) {
        fprintf(stderr, "%s: %s\n", config, w.why);
        count.walked_badly++;
    }
    if (sets)
        write_tables(dir, config, &w, image, used, sets);
    free(image);
}

/* ---- what came back from iasl ------------------------------------------------------------- */

static uint8_t *read_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    uint8_t *to = f ? malloc(MIB(1)) : NULL;
    *n = to ? fread(to, 1, MIB(1), f) : 0;
    if (f)
        fclose(f);
    return to;
}

/*
 * Made equal before they are compared: the checksum and who compiled it, which are iasl's own; and of a MADT's x2APIC structures
 * the flag "online capable", which iasl 20200925 shows for local APICs but not for these (the walk looks at it).
 */
static void even_out(uint8_t *t, size_t n)
{
    if (n < 36)
        return;
    t[9] = 0;
    memset(t + 28, 0, 8);
    for (size_t at = 44; !memcmp(t, "APIC", 4) && at + 16 <= n && t[at + 1]; at += t[at + 1])
        if (t[at] == 9)
            t[at + 8] &= 1;
}

int acpi_same(const char *dir)
{
    char line[LINE_MAX_], from[4096], to[4096];
    unsigned long same = 0, bad = 0;
    while (fgets(line, sizeof(line), stdin)) {
        size_t n, m;
        line[strcspn(line, "\n")] = '\0';
        snprintf(from, sizeof(from), "%s/%s.dat", dir, line);
        snprintf(to, sizeof(to), "%s/%s.aml", dir, line);
        uint8_t *a = read_file(from, &n), *b = read_file(to, &m);
        if (a && b) {
            even_out(a, n);
            even_out(b, m);
        }
        if (a && b && n == m && !memcmp(a, b, n)) {
            same++;
        } else {
            fprintf(stderr, "%s comes back different from iasl\n", line);
            bad++;
        }
        free(a);
        free(b);
    }
    printf("%lu tables came back from iasl as they were\n", same);
    return bad || !same;
}

int acpi_grid(const char *dir)
{
    char line[LINE_MAX_], path[4096];
    FILE *sets = NULL;
    if (dir) {
        snprintf(path, sizeof(path), "%s/sets", dir);
        sets = fopen(path, "w");
        if (!sets) {
            perror(path);
            return 1;
        }
    }
    while (fgets(line, sizeof(line), stdin)) {
        line[strcspn(line, "\n")] = '\0';
        take(dir, line, sets);
    }
    printf("%lu configurations walked (%lu more that no guest can have)", count.configurations, count.refused);
    if (sets)
        printf(", %lu distinct tables, %lu sets to execute", count.tables, count.sets);
    puts("");
    return (sets && fclose(sets)) || count.walked_badly || !count.configurations;
}
