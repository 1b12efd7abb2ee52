/*
 * Owns: the host UART. The log and every guest share it by whole lines; the guest that has the input focus is shown byte
 * by byte, and where another line comes in between, what stood of its line is shown again behind it.
 * All under console_lock, the innermost lock there is.
 */
#include "hypervisor/core/console.h"
#include "lib/format.h"
#include "lib/panic.h"
#include <string.h>

enum { KEY_ESCAPE = 0x1d };     /* Ctrl-] */

/* A console of a guest; domain 0: nobody's. */
struct place { uint16_t domain; uint8_t which; };

static struct lock console_lock;
static uint16_t focus;          /* domain id; 0: the hypervisor, which takes keys without the escape */
static int chosen = -1;         /* which of its consoles, as a key said; -1: see wanted_console */
static bool escaped, prefixes;
static struct place line_of;    /* whose unfinished line stands on the screen */
static struct console_keys keys;
static atomic_uint panicking;

static void put(char c)
{
    if (c == '\n')
        arch_console_put('\r');
    arch_console_put(c);
}

static void put_text(const char *s)
{
    while (*s)
        put(*s++);
}

static bool uses_both(const struct domain *d) { return d->console[CONSOLE_PV].spoke && d->console[CONSOLE_UART].spoke; }

static void put_prefix(const struct domain *d, unsigned which)
{
    bool marked = which == CONSOLE_UART && uses_both(d);
    if (!prefixes && !marked)
        return;
    put_text("(");
    put_text(prefixes ? d->platform->name : "");
    put_text(!marked ? "" : prefixes ? ":uart" : "uart");
    put_text(") ");
}

/* Of a domain with the focus: where its guest speaks to the UART at all, that is its console. */
static unsigned wanted_console(const struct domain *d)
{
    if (chosen >= 0)
        return (unsigned)chosen;
    return d->console[CONSOLE_UART].spoke || !d->input[CONSOLE_PV] ? CONSOLE_UART : CONSOLE_PV;
}

/* Another line is coming: ends the unfinished one; resume_line shows it again. */
static void interrupt_line(void)
{
    if (line_of.domain)
        put('\n');
}

static void resume_line(void)
{
    struct domain *d = line_of.domain ? domain_by_id(line_of.domain) : NULL;
    const struct domain_console *k = d ? &d->console[line_of.which] : NULL;
    if (!k || !k->mid_line) {
        line_of.domain = 0;
        return;
    }
    put_prefix(d, line_of.which);
    for (unsigned i = 0; i < k->used; i++)
        put(k->line[i]);
}

void console_log(const char *fmt, ...)
{
    char line[256];
    va_list args;
    va_start(args, fmt);
    (void)format_v(line, sizeof(line), fmt, args);
    va_end(args);
    lock_take(&console_lock);
    interrupt_line();
    put_text("(bp) ");
    put_text(line);
    put('\n');
    resume_line();
    lock_give(&console_lock);
}

void panic(const char *fmt, ...)
{
    char line[256];
    va_list args;
    if (atomic_fetch_add(&panicking, 1))
        arch_halt();
    va_start(args, fmt);
    (void)format_v(line, sizeof(line), fmt, args);
    va_end(args);
    put_text("\n(bp) panic: ");
    put_text(line);
    put_text("\n");
    arch_halt();
}

/* The gathered line of a console without the focus, whole. */
static void show_line(struct domain *d, unsigned which)
{
    struct domain_console *k = &d->console[which];
    interrupt_line();
    put_prefix(d, which);
    for (unsigned i = 0; i < k->used; i++)
        put(k->line[i]);
    put('\n');
    k->used = 0;
    k->mid_line = false;
    resume_line();
}

/* A CR is held until it is known whether an LF follows, which goes out as CR LF anyway. */
static void focused_byte(struct domain *d, unsigned which, char c)
{
    struct domain_console *k = &d->console[which];
    if (c == '\r') {
        k->carriage_return = k->mid_line;       /* at a line's start there is nothing to go back over */
        return;
    }
    if (line_of.domain && (line_of.domain != d->id || line_of.which != which)) {
        put('\n');                              /* it had the focus before and has not finished: its rest comes as a line of its own */
        line_of.domain = 0;
    }
    if (k->carriage_return && c != '\n')
        arch_console_put('\r');
    k->carriage_return = false;
    if (!k->mid_line && c != '\n')
        put_prefix(d, which);
    if (c == '\n') {
        put('\n');
        k->used = 0;
        k->mid_line = false;
        line_of.domain = 0;
        return;
    }
    arch_console_put(c);
    k->mid_line = true;
    line_of = (struct place){ d->id, (uint8_t)which };
    if (c == '\b' && k->used)
        k->used--;
    else if (c != '\b' && k->used < sizeof(k->line))
        k->line[k->used++] = c;
}

void console_guest(struct domain *d, unsigned which, char c)
{
    struct domain_console *k = &d->console[which];
    lock_take(&console_lock);
    k->spoke = true;
    if (focus == d->id && wanted_console(d) == which) {
        focused_byte(d, which, c);
    } else if (c == '\n') {
        show_line(d, which);
    } else if (c != '\r') {
        k->mid_line = true;
        if (k->used == sizeof(k->line))
            show_line(d, which);
        k->line[k->used++] = c;
    }
    lock_give(&console_lock);
}

void console_guest_done(struct domain *d)
{
    lock_take(&console_lock);
    for (unsigned which = 0; which < CONSOLES; which++) {
        struct domain_console *k = &d->console[which];
        if (line_of.domain == d->id && line_of.which == which) {
            put('\n');
            line_of.domain = 0;
        } else if (k->used) {
            show_line(d, which);
        }
        k->mid_line = false;
        k->used = 0;
    }
    lock_give(&console_lock);
}

void console_use_prefixes(bool wanted) { prefixes = wanted; }
void console_set_keys(const struct console_keys *k) { keys = *k; }

void console_focus(uint16_t id)
{
    lock_take(&console_lock);
    interrupt_line();
    line_of.domain = 0;
    focus = id;
    chosen = -1;
    lock_give(&console_lock);
}

uint16_t console_focused(void) { return focus; }

/* The living domain after `id` in the list, round to the hypervisor (0). */
static uint16_t next_focus(uint16_t id)
{
    struct domain *d;
    bool found = id == 0;
    for (unsigned i = 0; (d = domain_by_index(i)); i++) {
        if (found)
            return d->id;
        found = d->id == id;
    }
    return 0;
}

static void move_focus(uint16_t id)
{
    struct domain *d = id ? domain_by_id(id) : NULL;
    console_focus(d ? id : 0);
    console_log("input goes to %s", d ? d->platform->name : "the hypervisor (press ? for help)");
}

static void choose(const struct domain *d, unsigned which)
{
    lock_take(&console_lock);
    interrupt_line();
    line_of.domain = 0;
    chosen = (int)which;
    lock_give(&console_lock);
    console_log("input goes to %s's %s", d->platform->name, which == CONSOLE_UART ? "UART" : "PV console");
}

/* The other console of the guest that has the focus, if it has two and this is the first of them; else the next guest. */
static void next(void)
{
    struct domain *d = focus ? domain_by_id(focus) : NULL;
    if (d && chosen < 0 && uses_both(d) && d->input[CONSOLE_PV] && d->input[CONSOLE_UART])
        choose(d, wanted_console(d) == CONSOLE_PV ? CONSOLE_UART : CONSOLE_PV);
    else
        move_focus(next_focus(focus));
}

static void help(void)
{
    static const char *const lines[] = {
        "keys, after Ctrl-] (or alone while the hypervisor has the input):",
        "  ?      this help",
        "  n      input to the guest's other console if it uses two, then to the next guest, in the end to the hypervisor",
        "  1..9   input to that guest, in the order of the list",
        "  h      input to the hypervisor",
        "  d      list domains, vCPUs, memory and exits",
        "  s      press the power button of the guest that has the input: it shuts down in order",
        "  + -    plug one CPU more into it; ask it for one back",
        "  k      end the guest that has the input, as if it had crashed",
        "  q      end everything and switch off",
        "  Ctrl-] send a Ctrl-] to the guest",
    };
    for (unsigned i = 0; i < sizeof(lines) / sizeof(*lines); i++)
        console_log("%s", lines[i]);
}

static void send(char c)
{
    struct domain *d = focus ? domain_by_id(focus) : NULL;
    unsigned which = d ? wanted_console(d) : 0;
    if (d && d->input[which] && domain_is_running(d))
        d->input[which](d, c);
}

/* A key that acts on the guest with the focus. */
static void act(void (*on)(struct domain *d))
{
    struct domain *d = focus ? domain_by_id(focus) : NULL;
    if (on && d)
        on(d);
}

static void key(char c)
{
    if (c >= '1' && c <= '9') {
        struct domain *to = domain_by_index((unsigned)(c - '1'));
        if (to)
            move_focus(to->id);
        else
            console_log("there is no guest %c", c);
        return;
    }
    switch (c) {
    case 'n': next(); return;
    case 'h': move_focus(0); return;
    case 'd': if (keys.dump) keys.dump(); return;
    case 's': act(keys.shut_down); return;
    case '+': act(keys.plug); return;
    case '-': act(keys.unplug); return;
    case 'k': act(keys.end); return;
    case 'q': if (keys.quit) keys.quit(); return;
    case KEY_ESCAPE: send(c); return;
    default: help();
    }
}

void console_poll(void)
{
    int c;
    while ((c = arch_console_get()) >= 0) {
        if (c == KEY_ESCAPE && !escaped) {
            escaped = true;
        } else if (escaped || !focus) {
            escaped = false;
            key((char)c);
        } else {
            send((char)c);
        }
    }
}
