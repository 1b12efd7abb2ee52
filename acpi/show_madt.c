/* Owns: the MADT's entries (ACPI 6.4, 5.2.12), one a line. */
#include "acpi/show_internal.h"

#define LE(span, n) ((unsigned long long)span_le(&(span), n))

/* An entry's fields in the order they stand; "%" in the sentence is the next one, a digit before it its size in bytes. 's': skip. */
static const struct { uint8_t type, length; const char *name; const char *words; } entry[] = {
    { 0, 8, "Local APIC", "uid 1%, id 1%, flags 4%" },
    { 1, 12, "I/O APIC", "id 1%1s, address 4%, first GSI 4%" },
    { 2, 10, "Source override", "bus 1%, irq 1%, GSI 4%, flags 2%" },
    { 3, 8, "NMI source", "flags 2%, GSI 4%" },
    { 4, 6, "Local APIC NMI", "uid 1%, flags 2%, LINT 1%" },
    { 5, 12, "Local APIC address", "2saddress 8%" },
    { 9, 16, "Local x2APIC", "2sid 4%, flags 4%, uid 4%" },
    { 10, 12, "Local x2APIC NMI", "flags 2%, uid 4%, LINT 1%" },
};

static void add_words(struct show_text *t, const char *words, struct span *body)
{
    for (; *words; words++) {
        bool sized = *words >= '0' && *words <= '9';
        if (sized && words[1] == '%')
            show_add(t, "0x%llx", LE(*body, (unsigned)(*words - '0')));
        else if (sized && words[1] == 's')
            (void)span_take(body, (uint64_t)(*words - '0'));
        else
            show_add(t, "%c", *words);
        words += sized;
    }
}

static void show_entry(const struct show *s, unsigned offset, uint8_t type, uint8_t length, struct span body)
{
    struct show_text t = { .used = 0 };
    show_add(&t, "  %03x  ", offset);
    for (unsigned i = 0; i < sizeof(entry) / sizeof(entry[0]); i++) {
        if (entry[i].type != type || entry[i].length != length)
            continue;
        show_add(&t, "%-26s ", entry[i].name);
        add_words(&t, entry[i].words, &body);
        s->line(s->owner, t.text);
        return;
    }
    show_add(&t, "Type %u, %u bytes           ", type, length);
    while (body.left)
        show_add(&t, " %02llx", LE(body, 1));
    s->line(s->owner, t.text);
}

void show_madt(const struct show *s, struct span body)
{
    static const char *const flag[32] = { [0] = "8259s present" };
    static const struct show_field head[] = { { "Local APIC address", 4, SHOW_HEX, 0 }, { "Flags", 4, SHOW_BITS, flag } };
    unsigned offset = 44;
    show_fields(s, &body, 36, head, 2);
    while (body.left && !body.broken) {
        struct span head_of = span_take(&body, 2);
        uint8_t type = (uint8_t)span_le(&head_of, 1), length = (uint8_t)span_le(&head_of, 1);
        struct span rest = span_take(&body, length < 2 ? UINT64_MAX : length - 2u);
        if (rest.broken) {
            show_line(s, "  damaged: the entry at offset 0x%x does not fit", offset);
            return;
        }
        show_entry(s, offset, type, length, rest);
        offset += length;
    }
}
