/* Owns: the guest's voice: console_io, the PV console's ring or the architecture's UART. */
#include "guests/lib/guest.h"
#include "lib/format.h"
#include <string.h>
#include <xen/xen.h>
#include <xen/hvm/params.h>
#include <xen/io/console.h>
#include <xen/event_channel.h>

static enum { BY_UART, BY_HYPERCALL, BY_RING } way;
static volatile uint32_t printing;

static volatile struct xencons_interface *ring(void)
{
    uint64_t frame = 0;
    if (!has_xen() || hvm_param_get(HVM_PARAM_CONSOLE_PFN, &frame) != 0 || frame == 0)
        return NULL;
    return (volatile struct xencons_interface *)(uintptr_t)(frame << 12);
}

static void kick(void)
{
    uint64_t port = 0;
    if (hvm_param_get(HVM_PARAM_CONSOLE_EVTCHN, &port) == 0)
        (void)evtchn_op(EVTCHNOP_send, &(struct evtchn_send){ (evtchn_port_t)port });
}

bool ring_write(const char *s, size_t n)
{
    volatile struct xencons_interface *r = ring();
    if (!r)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (r->out_prod - r->out_cons >= sizeof(r->out)) {
            kick();
            if (!wait_for(r->out_prod - r->out_cons < sizeof(r->out), 5))
                return false;
        }
        r->out[MASK_XENCONS_IDX(r->out_prod, r->out)] = s[i];
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        r->out_prod = r->out_prod + 1;
    }
    kick();
    return true;
}

size_t ring_read(char *to, size_t n)
{
    volatile struct xencons_interface *r = ring();
    size_t i = 0;
    for (; r && i < n && r->in_cons != r->in_prod; i++) {
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        to[i] = r->in[MASK_XENCONS_IDX(r->in_cons, r->in)];
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        r->in_cons = r->in_cons + 1;
    }
    if (i)
        kick();
    return i;
}

void console_init(void)
{
    char out[8] = "";
    way = has_xen() ? BY_HYPERCALL : BY_UART;
    (void)cmdline_word("out", out, sizeof(out));
    if (strcmp(out, "ring") == 0)
        way = BY_RING;
    else if (strcmp(out, "uart") == 0)
        way = BY_UART;
}

void console_text(const char *s, size_t n)
{
    if (way == BY_UART)
        uart_write(s, n);
    else if (way == BY_HYPERCALL)
        (void)hypercall(__HYPERVISOR_console_io, CONSOLEIO_write, n, (uintptr_t)s, 0, 0);
    else
        (void)ring_write(s, n);
}

/* One line at a time, whichever CPU says it. */
void print(const char *fmt, ...)
{
    char text[400];
    va_list args;
    va_start(args, fmt);
    size_t n = format_v(text, sizeof(text), fmt, args);
    va_end(args);
    while (__atomic_exchange_n(&printing, 1, __ATOMIC_ACQUIRE))
        pause();
    console_text(text, n);
    __atomic_store_n(&printing, 0, __ATOMIC_RELEASE);
}
