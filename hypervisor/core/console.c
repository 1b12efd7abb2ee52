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

static struct lock console_lock;
static uint16_t focus;          /* domain id; 0: the hypervisor, which takes keys without the escape */
static bool escaped, prefixes;
static uint16_t line_of;        /* whose unfinished line stands on the screen, 0: nobody's */
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

static void put_prefix(const struct domain *d)
{
    if (!prefixes)
        return;
    put_text("(");
    put_text(d->platform->name);
    put_text(") ");
}

/* Another line is coming: ends the unfinished one; resume_line shows it again. */
static void interrupt_line(void)
{
    if (line_of)
        put('\n');
}

static void resume_line(void)
{
    struct domain *d = line_of ? domain_by_id(line_of) : NULL;
    if (!d || !d->console.mid_line) {
        line_of = 0;
        return;
    }
    put_prefix(d);
    for (unsigned i = 0; i < d->console.used; i++)
        put(d->console.line[i]);
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

/* The gathered line of a guest without the focus, whole. */
static void show_line(struct domain *d)
{
    interrupt_line();
    put_prefix(d);
    for (unsigned i = 0; i < d->console.used; i++)
        put(d->console.line[i]);
    put('\n');
    d->console.used = 0;
    d->console.mid_line = false;
    resume_line();
}

/* A CR is held until it is known whether an LF follows, which goes out as CR LF anyway. */
static void focused_byte(struct domain *d, char c)
{
    struct domain_console *k = &d->console;
    if (c == '\r') {
        k->carriage_return = k->mid_line;       /* at a line's start there is nothing to go back over */
        return;
    }
    if (k->carriage_return && c != '\n')
        arch_console_put('\r');
    k->carriage_return = false;
    if (!k->mid_line && c != '\n')
        put_prefix(d);
    if (c == '\n') {
        put('\n');
        k->used = 0;
        k->mid_line = false;
        line_of = 0;
        return;
    }
    arch_console_put(c);
    k->mid_line = true;
    line_of = d->id;
    if (c == '\b' && k->used)
        k->used--;
    else if (c != '\b' && k->used < sizeof(k->line))
        k->line[k->used++] = c;
}

void console_guest(struct domain *d, char c)
{
    struct domain_console *k = &d->console;
    lock_take(&console_lock);
    if (focus == d->id) {
        focused_byte(d, c);
    } else if (c == '\n') {
        show_line(d);
    } else if (c != '\r') {
        k->mid_line = true;
        if (k->used == sizeof(k->line))
            show_line(d);
        k->line[k->used++] = c;
    }
    lock_give(&console_lock);
}

void console_guest_done(struct domain *d)
{
    lock_take(&console_lock);
    if (line_of == d->id) {
        put('\n');
        line_of = 0;
    } else if (d->console.used) {
        show_line(d);
    }
    d->console.mid_line = false;
    d->console.used = 0;
    lock_give(&console_lock);
}

void console_use_prefixes(bool wanted) { prefixes = wanted; }
void console_set_keys(const struct console_keys *k) { keys = *k; }

void console_focus(uint16_t id)
{
    lock_take(&console_lock);
    interrupt_line();
    line_of = 0;
    focus = id;
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

static void help(void)
{
    static const char *const lines[] = {
        "keys, after Ctrl-] (or alone while the hypervisor has the input):",
        "  ?      this help",
        "  n      input to the next guest, and in the end to the hypervisor",
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
    if (d && d->input && domain_is_running(d))
        d->input(d, c);
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
    case 'n': move_focus(next_focus(focus)); return;
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
