/* Owns: what the guest was handed: start info and command line; and the order in which the runtime comes up. */
#include "guests/lib/guest.h"
#include <string.h>
#include <xen/arch-x86/hvm/start_info.h>

void guest_start(void);

const struct hvm_start_info *start_info(void) { return (const struct hvm_start_info *)(uintptr_t)entry_state.ebx; }

const char *cmdline(void)
{
    const char *text = (const char *)(uintptr_t)start_info()->cmdline_paddr;
    return text ? text : "";
}

bool cmdline_word(const char *key, char *to, size_t size)
{
    size_t n = strlen(key);
    for (const char *c = cmdline(); *c;) {
        while (*c == ' ')
            c++;
        bool found = strncmp(c, key, n) == 0 && (c[n] == '=' || c[n] == ' ' || c[n] == '\0');
        if (found) {
            size_t i = 0;
            c += n + (c[n] == '=');
            while (*c && *c != ' ' && i + 1 < size)
                to[i++] = *c++;
            to[i] = '\0';
            return true;
        }
        while (*c && *c != ' ')
            c++;
    }
    return false;
}

static unsigned digit(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 99;
}

uint64_t number(const char *text)
{
    unsigned base = 10;
    uint64_t n = 0;
    if (text[0] == '0' && text[1] == 'x') {
        base = 16;
        text += 2;
    }
    while (digit(*text) < base)
        n = n * base + digit(*text++);
    return n;
}

uint64_t cmdline_number(const char *key, uint64_t otherwise)
{
    char text[24];
    return cmdline_word(key, text, sizeof(text)) ? number(text) : otherwise;
}

bool ram_range(unsigned i, struct ram *r)
{
    const struct hvm_start_info *s = start_info();
    const struct hvm_memmap_table_entry *e = (const void *)(uintptr_t)s->memmap_paddr;
    for (unsigned n = 0; s->version > 0 && e && n < s->memmap_entries; n++) {
        if (e[n].type != XEN_HVM_MEMMAP_TYPE_RAM || i-- > 0)
            continue;
        *r = (struct ram){ e[n].addr, e[n].addr + e[n].size };
        return true;
    }
    return false;
}

uint64_t ram_end(void)
{
    struct ram r = { 0, 0 };
    for (unsigned i = 0; ram_range(i, &r); i++)
        ;
    return r.end;
}

static uint64_t later(uint64_t a, uint64_t b) { return a > b ? a : b; }

static uint64_t text_end(uint64_t at) { return at ? at + strlen((const char *)(uintptr_t)at) + 1 : 0; }

uint64_t handed_end(void)
{
    const struct hvm_start_info *s = start_info();
    const struct hvm_modlist_entry *m = (const void *)(uintptr_t)s->modlist_paddr;
    uint64_t end = later(entry_state.ebx + sizeof(*s), text_end(s->cmdline_paddr));
    if (s->version > 0)
        end = later(end, s->memmap_paddr + s->memmap_entries * sizeof(struct hvm_memmap_table_entry));
    end = later(end, s->modlist_paddr + s->nr_modules * sizeof(*m));
    for (unsigned i = 0; i < s->nr_modules; i++)
        end = later(end, later(m[i].paddr + m[i].size, text_end(m[i].cmdline_paddr)));
    return end;
}

void guest_start(void)
{
    traps_init(0);
    (void)xen_init();
    console_init();
    print("%s: %s\n", test_name, test_title);
    test_main();
    test_end();
}
