/*
 * Owns: what each key means. The text is parsed by libxlutil, so its syntax is xl's, exactly. Invariant: what passes has
 * been through platform_check, the same that the hypervisor asks at boot.
 */
#include "cli/config_reader.h"
#include "cli/bytes.h"
#include "cli/cli.h"
#include "cli/config_cpus.h"
#include "cli/unpack.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *s)
{
    char *to = strdup(s);
    if (!to)
        abort();
    return to;
}

static char *join(const char *a, const char *between, const char *b)
{
    char *to;
    if (asprintf(&to, "%s%s%s", a, between, b) < 0)
        abort();
    return to;
}

char *config_resolve(const struct config_reader *r, const char *path)
{
    const char *slash = strrchr(r->c->path, '/');
    if (path[0] == '/' || !slash)
        return copy(path);
    char *folder = strndup(r->c->path, (size_t)(slash - r->c->path));
    if (!folder)
        abort();
    char *to = join(folder, "/", path);
    free(folder);
    return to;
}

const char *config_keep(struct config *c, const char *text)
{
    return c->kept[c->keeps++] = copy(text);
}

/* The name that the text gives, else the file's, with what may not stand in a name made '-'. */
static bool read_name(const struct config_reader *r)
{
    struct platform *p = &r->c->platform;
    const char *name, *slash = strrchr(r->c->path, '/');
    char own[sizeof(p->name)];
    if (!config_text(r, "name", &name))
        return false;
    if (!name) {
        (void)snprintf(own, sizeof(own), "%s", slash ? slash + 1 : r->c->path);
        char *dot = strstr(own, ".cfg");
        if (dot && !dot[4])
            *dot = '\0';
        for (char *c = own; *c; c++)
            if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+-", *c))
                *c = '-';
        name = own;
    }
    if (strlen(name) > PLATFORM_NAME_MAX)
        return fail(r->e, "%s: name is longer than %d characters: shorten it", r->file, PLATFORM_NAME_MAX);
    (void)snprintf(p->name, sizeof(p->name), "%s", name);
    return true;
}

static bool read_type(const struct config_reader *r)
{
    const char *type;
    if (!config_text(r, "type", &type))
        return false;
    return !type || strcmp(type, "pvh") == 0 ||
           fail(r->e, "%s: type is \"%.20s\": Bedplate boots PVH guests only: write type=\"pvh\"", r->file, type);
}

/* xl takes cmdline as it stands; without it, root and extra. Both at once is a contradiction that xl only warns of. */
static bool read_cmdline(const struct config_reader *r)
{
    const char *cmdline, *extra, *root;
    if (!config_text(r, "cmdline", &cmdline) || !config_text(r, "extra", &extra) || !config_text(r, "root", &root))
        return false;
    if (cmdline && (extra || root))
        return fail(r->e, "%s: cmdline and %s contradict each other: put all into cmdline", r->file, extra ? "extra" : "root");
    if (cmdline)
        r->c->cmdline = copy(cmdline);
    else if (root)
        r->c->cmdline = join(*root ? "root=" : "", root, "");
    else
        r->c->cmdline = copy("");
    if (extra) {
        char *old = r->c->cmdline;
        r->c->cmdline = join(old, *old && *extra ? " " : "", extra);
        free(old);
    }
    r->c->platform.cmdline = r->c->cmdline;
    return true;
}

static void add_module(const struct config_reader *r, const char *path, const char *cmdline)
{
    struct config *c = r->c;
    struct config_module *m = &c->module[c->modules];
    *m = (struct config_module){ config_resolve(r, path), copy(cmdline) };
    c->platform.module[c->modules++].cmdline = m->cmdline;
}

/* "file what follows is its command line" */
static bool read_module(const struct config_reader *r, const char *text)
{
    char path[4096];
    size_t skip = text ? strspn(text, " \t") : 0, length = text ? strcspn(text + skip, " \t") : 0;
    if (length == 0)
        return fail(r->e, "%s: modules has an entry without a file: write \"FILE its command line\"", r->file);
    if (length >= sizeof(path))
        return fail(r->e, "%s: modules has a file name longer than %zu characters: shorten it", r->file, sizeof(path) - 1);
    if (r->c->modules == PLATFORM_MODULES_MAX)
        return fail(r->e, "%s: more than %d modules (the ramdisk counts): give fewer", r->file, PLATFORM_MODULES_MAX);
    memcpy(path, text + skip, length);
    path[length] = '\0';
    text += skip + length;
    add_module(r, path, text + strspn(text, " \t"));
    return true;
}

static bool read_modules(const struct config_reader *r)
{
    XLU_ConfigList *list;
    int count;
    if (!config_list(r, "modules", "modules=[ \"FILE its command line\", ... ]", &list, &count))
        return false;
    for (int i = 0; i < count; i++)
        if (!read_module(r, xlu_cfg_get_listitem(list, i)))
            return false;
    return true;
}

static bool read_payloads(const struct config_reader *r)
{
    const char *kernel, *ramdisk;
    if (!config_text(r, "kernel", &kernel) || !config_text(r, "ramdisk", &ramdisk) || !read_cmdline(r))
        return false;
    if (!kernel || !*kernel)
        return fail(r->e, "%s: it names no kernel: write kernel=\"FILE\"", r->file);
    r->c->kernel = config_resolve(r, kernel);
    r->c->platform.board = unpack_is_arm(r->c->kernel) ? BOARD_VIRT : BOARD_PC;
    if (ramdisk && *ramdisk) {
        r->c->ramdisk = true;
        add_module(r, ramdisk, "");
    }
    return read_modules(r);
}

/* maxmem is what a guest may grow to for xl; ours do not grow. */
static bool read_size(const struct config_reader *r)
{
    struct platform *p = &r->c->platform;
    uint64_t absent = UINT64_MAX, mib = absent, limit = absent, vcpus = 1, most = 0, max = UINT64_C(1) << 40;
    const char *most_text;
    if (!config_number(r, "memory", max, &mib) || !config_number(r, "maxmem", max, &limit) ||
        !config_number(r, "vcpus", PLATFORM_VCPUS_MAX, &vcpus) || !config_number(r, "maxvcpus", PLATFORM_VCPUS_MAX, &most) ||
        !config_text(r, "maxvcpus", &most_text))
        return false;
    if (mib != absent && limit != absent && mib != limit)
        return fail(r->e, "%s: maxmem=%llu contradicts memory=%llu: a guest's MiB stay the same: give both the same number or remove maxmem",
                    r->file, (unsigned long long)limit, (unsigned long long)mib);
    mib = mib != absent ? mib : limit;
    if (mib == absent)
        return fail(r->e, "%s: it does not say how much memory the guest has: write memory=256 (MiB)", r->file);
    if (most_text && most == 0)
        return fail(r->e, "%s: maxvcpus is 0: give at least 1, or remove it", r->file);
    p->memory = mib << 20;
    p->vcpus = (unsigned)vcpus;
    p->vcpus_max = (unsigned)most;
    return true;
}

/* A list in xl pins each vCPU by itself; those beyond its end are pinned nowhere. */
static bool read_cpu_list(const struct config_reader *r, XLU_ConfigList *list, unsigned count)
{
    struct platform *p = &r->c->platform;
    if (count > p->vcpus)
        return fail(r->e, "%s: cpus has %u entries for %u vCPUs: give one for each", r->file, count, p->vcpus);
    if (count > PLATFORM_PINS_MAX)
        return fail(r->e, "%s: cpus has %u entries, more than %d: give all vCPUs one text (cpus=\"0-1\")", r->file, count, PLATFORM_PINS_MAX);
    for (unsigned i = 0; i < count; i++) {
        const char *text = xlu_cfg_get_listitem(list, (int)i);
        if (!text || !config_cpus(text, r->file, &p->pin[i], r->e))
            return fail(r->e, "%s: cpus has an entry that is no text: write cpus=[ \"0\", \"1-2\" ]", r->file);
    }
    return true;
}

static bool read_cpus(const struct config_reader *r)
{
    const char *text;
    XLU_ConfigList *list;
    int count = 0;
    if (xlu_cfg_get_list(r->xlu, "cpus", &list, &count, 1) == 0)
        return read_cpu_list(r, list, (unsigned)count);
    if (!config_text(r, "cpus", &text))
        return false;
    return !text || config_cpus(text, r->file, &r->c->platform.affinity, r->e);
}

static bool read_uart(const struct config_reader *r)
{
    const char *serial, *uart;
    struct platform *p = &r->c->platform;
    if (!config_text(r, "serial", &serial) || !config_text(r, "uart", &uart) || !config_toggle(r, "uart", false, &p->uart.present))
        return false;
    if (serial && strcmp(serial, "pty") != 0 && strcmp(serial, "none") != 0)
        return fail(r->e, "%s: serial is \"%.20s\": a guest's UART always leads to its console: write serial=\"pty\" or uart=1",
                    r->file, serial);
    bool wanted = serial && strcmp(serial, "pty") == 0;
    if (serial && uart && wanted != p->uart.present)
        return fail(r->e, "%s: serial=\"%s\" contradicts uart=%d: keep uart", r->file, serial, p->uart.present);
    wanted |= p->uart.present;
    p->uart.present = wanted && p->board == BOARD_PC;
    p->arm.pl011 = wanted && p->board == BOARD_VIRT;
    return true;
}

/* By default there is one wherever it can work; who asks for one is to hear where it cannot. */
static bool read_power_button(const struct config_reader *r)
{
    struct platform *p = &r->c->platform;
    const char *text;
    if (!config_text(r, "power_button", &text) || !config_toggle(r, "power_button", true, &p->power_button))
        return false;
    if (text && p->power_button && p->board == BOARD_VIRT)
        return fail(r->e, "%s: power_button=1: an Arm guest has none: remove it", r->file);
    if (text && p->power_button && (!p->acpi || !p->ioapic))
        return fail(r->e, "%s: power_button=1 with %s=0: nothing could tell the guest that it was pressed: set %s=1 or remove power_button",
                    r->file, p->acpi ? "ioapic" : "acpi", p->acpi ? "ioapic" : "acpi");
    return true;
}

static bool read_settings(const struct config_reader *r)
{
    struct platform *p = &r->c->platform;
    uint64_t version = 1;
    const bool pc = p->board == BOARD_PC;
    bool ok = config_toggle(r, "lapic", pc, &p->lapic) && config_toggle(r, "ioapic", false, &p->ioapic) &&
              config_toggle(r, "acpi", pc, &p->acpi) && config_toggle(r, "xen", true, &p->xen) &&
              config_toggle(r, "xenstore", false, &p->xenstore) && read_uart(r) && read_power_button(r) &&
              config_number(r, "start_info_version", 1, &version);
    p->start_info_version = (unsigned)version;
    return ok && config_action(r, "on_poweroff", ACTION_DESTROY, &p->on_poweroff) &&
           config_action(r, "on_reboot", ACTION_RESTART, &p->on_reboot) &&
           config_action(r, "on_crash", ACTION_DESTROY, &p->on_crash);
}

static bool read_all(const struct config_reader *r)
{
    struct platform *p = &r->c->platform;
    struct error e = { "" };
    if (!read_name(r) || !read_type(r) || !read_payloads(r) || !read_size(r) || !read_cpus(r) || !read_settings(r) ||
        !config_arm(r) || !config_vnuma(r) || !config_hide(r) || !config_evtchn(r))
        return false;
    p->modules = r->c->modules;
    return platform_check(p, &e) ? config_hidden_are_there(r) : fail(r->e, "%s: %s", r->file, e.text);
}

/* libxlutil tells its faults as "FILE:LINE: config parsing error near `TEXT': REASON", then more about Python. */
static bool syntax_error(const struct config_reader *r, char *report)
{
    char *at = report + strlen(r->file), *near = strchr(report, '`'), *end = near ? strstr(near, "': ") : NULL;
    unsigned line = strncmp(report, r->file, strlen(r->file)) == 0 && *at == ':' ? (unsigned)strtoul(at + 1, NULL, 10) : 0;
    if (!end || !line)
        return fail(r->e, "%s: cannot be read as a configuration: write one key=value a line, text in quotes", r->file);
    *end = '\0';
    if (near[1] == '-')
        return fail(r->e, "%s: line %u: a negative number (%.20s...) has no meaning for any key: give 0 or more", r->file, line,
                    near + 1);
    return fail(r->e, "%s: line %u: cannot be understood near `%.30s': write key=value, text in quotes, lists in [ ]", r->file,
                line, near[1] == '\n' ? "the line's end" : near + 1);
}

static bool parse(struct config_reader *r, const char *text, size_t size)
{
    char *report = NULL;
    size_t report_size = 0;
    FILE *to = open_memstream(&report, &report_size);
    r->xlu = to ? xlu_cfg_init(to, r->file) : NULL;
    if (!r->xlu || size > INT32_MAX)
        return fail(r->e, "%s: too large to be a configuration: name an xl.cfg text", r->file);
    bool ok = xlu_cfg_readdata(r->xlu, text, (int)size) == 0;
    (void)fflush(to);
    if (!ok)
        (void)syntax_error(r, report);
    else
        ok = config_check_keys(r->c->path, text, size, r->e) && read_all(r);
    xlu_cfg_destroy(r->xlu);
    (void)fclose(to);
    free(report);
    return ok;
}

bool config_read(struct config *c, const char *path, struct error *e)
{
    struct file f;
    struct config_reader r = { NULL, c, shown(path), e };
    *c = (struct config){ .path = copy(path) };
    bool ok = file_open(&f, path, e);
    const char *text = ok && f.at ? f.at : "";
    ok = ok && config_is_text(path, text, f.size, e) && parse(&r, text, f.size);
    file_close(&f);
    if (!ok)
        config_free(c);
    return ok;
}

void config_free(struct config *c)
{
    for (unsigned i = 0; i < c->modules; i++) {
        free(c->module[i].path);
        free(c->module[i].cmdline);
    }
    for (unsigned i = 0; i < c->platform.hiddens; i++)
        free(c->hidden[i]);
    for (unsigned i = 0; i < c->keeps; i++)
        free(c->kept[i]);
    free(c->device_tree);
    free(c->kernel);
    free(c->cmdline);
    free(c->path);
    *c = (struct config){ 0 };
}
