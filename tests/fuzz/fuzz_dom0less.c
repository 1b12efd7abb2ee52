/*
 * Any bytes as a machine's own tree with guests in it: an answer with a sentence; guests that are accepted keep what platform.h promises,
 * alone and together. Seeds are trees as they are written for Xen.
 */
#include <stdlib.h>
#include <string.h>
#include "lib/checked.h"
#include "loader/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static struct span memory(void *owner, uint64_t at, uint64_t size)
{
    const struct bundle *b = owner;
    bool within = false;
    for (unsigned i = 0; i < b->rams; i++)
        within |= range_within(at, size, b->ram[i].base, b->ram[i].size);
    must(within);
    return span_of(b, 1);
}

static void check_banks(const struct platform *p)
{
    uint64_t sum = 0, ram = 0;
    must(p->arm.banks <= PLATFORM_BANKS_MAX && (p->arm.banks || !p->arm.direct_map));
    for (unsigned i = 0; i < p->arm.banks; i++) {
        must(p->arm.bank[i].size && (p->arm.bank[i].base.v | p->arm.bank[i].size) % PAGE_SIZE == 0);
        must(p->arm.bank[i].base.v + p->arm.bank[i].size >= p->arm.bank[i].base.v);
        must(!p->arm.direct_map || (p->ram[i].base.v == p->arm.bank[i].base.v && p->ram[i].size == p->arm.bank[i].size));
        sum += p->arm.bank[i].size;
    }
    for (unsigned i = 0; i < PLATFORM_BANKS_MAX; i++) {
        ram += p->ram[i].size;
        must(i == 0 || !p->ram[i].size || p->ram[i].base.v >= p->ram[i - 1].base.v + p->ram[i - 1].size);
    }
    must(ram == p->memory && (!p->arm.banks || sum == p->memory));
}

static void check(const struct platform *p)
{
    must(p->name[0] && memchr(p->name, 0, sizeof(p->name)) && p->vcpus >= 1 && p->vcpus <= PLATFORM_VCPUS_MAX && p->kernel.size > 0);
    must(p->channels <= PLATFORM_CHANNELS_MAX && (p->xen || (!p->channels && !p->xenstore)));
    for (unsigned i = 0; i < p->channels; i++) {
        must(p->channel[i].port >= 1 && p->channel[i].port <= PLATFORM_PORT_MAX && strcmp(p->channel[i].peer, p->name) != 0 && p->channel[i].label);
        for (unsigned k = 0; k < i; k++)
            must(p->channel[k].port != p->channel[i].port);
    }
    if (p->board == BOARD_VIRT)
        check_banks(p);
}

static const struct platform *named(struct platform *const *all, unsigned count, const char *name)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}

/* Each end has its other end; rings have ports that are nobody else's. */
static void check_joined(const struct platform *p, struct platform *const *all, unsigned count)
{
    for (unsigned i = 0; i < p->channels; i++) {
        const struct platform *o = named(all, count, p->channel[i].peer);
        bool there = false;
        if (p->channel[i].peer == platform_dom0)
            continue;
        must(o && o != p);
        for (unsigned k = 0; k < o->channels; k++)
            there |= o->channel[k].port == p->channel[i].peer_port && o->channel[k].peer_port == p->channel[i].port;
        must(there);
    }
    must(p->rings <= PLATFORM_RINGS_MAX);
    for (unsigned i = 0; i < p->rings; i++) {
        must(p->ring[i].port >= 1 && p->ring[i].port <= PLATFORM_PORT_MAX && named(all, count, p->ring[i].of));
        for (unsigned k = 0; k < p->channels; k++)
            must(p->channel[k].port != p->ring[i].port);
        for (unsigned k = 0; k < i; k++)
            must(p->ring[k].port != p->ring[i].port);
    }
}

static void read_guests(const struct bundle *b)
{
    struct platform *p = calloc(b->guests, sizeof(*p)), *all[BUNDLE_GUESTS_MAX];
    unsigned count = 0;
    for (unsigned i = 0; i < b->guests; i++) {
        struct error e = { "" };
        bool good = platform_from_node(&p[count], b->fdt, b->guest[i], bundle_board(b), &e);
        must(good != failed(&e) && (good || strstr(e.text, "guest")));
        if (good)
            check(&p[count]);
        all[count] = &p[count];
        count += good;
    }
    for (unsigned i = 0; i < count; i++) {
        struct error e = { "" };
        bool good = platform_join(all[i], all, count, &e) && bundle_holds(b, all[i], all, count, &e);
        must(good != failed(&e) && (good || strncmp(e.text, "guest ", 6) == 0));
        if (good)
            check_joined(all[i], all, count);
    }
    free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bundle b;
    struct error e = { "" };
    uint8_t *copy = malloc(size ? size : 1);        /* aligned, as a loader's page is */
    memcpy(copy, data, size);
    bool good = bundle_read_tree(&b, span_of(copy, size), memory, &b, &e);
    must(good != failed(&e));
    if (good)
        read_guests(&b);
    free(copy);
    return 0;
}
