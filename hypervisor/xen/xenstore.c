/*
 * Owns: an empty xenstore (xen/io/xs_wire.h), for guests whose configuration asks for one (xenstore = 1). Normally there
 * is none, and the guest is told so by HVM_PARAM_STORE_PFN = 0. Some (GRUB) do not look and wait for ever for an answer;
 * here every question gets a true one: nothing is there, and nothing may be put there. But for one node: control/shutdown, through
 * which a toolstack asks a guest to shut down; the watch on it is the one that may fire.
 *
 * One request is taken from the ring at a time, and the next only when the answer to the last has left. Of a payload only
 * the beginning is kept (a watch's path and token); our ring indices are ours, the page's are checked.
 */
#include "hypervisor/xen/internal.h"
#include "lib/format.h"
#include <string.h>
#include <xen/io/xs_wire.h>

enum { KEPT = 256, ANSWERS_PER_CALL = 16 };
enum shutdown_node { SHUTDOWN_ABSENT, SHUTDOWN_ASKED, SHUTDOWN_TAKEN };    /* no such node; "poweroff"; "": the guest has read it */

struct xenstore {
    struct xenstore_domain_interface *ring;
    uint32_t consumed, produced;        /* req_cons and rsp_prod, ours */
    uint32_t got;                       /* bytes of the current request: header and payload */
    struct xsd_sockmsg request;
    char payload[KEPT];
    uint32_t out_used, out_sent;
    char out[2 * sizeof(struct xsd_sockmsg) + KEPT + 64];
    bool broken;                        /* the guest broke the protocol: no more answers */
    enum shutdown_node shutdown;
    bool due;                           /* the guest is to be told of it */
    char watch[KEPT];                   /* path and token of the watch on it or on its folder, as they came; watch_length 0: none */
    uint32_t watch_length;
};

static void rung(struct xen_domain *x, uint32_t port) { (void)port; xenstore_serve(x); }

bool xenstore_create(struct xen_domain *x)
{
    struct domain *d = x->domain;
    if (!d->platform->xenstore)
        return true;
    x->store_page = special_take(d);
    struct xenstore *s = domain_alloc(d, sizeof(*s));
    if (!x->store_page || !s || !evtchn_open_hypervisor(x, &x->store_port, rung))
        return false;
    s->ring = (void *)x->store_page;
    x->store = s;
    x->param[HVM_PARAM_STORE_PFN] = xen_arch.xenstore.v >> PAGE_SHIFT;
    x->param[HVM_PARAM_STORE_EVTCHN] = x->store_port;
    return domain_map_page(d, xen_arch.xenstore, ptr_hpa(x->store_page), S2_ALL);
}

void xenstore_destroy(struct xen_domain *x)
{
    x->store = NULL;
    special_give(x->store_page);
    x->store_page = NULL;
}

/* Takes up to n bytes of requests; to NULL: passes over them. */
static uint32_t receive(struct xenstore *s, char *to, uint32_t n)
{
    uint32_t have = __atomic_load_n(&s->ring->req_prod, __ATOMIC_ACQUIRE) - s->consumed;
    if (have > XENSTORE_RING_SIZE) {
        s->broken = true;
        return 0;
    }
    if (n > have)
        n = have;
    for (uint32_t i = 0; i < n; i++, s->consumed++)
        if (to)
            to[i] = __atomic_load_n(&s->ring->req[MASK_XENSTORE_IDX(s->consumed)], __ATOMIC_RELAXED);
    __atomic_store_n(&s->ring->req_cons, s->consumed, __ATOMIC_RELEASE);
    return n;
}

/* False: the ring is full, the rest goes when the guest has read. */
static bool send_rest(struct xenstore *s)
{
    uint32_t used = s->produced - __atomic_load_n(&s->ring->rsp_cons, __ATOMIC_ACQUIRE);
    uint32_t room = used > XENSTORE_RING_SIZE ? 0 : XENSTORE_RING_SIZE - used;
    for (; room && s->out_sent < s->out_used; room--, s->produced++)
        __atomic_store_n(&s->ring->rsp[MASK_XENSTORE_IDX(s->produced)], s->out[s->out_sent++], __ATOMIC_RELAXED);
    __atomic_store_n(&s->ring->rsp_prod, s->produced, __ATOMIC_RELEASE);
    return s->out_sent == s->out_used;
}

static void put(struct xenstore *s, const struct xsd_sockmsg *m, const char *body)
{
    memcpy(s->out + s->out_used, m, sizeof(*m));
    memcpy(s->out + s->out_used + sizeof(*m), body, m->len);
    s->out_used += (uint32_t)sizeof(*m) + m->len;
}

static void answer(struct xenstore *s, const char *body, bool error)
{
    struct xsd_sockmsg m = s->request;
    if (error)
        m.type = XS_ERROR;
    m.len = (uint32_t)strlen(body) + 1;
    put(s, &m, body);
}

/* The request's path, below the guest's own folder. "": none that is meant here. */
static const char *own_path(const struct xen_domain *x, const struct xenstore *s)
{
    char home[32];
    size_t n = format(home, sizeof(home), "/local/domain/%u/", x->domain->id);
    if (!memchr(s->payload, '\0', s->request.len < KEPT ? s->request.len : KEPT))
        return "";
    return strncmp(s->payload, home, n) == 0 ? s->payload + n : s->payload;
}

static bool is_shutdown(const struct xen_domain *x, const struct xenstore *s) { return strcmp(own_path(x, s), "control/shutdown") == 0; }
static bool is_folder(const struct xen_domain *x, const struct xenstore *s) { return strcmp(own_path(x, s), "control") == 0; }

/* A watch fires once when it is set, as Xen's do. Its path and token are the payload as it came. */
static void answer_watch(struct xen_domain *x, struct xenstore *s)
{
    struct xsd_sockmsg event = { .type = XS_WATCH_EVENT, .len = s->request.len };
    if (s->request.len > KEPT) {
        answer(s, "ENOSPC", true);
        return;
    }
    if (is_shutdown(x, s) || is_folder(x, s)) {
        memcpy(s->watch, s->payload, s->request.len);
        s->watch_length = s->request.len;
    }
    answer(s, "OK", false);
    put(s, &event, s->payload);
}

static void answer_unwatch(struct xenstore *s, bool all)
{
    if (all || (s->watch_length == s->request.len && memcmp(s->watch, s->payload, s->watch_length) == 0))
        s->watch_length = 0;
    answer(s, "OK", false);
}

/* A value comes without a NUL, unlike what else is answered. */
static void answer_read(struct xen_domain *x, struct xenstore *s)
{
    struct xsd_sockmsg m = s->request;
    const char *value = s->shutdown == SHUTDOWN_ASKED ? "poweroff" : "";
    if (s->shutdown == SHUTDOWN_ABSENT || !is_shutdown(x, s)) {
        answer(s, "ENOENT", true);
        return;
    }
    m.len = (uint32_t)strlen(value);
    put(s, &m, value);
}

/* Writing nothing into it says that the guest has seen it. "feature-poweroff" and the like say that it would: they are not kept. */
static void answer_write(struct xen_domain *x, struct xenstore *s)
{
    static const char feature[] = "control/feature-";
    bool taken = is_shutdown(x, s) && s->request.len == strlen(s->payload) + 1;
    if (taken && s->shutdown == SHUTDOWN_ASKED)
        s->shutdown = SHUTDOWN_TAKEN;
    if (taken || strncmp(own_path(x, s), feature, sizeof(feature) - 1) == 0)
        answer(s, "OK", false);
    else
        answer(s, "EACCES", true);
}

/* The watch fires: its path, or below it, and its token. */
static void tell_shutdown(struct xenstore *s)
{
    size_t n = strlen(s->watch);
    const char *rest = n >= 8 && strcmp(s->watch + n - 8, "shutdown") == 0 ? "" : "/shutdown";
    struct xsd_sockmsg event = { .type = XS_WATCH_EVENT, .len = s->watch_length + (uint32_t)strlen(rest) };
    char body[KEPT + 16];
    memcpy(body, s->watch, n);
    memcpy(body + n, rest, strlen(rest));
    memcpy(body + n + strlen(rest), s->watch + n, s->watch_length - n);
    s->out_used = s->out_sent = 0;
    s->due = false;
    put(s, &event, body);
}

static void answer_request(struct xen_domain *x, struct xenstore *s)
{
    char text[32];
    s->out_used = s->out_sent = 0;
    switch (s->request.type) {
    case XS_READ:
        answer_read(x, s);
        return;
    case XS_WRITE:
        answer_write(x, s);
        return;
    case XS_DIRECTORY: case XS_GET_PERMS: case XS_RM: case XS_DIRECTORY_PART:
        answer(s, "ENOENT", true);
        return;
    case XS_MKDIR: case XS_SET_PERMS: case XS_INTRODUCE: case XS_RELEASE: case XS_RESUME: case XS_SET_TARGET:
    case XS_CONTROL: case XS_IS_DOMAIN_INTRODUCED:
        answer(s, "EACCES", true);
        return;
    case XS_WATCH:
        answer_watch(x, s);
        return;
    case XS_UNWATCH: case XS_RESET_WATCHES:
        answer_unwatch(s, s->request.type == XS_RESET_WATCHES);
        return;
    case XS_TRANSACTION_END:
        answer(s, "OK", false);
        return;
    case XS_TRANSACTION_START:
        answer(s, "1", false);
        return;
    case XS_GET_DOMAIN_PATH:
        (void)format(text, sizeof(text), "/local/domain/%u", x->domain->id);
        answer(s, text, false);
        return;
    default:
        answer(s, "ENOSYS", true);
    }
}

/* Goes on with the current request. True: it is complete. */
static bool take_request(struct xenstore *s)
{
    const uint32_t head = sizeof(s->request);
    if (s->got < head)
        s->got += receive(s, (char *)&s->request + s->got, head - s->got);
    if (s->got < head)
        return false;
    if (s->request.len > XENSTORE_PAYLOAD_MAX) {
        s->broken = true;
        return false;
    }
    uint32_t at = s->got - head;
    if (at < KEPT && at < s->request.len)
        at += receive(s, s->payload + at, (s->request.len < KEPT ? s->request.len : KEPT) - at);
    if (at >= KEPT && at < s->request.len)
        at += receive(s, NULL, s->request.len - at);
    s->got = head + at;
    return at == s->request.len;
}

void xenstore_serve(struct xen_domain *x)
{
    lock_take(&x->console_lock);
    struct xenstore *s = x->store;
    uint32_t before = s ? s->produced + s->consumed : 0;
    for (unsigned i = 0; s && !s->broken && i < ANSWERS_PER_CALL; i++) {
        if (!send_rest(s))
            break;
        if (s->due) {
            tell_shutdown(s);
        } else if (take_request(s)) {
            answer_request(x, s);
            s->got = 0;
        } else {
            break;
        }
        (void)send_rest(s);
    }
    if (s && s->broken)
        __atomic_store_n(&s->ring->error, XENSTORE_ERROR_PROTO, __ATOMIC_RELAXED);
    bool moved = s && s->produced + s->consumed != before;
    lock_give(&x->console_lock);
    if (moved)
        evtchn_notify(x, x->store_port);
}

bool xen_ask_shutdown(struct domain *d)
{
    struct xen_domain *x = d->xen;
    if (!x)
        return false;
    lock_take(&x->console_lock);
    struct xenstore *s = x->store;
    bool listens = s && !s->broken && s->watch_length;
    if (listens) {
        s->shutdown = SHUTDOWN_ASKED;
        s->due = true;
    }
    lock_give(&x->console_lock);
    if (listens)
        xenstore_serve(x);
    return listens;
}
