/* The tree of names underneath the reader: NameStrings, the search rules, new nodes. Only for acpi/namespace/, its tests and who tells AML in words. */
#ifndef ACPI_NAMESPACE_TREE_H
#define ACPI_NAMESPACE_TREE_H
#include "acpi/namespace/namespace.h"

enum {
    AML_PREDEFINED = 6,                         /* nodes that stand from the start: the root and five scopes */
    AML_NAMES_MAX = (AML_PATH_MAX - 2) / 5,     /* names in a path: "\" and "NAME." each always fit into AML_PATH_MAX */
};

/* A NameString (ACPI 6.4, 20.2.2) taken apart: the segments stay where they are. */
struct aml_name { bool root; unsigned up, n; const uint8_t *segment; };

/* A byte that a NameString begins with, other than the null name's. */
bool aml_begins_name(uint8_t c);
/* The NameString at the head of s; breaks s when there is none. */
struct aml_name aml_take_name(struct span *s);

/* The child of `parent` of that name, foreseen or not. */
int aml_child_at(const struct aml_namespace *ns, int parent, const uint8_t *segment);

/* By the search rules (5.3): a single segment upwards from `scope`, all else in its one place; aliases are followed on the way, not at the end. */
int aml_resolve(const struct aml_namespace *ns, int scope, struct aml_name name);

/* What is declared (data, arguments), where and how. */
struct aml_declaration { struct aml_name name; enum aml_kind kind; bool conditional; uint8_t arguments; struct span data; };

/*
 * Declares it from `scope`, with what is missing of its path as scopes. What stands there already stands (it is not conditional
 * when either is not); only what is known by name alone takes the new declaration. `foresee`: only for the search so far.
 * AML_NONE: no room, too deep, or above the root.
 */
int aml_declare(struct aml_namespace *ns, int scope, const struct aml_declaration *d, bool foresee);

/* Puts a foreseen node into its parent's list. */
void aml_settle(struct aml_namespace *ns, int node);
#endif
