/*
 * Owns: which keys a configuration sets. libxlutil, the parser, answers only what it is asked for and lists nothing, so
 * a misspelt key would pass unseen. But for config_is_text, runs after libxlutil has accepted the text, so it need not understand more than
 * comments, quotes and brackets.
 */
#include "cli/cli.h"
#include "cli/config.h"
#include "lib/nearest.h"
#include <ctype.h>
#include <string.h>

struct config_scan config_scan_of(const char *text, size_t size)
{
    return (struct config_scan){ text, text + size, 1, 0, true };
}

/* Over a quoted text, whose quotes may be escaped; it ends on its line. */
static void skip_quoted(struct config_scan *s)
{
    char quote = *s->at++;
    while (s->at < s->end && *s->at != quote && *s->at != '\n')
        s->at += *s->at == '\\' && s->end - s->at > 1 ? 2 : 1;
    s->at += s->at < s->end && *s->at == quote;
}

static void skip_comment(struct config_scan *s)
{
    while (s->at < s->end && *s->at != '\n')
        s->at++;
}

static bool word_char(char c) { return isalnum((unsigned char)c) || c == '_'; }

static void read_key(struct config_scan *s, struct config_key *key)
{
    size_t n = 0;
    key->line = s->line;
    for (; s->at < s->end && word_char(*s->at); s->at++)
        if (n < sizeof(key->name) - 1)
            key->name[n++] = *s->at;
    key->name[n] = '\0';
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t'))
        s->at++;
    key->adds = s->at < s->end && *s->at == '+';
    s->fresh = false;
}

bool config_scan_next(struct config_scan *s, struct config_key *key)
{
    while (s->at < s->end) {
        char c = *s->at;
        if (c == '#') {
            skip_comment(s);
            continue;
        }
        if (c == '"' || c == '\'') {
            skip_quoted(s);
            continue;
        }
        if (s->fresh && word_char(c)) {
            read_key(s, key);
            return true;
        }
        s->depth += (c == '[') - (c == ']');
        s->line += c == '\n';
        if (s->depth <= 0 && (c == '\n' || c == ';'))
            s->fresh = true;
        s->at++;
    }
    return false;
}

static const char *const known[] = {
    "name", "type", "kernel", "ramdisk", "cmdline", "extra", "root", "modules", "memory", "maxmem", "vcpus", "maxvcpus", "cpus",
    "lapic", "ioapic", "acpi", "xen", "xenstore", "uart", "serial", "start_info_version", "on_poweroff", "on_reboot", "on_crash",
    "vnuma", "hide", "power_button", "evtchn", "vuart", "vuart_backend", "gic_version", "static_mem", "direct_map", "device_tree",
};
enum { KNOWN = sizeof(known) / sizeof(known[0]) };

/* Keys of xl for things that a Bedplate guest has not: said plainly, since no other spelling would help. */
static const struct { const char *key, *instead; } foreign[] = {
    { "disk", "guests have no disks: pack what it needs into its ramdisk" },
    { "vif", "guests have no network cards" },
    { "vfb", "guests have no screen: they have a console" },
    { "pci", "guests get no PCI devices" },
    { "usb", "guests have no USB" },
    { "builder", "write type=\"pvh\"" },
    { "pvh", "write type=\"pvh\"" },
    { "bootloader", "give the kernel itself" },
    { "firmware", "give the firmware's PVH image as kernel" },
    { "apic", "write lapic=1 or lapic=0" },
    { "uuid", "guests are told apart by name" },
    { "cpu_weight", "vCPUs share time evenly; cpus says where they may run" },
    { "cpus_soft", "cpus says where vCPUs may run" },
    { "pool", "there are no CPU pools; cpus says where vCPUs may run" },
    { "nestedhvm", "guests cannot nest" },
};

static bool unknown(const char *path, const struct config_key *key, struct error *e)
{
    for (unsigned i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
        if (strcmp(key->name, foreign[i].key) == 0)
            return fail(e, "%s: line %u: %s is a key of xl that has no meaning here: %s, so remove it", shown(path), key->line,
                        key->name, foreign[i].instead);
    const char *near = nearest(key->name, known, KNOWN);
    if (near)
        return fail(e, "%s: line %u: unknown key %s: did you mean %s?", shown(path), key->line, key->name, near);
    return fail(e, "%s: line %u: unknown key %s: remove it (configuration.md, in docs or share/doc/bedplate, lists the keys)", shown(path), key->line, key->name);
}

bool config_is_text(const char *path, const char *text, size_t size, struct error *e)
{
    if (memchr(text, '\0', size))
        return fail(e, "%s: is no text but a binary file: name a configuration (xl.cfg text)", shown(path));
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        return fail(e, "%s: begins with a byte order mark: save it as UTF-8 without one", shown(path));
    if (memmem(text, size, "\r\n", 2))
        return fail(e, "%s: has Windows line ends (CR LF): save it with Unix ones, say by `sed -i 's/\\r$//'`", shown(path));
    return true;
}

bool config_check_keys(const char *path, const char *text, size_t size, struct error *e)
{
    struct config_scan s = config_scan_of(text, size);
    struct config_key key;
    unsigned line[KNOWN] = { 0 };
    while (config_scan_next(&s, &key)) {
        unsigned i = 0;
        while (i < KNOWN && strcmp(key.name, known[i]) != 0)
            i++;
        if (i == KNOWN)
            return unknown(path, &key, e);
        if (line[i] && !key.adds)
            return fail(e, "%s: %s is set twice, on lines %u and %u: keep one", shown(path), key.name, line[i], key.line);
        line[i] = key.line;
    }
    return true;
}
