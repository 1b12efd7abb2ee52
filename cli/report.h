/* The page that `bedplate acpi report` writes: what its parts share. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H
#include "cli/acpi_fields.h"
#include "platform/platform.h"
#include "start_info/start_info.h"
#include <stdio.h>

enum { MODEL_REGIONS = 96, MODEL_LINES = 64, MODEL_PILLS = 24 };

enum region_kind { REGION_RAM, REGION_RESERVED, REGION_ACPI, REGION_PLACED, REGION_DEVICE };

/* Something that stands in the machine's physical address space; bytes. */
struct region { uint64_t base, size; enum region_kind kind; char label[56]; };

/* An interrupt source and the global system interrupt (a pin of an IOAPIC, or a line of the 8259s) that it drives. */
struct line { unsigned gsi; char source[32], manner[32]; };

/* A short fact; `on` false: something that this machine does not have. */
struct pill { char text[48]; bool on; };

/* A machine as its pictures need it; from a guest's platform, or from the tables of a machine that somebody else built. */
struct model {
    char name[80], subtitle[160];
    struct pill pill[MODEL_PILLS];
    unsigned pills;
    struct region region[MODEL_REGIONS];
    unsigned regions;
    struct line line[MODEL_LINES];
    unsigned lines;
    unsigned cpus, cpus_told;           /* there from the start; with those that may be plugged in */
    unsigned ioapics, pins;             /* pins 0: not told */
    bool arm;                           /* one with a GIC */
    unsigned gic;                       /* its version; 0: not told */
    bool lapic, pic, events;            /* events: Xen's event channels */
};

struct guest;
void model_of_guest(struct model *m, const struct guest *g);
/* What MADT, MCFG, HPET, SRAT and the tables' own places tell. name: what the person called it. */
void model_of_tables(struct model *m, const struct acpi_set *s, const char *name);

/* Private: cli/report_virt.c. */
void model_of_arm_guest(struct model *m, const struct guest *g);

void model_pill(struct model *m, bool on, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void model_region(struct model *m, uint64_t base, uint64_t size, enum region_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
void model_line(struct model *m, unsigned gsi, const char *source, const char *manner);

/* Text for HTML and SVG, with & < > " escaped. */
void page_text(FILE *f, const char *text);
void page_begin(FILE *f, const struct model *m);
void page_end(FILE *f);
void page_memory(FILE *f, const struct model *m);
void page_interrupts(FILE *f, const struct model *m);
void page_tables(FILE *f, const struct fields *f_set);
/* How b (named) differs from a. */
void page_differences(FILE *f, const struct fields *a, const struct fields *b, const char *b_name);
#endif
