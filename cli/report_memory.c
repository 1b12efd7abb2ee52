/*
 * Owns: the drawing of the physical address space. Each strip is to scale; what is too thin to be seen is drawn a hair wide. The
 * first strip is all below 4 GiB, and those below it enlarge the places where the small things stand.
 */
#include "cli/report.h"
#include "lib/addr.h"
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 1080, STRIP = 30, HAIR = 2, ROW = 17, ROWS = 16, CHARACTER = 7, LABELS = MODEL_REGIONS };

struct strip { uint64_t from, to; const char *title; double y, height; };

static const char *const kind_class[] = {
    [REGION_RAM] = "ram", [REGION_RESERVED] = "reserved", [REGION_ACPI] = "acpi", [REGION_PLACED] = "placed", [REGION_DEVICE] = "device",
};

static double x_of(const struct strip *s, uint64_t at)
{
    return at <= s->from ? 0 : at >= s->to ? WIDTH : (double)(at - s->from) / (double)(s->to - s->from) * WIDTH;
}

static bool in(const struct strip *s, const struct region *r) { return r->base < s->to && r->base + r->size > s->from; }

static void size_text(char *to, size_t room, uint64_t size)
{
    static const char *const unit[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
    unsigned i = 0;
    while (i < 4 && size >= 1024 && size % 1024 == 0) {
        size /= 1024;
        i++;
    }
    (void)snprintf(to, room, "%llu %s", (unsigned long long)size, unit[i]);
}

void region_text(const struct region *r, char *to, size_t room)
{
    char size[32];
    size_text(size, sizeof(size), r->size);
    (void)snprintf(to, room, "%#llx to %#llx, %s", (unsigned long long)r->base, (unsigned long long)(r->base + r->size - 1), size);
}

static void draw_region(FILE *f, const struct strip *s, const struct region *r)
{
    double x = x_of(s, r->base), w = x_of(s, r->base + r->size) - x;
    double inset = r->kind == REGION_PLACED ? 7 : 0;
    char place[96];
    if (w < HAIR)
        w = HAIR;
    if (x > WIDTH - w)
        x = WIDTH - w;
    region_text(r, place, sizeof(place));
    (void)fprintf(f, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>", kind_class[r->kind], x, s->y + inset, w,
                  STRIP - 2 * inset);
    page_text(f, r->label);
    (void)fprintf(f, ": %s</title></rect>\n", place);
}

struct label { double x, from, to; unsigned row; bool leftwards; char text[96]; };

static int by_x(const void *a, const void *b)
{
    double x = ((const struct label *)a)->x, y = ((const struct label *)b)->x;
    return (x > y) - (x < y);
}

static void put(struct label *l, unsigned n, unsigned i)
{
    bool again = true;
    while (again && l[i].row < ROWS - 1) {
        again = false;
        for (unsigned o = 0; o < n && !again; o++)
            again = o != i && l[o].row == l[i].row && l[o].from < l[i].to && l[i].from < l[o].to;
        l[i].row += again;
    }
}

/*
 * Each label in the first row where it touches no other. Those that reach to the right of their line are placed from the right on, those
 * at the end of the strip, which reach to the left, from the left on: so a line that goes deeper passes beside the labels above it.
 */
static unsigned arrange(struct label *l, unsigned n)
{
    unsigned used = 0;
    qsort(l, n, sizeof(*l), by_x);
    for (unsigned i = 0; i < n; i++) {
        double width = (double)strlen(l[i].text) * CHARACTER + 12;
        l[i].leftwards = l[i].x + width > WIDTH;
        l[i].from = l[i].leftwards ? l[i].x - width : l[i].x;
        l[i].to = l[i].from + width;
        l[i].row = ROWS;        /* nowhere yet */
    }
    for (unsigned i = n; i-- > 0;)
        if (!l[i].leftwards) {
            l[i].row = 0;
            put(l, n, i);
        }
    for (unsigned i = 0; i < n; i++) {
        if (l[i].leftwards) {
            l[i].row = 0;
            put(l, n, i);
        }
        used = l[i].row + 1 > used ? l[i].row + 1 : used;
    }
    return used;
}

/* What another strip shows at a larger scale needs no label here. */
static bool told_elsewhere(const struct strip *s, const struct region *r, const struct strip *all, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (&all[i] != s && all[i].to - all[i].from < s->to - s->from && r->base >= all[i].from && r->base + r->size <= all[i].to)
            return true;
    return false;
}

/* Below the strip: what each thing is and where it begins. Only what begins in this strip. */
static void draw_labels(FILE *f, struct strip *s, const struct model *m, const struct strip *all, unsigned strips)
{
    struct label label[LABELS];
    unsigned n = 0;
    for (unsigned i = 0; i < m->regions && n < LABELS; i++) {
        const struct region *r = &m->region[i];
        if (!in(s, r) || r->base < s->from || told_elsewhere(s, r, all, strips))
            continue;
        label[n] = (struct label){ .x = x_of(s, r->base) };
        (void)snprintf(label[n++].text, sizeof(label[0].text), "%#llx %s", (unsigned long long)r->base, r->label);
    }
    unsigned rows = arrange(label, n);
    for (unsigned i = 0; i < n; i++) {
        double y = s->y + STRIP + ROW * (double)(label[i].row + 1);
        (void)fprintf(f, "<path class=\"lead\" d=\"M%.1f %.1f V%.1f\"/><text x=\"%.1f\" y=\"%.1f\"%s>", label[i].x, s->y + STRIP, y,
                      label[i].x + (label[i].leftwards ? -4 : 4), y, label[i].leftwards ? " text-anchor=\"end\"" : "");
        page_text(f, label[i].text);
        (void)fputs("</text>\n", f);
    }
    s->height = STRIP + ROW * (double)rows + 12;
}

static void draw_strip(FILE *f, struct strip *s, const struct model *m, const struct strip *all, unsigned strips)
{
    (void)fprintf(f, "<text class=\"faint\" x=\"0\" y=\"%.1f\">%s</text>\n", s->y - 6, s->title);
    for (unsigned kind = REGION_RAM; kind <= REGION_DEVICE; kind++)     /* in this order: what is small stands upon what is large */
        for (unsigned i = 0; i < m->regions; i++)
            if (in(s, &m->region[i]) && m->region[i].kind == kind)
                draw_region(f, s, &m->region[i]);
    (void)fprintf(f, "<rect class=\"frame\" x=\"0.5\" y=\"%.1f\" width=\"%d\" height=\"%d\"/>\n", s->y, WIDTH - 1, STRIP);
    draw_labels(f, s, m, all, strips);
}

static bool any_in(const struct model *m, uint64_t from, uint64_t to)
{
    const struct strip s = { .from = from, .to = to };
    for (unsigned i = 0; i < m->regions; i++)
        if (in(&s, &m->region[i]))
            return true;
    return false;
}

static uint64_t top_of(const struct model *m)
{
    uint64_t top = 0;
    for (unsigned i = 0; i < m->regions; i++)
        top = m->region[i].base + m->region[i].size > top ? m->region[i].base + m->region[i].size : top;
    return top;
}

static void legend(FILE *f)
{
    static const char *const word[] = { "RAM", "reserved", "ACPI tables", "placed at the start", "device" };
    (void)fputs("<p class=\"legend\">", f);
    for (unsigned i = 0; i < 5; i++)
        (void)fprintf(f, "<span><svg viewBox=\"0 0 12 12\" role=\"presentation\"><rect class=\"%s\" width=\"12\" height=\"12\"/></svg>%s</span>",
                      kind_class[i], word[i]);
    (void)fputs("</p>\n", f);
}

/* From the first to the last thing that is placed in RAM, with some of what is around them. */
static bool placed_range(const struct model *m, struct strip *s)
{
    *s = (struct strip){ .from = UINT64_MAX, .to = 0, .title = "where the kernel and its modules stand" };
    for (unsigned i = 0; i < m->regions; i++) {
        const struct region *r = &m->region[i];
        if (r->kind != REGION_PLACED)
            continue;
        s->from = r->base < s->from ? r->base : s->from;
        s->to = r->base + r->size > s->to ? r->base + r->size : s->to;
    }
    if (!s->to)
        return false;
    s->from &= ~(MIB(1) - 1);
    s->to = (s->to + MIB(1) - 1) & ~(MIB(1) - 1);
    return true;
}

/* The strips worth drawing of this machine; returns how many. */
static unsigned choose(const struct model *m, struct strip *s)
{
    uint64_t top = top_of(m);
    unsigned n = 0;
    s[n++] = (struct strip){ .from = 0, .to = GIB(4), .title = "all of it below 4 GiB" };
    if (m->arm && any_in(m, 0, GIB(1)))
        s[n++] = (struct strip){ .from = 0, .to = GIB(1), .title = "the first GiB: devices" };
    if (!m->arm && any_in(m, 0, MIB(1)))
        s[n++] = (struct strip){ .from = 0, .to = MIB(1), .title = "the first MiB" };
    n += placed_range(m, &s[n]);
    if (!m->arm)
        s[n++] = (struct strip){ .from = 0xfc000000, .to = GIB(4), .title = "the last 64 MiB below 4 GiB" };
    if (top > GIB(4))
        s[n++] = (struct strip){ .from = GIB(4), .to = top, .title = "above 4 GiB" };
    return n;
}

/* The height is known once all is drawn: drawn into memory first. */
void page_memory(FILE *f, const struct model *m)
{
    struct strip strip[5];
    unsigned strips = choose(m, strip);
    char *svg = NULL;
    size_t size = 0;
    double y = 20;
    FILE *to = open_memstream(&svg, &size);
    if (!to)
        abort();
    for (unsigned i = 0; i < strips; i++) {
        strip[i].y = y;
        draw_strip(to, &strip[i], m, strip, strips);
        y += strip[i].height + 26;
    }
    (void)fclose(to);
    (void)fprintf(f, "<section id=\"memory\"><h2>Memory</h2><p class=\"note\">Physical addresses, each strip to scale. Point at something for its "
                  "size.</p>\n<svg viewBox=\"0 0 %d %.0f\" role=\"img\" aria-label=\"memory map\">\n", WIDTH, y - 20);
    (void)fwrite(svg, 1, size, f);
    (void)fputs("</svg>\n", f);
    legend(f);
    (void)fputs("</section>\n", f);
    free(svg);
}
