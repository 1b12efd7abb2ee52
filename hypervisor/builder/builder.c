/* Owns: the guests of the bundle and what becomes of each when its domain ends. Only CPU 0 comes here. */
#include "hypervisor/builder/builder.h"
#include "hypervisor/builder/build.h"
#include "hypervisor/core/console.h"
#include "hypervisor/core/page.h"
#include "lib/checked.h"
#include <string.h>

static const struct host *machine;
static struct bundle bundle;
static struct guest *guests;
static unsigned guest_count, result;

static void worse(unsigned than) { result = than > result ? than : result; }
unsigned builder_result(void) { return result; }

static void refuse(const struct error *e)
{
    console_log("refused: %s", e->text);
    worse(2);
}

static void build(struct guest *g)
{
    struct error e = { "" };
    g->domain = build_domain(g, &bundle, &e);
    if (!g->domain)
        refuse(&e);
}

static void start(struct guest *g)
{
    if (!g->domain)
        return;
    g->starts++;
    g->domain->started = arch_clock();
    if (!console_focused())
        console_focus(g->domain->id);
    atomic_store_explicit(&g->domain->state, DOMAIN_RUNNING, memory_order_release);
    vcpu_start(g->domain->vcpu[0]);
}

static bool read_guest(int node)
{
    struct error e = { "" };
    struct guest *g = &guests[guest_count];
    if (!platform_from_node(&g->platform, bundle.fdt, node, bundle_board(&bundle), &e)) {
        refuse(&e);
        memset(g, 0, sizeof(*g));
        return false;
    }
    guest_count++;
    return true;
}

/* Before any guest takes memory, so that none takes another's. */
static bool reserve(const struct platform *p, struct error *e)
{
    for (unsigned i = 0; i < p->arm.banks; i++)
        if (!page_reserve(p->arm.bank[i].base, p->arm.bank[i].size))
            return fail(e, "guest %s: its static memory at 0x%llx, 0x%llx bytes, is not all free RAM of this host (the hypervisor, its bundle or a "
                        "module may lie there): choose another place", p->name, (unsigned long long)p->arm.bank[i].base.v,
                        (unsigned long long)p->arm.bank[i].size);
    return true;
}

/* What only all guests together show. One that does not fit the others stays in the table, for them to be told of, but never runs. */
static void join_guests(void)
{
    struct platform *all[BUNDLE_GUESTS_MAX];
    for (unsigned i = 0; i < guest_count; i++)
        all[i] = &guests[i].platform;
    for (unsigned i = 0; i < guest_count; i++) {
        struct error e = { "" };
        guests[i].refused = !platform_join(all[i], all, guest_count, &e) || !bundle_holds(&bundle, all[i], all, guest_count, &e) ||
                            !reserve(all[i], &e);
        if (guests[i].refused)
            refuse(&e);
    }
}

static bool take_table(void)
{
    unsigned order = 0;
    hpa_t page;
    while (PAGE_SIZE << order < bundle.guests * sizeof(*guests))
        order++;
    if (!page_take_zeroed(OWNER_HYPERVISOR, order, &page))
        return false;
    guests = hpa_ptr(page);
    return true;
}

/* What a loader has put into the host's memory, where the tree says that it has some: it can be read, and is given to nobody. */
static struct span host_memory(void *owner, uint64_t at, uint64_t size)
{
    bool kept = arch_is_mapped(hpa(at), size);
    (void)owner;
    for (unsigned i = 0; i < machine->rams; i++)
        kept = kept && !ranges_meet(at, size, machine->ram[i].base.v, machine->ram[i].size);
    return kept ? span_of(hpa_ptr(hpa(at)), size) : (struct span){ NULL, 0, true };
}

/* A ramdisk that is no tree, where the machine's own has guests: it was meant for a control domain, of which there is none. */
static bool is_dom0s(const struct host *h)
{
    return platform_may_be(BOARD_VIRT) && h->tree && (h->bundle_size < PAGE_SIZE || !bundle_tree_size(hpa_ptr(h->bundle))) && bundle_in_tree(h->tree);
}

/* The guests of a bundle, else those of the host's own tree, as one written for Xen has them. */
static bool find_bundle(const struct host *h, struct error *e)
{
    if (h->bundle_size && !is_dom0s(h))
        return bundle_read(&bundle, span_of(hpa_ptr(h->bundle), h->bundle_size), e);
    if (!platform_may_be(BOARD_VIRT) || !h->tree)     /* only an Arm machine has such a tree */
        return fail(e, "no bundle was given: pass one made by `bedplate pack` as the loader's ramdisk or module");
    if (!bundle_in_tree(h->tree))
        return fail(e, "no bundle was given, and the machine's device tree has no guests in /chosen: pass one made by `bedplate pack` as the "
                    "loader's ramdisk, or put guests there");
    return bundle_read_tree(&bundle, span_of(h->tree, bundle_tree_size(h->tree)), host_memory, NULL, e);
}

/* A tree for Xen may bring a control domain's kernel. That one is refused, its guests are not. */
static void refuse_dom0(void)
{
    struct error e = { "" };
    if (!bundle.absolute || !bundle.dom0)
        return;
    (void)fail(&e, "dom0: the machine's device tree has a kernel for it in /chosen, but there is no control domain here: remove that module");
    refuse(&e);
}

unsigned builder_start(const struct host *h)
{
    struct error e = { "" };
    unsigned running = 0;
    guest_count = result = 0;
    machine = h;
    if (find_bundle(h, &e) && !take_table())
        (void)fail(&e, "the host has no memory for the list of guests: give it more");
    if (failed(&e)) {
        refuse(&e);
        return 0;
    }
    refuse_dom0();
    for (unsigned i = 0; i < bundle.guests; i++)
        (void)read_guest(bundle.guest[i]);
    join_guests();
    console_use_prefixes(bundle.guests > 1);
    /* None runs before all are there: static event channels are bound at both ends then. */
    for (unsigned i = 0; i < guest_count; i++)
        if (!guests[i].refused)
            build(&guests[i]);
    for (unsigned i = 0; i < guest_count; i++) {
        start(&guests[i]);
        running += guests[i].domain != NULL;
    }
    return running;
}

static enum platform_action action_for(const struct domain *d)
{
    switch (d->end) {
    case END_REBOOT: return d->platform->on_reboot;
    case END_CRASH:  return d->platform->on_crash;
    default:         return d->platform->on_poweroff;
    }
}

static void tell_end(const struct domain *d)
{
    static const char *const what[] = { [END_NONE] = "ended", [END_POWEROFF] = "powered off", [END_REBOOT] = "rebooted", [END_CRASH] = "crashed" };
    static const char *const then[] = { [ACTION_DESTROY] = "destroyed", [ACTION_RESTART] = "restarted", [ACTION_PRESERVE] = "preserved" };
    console_log("%s: %s%s%s; %s", d->platform->name, what[d->end], d->why[0] ? ": " : "", d->why, then[action_for(d)]);
}

/* A restarted guest is built from the bundle again: nothing of its former life is left. The input focus stays with it. */
static void end(struct guest *g)
{
    struct domain *d = g->domain;
    enum platform_action action = action_for(d);
    bool focused = console_focused() == d->id;
    console_guest_done(d);
    tell_end(d);
    if (d->end == END_CRASH)
        worse(1);
    if (action == ACTION_PRESERVE) {
        atomic_store(&d->state, DOMAIN_STOPPED);
        return;
    }
    g->domain = NULL;
    build_undo(d);
    if (focused)
        console_focus(0);
    if (action == ACTION_RESTART) {
        build(g);
        start(g);
    }
    if (focused && !g->domain)
        for (unsigned i = 0; i < guest_count && !console_focused(); i++)
            if (guests[i].domain)
                console_focus(guests[i].domain->id);
}

bool builder_tend(void)
{
    bool any = false;
    for (unsigned i = 0; i < guest_count; i++) {
        if (guests[i].domain && domain_is_quiet(guests[i].domain))
            end(&guests[i]);
        any |= guests[i].domain != NULL;
    }
    return any;
}
