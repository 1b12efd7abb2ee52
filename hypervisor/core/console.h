/* The host UART, shared: the hypervisor's log and every guest's lines, each with its prefix; input goes to one of them. */
#ifndef HYPERVISOR_CORE_CONSOLE_H
#define HYPERVISOR_CORE_CONSOLE_H
#include "hypervisor/core/domain.h"

/* The hypervisor's own line: "(bp) text". No newline in fmt. */
void console_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A byte of a guest's console (CONSOLE_*). Lines are gathered; the console with the focus is shown byte by byte. */
void console_guest(struct domain *d, unsigned which, char c);
void console_guest_done(struct domain *d);          /* the domain ends: what is left of its line */
/* CPU 0: reads the UART, handles keys (Ctrl-] then a key; ? for help), hands the rest to the domain with the focus. */
void console_poll(void);
/* Guests' lines begin with their name when there is more than one; a UART's are marked when its guest uses both its consoles. */
void console_use_prefixes(bool wanted);
/* Who gets what is typed: a domain's id, 0: the hypervisor itself. Of its consoles the UART's if it has spoken there, until a key chooses. */
void console_focus(uint16_t id);
uint16_t console_focused(void);
/* Keys that act on domains; handed down by main. The last three ask the guest, which may take its time. */
struct console_keys {
    void (*dump)(void);
    void (*end)(struct domain *d);
    void (*quit)(void);
    void (*shut_down)(struct domain *d);
    void (*plug)(struct domain *d);
    void (*unplug)(struct domain *d);
};
void console_set_keys(const struct console_keys *keys);
#endif
