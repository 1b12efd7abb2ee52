/*
 * Owns: the drawing of who interrupts whom: sources on the left, the chips that carry their lines in the middle, processors on the
 * right. Many processors are drawn as the first few and the last, with a count between.
 */
#include "cli/report.h"
#include <stdlib.h>

enum { WIDTH = 1080, BOX = 28, GAP = 10, SOURCE_X = 0, SOURCE_W = 230, CHIP_X = 400, CHIP_W = 190, CPU_X = 830, CPU_W = 250,
       CPUS_DRAWN = 8, TOP = 26 };

static void box(FILE *f, double x, double y, double w, double h, const char *text, const char *small)
{
    (void)fprintf(f, "<rect class=\"box\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"5\"/><text class=\"in\" x=\"%.1f\" y=\"%.1f\">", x, y, w, h,
                  x + 10, y + BOX / 2 + 4);
    page_text(f, text);
    if (*small) {
        (void)fputs(" <tspan class=\"faint\">", f);
        page_text(f, small);
        (void)fputs("</tspan>", f);
    }
    (void)fputs("</text>\n", f);
}

static void wire(FILE *f, const char *kind, double x1, double y1, double x2, double y2)
{
    double turn = x2 - 110;     /* level until near its end: so it passes beside what stands in between */
    (void)fprintf(f, "<path class=\"%s\" d=\"M%.1f %.1f H%.1f C%.1f %.1f %.1f %.1f %.1f %.1f\"/>\n", kind, x1, y1, turn - 30, turn + 20, y1,
                  turn + 10, y2, x2, y2);
}

/* Below all wires, so that theirs and the event channels' ways do not cross. */
static bool chip_is_there(const struct model *m) { return m->ioapics || m->pic || m->arm; }
static unsigned events_row(const struct model *m) { return m->lines < 2 && chip_is_there(m) ? 2 : m->lines; }

static double row(unsigned i) { return TOP + (double)i * (BOX + GAP); }

/* What is drawn in the right column, one box each: CPU numbers, or a count of those left out. */
struct column { char text[CPUS_DRAWN + 2][48]; char small[CPUS_DRAWN + 2][48]; unsigned n; };

static void cpus(struct column *c, const struct model *m)
{
    unsigned drawn = m->cpus_told <= CPUS_DRAWN + 1 ? m->cpus_told : CPUS_DRAWN;
    const char *chip = m->arm ? "GIC CPU interface" : m->lapic ? "local APIC" : "no local APIC";
    for (unsigned i = 0; i < drawn; i++) {
        (void)snprintf(c->text[c->n], sizeof(c->text[0]), "CPU %u", i);
        (void)snprintf(c->small[c->n++], sizeof(c->small[0]), "%s%s", chip, i >= m->cpus ? ", may be plugged in" : "");
    }
    if (drawn == m->cpus_told)
        return;
    (void)snprintf(c->text[c->n++], sizeof(c->text[0]), "... %u more", m->cpus_told - drawn - 1);
    (void)snprintf(c->text[c->n], sizeof(c->text[0]), "CPU %u", m->cpus_told - 1);
    (void)snprintf(c->small[c->n++], sizeof(c->small[0]), "%s", chip);
}

/* The chip that the lines go to, beside them. False: there is none. */
static bool chip_place(const struct model *m, double *y)
{
    *y = m->lines > 2 ? (row(0) + row(m->lines - 1)) / 2 - BOX / 2.0 : row(0);
    return chip_is_there(m);
}

void chip_text(const struct model *m, char *to, size_t room)
{
    if (m->arm)
        (void)snprintf(to, room, m->gic ? "GIC v%u" : "GIC", m->gic);
    else if (m->ioapics)
        (void)snprintf(to, room, m->ioapics > 1 ? "%u IOAPICs" : "IOAPIC", m->ioapics);
    else
        (void)snprintf(to, room, "%s", m->pic ? "8259 pair" : "");
}

void line_text(const struct model *m, const struct line *l, char *to, size_t room)
{
    const char *number = m->arm ? (l->gsi < 32 ? "PPI" : "SPI") : m->ioapics ? "GSI" : "line";
    (void)snprintf(to, room, "%s %u, %s", number, l->gsi, l->manner);
}

static void chip(FILE *f, const struct model *m, double y)
{
    char text[48], small[48] = "";
    chip_text(m, text, sizeof(text));
    if (m->pins)
        (void)snprintf(small, sizeof(small), "%u pins", m->pins);
    box(f, CHIP_X, y, CHIP_W, 2 * BOX, text, small);
}

static void wires(FILE *f, const struct model *m, const struct column *c, bool has_chip, double chip_y)
{
    for (unsigned i = 0; i < c->n; i++) {
        double y = row(i) + BOX / 2.0;
        if (m->events)
            wire(f, "events", SOURCE_W, row(events_row(m)) + BOX / 2.0, CPU_X, y + 5);
        if (has_chip && (m->ioapics || m->arm || i == 0))     /* the 8259s interrupt the first processor only */
            wire(f, "wire", CHIP_X + CHIP_W, chip_y + BOX, CPU_X, y - 4);
    }
    for (unsigned i = 0; has_chip && i < m->lines; i++)
        wire(f, "wire", SOURCE_W, row(i) + BOX / 2.0, CHIP_X, chip_y + BOX);
}

static void sources(FILE *f, const struct model *m)
{
    for (unsigned i = 0; i < m->lines; i++) {
        char text[64];
        line_text(m, &m->line[i], text, sizeof(text));
        box(f, SOURCE_X, row(i), SOURCE_W, BOX, m->line[i].source, "");
        (void)fprintf(f, "<text class=\"faint\" x=\"%d\" y=\"%.1f\">", SOURCE_W + 8, row(i) + BOX / 2.0 - 5);
        page_text(f, text);
        (void)fputs("</text>\n", f);
    }
    if (m->events)
        box(f, SOURCE_X, row(events_row(m)), SOURCE_W, BOX, "Xen event channels", m->lapic ? "upcall vector" : "callback vector");
}

static void draw(FILE *f, const struct model *m, const struct column *c)
{
    double chip_y;
    bool has_chip = chip_place(m, &chip_y);
    wires(f, m, c, has_chip, chip_y);
    sources(f, m);
    if (has_chip)
        chip(f, m, chip_y);
    for (unsigned i = 0; i < c->n; i++)
        box(f, CPU_X, row(i), CPU_W, BOX, c->text[i], c->small[i]);
}

void page_interrupts(FILE *f, const struct model *m)
{
    struct column c = { .n = 0 };
    cpus(&c, m);
    unsigned left = m->events ? events_row(m) + 1 : m->lines, rows = left > c.n ? left : c.n;
    double height = TOP + (double)(rows < 2 ? 2 : rows) * (BOX + GAP);
    (void)fprintf(f, "<section id=\"interrupts\"><h2>Interrupts</h2><p class=\"note\">%s</p>\n<svg viewBox=\"0 0 %d %.0f\" role=\"img\" "
                  "aria-label=\"interrupt topology\">\n", !m->lines && !m->events ? "No source of interrupts is named." :
                  m->arm ? "By way of the chip that they go to. Each processor has PPIs of its own." :
                  "Solid: wires, by way of the chip that they go to. Dashed: event channels, without a chip.", WIDTH, height);
    (void)fprintf(f, "<text class=\"faint\" x=\"%d\" y=\"14\">sources</text><text class=\"faint\" x=\"%d\" y=\"14\">%s</text>"
                  "<text class=\"faint\" x=\"%d\" y=\"14\">processors</text>\n", SOURCE_X, CHIP_X, chip_is_there(m) ? "chip" : "", CPU_X);
    draw(f, m, &c);
    (void)fputs("</svg></section>\n", f);
}
