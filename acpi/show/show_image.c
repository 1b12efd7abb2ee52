/* Owns: the listing of an image of tables: from its RSDP to all of them, bounded by its bytes. */
#include "acpi/show/show.h"
#include "lib/format.h"
#include <string.h>

struct window { struct span image; uint64_t at; };

static struct span map(void *owner, uint64_t at, uint64_t n)
{
    const struct window *w = owner;
    if (at < w->at)
        return (struct span){ NULL, 0, true };
    return span_slice(w->image, at - w->at, n);
}

unsigned acpi_show_image(struct span image, uint64_t at, enum acpi_show_form form, acpi_show_line *line, void *owner)
{
    static struct acpi_set set;
    struct window window = { image, at };
    const struct acpi_memory memory = { map, &window };
    struct error e = { "" };
    struct acpi_show w;
    const struct acpi_listener l = acpi_show_begin(&w, form, line, owner);
    size_t offset = 0;
    while (offset + 20 <= image.left && memcmp(image.at + offset, "RSD PTR ", 8) != 0)
        offset += 16;
    memset(&set, 0, sizeof(set));
    if (offset + 20 > image.left) {
        line(owner, "! no RSDP is in these bytes");
        return 1;
    }
    bool walked = acpi_walk(&set, &memory, at + offset, &e);
    unsigned faults = acpi_describe_set(&set, &l);
    acpi_show_end(&w);
    if (!walked) {
        char text[ACPI_SHOW_LINE];
        format(text, sizeof(text), "! %s", e.text);
        line(owner, text);
        faults++;
    }
    return faults;
}

unsigned acpi_show(struct span image, uint64_t at, acpi_show_line *line, void *owner)
{
    return acpi_show_image(image, at, ACPI_SHOW_TEXT, line, owner);
}
