/*
 * Owns: the PL011 of an Arm machine: its place, its lock, and both of its ends. What is typed or sent waits in a ring of bounded
 * size here or at the far end; a far end that does not take keeps only the FIFO full, never the guest.
 * Invariant: uart_lock is taken before any lock of the Xen ABI, as the far end's ring is rung from under it.
 */
#include "hypervisor/core/console.h"
#include "hypervisor/machine/virt.h"

/* Bytes go on in both directions, as far as there is room. */
static void look(struct machine *m)
{
    pl011_drain(&m->uart);
    while (pl011_room(&m->uart)) {
        uint8_t byte;
        if (m->typed_count) {
            byte = m->typed[m->typed_first];
            m->typed_first = (m->typed_first + 1) % VIRT_TYPED_MAX;
            m->typed_count--;
        } else if (!m->far.get || !m->far.get(m->far.owner, &byte)) {
            return;
        }
        pl011_receive(&m->uart, byte);
    }
}

static void uart_access(void *owner, struct vcpu *v, struct io_access *a)
{
    struct machine *m = owner;
    (void)v;
    lock_take(&m->uart_lock);
    pl011_access(&m->uart, (uint32_t)a->addr, a->size < 4 ? a->size : 4, a->write, &a->value);
    look(m);
    lock_give(&m->uart_lock);
}

static bool to_console(void *owner, uint8_t byte)
{
    struct machine *m = owner;
    console_guest(m->domain, CONSOLE_UART, (char)byte);
    return true;
}

static void interrupt(void *owner, bool high)
{
    struct machine *m = owner;
    virt_line(m->domain, 0, VIRT_PL011_GSI, high);
}

static void typed(struct domain *d, char c)
{
    struct machine *m = d->machine;
    lock_take(&m->uart_lock);
    if (m->typed_count < VIRT_TYPED_MAX)    /* else it is lost: the guest has not read for 256 bytes */
        m->typed[(m->typed_first + m->typed_count++) % VIRT_TYPED_MAX] = (uint8_t)c;
    look(m);
    lock_give(&m->uart_lock);
}

bool virt_uart_create(struct domain *d)
{
    struct machine *m = d->machine;
    if (!d->platform->arm.pl011)
        return true;
    pl011_init(&m->uart, to_console, interrupt, m);
    d->input[CONSOLE_UART] = typed;
    return io_claim(&d->memory_io, (struct io_range){ VIRT_PL011_BASE, VIRT_PL011_SIZE, uart_access, m, "PL011" });
}

/* ---- a far end of its own ------------------------------------------------------------------- */

static bool to_far(void *owner, uint8_t byte)
{
    struct machine *m = owner;
    return m->far.put(m->far.owner, byte);
}

void virt_uart_connect(struct domain *d, const struct virt_uart_far *far)
{
    struct machine *m = d->machine;
    m->far = *far;
    pl011_init(&m->uart, to_far, interrupt, m);
    d->input[CONSOLE_UART] = NULL;      /* who types is the other guest */
}

void virt_uart_look(struct domain *d)
{
    struct machine *m = d->machine;
    lock_take(&m->uart_lock);
    look(m);
    lock_give(&m->uart_lock);
}
