/* Reading of a device tree node's properties into values; each fault becomes a sentence that names guest and property. */
#ifndef PLATFORM_PROPERTY_H
#define PLATFORM_PROPERTY_H
#include "lib/error.h"
#include "lib/span.h"
#include "platform/platform.h"

/* Where we are in the tree. `guest` names it in sentences. */
struct property_node { const void *fdt; int at; const char *guest; struct error *e; };

/* The bytes of a property; false when there is none. */
bool property_find(const struct property_node *n, const char *property, struct span *value);
/* Takes `size` bytes (1..8) of a big-endian number. */
uint64_t property_be(struct span *s, unsigned size);

/* These leave *to as it is when there is no such property. */
bool property_number(const struct property_node *n, const char *property, uint64_t max, uint64_t *to);
bool property_text(const struct property_node *n, const char *property, const char **to);   /* stays in the tree */

/* A toggle: <0>, <1>, or without a value, which is the usual way of a device tree to say 1. */
bool property_toggle(const struct property_node *n, const char *property, bool otherwise, bool *to);
bool property_action(const struct property_node *n, const char *property, enum platform_action otherwise,
                     enum platform_action *to);

/* Virtual NUMA and hidden devices (platform/tree_lists.c); p->vcpus, p->vcpus_max are set. */
bool property_nodes(const struct property_node *n, struct platform *p);
bool property_hidden(const struct property_node *n, struct platform *p);
#endif
