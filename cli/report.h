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

/* What can be said of a machine in a line, for those who compare two; lists of them are not in an order that matters. */
struct fact { char name[64]; char *value; bool paired; };
struct facts { struct fact *fact; size_t n, room; };
void fact_add(struct facts *f, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void facts_free(struct facts *f);
/* Tells each fact of one name and two values, and each that only one of them has (the other is NULL). Marks who is paired. */
void facts_compare(struct facts *a, struct facts *b, void (*tell)(void *owner, const struct fact *a, const struct fact *b), void *owner);

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
    bool guest;                         /* one of ours, with settings */
    struct facts settings;              /* that the pictures do not show */
};

struct guest;
void model_of_guest(struct model *m, const struct guest *g);
/* What MADT, MCFG, HPET, SRAT and the tables' own places tell. name: what the person called it. */
void model_of_tables(struct model *m, const struct acpi_set *s, const char *name);

void model_free(struct model *m);

/* Private: cli/report_virt.c, cli/report_settings.c. */
void model_of_arm_guest(struct model *m, const struct guest *g);
void settings_of_guest(struct facts *s, const struct guest *g);

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

/* What the pictures and the differences both say of a region, a line, the chip that carries lines ("" where there is none). */
void region_text(const struct region *r, char *to, size_t room);
void line_text(const struct model *m, const struct line *l, char *to, size_t room);
void chip_text(const struct model *m, char *to, size_t room);

/* What a page is about, and how b (named) differs from a. */
struct told { struct model model; struct fields fields; };
void page_differences(FILE *f, const struct told *a, const struct told *b, const char *b_name);
#endif
