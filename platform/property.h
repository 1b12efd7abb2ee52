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

/* The name of the node itself, "module@4a000000". */
const char *property_node_name(const struct property_node *n);

/*
 * How many cells of 4 bytes address and size have in n's children: of n, else of the nearest node above that says, as Xen inherits them
 * (the Devicetree Specification does not), else 2 and 1. False: neither 1 nor 2.
 */
struct property_cells { unsigned address, size; };
bool property_cells(const struct property_node *n, struct property_cells *to);

/* Virtual NUMA and hidden devices (platform/tree_lists.c); p->vcpus, p->vcpus_max are set. */
bool property_nodes(const struct property_node *n, struct platform *p);
bool property_hidden(const struct property_node *n, struct platform *p);

/*
 * Where the payload lies that n is: a kernel, ramdisk, module or partial tree, in any of the bindings. cells: of the node above. False: it is
 * none, or its reg is not one place, and then who reads its guest refuses that. So whoever keeps payloads' memory keeps all that is used.
 */
bool tree_payload_place(const struct property_node *n, const struct property_cells *cells, struct payload *to);

/* The parts of platform_from_node, a file each. */
bool tree_payloads(struct platform *p, const struct property_node *n);      /* kernel, ramdisk, modules, partial tree; other nodes beneath */
bool tree_xen(struct platform *p, const struct property_node *n);           /* Xen's properties of the guest's node */
bool tree_memory(struct platform *p, const struct property_node *n);        /* xen,static-mem, direct-map */
bool tree_channels(struct platform *p, const struct property_node *n);      /* static event channels, all bindings */
bool tree_affinity(struct platform *p, const struct property_node *n);      /* xen,vcpu nodes */

/* Refuses a property of n that nobody reads. module: n is a payload's node. */
bool tree_known(const struct property_node *n, bool module);
#endif
