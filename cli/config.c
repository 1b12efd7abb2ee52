/*
 * Owns: what each key means. The text is parsed by libxlutil, so its syntax is xl's, exactly. Invariant: what passes has
 * been through platform_check, the same that the hypervisor asks at boot.
 */
#include "cli/config.h"
#include "cli/bytes.h"
#include "cli/cli.h"
#include "cli/config_cpus.h"
#include <errno.h>
#include <libxlutil.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader { XLU_Config *xlu; struct config *c; const char *file; struct error *e; };

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

/* The text of a key, NULL when it is not set. A list where a text is wanted is refused. */
static bool get_text(const struct reader *r, const char *key, const char **to)
{
    *to = NULL;
    if (xlu_cfg_get_string(r->xlu, key, to, 1) == EINVAL)
        return fail(r->e, "%s: %s is a list: give one value", r->file, key);
    return true;
}

/* The number of a key; *to stays when it is not set. */
static bool get_number(const struct reader *r, const char *key, uint64_t max, uint64_t *to)
{
    const char *text;
    char *end;
    if (!get_text(r, key, &text))
        return false;
    if (!text)
        return true;
    errno = 0;
    long long n = strtoll(text, &end, 0);
    if (end == text || *end)
        return fail(r->e, "%s: %s is \"%.20s\", which is no number: give a whole number", r->file, key, text);
    if (n < 0)
        return fail(r->e, "%s: %s is negative (%.20s): give a number from 0 to %llu", r->file, key, text,
                    (unsigned long long)max);
    if (errno || (uint64_t)n > max)
        return fail(r->e, "%s: %s is %.20s: give at most %llu", r->file, key, text, (unsigned long long)max);
    *to = (uint64_t)n;
    return true;
}

static bool get_toggle(const struct reader *r, const char *key, bool otherwise, bool *to)
{
    uint64_t n = otherwise;
    if (!get_number(r, key, 1, &n))
        return false;
    *to = n != 0;
    return true;
}

static bool get_action(const struct reader *r, const char *key, enum platform_action otherwise, enum platform_action *to)
{
    static const char *const word[] = {
        [ACTION_DESTROY] = "destroy", [ACTION_RESTART] = "restart", [ACTION_PRESERVE] = "preserve",
    };
    const char *text;
    if (!get_text(r, key, &text))
        return false;
    *to = otherwise;
    if (!text)
        return true;
    for (unsigned i = 0; i < sizeof(word) / sizeof(word[0]); i++)
        if (strcmp(text, word[i]) == 0) {
            *to = (enum platform_action)i;
            return true;
        }
    return fail(r->e, "%s: %s is \"%.20s\": give \"destroy\", \"restart\" or \"preserve\"", r->file, key, text);
}

/* Beside the configuration, unless it is absolute. */
static char *resolve(const struct reader *r, const char *path)
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

/* The name that the text gives, else the file's, with what may not stand in a name made '-'. */
static bool read_name(const struct reader *r)
{
    struct platform *p = &r->c->platform;
    const char *name, *slash = strrchr(r->c->path, '/');
    char own[sizeof(p->name)];
    if (!get_text(r, "name", &name))
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

static bool read_type(const struct reader *r)
{
    const char *type;
    if (!get_text(r, "type", &type))
        return false;
    return !type || strcmp(type, "pvh") == 0 ||
           fail(r->e, "%s: type is \"%.20s\": Bedplate boots PVH guests only: write type=\"pvh\"", r->file, type);
}

/* xl takes cmdline as it stands; without it, root and extra. Both at once is a contradiction that xl only warns of. */
static bool read_cmdline(const struct reader *r)
{
    const char *cmdline, *extra, *root;
    if (!get_text(r, "cmdline", &cmdline) || !get_text(r, "extra", &extra) || !get_text(r, "root", &root))
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

static void add_module(const struct reader *r, const char *path, const char *cmdline)
{
    struct config *c = r->c;
    struct config_module *m = &c->module[c->modules];
    *m = (struct config_module){ resolve(r, path), copy(cmdline) };
    c->platform.module[c->modules++].cmdline = m->cmdline;
}

/* "file what follows is its command line" */
static bool read_module(const struct reader *r, const char *text)
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

static bool read_modules(const struct reader *r)
{
    XLU_ConfigList *list;
    int count = 0, found = xlu_cfg_get_list(r->xlu, "modules", &list, &count, 1);
    if (found == EINVAL)
        return fail(r->e, "%s: modules is no list: write modules=[ \"FILE its command line\", ... ]", r->file);
    for (int i = 0; found == 0 && i < count; i++)
        if (!read_module(r, xlu_cfg_get_listitem(list, i)))
            return false;
    return true;
}

static bool read_payloads(const struct reader *r)
{
    const char *kernel, *ramdisk;
    if (!get_text(r, "kernel", &kernel) || !get_text(r, "ramdisk", &ramdisk) || !read_cmdline(r))
        return false;
    if (!kernel || !*kernel)
        return fail(r->e, "%s: it names no kernel: write kernel=\"FILE\"", r->file);
    r->c->kernel = resolve(r, kernel);
    if (ramdisk && *ramdisk) {
        r->c->ramdisk = true;
        add_module(r, ramdisk, "");
    }
    return read_modules(r);
}

/* `now` and `most` as xl has them: what a guest starts with and what it may grow to. Ours do not grow. */
static bool read_amount(const struct reader *r, const char *now, const char *most, uint64_t max, uint64_t *to)
{
    uint64_t absent = UINT64_MAX, n = absent, limit = absent;
    if (!get_number(r, now, max, &n) || !get_number(r, most, max, &limit))
        return false;
    if (n != absent && limit != absent && n != limit)
        return fail(r->e, "%s: %s=%llu contradicts %s=%llu: a guest's %s stay the same: give both the same number or remove %s",
                    r->file, most, (unsigned long long)limit, now, (unsigned long long)n,
                    strcmp(now, "memory") == 0 ? "MiB" : "vCPUs", most);
    if (n != absent || limit != absent)
        *to = n != absent ? n : limit;
    return true;
}

static bool read_size(const struct reader *r)
{
    uint64_t mib = UINT64_MAX, vcpus = 1;
    if (!read_amount(r, "memory", "maxmem", UINT64_C(1) << 40, &mib) || !read_amount(r, "vcpus", "maxvcpus", UINT32_MAX, &vcpus))
        return false;
    if (mib == UINT64_MAX)
        return fail(r->e, "%s: it does not say how much memory the guest has: write memory=256 (MiB)", r->file);
    r->c->platform.memory = mib << 20;
    r->c->platform.vcpus = (unsigned)vcpus;
    return true;
}

/* A list in xl pins each vCPU by itself. */
static bool read_cpus(const struct reader *r)
{
    const char *text, *first = NULL;
    XLU_ConfigList *list;
    int count = 0;
    if (xlu_cfg_get_list(r->xlu, "cpus", &list, &count, 1) == 0) {
        for (int i = 0; i < count; i++) {
            text = xlu_cfg_get_listitem(list, i);
            if (text && first && strcmp(text, first) != 0)
                return fail(r->e, "%s: cpus is a list that pins each vCPU by itself, which Bedplate does not: give all vCPUs one "
                            "text (cpus=\"0-1\")", r->file);
            first = text;
        }
        text = first;
    } else if (!get_text(r, "cpus", &text)) {
        return false;
    }
    return !text || config_cpus(text, r->file, &r->c->platform.affinity, r->e);
}

static bool read_uart(const struct reader *r)
{
    const char *serial, *uart;
    struct platform *p = &r->c->platform;
    if (!get_text(r, "serial", &serial) || !get_text(r, "uart", &uart) || !get_toggle(r, "uart", false, &p->uart.present))
        return false;
    if (serial && strcmp(serial, "pty") != 0 && strcmp(serial, "none") != 0)
        return fail(r->e, "%s: serial is \"%.20s\": a guest's UART always leads to its console: write serial=\"pty\" or uart=1",
                    r->file, serial);
    bool wanted = serial && strcmp(serial, "pty") == 0;
    if (serial && uart && wanted != p->uart.present)
        return fail(r->e, "%s: serial=\"%s\" contradicts uart=%d: keep uart", r->file, serial, p->uart.present);
    p->uart.present |= wanted;
    return true;
}

static bool read_settings(const struct reader *r)
{
    struct platform *p = &r->c->platform;
    uint64_t version = 1;
    bool ok = get_toggle(r, "lapic", true, &p->lapic) && get_toggle(r, "ioapic", false, &p->ioapic) &&
              get_toggle(r, "acpi", true, &p->acpi) && get_toggle(r, "xen", true, &p->xen) &&
              get_toggle(r, "xenstore", false, &p->xenstore) && read_uart(r) &&
              get_number(r, "start_info_version", 1, &version);
    p->start_info_version = (unsigned)version;
    return ok && get_action(r, "on_poweroff", ACTION_DESTROY, &p->on_poweroff) &&
           get_action(r, "on_reboot", ACTION_RESTART, &p->on_reboot) &&
           get_action(r, "on_crash", ACTION_DESTROY, &p->on_crash);
}

static bool read_all(const struct reader *r)
{
    struct platform *p = &r->c->platform;
    struct error e = { "" };
    if (!read_name(r) || !read_type(r) || !read_payloads(r) || !read_size(r) || !read_cpus(r) || !read_settings(r))
        return false;
    p->modules = r->c->modules;
    return platform_check(p, &e) || fail(r->e, "%s: %s", r->file, e.text);
}

/* libxlutil tells its faults as "FILE:LINE: config parsing error near `TEXT': REASON", then more about Python. */
static bool syntax_error(const struct reader *r, char *report)
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

static bool parse(struct reader *r, const char *text, size_t size)
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
    struct reader r = { NULL, c, shown(path), e };
    *c = (struct config){ .path = copy(path) };
    bool ok = file_open(&f, path, e);
    if (ok && f.size && memchr(f.at, '\0', f.size))
        ok = fail(e, "%s: is no text but a binary file: name a configuration (xl.cfg text)", r.file);
    ok = ok && parse(&r, f.at ? f.at : "", f.size);
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
    free(c->kernel);
    free(c->cmdline);
    free(c->path);
    *c = (struct config){ 0 };
}
