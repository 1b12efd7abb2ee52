/* Owns: the frame of the page. It refers to nothing outside itself: style and script stand in it (report.css, report.js). */
#include "cli/report.h"

/* report_files.asm */
extern const char report_css[], report_css_end[], report_js[], report_js_end[];

void page_text(FILE *f, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&': (void)fputs("&amp;", f); break;
        case '<': (void)fputs("&lt;", f); break;
        case '>': (void)fputs("&gt;", f); break;
        case '"': (void)fputs("&quot;", f); break;
        default:  (void)fputc((unsigned char)*text < 0x20 ? ' ' : *text, f); break;
        }
    }
}

void page_begin(FILE *f, const struct model *m)
{
    (void)fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
                "<link rel=\"icon\" href=\"data:,\">\n<title>", f);
    page_text(f, m->name);
    (void)fputs(" - ACPI</title>\n<style>\n", f);
    (void)fwrite(report_css, 1, (size_t)(report_css_end - report_css), f);
    (void)fputs("</style></head>\n<body>\n<header><h1>", f);
    page_text(f, m->name);
    (void)fputs("</h1><p class=\"sub\">", f);
    page_text(f, m->subtitle);
    (void)fputs("</p><ul class=\"pills\">", f);
    for (unsigned i = 0; i < m->pills; i++) {
        (void)fprintf(f, "<li class=\"%s\">", m->pill[i].on ? "on" : "off");
        page_text(f, m->pill[i].text);
        (void)fputs("</li>", f);
    }
    (void)fputs("</ul>\n<nav><a href=\"#memory\">Memory</a><a href=\"#interrupts\">Interrupts</a><a href=\"#tables\">Tables</a>"
                "<a href=\"#differences\" class=\"maybe\">Differences</a></nav></header>\n<main>\n", f);
}

void page_end(FILE *f)
{
    (void)fputs("</main>\n<footer>Written by bedplate " BEDPLATE_VERSION ". Addresses and lengths are hexadecimal where they begin with 0x.</footer>\n"
                "<script>\n", f);
    (void)fwrite(report_js, 1, (size_t)(report_js_end - report_js), f);
    (void)fputs("</script>\n</body></html>\n", f);
}
